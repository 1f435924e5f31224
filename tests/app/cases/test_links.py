"""Who waits for another case waits for a link; another case is only ever told by an outbox row."""

import pytest
import sqlalchemy as sa

from app.cases import operations as cases
from app.cases import queries as files
from app.cases.operations.links import PARENT_DONE, SUPERVISION_DONE
from app.errors import NotFound


def file_row(uow, file):
    return files.case_by_id(uow.db, file.county, file.id)


def merged(uow, file, main):
    link = cases.merge(uow, county=file.county, case_id=file.id, number=file.number, main_number=main.number)
    parent = files.parent_of(uow.db, file.county, link.no)
    uow.db.execute(sa.text("update case_file set parent_county = :pc, parent_id = :pi where county = :c and id = :i"),
                   {"pc": parent.to_county, "pi": parent.to_id, "c": file.county, "i": file.id})
    return link


def wanted(uow, file):
    return cases.open_supervision(uow, county=file.county, case_id=file.id, number=file.number, reason="triage")


def open_link(uow, file, other, kind="supervision"):
    link = wanted(uow, file)
    uow.db.execute(sa.text("update case_link set status = 'open', kind = :kind, to_county = :c, to_id = :i where link_no = :no"),
                   {"kind": kind, "c": other.county, "i": other.id, "no": link.no})
    return link


class TestOpenSupervision:
    def test_asks_once_and_joins_what_is_open(self, uow, case):
        file = case()

        first, second = wanted(uow, file), wanted(uow, file)

        assert (first.no, first.is_new) == (f"{file.number}/L1", True)
        assert (second.no, second.is_new) == (first.no, False)
        assert [letter.topic for letter in uow.letters] == ["open_linked"]
        assert uow.letters[0].payload["link_no"] == first.no

    def test_opens_another_one_after_the_first_has_ended(self, uow, case):
        file = case()
        first = wanted(uow, file)
        cases.settle(uow, county=file.county, case_id=file.id, link_no=first.no, result="done")

        assert wanted(uow, file).no == f"{file.number}/L2"


class TestSettle:
    def test_a_case_without_an_open_supervision_is_not_supervised(self, uow, case):
        file = case(supervised=True)
        link = wanted(uow, file)

        cases.settle(uow, county=file.county, case_id=file.id, link_no=link.no, result="done")

        assert file_row(uow, file).supervised is False

    def test_leaves_cases_with_another_one_alone(self, uow, case):
        file = case(supervised=True)
        wanted(uow, file)

        cases.settle(uow, county=file.county, case_id=file.id, link_no="no such link", result="done")

        assert file_row(uow, file).supervised is True


class TestMerge:
    def test_counts_children_and_goes_to_the_root(self, uow, case):
        main, child, late = case(), case(), case()
        merged(uow, child, main)

        merged(uow, late, child)

        assert file_row(uow, main).children == 2
        assert {row.id for row in files.children(uow.db, main.county, main.id)} == {child.id, late.id}

    def test_takes_its_own_children_along(self, uow, case):
        main, child, grandchild = case(), case(), case()
        merged(uow, grandchild, child)

        merged(uow, child, main)

        assert file_row(uow, grandchild).parent_id == main.id
        assert file_row(uow, main).children == 2

    def test_refuses_a_ring_and_itself(self, uow, case):
        main, child = case(), case()
        merged(uow, child, main)

        with pytest.raises(cases.WouldCloseRing):
            cases.merge(uow, county=main.county, case_id=main.id, number=main.number, main_number=child.number)
        with pytest.raises(cases.WouldCloseRing):
            cases.merge(uow, county=main.county, case_id=main.id, number=main.number, main_number=main.number)

    def test_refuses_a_number_nobody_knows(self, uow, case):
        file = case()

        with pytest.raises(NotFound):
            cases.merge(uow, county=file.county, case_id=file.id, number=file.number, main_number="330825-CI-1999-000001")


class TestTellWaiting:
    def test_writes_one_row_for_each_that_waits(self, uow, case):
        supervision = case(kind="supervision", number="330825-SV-2021-000001")
        waiting, merely_merged = case(), case()
        link = open_link(uow, waiting, supervision)
        open_link(uow, merely_merged, supervision, kind="merged")
        uow.letters.clear()

        told = cases.tell_waiting(uow, county=supervision.county, case_id=supervision.id, message=SUPERVISION_DONE,
                                  result="done", facts={"outcome": "solved"})

        assert told == 1
        payload = uow.letters[0].payload
        assert (payload["id"], payload["keys"]) == (waiting.id, [waiting.number, link.no])
        assert payload["payload"] == {"outcome": "solved", "link_no": link.no, "result": "done"}

    def test_tells_children_only_of_merges(self, uow, case):
        main, child = case(), case()
        open_link(uow, child, main, kind="merged")
        uow.letters.clear()

        assert cases.tell_waiting(uow, county=main.county, case_id=main.id, message=PARENT_DONE, result="closed", facts={}) == 1
        assert uow.letters[0].payload["keys"] == [child.number]
        assert cases.tell_waiting(uow, county=main.county, case_id=main.id, message=PARENT_DONE, result="closed", facts={}) == 0
        assert cases.tell_waiting(uow, county=main.county, case_id=main.id, message=SUPERVISION_DONE, result="done", facts={}) == 0


class TestReceive:
    def test_keeps_what_nobody_waits_for_as_a_note_and_settles_the_link(self, uow, case):
        file = case(supervised=True)
        link = wanted(uow, file)

        taken = cases.receive(uow, {
            "county": file.county, "id": file.id, "message": SUPERVISION_DONE, "keys": [file.number, link.no],
            "payload": {"link_no": link.no, "result": "done"}, "source": "supervision",
        })

        note = files.notes(uow.db, file.county, file.id)[0]
        assert taken is False
        assert (note.kind, note.facts["message"]) == ("late_message", SUPERVISION_DONE)
        assert files.links(uow.db, file.county, file.id)[0].status == "settled"
        assert file_row(uow, file).supervised is False


class TestRelease:
    def test_lets_a_supervision_know(self, uow, case):
        supervision, file = case(kind="supervision", number="330825-SV-2021-000001"), case()
        open_link(uow, file, supervision)

        cases.release(uow, county=file.county, case_id=file.id, number=file.number, how="withdrawn")

        note = files.notes(uow.db, supervision.county, supervision.id)[0]
        assert note.facts == {"number": file.number, "result": "withdrawn"}
        assert files.links(uow.db, file.county, file.id)[0].status == "released"


    def test_leaves_a_supervision_of_a_closed_case_waiting_for_its_own_end(self, uow, case):
        supervision, file = case(kind="supervision", number="330825-SV-2021-000001"), case()
        open_link(uow, file, supervision)

        cases.release(uow, county=file.county, case_id=file.id, number=file.number, how="rated")

        assert files.notes(uow.db, supervision.county, supervision.id)[0].facts["result"] == "closed"
        assert files.links(uow.db, file.county, file.id)[0].status == "open"


class TestOpenLinked:
    def test_refuses_a_link_nobody_made(self, uow, case):
        file = case()

        with pytest.raises(cases.LinkUnknown):
            cases.open_linked(uow, {"county": file.county, "id": file.id, "link_no": "none", "kind": "supervision"})

    def test_opens_once(self, uow, case):
        supervision, file = case(kind="supervision", number="330825-SV-2021-000001"), case()
        link = open_link(uow, file, supervision)

        found = cases.open_linked(uow, {"county": file.county, "id": file.id, "link_no": link.no, "kind": "supervision"})

        assert found == (supervision.county, supervision.id)
