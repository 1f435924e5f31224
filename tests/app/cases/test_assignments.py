"""Each hand-over is a row of its own: what a unit says belongs to the number it was given."""

import pytest
import sqlalchemy as sa

from app.cases import operations as cases
from app.cases import queries as files
from tests.plugins_cases import JULY


def handed(uow, file, unit, **more):
    return cases.assign(uow, county=file.county, case_id=file.id, number=file.number, unit=unit, **more)


class TestAssign:
    def test_numbers_each_hand_over_afresh_and_keeps_the_first_day(self, uow, case, place):
        file = case()
        uow.time = JULY
        first = handed(uow, file, place.unit, speed="immediate")
        uow.time = JULY.replace(day=25)
        second = handed(uow, file, place.unit)

        rows = files.assignments(uow.db, file.county, file.id)
        assert [first.no, second.no] == [f"{file.number}/1", f"{file.number}/2"]
        assert [row.first_assigned_at for row in rows] == [JULY, JULY]
        assert [row.state for row in rows] == ["closed", "assigned"]
        assert rows[0].closed_at == uow.time

    def test_leaves_the_unit_to_the_platforms(self, uow, case, place):
        file = case()
        handed_over = handed(uow, file, None)

        cases.take_unit(uow, county=file.county, no=handed_over.no, unit=place.unit)

        row = files.live_assignment(uow.db, file.county, file.id)
        assert (row.channel, row.unit, row.state) == ("platform", place.unit, "accepted")

    def test_does_not_touch_other_cases(self, uow, case, place):
        other = case()
        kept = handed(uow, other, place.unit)

        handed(uow, case(), place.unit)

        assert files.live_assignment(uow.db, other.county, other.id).no == kept.no


class TestDispute:
    def test_keeps_reason_and_ruling(self, uow, case, place):
        file = case()
        no = handed(uow, file, place.unit).no
        where = {"county": file.county, "case_id": file.id, "no": no}

        cases.record_answer(uow, **where, decision="dispute", reason="不归我局")
        cases.record_ruling(uow, **where, ruling="reassign", reason="确非职责")

        row = uow.db.execute(sa.text("select * from dispute")).one()
        assert (row.assignment_no, row.unit, row.reason) == (no, place.unit, "不归我局")
        assert (row.ruling, row.ruling_reason, row.ruled_by) == ("reassign", "确非职责", uow.actor.id)
        assert files.live_assignment(uow.db, file.county, file.id).state == "recalled"

    def test_upheld_the_assignment_stands(self, uow, case, place):
        file = case()
        no = handed(uow, file, place.unit).no
        where = {"county": file.county, "case_id": file.id, "no": no}

        cases.record_answer(uow, **where, decision="dispute", reason="不归我局")
        cases.record_ruling(uow, **where, ruling="upheld", reason="职责明确")

        assert files.live_assignment(uow.db, file.county, file.id).state == "accepted"

    def test_needs_an_assignment(self, uow, case):
        file = case()

        with pytest.raises(cases.AssignmentUnknown):
            cases.record_answer(uow, county=file.county, case_id=file.id, no=f"{file.number}/9", decision="accept")


class TestReply:
    def test_is_a_numbered_letter_and_earlier_ones_stay(self, uow, case, place):
        file = case()
        uow.time = JULY
        no = handed(uow, file, place.unit).no

        letters = [
            cases.record_reply(uow, county=file.county, case_id=file.id, text=text, no=no, facts={"outcome": "solved", "class": "A"})
            for text in ("已修", "已修好并验收")
        ]

        assert letters == ["330825-R-2021-000001", "330825-R-2021-000002"]
        assert [row.text for row in files.replies(uow.db, file.county, file.id)] == ["已修好并验收", "已修"]
        assert files.live_assignment(uow.db, file.county, file.id).state == "replied"


class TestRecall:
    def test_ends_what_is_open_and_names_its_units(self, uow, case, place):
        file = case()
        handed(uow, file, place.unit)

        units = cases.recall(uow, county=file.county, case_id=file.id, reason="撤回")

        assert units == [place.unit]
        assert files.live_assignment(uow.db, file.county, file.id) is None
        assert cases.recall(uow, county=file.county, case_id=file.id, reason="再次") == []


class TestProgress:
    def test_keeps_lines_and_leaves_out_empty_ones(self, uow, case):
        file = case()
        for text in ("已到现场", "  "):
            cases.record_progress(uow, county=file.county, case_id=file.id, text=text, source="platform")

        assert [row.text for row in uow.db.execute(sa.text("select text from progress"))] == ["已到现场"]
