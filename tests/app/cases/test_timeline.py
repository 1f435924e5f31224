"""The timeline says to each audience what it may know, in the order in which it happened."""

from app.cases import operations as cases
from app.cases import queries as files
from tests.plugins_cases import JULY


def titles(uow, file, audience):
    row = files.case_by_id(uow.db, file.county, file.id)
    return [entry.title["zh"] for entry in files.timeline(uow.db, row, audience)]


def filled(uow, case, place):
    file = case()
    where = {"county": file.county, "case_id": file.id}
    uow.time = JULY.replace(day=21)
    cases.add_note(uow, **where, text="内部看法")
    cases.add_note(uow, **where, text="水又涨了", kind="facts", audience="reporter")
    cases.assign(uow, **where, number=file.number, unit=place.unit)
    uow.time = JULY.replace(day=22)
    cases.record_reply(uow, **where, text="已修好", no=f"{file.number}/1", facts={"outcome": "solved"})
    cases.record_rating(uow, **where, stars=3, solved="solved", text="谢谢老王")
    return file


class TestTimeline:
    def test_shows_staff_everything_in_order(self, uow, case, place):
        file = filled(uow, case, place)

        assert titles(uow, file, "staff") == [
            "收到反映", "备注", "反映人补充情况", "交由县交通运输局办理", "答复 已解决", "评价 3 星 群众认为已解决"]

    def test_keeps_notes_of_staff_from_the_reporter(self, uow, case, place):
        assert "备注" not in titles(uow, filled(uow, case, place), "reporter")

    def test_shows_the_public_no_unit_no_facts_and_no_letter_before_the_review(self, uow, case, place):
        assert titles(uow, filled(uow, case, place), "public") == ["收到反映", "评价 3 星 群众认为已解决"]

    def test_hides_what_the_reporter_wrote_beside_his_stars_from_the_public(self, uow, case, place):
        row = files.case_by_id(uow.db, *[getattr(filled(uow, case, place), name) for name in ("county", "id")])

        assert all("老王" not in entry.text for entry in files.timeline(uow.db, row, "public"))
