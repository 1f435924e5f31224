"""Working days against an independent calendar; limits against days counted by hand."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from workflows.calendar import Calendar, LimitRule, Year, deadline, light, midnight, share
from workflows.errors import CalendarInvalid

FOLDER = Path("bpmn/calendars")
CALENDAR = Calendar.read(FOLDER)


def shanghai(text):
    return datetime.fromisoformat(text + "+08:00")


def due(amount, unit, start, **more):
    end = deadline(CALENDAR, LimitRule("k", amount, unit, **more), shanghai(start))
    return end.due.astimezone(midnight(date(2026, 1, 1)).tzinfo).strftime("%Y-%m-%d %H:%M")


class TestCalendar:
    @pytest.mark.parametrize("year", range(2021, 2027))
    def test_agrees_with_the_published_package(self, year):
        days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]

        assert [CALENDAR.is_working_day(day) for day in days] == [chinese_calendar.is_workday(day) for day in days]

    def test_knows_its_years_and_their_source(self):
        assert CALENDAR.years == (2021, 2022, 2023, 2024, 2025, 2026)
        assert CALENDAR.knows(2026) and not CALENDAR.knows(2027)
        assert "2026" in CALENDAR.source(2026) and CALENDAR.source(2027) == ""

    def test_counts_monday_to_friday_in_a_year_without_a_file(self):
        assert CALENDAR.is_working_day(date(2027, 10, 1))
        assert not CALENDAR.is_working_day(date(2027, 10, 2))

    @pytest.mark.parametrize(
        ("day", "kind"),
        [("2026-09-24", "work"), ("2026-09-25", "holiday"), ("2026-09-20", "makeup"), ("2026-11-28", "weekend"), ("2027-10-02", "weekend")],
    )
    def test_names_the_kind_of_a_day(self, day, kind):
        assert CALENDAR.kind(date.fromisoformat(day)) == kind

    @pytest.mark.parametrize(
        ("day", "days", "expected"),
        [("2026-09-24", 1, "2026-09-28"), ("2026-09-28", -1, "2026-09-24"), ("2026-09-26", 0, "2026-09-26"), ("2026-02-13", 2, "2026-02-24")],
    )
    def test_adds_working_days(self, day, days, expected):
        assert CALENDAR.add(date.fromisoformat(day), days) == date.fromisoformat(expected)

    def test_refuses_to_add_without_end(self):
        with pytest.raises(CalendarInvalid):
            CALENDAR.add(date(2026, 1, 1), 9999)

    def test_counts_as_many_days_as_it_adds(self):
        first = date(2021, 3, 1)
        for days in (0, 1, 7, 30, 250, 600):
            assert CALENDAR.count(first, CALENDAR.add(first, days)) == days

    def test_counts_backwards(self):
        assert CALENDAR.count(date(2026, 10, 9), date(2026, 9, 24)) == -5

    def test_counts_day_by_day_over_the_turn_of_years(self):
        first, last = date(2025, 12, 20), date(2027, 1, 10)
        days = [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]

        assert CALENDAR.count(first, last) == sum(CALENDAR.is_working_day(day) for day in days)


class TestReading:
    def year(self, text):
        return Year.from_toml(text, "2026.toml")

    def test_reads_spans_of_days(self):
        year = self.year('year = 2026\nsource = "s"\nworking = [2026-01-04]\n[[off]]\nfrom = 2026-01-01\nto = 2026-01-03')

        assert year.off == {date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)}

    @pytest.mark.parametrize("text", ["year = ", "year = 2026", 'year = 2026\nsource = "s"\nworking = 5'])
    def test_refuses_what_it_cannot_read(self, text):
        with pytest.raises(CalendarInvalid) as refusal:
            self.year(text)

        assert refusal.value.id == "calendar.unreadable"

    @pytest.mark.parametrize(
        "days",
        ["working = [2025-01-04]", "working = [2026-01-05]", "working = [2026-01-04]\n[[off]]\nfrom = 2026-01-04\nto = 2026-01-04"],
    )
    def test_refuses_days_that_cannot_be_right(self, days):
        with pytest.raises(CalendarInvalid) as refusal:
            self.year(f'year = 2026\nsource = "s"\n{days}')

        assert refusal.value.id == "calendar.wrong_day"

    def test_refuses_a_year_in_the_wrong_file(self, tmp_path):
        (tmp_path / "2027.toml").write_text('year = 2026\nsource = "s"\nworking = []', encoding="utf-8")

        with pytest.raises(CalendarInvalid) as refusal:
            Calendar.read(tmp_path)

        assert refusal.value.id == "calendar.wrong_year"


class TestDeadline:
    @pytest.mark.parametrize(
        ("amount", "unit", "start", "expected"),
        [
            (5, "wd", "2026-09-24T11:00", "2026-10-10 00:00"),
            (5, "wd", "2026-09-24T00:00", "2026-10-10 00:00"),
            (5, "wd", "2026-09-26T11:00", "2026-10-10 00:00"),
            (1, "wd", "2026-11-27T23:59", "2026-12-01 00:00"),
            (1, "wd", "2026-09-19T10:00", "2026-09-21 00:00"),
            (15, "cd", "2026-09-18T11:00", "2026-10-09 00:00"),
            (15, "cd", "2026-11-02T11:00", "2026-11-18 00:00"),
            (0, "cd", "2026-11-28T11:00", "2026-11-29 00:00"),
            (1, "mo", "2026-01-31T11:00", "2026-03-01 00:00"),
            (3, "mo", "2025-11-30T11:00", "2026-03-01 00:00"),
            (24, "h", "2026-11-28T11:30", "2026-11-29 11:30"),
        ],
    )
    def test_ends_with_the_last_day(self, amount, unit, start, expected):
        assert due(amount, unit, start) == expected

    def test_rolls_on_to_a_working_day_but_counts_none_twice(self):
        assert due(1, "cd", "2026-11-27T10:00") == "2026-12-01 00:00"
        assert due(0, "wd", "2026-11-28T10:00") == "2026-12-01 00:00"

    @pytest.mark.parametrize(("amount", "unit", "expected"), [(5, "cd", "2026-10-05 00:00"), (-20, "cd", "2026-09-10 00:00")])
    def test_election_limits_never_roll(self, amount, unit, expected):
        assert due(amount, unit, "2026-09-29T10:00", rolls=False, statutory=True) == expected

    def test_counts_working_days_backwards(self):
        assert due(-1, "wd", "2026-09-28T10:00", rolls=False) == "2026-09-25 00:00"

    def test_a_limit_before_a_day_never_rolls_past_it(self):
        assert due(-2, "cd", "2026-11-30T10:00", rolls=False) == "2026-11-29 00:00"

    def test_tells_how_it_was_counted(self):
        facts = deadline(CALENDAR, LimitRule("k", 1, "wd", basis="b", version="v"), shanghai("2026-11-27T10:00")).facts()

        assert facts["steps"] == [
            ["2026-11-27", "start", 0], ["2026-11-28", "weekend", 0], ["2026-11-29", "weekend", 0], ["2026-11-30", "work", 1],
        ]  # fmt: skip
        assert (facts["rule"], facts["version"], facts["basis"], facts["year"]) == ("k", "v", "b", 2026)
        assert facts["due"] == "2026-11-30T16:00:00+00:00"
        assert not facts["provisional"]

    @pytest.mark.parametrize(
        ("amount", "unit", "start", "provisional"),
        [
            (5, "wd", "2026-12-29T10:00", True),
            (5, "wd", "2026-12-01T10:00", False),
            (60, "cd", "2026-12-01T10:00", True),
            (24, "h", "2026-12-31T10:00", False),
            (1, "wd", "2027-05-01T10:00", True),
        ],
    )
    def test_is_provisional_while_a_year_is_not_announced(self, amount, unit, start, provisional):
        assert deadline(CALENDAR, LimitRule("k", amount, unit), shanghai(start)).provisional is provisional

    def test_is_certain_without_a_calendar_where_no_working_day_matters(self):
        assert not deadline(CALENDAR, LimitRule("k", 60, "cd", rolls=False), shanghai("2026-12-01T10:00")).provisional

    @pytest.mark.parametrize("rule", [LimitRule("k", 1, "week"), LimitRule("k", 9999, "cd")])
    def test_refuses_limits_nobody_means(self, rule):
        with pytest.raises(CalendarInvalid):
            deadline(CALENDAR, rule, datetime(2026, 1, 1, tzinfo=UTC))

    def test_hours_have_no_days_to_show(self):
        facts = deadline(CALENDAR, LimitRule("k", 24, "h"), shanghai("2026-11-27T10:00")).facts()

        assert facts["steps"] == [] and facts["year"] == 2026


class TestShare:
    START, DUE = shanghai("2026-11-26T00:00"), shanghai("2026-12-01T00:00")  # Thursday, Friday and Monday are worked

    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            ("2026-11-25T10:00", 0),
            ("2026-11-26T00:00", 0),
            ("2026-11-27T12:00", 0.5),
            ("2026-11-28T00:00", 2 / 3),
            ("2026-11-29T18:00", 2 / 3),
            ("2026-11-30T12:00", 5 / 6),
            ("2026-12-01T00:00", 1),
            ("2026-12-02T00:00", 4 / 3),
        ],
    )
    def test_counts_working_time_only(self, now, expected):
        assert share(CALENDAR, self.START, self.DUE, shanghai(now)) == pytest.approx(expected)

    def test_counts_plain_time_where_nothing_is_worked(self):
        saturday, monday = shanghai("2026-11-28T00:00"), shanghai("2026-11-30T00:00")

        assert share(CALENDAR, saturday, monday, shanghai("2026-11-29T00:00")) == pytest.approx(0.5)

    def test_is_below_one_until_it_is_due(self):
        friday, monday = shanghai("2026-11-27T00:00"), shanghai("2026-11-30T00:00")

        assert share(CALENDAR, friday, monday, shanghai("2026-11-29T00:00")) < 1

    def test_is_due_at_once_when_it_ends_before_it_begins(self):
        assert share(CALENDAR, self.DUE, self.START, self.START) == 1

    @pytest.mark.parametrize(
        ("portion", "colour"), [(0, "green"), (0.49, "green"), (0.5, "yellow"), (0.8, "orange"), (0.99, "orange"), (1, "red"), (3, "red")]
    )
    def test_becomes_a_light(self, portion, colour):
        assert light(portion) == colour
