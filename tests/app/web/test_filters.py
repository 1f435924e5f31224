"""Dates, spans and masks as readers see them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app.web import filters

NOW = datetime(2021, 7, 20, 7, 30, tzinfo=UTC)
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@pytest.fixture(params=["zh", "en"])
def spoken(specimen: Flask, request: pytest.FixtureRequest):
    """Within a request of a reader of each language."""
    with specimen.test_request_context(headers={"Accept-Language": request.param}):
        yield request.param


class TestInstants:
    def test_are_shown_on_the_clocks_of_zhejiang(self, spoken: str) -> None:
        assert filters.when(NOW) == {"zh": "7月20日 周二 15:30", "en": "Tue 20 Jul 15:30"}[spoken]

    def test_name_the_year_where_it_differs(self, spoken: str) -> None:
        assert filters.when(NOW, 2022) == {"zh": "2021年7月20日 周二 15:30", "en": "Tue 20 Jul 2021 15:30"}[spoken]
        assert filters.when(NOW, 2021) == filters.when(NOW)

    def test_turn_the_day_at_midnight_there(self, spoken: str) -> None:
        late = datetime(2021, 7, 20, 16, 0, tzinfo=UTC)

        assert filters.full_day(late) == {"zh": "2021年7月21日", "en": "21 Jul 2021"}[spoken]

    def test_are_a_dash_when_there_is_none(self, spoken: str) -> None:
        assert [filters.when(None), filters.day(NEVER), filters.full_day(None), filters.iso(None)] == ["—", "—", "—", ""]

    def test_speak_to_machines_with_their_zone(self) -> None:
        assert filters.iso(NOW) == "2021-07-20T15:30+08:00"
        assert filters.iso(date(2021, 7, 20)) == "2021-07-20"


class TestDue:
    def test_counts_working_days_where_they_were_counted(self, spoken: str) -> None:
        said = filters.due(NOW + timedelta(days=4), NOW, 2)

        assert said == {"zh": "还剩2个工作日", "en": "2 working days left"}[spoken]

    def test_counts_hours_on_the_last_day(self, spoken: str) -> None:
        assert filters.due(NOW + timedelta(hours=3), NOW, 0) == {"zh": "还剩3小时", "en": "3 hours left"}[spoken]

    def test_says_that_it_is_late(self, spoken: str) -> None:
        assert filters.due(NOW - timedelta(minutes=50), NOW) == {"zh": "已超50分钟", "en": "overdue by 50 minutes"}[spoken]
        assert filters.due(NOW, NOW) == {"zh": "已超1分钟", "en": "overdue by 1 minute"}[spoken]

    def test_knows_what_has_no_limit(self, spoken: str) -> None:
        assert filters.due(NEVER, NOW) == filters.due(None, NOW) == {"zh": "无期限", "en": "no limit"}[spoken]

    def test_tells_how_long_ago(self, spoken: str) -> None:
        assert filters.ago(NOW - timedelta(days=3), NOW) == {"zh": "3天前", "en": "3 days ago"}[spoken]
        assert filters.ago(NOW, NOW) == {"zh": "刚刚", "en": "just now"}[spoken]

    def test_says_a_limit_and_how_it_was_counted(self, spoken: str) -> None:
        assert filters.limit_words({"amount": 5, "unit": "wd"}) == {"zh": "5个工作日", "en": "5 working days"}[spoken]
        assert filters.limit_words(None) == ""
        assert filters.step_words(["2021-07-21", "work", 1]) == {"zh": "7月21日 周三：第1个工作日", "en": "Wed 21 Jul: working day 1"}[spoken]


class TestMasks:
    @pytest.mark.parametrize(("number", "shown"), [("13812345678", "138****5678"), ("88991", "*****"), ("", "—"), (None, "—")])
    def test_of_phones_show_too_little_to_call(self, number: str, shown: str) -> None:
        assert filters.mask_phone(number) == shown

    def test_of_names_show_the_family(self) -> None:
        assert filters.mask_name("王小明") == "王**"

    def test_codes_are_grouped_once(self) -> None:
        assert filters.grouped("K7Q2XM9TB4ND6PRS") == filters.grouped("K7Q2-XM9T-B4ND-6PRS") == "K7Q2-XM9T-B4ND-6PRS"

    @pytest.mark.parametrize("drawing", ["<svg><script>x</script></svg>", '<svg onload="x"></svg>', "<b>no</b>", "<svg></svg><b>"])
    def test_only_harmless_drawings_are_set_as_they_are(self, drawing: str) -> None:
        assert "&lt;" in filters.safe_svg(drawing)
        assert filters.safe_svg("<svg><path d='M0 0'/></svg>") == "<svg><path d='M0 0'/></svg>"
