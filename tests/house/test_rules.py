"""Each rule is shown a line that must pass and a line that must be refused."""

import pytest

from tests.house import rules

PASS_AND_REFUSE = [
    (rules.commits, "uow.flush()", "uow.connection.commit()"),
    (rules.readings_of_the_clock, "now = clock.now()", "now = datetime.now(UTC)"),
    (rules.readings_of_the_clock, "took = time.monotonic()", "at = time.time()"),
    (rules.readings_of_the_clock, "day = date(2026, 1, 1)", "day = date.today()"),
    (rules.hidden_imports, "import os", "def f():\n    import os"),
    (rules.hidden_imports, "from a import b", "if TYPE_CHECKING:\n    from a import b"),
    (rules.blind_excepts, "try:\n    f()\nexcept ValueError:\n    g()", "try:\n    f()\nexcept Exception:\n    g()"),
    (rules.blind_excepts, "try:\n    f()\nexcept BaseException:\n    g()\n    raise", "try:\n    f()\nexcept:\n    g()"),
    (rules.silent_excepts, "try:\n    f()\nexcept ValueError:\n    g()", "try:\n    f()\nexcept ValueError:\n    pass"),
    (rules.empty_class_names, "class Station: ...", "class StationManager: ..."),
    (rules.empty_class_names, "class Database: ...", "class BaseStation: ..."),
    (rules.exemptions_without_reason, "x = 1  # noqa: E501  the law's own wording", "x = 1  # noqa: E501"),
    (rules.exemptions_without_reason, "x = f()  # type: ignore[arg-type]  the stub is wrong", "x = f()  # type: ignore"),
    (rules.dead_tests, "def test_opens(uow):\n    assert uow", "def opens(uow):\n    assert uow"),
    (rules.dead_tests, "def make(uow): ...\ndef test_it(uow):\n    assert make(uow)", "class TestX:\n    def opens(self, uow): ..."),
    (rules.tests_that_cannot_fail, "def test_a():\n    assert f()", "def test_a():\n    a = 1"),
    (rules.elements_of_diagrams, "name = 'station_clerk'", "name = 'ut_intake'"),
    (lambda text: rules.compared_with(text, {"citizen_issue"}), "kind = 'citizen_issue'", "if key == 'citizen_issue': ..."),
    (lambda text: rules.compared_with(text, {"citizen_issue"}), "if key in (a, b): ...", "if key in ('citizen_issue', b): ..."),
    (rules.writes_of_the_engines_rows, "q = 'select 1 from work_item'", "q = 'update work_item set status = 2'"),
    (rules.undescribed, '"""A module."""\ndef f():\n    """Says."""', '"""A module."""\ndef f(): ...'),
    (rules.unannotated, "def f(a: int) -> int: ...", "def f(a): ..."),
    (lambda text: list(rules.operations_with_too_much(text)), "def f(uow, *, a, b): ...", "def f(uow, *, a, b, c, d, e, f, g, h): ..."),
    (lambda text: list(rules.operations_with_too_much(text)), "def f(uow, item): ...", "def f(uow, a, b, c, d): ..."),
]


@pytest.mark.parametrize(("rule", "passes", "refused"), PASS_AND_REFUSE)
def test_rule_passes_the_good_line_and_refuses_the_bad_one(rule, passes, refused):
    assert rule(passes) == []
    assert rule(refused) != []


@pytest.mark.parametrize(("name", "refused"), [("station", set()), ("case_helpers", {"helpers"}), ("EventHandler", {"handler"})])
def test_names_are_taken_apart(name, refused):
    assert rules.words_that_say_nothing(name) == refused
