"""The grammar and the operators, against the text of DMN 1.5, chapter 10."""

from datetime import datetime

import pytest

from workflows.errors import ExpressionFailed, FeelInvalid
from workflows.feel import Functions, compile, text_of
from workflows.feel.values import quoted

DATA = {
    "a": 1,
    "b": 3.5,
    "c": "x",
    "nothing": None,
    "case": {"owner": 12, "list": [{"n": 1}, {"n": 2}]},
    "names": ["Li", "Wang"],
}


def shown(value):
    return quoted(value) if isinstance(value, str) else text_of(value)


def value_of(text, data=DATA):
    return shown(compile(text).evaluate(data))


ARITHMETIC = [
    ("1 + 2 * 3", "7"),
    ("(1 + 2) * 3", "9"),
    ("10 - 3 - 2", "5"),
    ("2 ** 3 ** 2", "64"),
    ("-2 ** 2", "4"),
    ("--3", "3"),
    ("1 / 3", "0.3333333333333333333333333333333333"),
    ("1 / 0", "null"),
    ("1e3 + .5", "1000.5"),
    ("10 ** -2", "0.01"),
    ("2 ** 0.5", "1.414213562373095048801688724209698"),
    ("0.1 + 0.2", "0.3"),
    ("1.10", "1.1"),
    ("1E6144 * 10", "null"),
    ('"a" + "b"', '"ab"'),
    ('"a" + 1', "null"),
    ("1 + null", "null"),
    ("a + b", "4.5"),
    ("-nothing", "null"),
    ('-"a"', "null"),
]
COMPARISON = [
    ("1 = 1.0", "true"),
    ("1 != 2", "true"),
    ('1 = "1"', "null"),
    ('"a" < "b"', "true"),
    ('"a" < 1', "null"),
    ("null = null", "true"),
    ("null != 1", "true"),
    ("null < 1", "null"),
    ("true = false", "false"),
    ("true > false", "null"),
    ("[1, 2] = [1, 2]", "true"),
    ("[1, 2] = [1]", "false"),
    ("[1, 2] = [1, 3]", "false"),
    ('[1] = ["1"]', "null"),
    ("{x: 1} = {x: 1}", "true"),
    ("{x: 1} = {y: 1}", "false"),
    ("[1..2] = [1..2]", "true"),
    ("[1..2] = [1..2)", "false"),
    ("[1..2] = [1..3]", "false"),
    ("1 between 1 and 2", "true"),
    ("3 between 1 and 2", "false"),
    ("1 between null and 2", "null"),
    ("1 between 0 and 2 and true", "true"),
    ("1 in (1, 2)", "true"),
    ("3 in (1, 2)", "false"),
    ("5 in [1..10]", "true"),
    ("5 in (1..5)", "false"),
    ("5 in (1..5]", "true"),
    ("5 in ]1..5]", "true"),
    ("5 in [1..5[", "false"),
    ("5 in > 3", "true"),
    ("5 in (> 7, < 6)", "true"),
    ("5 in (< 10)", "true"),
    ("5 in != 5", "false"),
    ("5 in [[1..3], [4..6]]", "true"),
    ("[1] in [[1], [2]]", "true"),
    ("[1..2] in [[1..2]]", "true"),
    ('"b" in ["a".."c"]', "true"),
    ('"x" in [1..3]', "null"),
    ("5 in (? > 3)", "true"),
    ("null in null", "true"),
]
LOGIC = [
    ("true and true", "true"),
    ("true and null", "null"),
    ("false and null", "false"),
    ("null and false", "false"),
    ("null or true", "true"),
    ("null or false", "null"),
    ("false or false", "false"),
    ('"a" and true', "null"),
    ('"a" or true', "true"),
    ("true and true and false", "false"),
    ("not(true)", "false"),
    ("not(null)", "null"),
    ('not("a")', "null"),
    ("if true then 1 else 2", "1"),
    ("if null then 1 else 2", "2"),
    ('if "x" then 1 else 2', "2"),
]
ITERATION = [
    ("for i in [1, 2, 3] return i * i", "[1, 4, 9]"),
    ("for i in 1..3 return i", "[1, 2, 3]"),
    ("for i in 3..1 return i", "[3, 2, 1]"),
    ("for i in [1..3] return i", "[1, 2, 3]"),
    ("for i in (1..3) return i", "[2]"),
    ("for i in 1..2, j in i..3 return i + j", "[2, 3, 4, 4, 5]"),
    ("for i in [1, 2, 3] return if i = 1 then 1 else i * partial[-1]", "[1, 2, 6]"),
    ("for i in 1.5..3 return i", "null"),
    ("for i in null return i", "null"),
    ("for i in 7 return i", "[7]"),
    ('for d in @"2020-02-28"..@"2020-03-01" return d', "[2020-02-28, 2020-02-29, 2020-03-01]"),
    ('for t in ["a".."c"] return t', "null"),
    ("some x in [1, 2] satisfies x > 1", "true"),
    ("some x in [] satisfies true", "false"),
    ("some x in [1, null] satisfies x > 1", "null"),
    ("some x in null satisfies true", "null"),
    ("every x in [1, 2] satisfies x > 0", "true"),
    ("every x in [] satisfies false", "true"),
    ("every x in [1, null] satisfies x > 0", "null"),
    ("some i in [1, 2], j in [2, 3] satisfies i = j", "true"),
    ("for my name in names return my name", '["Li", "Wang"]'),
]
REACHING = [
    ("case.owner", "12"),
    ("case.list.n", "[1, 2]"),
    ("case.list[n > 1].n", "[2]"),
    ("case.list[item.n > 1][1].n", "2"),
    ("case.missing.deeper", "null"),
    ("missing", "null"),
    ("missing.deeper", "null"),
    ("c.letter", "null"),
    ("[1, 2, 3][1]", "1"),
    ("[1, 2, 3][-1]", "3"),
    ("[1, 2, 3][0]", "null"),
    ("[1, 2, 3][4]", "null"),
    ("[1, 2, 3][1.5]", "null"),
    ("[1, 2, 3][a]", "1"),
    ("[1, 2, 3][item > 1]", "[2, 3]"),
    ("[1, 2, 3][true]", "[1, 2, 3]"),
    ("[1, 2, 3][false]", "[]"),
    ('[1, 2, 3]["x"]', "[]"),
    ("1[item = 1]", "[1]"),
    ("null[true]", "[]"),
    ("[][1]", "null"),
    ("[{x: 1, y: 2}, {x: 2}][x = 1].y", "[2]"),
    ("[{item: 5}][item = 5]", "[{item: 5}]"),
    ('[@"2020-01-01", @"2021-01-01"][year = 2021]', "[2021-01-01]"),
    ("{x: 1, y: x + 1}.y", "2"),
    ('{"a b": 1, c: a b + 1}.c', "2"),
    ("{foo bar: 1}.foo bar", "1"),
    ('{"foo+bar": 1}.foo+bar', "1"),
    ("{🐎: 1}.🐎", "1"),
    ("[1..5].start", "1"),
    ("[1..5).end included", "false"),
    ("{a: {b: [{c: 1}]}}.a.b.c", "[1]"),
]
FUNCTIONS = [
    ("(function(x) x + 1)(2)", "3"),
    ("(function(a, b) a - b)(b: 1, a: 5)", "4"),
    ("(function(a, b) a - b)(c: 1, a: 5)", "null"),
    ("(function(x: number) x)(\"a\")", "null"),
    ("(function(x: number) x)([1])", "1"),
    ("(function(x: list<number>) x)(1)", "[1]"),
    ("(function(x) x)(1, 2)", "null"),
    ("{f: function(x) x * 2, r: f(4)}.r", "8"),
    ("{f: function(n) f(n - 1), r: f(3)}.r", "null"),
    ("nosuch(1)", "null"),
    ("1(2)", "null"),
    ("for f in [floor, ceiling] return f(1.5)", "[1, 2]"),
    ("substring(start position: 3, string: \"foobar\", length: 2)", '"ob"'),
    ("substring(string: \"foobar\", start position: 3)", '"obar"'),
    ("substring(string: \"foobar\")", "null"),
    ("substring(string: \"foobar\", wrong: 3)", "null"),
    ("function(a, b) a", "function(a, b)"),
    ("{date: 1, r: date + 1}.r", "2"),
]
TYPES = [
    ("1 instance of number", "true"),
    ("1 instance of string", "false"),
    ("null instance of number", "false"),
    ("null instance of Any", "true"),
    ("null instance of null", "true"),
    ('@"2020-01-01" instance of date', "true"),
    ('@"2020-01-01T00:00:00" instance of date', "false"),
    ('@"2020-01-01T00:00:00" instance of date and time', "true"),
    ('@"P1D" instance of days and time duration', "true"),
    ('@"P1M" instance of years and months duration', "true"),
    ("[1, 2] instance of list<number>", "true"),
    ('[1, "a"] instance of list<number>', "false"),
    ("[1] instance of list", "true"),
    ("{x: 1} instance of context<x: number>", "true"),
    ("{x: 1} instance of context<y: number>", "false"),
    ("[1..2] instance of range<number>", "true"),
    ("(function(x: number) x) instance of function<number> -> Any", "true"),
    ("(function(x: number) x) instance of function<number, number> -> Any", "false"),
    ("(function(x) x) instance of function", "true"),
    ("(function(x) x) instance of function<Any> -> Any", "true"),
    ("{x: 1, y: 2} instance of context<x: number, y: number>", "true"),
    ("1 instance of context<x: number>", "false"),
    ("null instance of list<number>", "false"),
    ("[null] instance of list<number>", "true"),
    ("[1..3] instance of list<number>", "false"),
    ('[@"2020-01-01"..@"2020-01-02"] instance of range<number>', "false"),
    ('(function(x: date and time) x)(@"2020-01-01")', "2020-01-01T00:00:00"),
]
TEXTS = [
    ('"a\\n\\"b\\""', '"a\\n\\"b\\""'),
    ('"\\u4e2d\\U01F600"', '"中😀"'),
    ('"\\ud83d\\ude00"', '"😀"'),
    ('"\\q"', '"\\\\q"'),
    ("1 + /* one\nmore */ 2 // three", "3"),
    ("=1 + 1", "2"),
    ("  = 1", "1"),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    ARITHMETIC + COMPARISON + LOGIC + ITERATION + REACHING + FUNCTIONS + TYPES + TEXTS,
)
def test_means_what_the_standard_says(text, expected):
    assert value_of(text) == expected


