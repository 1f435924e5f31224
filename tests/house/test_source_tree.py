"""The source tree keeps the rules of `rules.py`, the sizes, and the way rooms are laid out."""

import ast
import re

import pytest

from tests.house import rules
from tests.house.sources import ROOT, Source, files, functions, length, name_of, python, read, rooms

CODE = python("app", "workflows")
APP = python("app")
TESTS = [source for source in python("tests", "bpmn") if source.path.name.startswith("test_")]
MODULE_LIMIT, TEST_LIMIT, FUNCTION_LIMIT, VIEW_LIMIT, ROOM_LIMIT = 400, 600, 50, 20, 9
#: The page of last resort, one thing of a job (a call to an outside system among them), one round of the clock.
MAY_CATCH_ALL = {"app/web/errors.py", "app/jobs.py", "app/scheduler.py"}
#: Steps the operations of enactment share; nobody else calls them.
STEPS = {"app/enactment/operations/stepping.py"}
#: Hosts that may stand in our files: name spaces of standards, this machine, names reserved for examples.
HOSTS = re.compile(
    r"(^|\.)(omg\.org|w3\.org|spiffworkflow\.org|bpmn\.io|camunda\.org|example|example\.(com|org|net)|invalid|test|localhost|gov\.cn)$"
    r"|^127\.0\.0\.1$|^\[?::1\]?$")


def broken(rule, sources: list[Source], allowed: set[str] = frozenset()) -> dict[str, list]:
    found = {source.name: list(rule(source.text)) for source in sources if source.name not in allowed}
    return {name: lines for name, lines in found.items() if lines}


def test_one_commit():
    assert list(broken(rules.commits, CODE)) == ["app/uow.py"]
    assert len(rules.commits((ROOT / "app/uow.py").read_text())) == 1


def test_one_clock():
    """The pretending systems are strangers: they have clocks of their own."""
    ours = [source for source in CODE if not source.name.startswith("app/simulators/")]

    assert list(broken(rules.readings_of_the_clock, ours)) == ["app/clock.py"]


def test_no_import_hides():
    assert broken(rules.hidden_imports, CODE) == {}


def test_everything_is_caught_in_three_places_only():
    assert broken(rules.blind_excepts, CODE, MAY_CATCH_ALL) == {}


def test_no_error_is_passed_over():
    assert broken(rules.silent_excepts, CODE) == {}


def test_names_say_something():
    stems = {source.name for source in CODE if rules.words_that_say_nothing(source.path.stem)}

    assert stems == set()
    assert broken(rules.empty_class_names, CODE) == {}


def test_exemptions_have_reasons():
    assert broken(rules.exemptions_without_reason, python()) == {}


def test_no_test_is_dead_or_unable_to_fail():
    assert broken(rules.dead_tests, TESTS) == {}
    assert broken(rules.tests_that_cannot_fail, TESTS) == {}


def test_no_process_in_python():
    keys = {path.parent.name for path in (ROOT / "bpmn").glob("*/process.toml")}

    assert broken(rules.elements_of_diagrams, APP) == {}
    assert broken(lambda text: rules.compared_with(text, keys), APP) == {}


def test_only_enactment_writes_the_engines_rows():
    others = [source for source in APP if not source.name.startswith("app/enactment/")]

    assert broken(rules.writes_of_the_engines_rows, others) == {}


def test_only_enactment_asks_the_engine():
    asks = {source.name for source in APP if re.search(r"\buow\.engine\b", source.text)}

    assert {name for name in asks if not name.startswith("app/enactment/operations")} == set()


def test_modules_say_what_lives_in_them():
    assert {source.name for source in CODE if source.tree.body and not ast.get_docstring(source.tree)} == set()


def test_operations_and_queries_say_what_they_promise():
    rooms_files = [source for source in APP if re.search(r"/(operations|queries)(\.py|/)", source.name)]

    assert broken(rules.undescribed, rooms_files) == {}


def test_public_functions_have_types():
    assert broken(rules.unannotated, CODE) == {}


def test_operations_take_few_things_and_by_name():
    operations = [source for source in APP if re.search(r"/operations(\.py|/)", source.name)]

    assert broken(rules.operations_with_too_much, operations, STEPS) == {}


def test_queries_cannot_write():
    queries = [source for source in APP if re.search(r"/queries(\.py|/)", source.name)]
    takes_uow = {f"{source.name}: {node.name}" for source in queries for node in source.tree.body
                 if isinstance(node, ast.FunctionDef) and any(one.arg == "uow" for one in node.args.args)}

    assert takes_uow == set()


def test_modules_stay_readable():
    sources = [*python("app", "workflows", "migrations", "benchmarks"), read(ROOT / "bootstrap.py")]
    long = {source.name: count for source in sources if (count := len(source.text.splitlines())) > MODULE_LIMIT}

    assert long == {}


def test_tests_stay_readable():
    """Tables of examples may run on a little longer than code."""
    long = {source.name: count for source in python("tests", "bpmn") if (count := len(source.text.splitlines())) > TEST_LIMIT}

    assert long == {}


def test_functions_stay_readable():
    long = {f"{source.name}: {node.name}": length(node) for source in CODE for node in functions(source.tree)
            if length(node) > FUNCTION_LIMIT}

    assert long == {}


def is_view(node: ast.FunctionDef) -> bool:
    return any(re.search(r"\.(route|get|post|put|delete)$", name_of(one)) for one in node.decorator_list)


def test_views_only_translate():
    long = {f"{source.name}: {node.name}": length(node) for source in APP for node in functions(source.tree)
            if is_view(node) and length(node) > VIEW_LIMIT}

    assert long == {}


@pytest.mark.parametrize("room", rooms())
def test_room_has_few_files(room):
    entries = [path for path in (ROOT / "app" / room).iterdir()
               if path.name not in ("__init__.py", "__pycache__", "data") and (path.suffix == ".py" or path.is_dir())]

    assert len(entries) <= ROOM_LIMIT


def test_markup_is_trusted_in_one_reviewed_place():
    marked = {source.name for source in APP if re.search(r"\bMarkup\(", source.text)}
    templates = {str(path.relative_to(ROOT)) for path in files("app/templates") if re.search(r"\|\s*safe\b", path.read_text("utf-8"))}

    assert templates <= {"app/templates/macros/ui.html"}
    assert marked <= {"app/web/filters.py", "app/web/assets.py"}


def test_no_host_but_standards_and_examples():
    strange = {}
    for path in files("app", "workflows", "migrations", "web", "docs", "benchmarks"):
        hosts = set(re.findall(r"https?://([A-Za-z0-9\[][A-Za-z0-9.:\-\]]*[A-Za-z0-9\]])", path.read_text("utf-8")))
        bad = {host for host in hosts if not HOSTS.search(re.sub(r":\d+$", "", host))}
        if bad:
            strange[str(path.relative_to(ROOT))] = bad

    assert strange == {}


def test_no_path_of_somebodys_machine():
    homes = re.compile(r"(?<![\w.])/(home|Users|work|root)/\w")
    found = {str(path.relative_to(ROOT)) for path in files() if path.parent.name != "house" and homes.search(path.read_text("utf-8"))}

    assert found == set()
