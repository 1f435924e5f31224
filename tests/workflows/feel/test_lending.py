"""Functions that the host lends, and how stored data become values again."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from workflows.calendar import Calendar, LimitRule, deadline
from workflows.errors import ExpressionFailed
from workflows.feel import Functions, Range, YearMonthDuration, compile, from_json, to_json, typed

NOON = datetime(2026, 9, 24, 4, tzinfo=UTC)
CALENDAR = Calendar.read(Path("bpmn/calendars"))
LIMITS = {"handle": LimitRule("handle", 5, "wd"), "interim": LimitRule("interim", 24, "h"), "tell": LimitRule("tell", 3, "wd")}


def functions(moment=NOON):
    return Functions(
        moment=moment,
        deadline=lambda key, start, area: deadline(CALENDAR, LIMITS[key], start).facts(),
        threshold=lambda key, area: {"stars": 1, "quorum": 0.5}[key],
        is_working_day=CALENDAR.is_working_day,
        add_working_days=CALENDAR.add,
        working_days=CALENDAR.count,
    )


def value_of(text, **data):
    return compile(text).evaluate(data, functions())


class TestTheHostsFunctions:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("now()", NOON),
            ("today()", date(2026, 9, 24)),
            ('threshold("stars")', 1),
            ('threshold("quorum", 330825)', Decimal("0.5")),
            ('is_working_day(@"2026-09-20")', True),
            ("is_working_day(today())", True),
            ("add_working_days(today(), 1)", date(2026, 9, 28)),
            ("add_working_days(now(), -1)", date(2026, 9, 23)),
            ('working_days(today(), @"2026-10-09")', 5),
            ('working_days("2026-09-24T04:00:00Z", @"2026-10-09")', 5),
            ("end_of_day(today())", datetime(2026, 9, 24, 16, tzinfo=UTC)),
            ('deadline("handle", now()).due', datetime(2026, 10, 9, 16, tzinfo=UTC)),
            ('deadline("handle", today()).due', datetime(2026, 10, 9, 16, tzinfo=UTC)),
            ('deadline("handle", now()).start', NOON),
            ('deadline("handle", now()).rule', "handle"),
            ('deadline("handle", now()) > now()', True),
            ('deadline("handle", now()) - now() > @"P15D"', True),
            ('now() between now() and deadline("handle", now())', True),
        ],
    )
    def test_give_what_the_host_knows(self, text, expected):
        assert value_of(text) == expected

    @pytest.mark.parametrize("start", [NOON, NOON.isoformat(), {"due": NOON.isoformat(), "rule": "x"}, NOON.replace(tzinfo=None)])
    def test_a_limit_starts_from_whatever_holds_an_instant(self, start):
        due = value_of('deadline("interim", s).due', s=start)

        assert due == compile("s").evaluate({"s": typed(start, "datetime")}) + timedelta(hours=24)

    def test_a_limit_that_starts_where_another_ends_counts_from_its_last_day(self):
        assert value_of('deadline("tell", deadline("handle", now())).due') == datetime(2026, 10, 13, 16, tzinfo=UTC)

    def test_hours_count_from_the_very_end_of_another_limit(self):
        assert value_of('deadline("interim", deadline("handle", now())).due') == datetime(2026, 10, 10, 16, tzinfo=UTC)

    @pytest.mark.parametrize("start", [None, 5, "soon", [], {"x": 1}])
    def test_a_limit_without_a_start_is_refused(self, start):
        with pytest.raises(ExpressionFailed) as failure:
            value_of('deadline("handle", s)', s=start)

        assert failure.value.id == "feel.no_start"

    @pytest.mark.parametrize(
        "text", ["now()", "today()", 'deadline("k", @"2020-01-01")', 'threshold("k")', 'is_working_day(@"2020-01-01")']
    )
    def test_fail_by_name_when_nothing_was_lent(self, text):
        with pytest.raises(ExpressionFailed) as failure:
            compile(text).evaluate({})

        assert failure.value.id == "feel.no_host_function"
        assert failure.value.line == 1

    @pytest.mark.parametrize(
        "text", ["add_working_days(today(), 99999)", "add_working_days(today(), 1.5)", 'working_days(@"0001-01-01", today())']
    )
    def test_nobody_counts_days_without_end(self, text):
        with pytest.raises(ExpressionFailed) as failure:
            value_of(text)

        assert failure.value.id == "feel.too_many_days"

    def test_data_cannot_take_the_place_of_a_function(self):
        assert compile("today()").evaluate({"today": 5}, functions()) == date(2026, 9, 24)


class TestToJson:
    @pytest.mark.parametrize(
        ("value", "stored"),
        [
            (None, None),
            (True, True),
            ("a", "a"),
            (Decimal("1.0"), 1),
            (Decimal("0.1"), 0.1),
            (Decimal("0.1234567890123456789012345678901234"), "0.1234567890123456789012345678901234"),
            (Decimal(2**60), str(2**60)),
            (date(2026, 1, 2), "2026-01-02"),
            (datetime(2026, 1, 2, 8, tzinfo=UTC), "2026-01-02T08:00:00+00:00"),
            (datetime(2026, 1, 2, 8), "2026-01-02T08:00:00"),
            (time(8, 30), "08:30:00"),
            (timedelta(days=1, hours=2), "P1DT2H"),
            (YearMonthDuration(14), "P1Y2M"),
            (Range(Decimal(1), Decimal(2)), "[1..2]"),
            ([Decimal(1), {"a": (date(2026, 1, 2),)}], [1, {"a": ["2026-01-02"]}]),
        ],
    )
    def test_writes_plain_values(self, value, stored):
        assert to_json(value) == stored

    def test_refuses_functions(self):
        with pytest.raises(ExpressionFailed):
            to_json(compile("function(x) x").evaluate({}))

    def test_refuses_what_has_no_bottom(self):
        bottomless = []
        bottomless.append(bottomless)

        with pytest.raises(ExpressionFailed):
            to_json(bottomless)


class TestTyped:
    @pytest.mark.parametrize(
        ("stored", "type", "value"),
        [
            (None, "date", None),
            ({"x": object}, "any", {"x": object}),
            (1, "number", Decimal(1)),
            ("0.5", "number", Decimal("0.5")),
            (Decimal(2), "number", Decimal(2)),
            ("a", "text", "a"),
            ("a", "string", "a"),
            (True, "boolean", True),
            ("2026-01-02", "date", date(2026, 1, 2)),
            (date(2026, 1, 2), "date", date(2026, 1, 2)),
            ("2026-01-02T20:00:00+00:00", "date", date(2026, 1, 3)),
            (datetime(2026, 1, 2, 20, tzinfo=UTC), "date", date(2026, 1, 3)),
            (datetime(2026, 1, 2, 20), "date", date(2026, 1, 2)),
            ("2026-01-02T20:00:00+00:00", "datetime", datetime(2026, 1, 2, 20, tzinfo=UTC)),
            ("2026-01-02T20:00:00", "datetime", datetime(2026, 1, 2, 12, tzinfo=UTC)),
            ("2026-01-02", "datetime", datetime(2026, 1, 1, 16, tzinfo=UTC)),
            ({"due": "2026-01-02T20:00:00Z", "rule": "k"}, "datetime", datetime(2026, 1, 2, 20, tzinfo=UTC)),
            ("08:30:00", "time", time(8, 30)),
            ("P1D", "duration", timedelta(days=1)),
            ("P1M", "duration", YearMonthDuration(1)),
            ((1, 2), "list", [1, 2]),
            ({"a": 1}, "context", {"a": 1}),
            (
                {"due": "2026-01-02T20:00:00Z", "rule": "k", "start": None},
                "context",
                {"due": datetime(2026, 1, 2, 20, tzinfo=UTC), "rule": "k", "start": None},
            ),
        ],
    )
    def test_gives_a_stored_value_its_kind_back(self, stored, type, value):
        assert from_json(stored, type) == value

    @pytest.mark.parametrize(
        ("stored", "type"),
        [
            (True, "number"), ("x", "number"), (float("inf"), "number"), ([], "number"), (1, "text"), (1, "boolean"),
            ("soon", "date"), (5, "date"), ("soon", "datetime"), ("x", "time"), (5, "time"), ("x", "duration"), (1, "list"), (1, "context"),
        ],
    )  # fmt: skip
    def test_refuses_what_is_not_of_the_type(self, stored, type):
        with pytest.raises(ExpressionFailed) as failure:
            typed(stored, type)

        assert failure.value.id == "feel.not_of_type"