@pytest.mark.parametrize(
    ("text", "id", "line", "column"),
    [
        ("1 +", "feel.ends_early", 1, 4),
        ("", "feel.ends_early", 1, 1),
        ("1 +\n  )", "feel.unexpected", 2, 3),
        ("f(1", "feel.ends_early", 1, 4),
        ("f(1 2)", "feel.expected", 1, 5),
        ("if a then b", "feel.ends_early", 1, 12),
        ('"open', "feel.open_text", 1, 1),
        ('@"soon"', "feel.bad_at", 1, 1),
        ("@1", "feel.bad_at", 1, 1),
        ("{a: 1, a: 2}", "feel.key_twice", 1, 1),
        ("{: 1}", "feel.unexpected", 1, 2),
        ('"\\U110000"', "feel.bad_escape", 1, 1),
        ("1 instance of nonsense", "feel.unknown_type", 1, 15),
        ("function(a) external {}", "feel.external", 1, 1),
        ("function(1) 2", "feel.unexpected", 1, 10),
        ("for 1 in a return 2", "feel.unexpected", 1, 5),
        ("x. ", "feel.ends_early", 1, 4),
        ("f(a: 1, 2)", "feel.unexpected", 1, 9),
        ("x instance of context<1>", "feel.unexpected", 1, 23),
        ("1E99999", "feel.number_too_large", 1, 1),
        ("a b", "feel.unexpected", 1, 3),
        ("[1..2", "feel.ends_early", 1, 6),
        ("(" * 60 + "1", "feel.too_deep", 1, 51),
        ("1" + " + 1" * 200, "feel.too_deep", 1, 1),
        ("a" + ".b" * 200, "feel.too_deep", 1, 200),
        ("1" + " = 1" * 200, "feel.too_deep", 1, 1),
        ("-" * 200 + "1", "feel.too_deep", 1, 1),
        ("1" * 30_000, "feel.too_long", 1, 1),
        ("1 instance of " + "list<" * 3000, "feel.too_deep", 1, 1),
        ("1 in " * 200 + "1", "feel.too_deep", 1, None),
        ("if a then 1 otherwise 2", "feel.expected", 1, None),
        ("x instance of context<a number>", "feel.unexpected", 1, None),
        ("{a 1}", "feel.unexpected", 1, 2),
        ("{" + ", ".join(f"a b{n}: 1" for n in range(200)) + "}", "feel.too_many_names", 1, None),
    ],
)
def test_refuses_with_line_and_column(text, id, line, column):
    with pytest.raises(FeelInvalid) as refusal:
        compile(text)

    assert (refusal.value.id, refusal.value.line) == (id, line)
    assert column is None or refusal.value.column == column


