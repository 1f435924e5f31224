"""Expressions come from outside: none runs code, none runs for long, none grows large."""

import time
import tracemalloc

import pytest

from workflows.errors import ExpressionFailed, FeelInvalid, FuelSpent, WorkflowError
from workflows.feel import compile, to_json

_TENFOLD = ", ".join(f"{name}: [{', '.join([before] * 10)}]" for before, name in zip("abcdefgh", "bcdefghi", strict=True))
BOMBS = [
    "2 ** 10 ** 10 ** 10",
    "9999999999 ** 9999999999 ** 99999",
    "(2 ** 0.5) ** 1E20",
    "exp(14000)",
    "1" * 19_000,
    "decimal(1 / 3, 6000)",
    "modulo(1E6144, 1E-6143)",
    "string(1E6144)",
    "count(for i in 1..1000000000 return i)",
    "some i in 1..1000000000 satisfies i < 0",
    "for i in 1..1E300 return 1",
    "for i in 1..1000, j in 1..1000, k in 1..1000 return i",
    'string join(for i in 1..90000 return "aaaaaaaaaa")',
    '{a: "aaaaaaaaaa", b: a+a+a+a+a+a+a+a+a+a, c: b+b+b+b+b+b+b+b+b+b, d: c+c+c+c+c+c+c+c+c+c, e: d+d+d+d+d+d+d+d+d+d, f: e+e+e+e+e}',
    f"{{a: 1, {_TENFOLD}}}",
    f"{{a: 1, {_TENFOLD}, r: string(i)}}.r",
    f"{{a: 1, {_TENFOLD}, r: count(flatten(i))}}.r",
    f"{{a: 1, {_TENFOLD}, j: [h,h,h,h,h,h,h,h,h,h], r: i = j}}.r",
    "(function(f) f(f))(function(f) f(f))",
    "{f: function(g) [g(g), g(g)], r: f(f)}.r",
    "{f: function(g, n) if n = 0 then 0 else g(g, n - 1), r: f(f, 100000)}.r",
    "for i in 1..3000 return partial",
    "for i in 1..500 return if i = 1 then [1] else [partial[-1]]",
    "string(for i in 1..500 return if i = 1 then [1] else [partial[-1]])",
    "sort(for i in 1..20000 return -i, function(a, b) a < b)",
    "distinct values(for i in 1..40000 return i)",
    f'matches("{"a" * 40}!", "^(a+)+$")',
    f'matches("{"a" * 3000}", "(a*)\\\\1b")',
    'matches("a", "(((a{1,100}){1,100}){1,100}){1,100}")',
    f'replace("{"a" * 9000}", "a", "{"b" * 9000}")',
    "(" * 5000 + "1" + ")" * 5000,
    "[" * 5000,
    "-" * 15_000 + "1",
    "1" + "+1" * 9000,
    "true" + " and true" * 2000,
    "a" + ".b" * 9000,
    "a" + "[1]" * 6000,
    "not(" * 4000,
    "x in (" * 3000,
    "{a:" * 4000,
    "if true then " * 1500 + "1",
    "a" + " " * 19_000 + "b",
    "f(" + " " * 19_000,
    "for a" + " " * 19_000,
    "{a" + " " * 19_000,
    "/*" * 9000,
    "{" + ", ".join(f"a b{n}: 1" for n in range(1500)) + "}",
]


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_bombs_end_soon_and_small(bomb):
    tracemalloc.start()
    began = time.process_time()

    try:
        answer = compile(bomb).evaluate({})
        ended = to_json(answer) if not callable(answer) else None
    except WorkflowError as refusal:
        ended = refusal
    took, (_, most) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert took < 5, "a second is the mark; watching memory makes it several times slower"
    assert most < 200 * 1024 * 1024
    assert ended is None or isinstance(ended, (WorkflowError, bool, int, float, str, list, dict))


@pytest.mark.parametrize(
    "escape",
    [
        '__import__("os")',
        "a.__class__",
        '"".__class__.__mro__',
        "now.__globals__",
        "sum.__globals__",
        "{}.__class__",
        "[].__class__",
        '@"P1D".__class__',
        '@"2020-01-01".today',
        "(function(x) x).__globals__",
        "(function(x) x).call",
        'get value({}, "__class__")',
        "[1][__class__ = 1]",
        "{a: 1}.keys",
        "[1..2].__class__",
    ],
)
def test_nothing_of_python_can_be_reached(escape):
    assert compile(escape).evaluate({"a": "text"}) in (None, [])


@pytest.mark.parametrize("code", ["import os", "lambda: 1", "a if b else c", "x := 1", "f'{a}'", "[x for x in y]", "a;b"])
def test_code_is_no_expression(code):
    with pytest.raises(FeelInvalid):
        compile(code)


def test_fuel_is_what_the_caller_gives():
    expression = compile("for i in 1..100 return i")

    assert len(expression.evaluate({}, fuel=1000)) == 100
    with pytest.raises(FuelSpent):
        expression.evaluate({}, fuel=50)


def test_a_failure_says_where_and_what():
    with pytest.raises(ExpressionFailed) as failure:
        compile("for i in 1..100 return i").evaluate({}, fuel=50)

    assert (failure.value.line, failure.value.column) == (1, 1)
    assert failure.value.facts["text"] == "for i in 1..100 return i"


def test_the_same_text_is_compiled_once():
    assert compile("a + 1") is compile("a + 1")
