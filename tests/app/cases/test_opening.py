"""A report through any door becomes one file with one receipt, and is never lost."""

import pytest
import sqlalchemy as sa

from app import crypto
from app.cases import operations as cases
from app.cases import queries as files
from app.cases.operations.contacts import Contact
from app.errors import Invalid
from tests.plugins_cases import JULY, TEXT

PHONE = "13812345678"
PHOTO = cases.Photo("a" * 64, "桥.jpg", "image/jpeg", 1234, 800, 600, "b" * 64)


def rows(db, table):
    return db.execute(sa.text(f"select * from {table} order by 1, 2")).all()


class TestFileIssue:
    def test_opens_one_file_with_number_text_reporter_and_photos(self, uow, place, report):
        uow.time = JULY
        receipt = cases.file_issue(uow, report=report(photos=(PHOTO,), contact=Contact("王小明", PHONE), lat=29.05, lon=119.2))

        file = files.case_by_number(uow.db, receipt.number)
        assert (receipt.county, receipt.number) == (330825, "330825-CI-2021-000001")
        assert (file.status, file.kind, file.channel) == ("submitted", "citizen_issue", "scan")
        assert (file.station_id, file.township_id, file.owner_id) == (place.station, place.township, place.township)
        assert (file.recorded_at, file.occurred_at, file.reporter_id) == (JULY, None, receipt.party_id)
        assert (file.title, file.body) == ("凤溪村口的石桥被洪水冲断，二十多户出不了门", TEXT)
        assert [row.content for row in rows(uow.db, "attachment")] == [PHOTO.content]

    def test_keeps_contacts_encrypted_and_shows_masks(self, uow, report):
        receipt = cases.file_issue(uow, report=report(contact=Contact("王小明", "+86 138 1234 5678")))

        party = rows(uow.db, "party")[0]
        assert (party.name_mask, party.phone_mask) == (crypto.mask_name("王小明"), crypto.mask_phone(PHONE))
        assert PHONE.encode() not in bytes(party.phone_sealed)
        assert bytes(party.phone_hash) == crypto.Vault(uow.settings.field_key).trace(PHONE)
        assert receipt.party_id == party.id

    def test_needs_no_contact_at_all(self, uow, report):
        receipt = cases.file_issue(uow, report=report())

        party = files.parties(uow.db, receipt.county, receipt.case_id)[0]
        assert (party.name_mask, party.phone_mask) == (None, None)

    def test_gives_a_code_that_opens_the_file_and_keeps_only_its_hash(self, uow, report):
        receipt = cases.file_issue(uow, report=report())

        assert files.case_by_tracking(uow.db, receipt.number, receipt.tracking_code).id == receipt.case_id
        kept = rows(uow.db, "case_file")[0]
        assert receipt.tracking_code not in str(kept)

    @pytest.mark.parametrize("text", ["", "   \n", "桥" * 4001])
    def test_refuses_an_empty_or_endless_text(self, uow, report, text):
        with pytest.raises(Invalid):
            cases.file_issue(uow, report=report(text=text))

        assert rows(uow.db, "case_file") == []

    def test_keeps_a_report_no_process_can_take_yet(self, uow, report):
        receipt = cases.file_issue(uow, report=report())

        waiting = files.notes(uow.db, receipt.county, receipt.case_id)[0]
        assert waiting.kind == "not_started"
        assert waiting.facts["answers"]["text"] == TEXT


class TestCaseByTracking:
    @pytest.mark.parametrize("wrong", ["", "AAAA", "x" * 500, "\x00", "ＡＢＣＤ-EFGH", "0000-0000-0000-0000-0"])
    def test_answers_every_wrong_code_alike(self, uow, report, wrong):
        receipt = cases.file_issue(uow, report=report())

        with pytest.raises(files.ReceiptUnknown):
            files.case_by_tracking(uow.db, receipt.number, wrong)

    def test_answers_another_ones_code_like_a_wrong_one(self, uow, report):
        mine, other = (cases.file_issue(uow, report=report()) for _ in range(2))

        with pytest.raises(files.ReceiptUnknown):
            files.case_by_tracking(uow.db, mine.number, other.tracking_code)
        with pytest.raises(files.ReceiptUnknown):
            files.case_by_tracking(uow.db, "330825-CI-1999-000001", mine.tracking_code)

    def test_forgives_how_the_code_was_typed(self, uow, report):
        receipt = cases.file_issue(uow, report=report())
        typed = receipt.tracking_code.lower().replace("-", " ")

        assert files.case_by_tracking(uow.db, receipt.number.lower(), typed).id == receipt.case_id


class TestTitleOf:
    @pytest.mark.parametrize(("text", "title"), [
        ("桥断了。快来！", "桥断了"), ("路灯\n坏了", "路灯"), ("。。。", "。。。"), ("一" * 50, "一" * 29 + "…"), ("  灯 坏  了 ", "灯 坏 了"),
    ])
    def test_takes_the_first_sentence(self, text, title):
        assert cases.title_of(text) == title


class TestUncover:
    def seen(self, uow, receipt, reason="电话核实地点"):
        return cases.uncover(
            uow, county=receipt.county, case_id=receipt.case_id, party_id=receipt.party_id, reason=reason
        )

    def test_shows_the_contact_and_keeps_who_looked_and_why(self, uow, report):
        receipt = cases.file_issue(uow, report=report(contact=Contact("王小明", PHONE)))

        shown = self.seen(uow, receipt)

        assert (shown.name, shown.phone) == ("王小明", PHONE)
        look = rows(uow.db, "unmasking")[0]
        assert (look.account_id, look.party_id, look.reason) == (uow.actor.id, receipt.party_id, "电话核实地点")

    def test_needs_a_reason(self, uow, report):
        receipt = cases.file_issue(uow, report=report(contact=Contact("王小明", PHONE)))

        with pytest.raises(Invalid):
            self.seen(uow, receipt, reason=" 查 ")

        assert rows(uow.db, "unmasking") == []

    def test_stops_at_thirty_an_hour(self, uow, report):
        receipt = cases.file_issue(uow, report=report(contact=Contact("王小明", PHONE)))
        for _ in range(30):
            self.seen(uow, receipt)

        with pytest.raises(cases.TooManyUncovered):
            self.seen(uow, receipt)

        assert len(rows(uow.db, "unmasking")) == 30

    def test_does_not_open_a_contact_copied_to_another_person(self, uow, report):
        mine, other = (cases.file_issue(uow, report=report(contact=Contact("王小明", PHONE))) for _ in range(2))
        uow.db.execute(sa.text("update party set phone_sealed = (select phone_sealed from party where id = :a) where id = :b"),
                       {"a": mine.party_id, "b": other.party_id})

        with pytest.raises(crypto.SealBroken):
            self.seen(uow, other)