def test_refuses_what_is_no_text():
    with pytest.raises(FeelInvalid):
        compile(7)


class TestNamesOfSeveralWords:
    def test_are_read_when_declared(self):
        expression = compile("Applicant Age >= 18 and Applicant   Age < 65", names=("Applicant Age",))

        assert expression.evaluate({"Applicant Age": 40}) is True

    def test_win_over_operators_when_declared(self):
        assert value_of("a-b", {"a-b": 7}) == "null"
        assert compile("a-b", names=("a-b",)).evaluate({"a-b": 7}) == 7

    def test_prefer_the_longest(self):
        names = ("my name", "my name is long")

        assert compile("my name is long", names=names).evaluate({"my name is long": 1, "my name": 2}) == 1


class TestUnaryTests:
    @pytest.mark.parametrize(
        ("text", "value", "holds"),
        [
            ("-", 1, True),
            ("", 1, True),
            ('"a","b"', "b", True),
            ('"a","b"', "c", False),
            ('not("a","b")', "c", True),
            ('not("a")', "a", False),
            ("[20..40]", 20, True),
            ("> 5", 5, False),
            ("< 3, > 9", 10, True),
            ("? > 5 and ? < 9", 7, True),
            ("? > 5 and ? < 9", 9, False),
            ("not(? > 5) and true", 3, True),
            ("null", None, True),
            ("> 5", None, None),
            ("not(> 5)", None, None),
            ("> 5, null", None, True),
            ("true", True, True),
            ("limit", 10, True),
            ("[1, 2, 3]", 2, True),
            ("[1..limit]", 10, True),
            ("[nothing..limit]", 10, None),
            ('list contains(["a"], ?)', "a", True),
            ("? + 1", 1, False),
            ("!= 3", 4, True),
            ("= 3", 3, True),
            ("[[1..2], [5..6]]", 5, True),
            ('"1"', 1, None),
        ],
    )
    def test_hold_or_not(self, text, value, holds):
        expression = compile(text, kind="unary")

        assert expression.evaluate({"?": value, "limit": 10}) is holds


