"""How a matter ended: what the checker found, what the reporter thinks, what it counts for deputies."""

import pytest
import sqlalchemy as sa

from app.cases import operations as cases
from app.cases import queries as files
from app.errors import Invalid


class TestRecordRating:
    def test_keeps_stars_and_solved_apart_and_counts_rounds(self, uow, case):
        file = case()

        rounds = [cases.record_rating(uow, county=file.county, case_id=file.id, stars=stars, solved=solved, text=" 好 ")
                  for stars, solved in ((1, "not"), (3, "partly"))]

        assert rounds == [1, 2]
        assert [(row.stars, row.solved, row.text) for row in files.ratings(uow.db, file.county, file.id)] == [
            (1, "not", "好"), (3, "partly", "好")]

    @pytest.mark.parametrize(("stars", "solved"), [(0, "solved"), (4, "solved"), (3, "perhaps")])
    def test_refuses_what_is_no_rating(self, uow, case, stars, solved):
        file = case()

        with pytest.raises(Invalid):
            cases.record_rating(uow, county=file.county, case_id=file.id, stars=stars, solved=solved)


class TestRecordDuty:
    def test_counts_one_fact_once(self, uow, case, place):
        file = case()
        where = {"county": file.county, "case_id": file.id, "code": "SUP", "source": "330825-SV-2021-000001"}

        first = cases.record_duty(uow, **where, mandates=place.mandates)
        again = cases.record_duty(uow, **where, mandates=place.mandates)

        assert (first, again) == (3, 0)
        assert cases.record_duty(uow, **where, mandates=[]) == 0
        assert uow.db.execute(sa.text("select count(*) from duty_event")).scalar_one() == 3


class TestRecordClosure:
    def test_keeps_every_look(self, uow, case):
        file = case()
        for finding in ("by_phone", "on_site"):
            cases.record_closure(uow, county=file.county, case_id=file.id, finding=finding, outcome="solved", reason="已通车")

        assert [row.finding for row in files.closures(uow.db, file.county, file.id)] == ["on_site", "by_phone"]


class TestSearch:
    def found(self, uow, text="", **more):
        return [row.title for row in files.search(uow.db, lo=330825000000, hi=330825999999, text=text, **more)]

    def test_finds_by_number_and_by_any_two_characters(self, uow, case, other_place):
        bridge = case(title="石桥冲断", body="洪水之后")
        case(title="路灯不亮", body="晚上很黑")
        case(at=other_place, title="石桥在别县")

        assert self.found(uow, bridge.number) == ["石桥冲断"]
        assert self.found(uow, "石桥") == ["石桥冲断"]
        assert self.found(uow, "很黑") == ["路灯不亮"]
        assert self.found(uow, "桥石") == []

    def test_narrows_by_status(self, uow, case):
        case(title="办结的", status="closed")
        case(title="新的")

        assert self.found(uow, status="closed") == ["办结的"]

    def test_takes_wildcards_as_they_are(self, uow, case):
        case(title="百分之百%_完成")

        assert self.found(uow, "%_") == ["百分之百%_完成"]
        assert self.found(uow, "完_") == []
