"""Case numbers are drawn without gaps between two, and read however they were typed."""

from datetime import UTC, datetime

import pytest

from app import crypto
from app.cases import numbers

NEW_YEAR_IN_CHINA = datetime(2021, 12, 31, 16, 30, tzinfo=UTC)
JULY = datetime(2021, 7, 20, 7, 30, tzinfo=UTC)


class TestDraw:
    def test_counts_by_county_kind_and_year(self, db):
        first = numbers.draw(db, county=330825, kind="citizen_issue", now=JULY)
        second = numbers.draw(db, county=330825, kind="citizen_issue", now=JULY)
        other_county = numbers.draw(db, county=331004, kind="citizen_issue", now=JULY)
        other_kind = numbers.draw(db, county=330825, kind="supervision", now=JULY)

        assert [first.number, second.number] == ["330825-CI-2021-000001", "330825-CI-2021-000002"]
        assert other_county.number == "331004-CI-2021-000001"
        assert other_kind.number == "330825-SV-2021-000001"
        assert first.case_id != second.case_id

    def test_takes_the_year_of_the_calendar_on_the_wall(self, db):
        drawn = numbers.draw(db, county=330825, kind="citizen_issue", now=NEW_YEAR_IN_CHINA)

        assert drawn.number == "330825-CI-2022-000001"

    def test_refuses_a_kind_nobody_knows(self, db):
        with pytest.raises(KeyError):
            numbers.draw(db, county=330825, kind="gossip", now=JULY)

    def test_numbers_letters_apart(self, db):
        numbers.draw(db, county=330825, kind="citizen_issue", now=JULY)

        assert numbers.draw_letter(db, county=330825, now=JULY) == "330825-R-2021-000001"


class TestParseNumber:
    @pytest.mark.parametrize("typed", [
        "330825-CI-2021-000417", " 330825-ci-2021-000417 ", "３３０８２５－ＣＩ－２０２１－０００４１７", "330825–CI–2021–000417",
        "330825 - CI - 2021 - 000417",
    ])
    def test_forgives_width_case_and_spaces(self, typed):
        assert numbers.parse_number(typed) == (330825, "330825-CI-2021-000417")

    @pytest.mark.parametrize("typed", ["", "417", "330825-CI-2021", "330825-CI-2021-000417; drop table", "\x00", "１" * 400])
    def test_knows_what_cannot_be_one(self, typed):
        assert numbers.parse_number(typed) is None


class TestIsCode:
    def test_opens_with_the_right_code_only(self):
        code, other = crypto.new_tracking_code(), crypto.new_tracking_code()

        assert numbers.is_code(code, crypto.digest(code))
        assert not numbers.is_code(other, crypto.digest(code))

    def test_opens_nothing_without_a_code(self):
        assert not numbers.is_code(None, crypto.digest(""))
        assert not numbers.is_code(crypto.new_tracking_code(), None)
