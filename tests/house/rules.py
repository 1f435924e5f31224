"""The rules of the house that an import contract cannot see, one function per rule.

Each takes the text of one file and gives the lines that break it, so that every rule can be shown a line
that must pass and a line that must be refused.
"""

import ast
import re
from collections.abc import Iterator

from tests.house.sources import functions, name_of

FORBIDDEN = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "handler", "processor", "base"}
ELEMENT = re.compile(r"^(ut|svc|gw|tm|ms|sp|es|br)_[a-z][a-z0-9_]*$")
OWN_ROWS = re.compile(r"\b(insert\s+into|update|delete\s+from)\s+(process_instance|work_item|timer|subscription)\b", re.IGNORECASE)
BLIND = {"Exception", "BaseException"}


def commits(text: str) -> list[int]:
    """A transaction ends in one place."""
    return [node.lineno for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"]


def readings_of_the_clock(text: str) -> list[int]:
    """Only `app/clock.py` reads the time."""
    private = re.compile(r"(^|\.)(datetime|date|dt)\.(now|utcnow|today)$|^time\.(time|time_ns|localtime|gmtime)$")
    return [node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and private.search(name_of(node.func))]


def hidden_imports(text: str) -> list[int]:
    """No import inside a function or under a type check."""
    tree, found = ast.parse(text), []
    for outer in ast.walk(tree):
        hides = isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef) or (
            isinstance(outer, ast.If) and name_of(outer.test).endswith("TYPE_CHECKING"))
        if hides:
            found += [node.lineno for node in ast.walk(outer) if isinstance(node, ast.Import | ast.ImportFrom)]
    return sorted(set(found))


def blind_excepts(text: str) -> list[int]:
    """Nothing catches everything, unless it raises it again."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        is_blind = any(one is None or name_of(one) in BLIND for one in caught)
        goes_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
        if is_blind and not goes_on:
            found.append(node.lineno)
    return found


def silent_excepts(text: str) -> list[int]:
    """No error is passed over with `pass`."""
    return [node.lineno for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body)]


def words_that_say_nothing(name: str) -> set[str]:
    """The parts of a file's or class's name that name a layer instead of an idea."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    return {part.lower() for part in parts} & FORBIDDEN


def empty_class_names(text: str) -> list[str]:
    """No class is called after its layer; the ORM's own Base excepted."""
    return [node.name for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ClassDef) and node.name != "Base" and words_that_say_nothing(node.name)]


def exemptions_without_reason(text: str) -> list[int]:
    """Each `noqa` names its rule and each exemption says why."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.search(r"#\s*(noqa|type:\s*ignore)\b(.*)", line)
        if not mark or re.search(r"[\"'`][^\"'`]*#\s*(noqa|type)", line):
            continue
        codes = re.match(r"\s*(:\s*[A-Z]+[0-9]+(\s*,\s*[A-Z]+[0-9]+)*|\[[a-z, -]+\])(.*)", mark[2])
        if not codes or len(re.findall(r"\w+", codes[3])) < 2:
            found.append(number)
    return found


def dead_tests(text: str) -> list[str]:
    """Functions of a test file that take something, are called by nobody and are not tests: they never ran."""
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return [node.name for node in functions(tree)
            if node.args.args and not node.decorator_list and not node.name.startswith(("test_", "__", "pytest_"))
            and node.name not in used and not _overrides(tree, node)]


def tests_that_cannot_fail(text: str) -> list[str]:
    """A test without an assertion, an expected refusal or a call of something that asserts proves nothing."""
    return [node.name for node in functions(ast.parse(text)) if node.name.startswith("test_") and not _proves(node)]


def elements_of_diagrams(text: str) -> list[int]:
    """No element of a diagram is named in the application."""
    return [node.lineno for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and ELEMENT.match(node.value)]


def compared_with(text: str, words: set[str]) -> list[int]:
    """No branch depends on the key of a process."""
    found = []
    for node in ast.walk(ast.parse(text)):
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else (
            [node.pattern.value] if isinstance(node, ast.match_case) and isinstance(node.pattern, ast.MatchValue) else [])
        for side in sides:
            values = side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side]
            found += [one.lineno for one in values if isinstance(one, ast.Constant) and one.value in words]
    return found


def writes_of_the_engines_rows(text: str) -> list[int]:
    """Statements that change what only enactment may change."""
    return [node.lineno for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and OWN_ROWS.search(node.value)]


def undescribed(text: str) -> list[str]:
    """Modules, and public functions of operations and queries, that do not say what they promise."""
    tree = ast.parse(text)
    public = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")]
    return ([] if ast.get_docstring(tree) or not tree.body else ["module"]) + [
        node.name for node in public if not ast.get_docstring(node)]


def unannotated(text: str) -> list[str]:
    """Public functions whose arguments or answer have no type."""
    found = []
    for node in ast.parse(text).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        if node.returns is None or any(one.annotation is None for one in arguments):
            found.append(node.name)
    return found


def operations_with_too_much(text: str, most: int = 7, unnamed: int = 3) -> Iterator[str]:
    """Public operations that take more than a value, or take it without its name."""
    for node in ast.parse(text).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_") or not node.args.args:
            continue
        if node.args.args[0].arg == "uow":
            unnamed_ones = len(node.args.args) - 1
            if unnamed_ones + len(node.args.kwonlyargs) > most or unnamed_ones > unnamed:
                yield node.name


def _overrides(tree: ast.Module, function: ast.AST) -> bool:
    """A method of a class that is not a test class fulfils somebody's contract."""
    return any(function in ast.walk(node) and not node.name.startswith("Test")
               for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def _proves(function: ast.AST) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call) and not name_of(node.func).endswith(("print", "append")):
            return True
    return False