class TestWhatItReads:
    @pytest.mark.parametrize(
        ("text", "paths"),
        [
            ("a + case.owner", {"a", "case.owner"}),
            ("for x in items return x.n + y", {"items", "y"}),
            ("some x in items satisfies x = z", {"items", "z"}),
            ("{k: v, l: k}", {"v"}),
            ("function(p) p + q", {"q"}),
            ('deadline("k", assigned_at)', {"assigned_at"}),
            ("my(a)", {"my", "a"}),
            ("list[n > limit]", {"list", "n", "limit"}),
            ("[1][item > 1]", set()),
            ("f(x).y", {"f", "x"}),
        ],
    )
    def test_is_known_beforehand(self, text, paths):
        expression = compile(text)

        assert expression.paths == paths
        assert expression.names == {path.split(".")[0] for path in paths}


class TestHostData:
    def test_numbers_of_any_kind_are_decimal(self):
        assert value_of("a + b", {"a": 0.1, "b": 10**20}) == "100000000000000000000.1"

    def test_contexts_and_lists_may_hold_anything_plain(self):
        assert value_of("x", {"x": {"l": (1, 2.5, None, True)}}) == "{l: [1, 2.5, null, true]}"

    @pytest.mark.parametrize("foreign", [object(), float("nan"), b"bytes", {"deep": object()}])
    def test_refuses_foreign_objects(self, foreign):
        with pytest.raises(ExpressionFailed) as failure:
            compile("x").evaluate({"x": foreign})

        assert failure.value.id == "feel.foreign_value"

    def test_refuses_bottomless_data(self):
        bottomless = []
        bottomless.append(bottomless)

        with pytest.raises(ExpressionFailed):
            compile("x").evaluate({"x": bottomless})


    def test_kin_of_the_plain_kinds_are_taken_for_them(self):
        class Label(str):
            pass

        class Count(int):
            pass

        class Moment(datetime):
            pass

        data = {"x": [Label("a"), Count(3), Moment(2026, 1, 2, 3)], "n": Count(3)}

        assert value_of("x", data) == '["a", 3, 2026-01-02T03:00:00]'
        assert value_of("n + 1", data) == "4"


class TestExpression:
    def test_shows_its_text(self):
        assert repr(compile("a + 1")) == "Expression('a + 1')"

    def test_is_ended_when_python_has_no_more_room(self):
        def deeper(left):
            return compile("a + 1").evaluate({"a": 1}) if not left else deeper(left - 1)

        with pytest.raises((ExpressionFailed, RecursionError)):
            deeper(10_000)


class TestStrictComparison:
    """A time beside a text must never be answered in silence where the host asks for care."""

    @pytest.mark.parametrize("text", ['@"2020-01-01T00:00:00" < c', "day < @\"2020-01-01T00:00:00\"", "day = c"])
    def test_refuses_times_of_different_kinds(self, text):
        day = compile('@"2020-01-01"').evaluate({})

        with pytest.raises(ExpressionFailed) as failure:
            compile(text).evaluate({"c": "2020-01-01T00:00:00", "day": day}, Functions())

        assert failure.value.id == "feel.mixed_kinds"

    def test_leaves_other_kinds_to_the_standard(self):
        assert compile('1 = "1"').evaluate({}, Functions()) is None

    def test_leaves_null_to_the_standard(self):
        assert compile('@"2020-01-01" < nothing').evaluate({}, Functions()) is None


class TestTrace:
    def test_tells_why_something_is_null(self):
        outcome = compile("1 +\n(2 * \"a\")").trace({})

        assert outcome.value is None
        assert outcome.remarks[0] == {
            "id": "feel.no_result", "line": 2, "column": 2, "operator": "*", "left": "number", "right": "string",
        }  # fmt: skip

    def test_keeps_only_the_first_reasons(self):
        assert len(compile("for i in 1..100 return i + null").trace({}).remarks) == 20
