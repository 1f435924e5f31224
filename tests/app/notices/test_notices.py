"""Who is told what, when, and in which words."""

from datetime import UTC, datetime

import pytest
from jinja2 import UndefinedError

from app.notices import letters, operations, queries
from app.notices.operations import Notice
from app.uow import Actor, Grant

#: Friday 24 September 2021, Shanghai; Saturday and Sunday follow, Sunday the 26th is worked.
OFFICE = datetime(2021, 9, 24, 2, 0, tzinfo=UTC)
EVENING = datetime(2021, 9, 24, 12, 0, tzinfo=UTC)
DAWN = datetime(2021, 9, 23, 22, 0, tzinfo=UTC)
HOLIDAY_EVE = datetime(2021, 9, 30, 12, 0, tzinfo=UTC)


class TestOfficeHours:
    @pytest.mark.parametrize(("now", "shown"), [
        (OFFICE, OFFICE),
        (DAWN, datetime(2021, 9, 24, 0, 30, tzinfo=UTC)),
        (EVENING, datetime(2021, 9, 26, 0, 30, tzinfo=UTC)),
        (HOLIDAY_EVE, datetime(2021, 10, 8, 0, 30, tzinfo=UTC)),
    ], ids=["at work", "before", "weekend with a make-up day", "long holiday"])
    def test_waits_for_the_next_morning_that_is_worked(self, wiring, now, shown):
        assert operations.office_hours(wiring.calendar, now) == shown


class TestTell:
    def told(self, uow, **more):
        operations.tell(uow, notice=Notice(**{
            "template": "item", "county": 330825, "case_id": 1, "organ": 7, "role": "station_clerk",
            "facts": {"words": {"zh": "受理", "en": "Check"}, "number": "N1"}, **more}))

    def clerk(self, organ=7, role="station_clerk", id=100):
        return Actor("person", id, grants=(Grant(role, organ),))

    def test_is_seen_by_who_holds_the_role_there(self, uow):
        uow.time = OFFICE
        self.told(uow)

        seen = queries.unseen(uow.db, self.clerk(), OFFICE)
        assert [one.words["zh"] for one in seen] == ["待您办理：受理（N1）"]
        assert queries.unseen(uow.db, self.clerk(organ=8), OFFICE) == []
        assert queries.unseen(uow.db, self.clerk(role="station_head"), OFFICE) == []

    def test_goes_to_one_person(self, uow):
        uow.time = OFFICE
        self.told(uow, organ=None, role=None, account_id=105)

        assert queries.count_unseen(uow.db, self.clerk(id=105), OFFICE) == 1
        assert queries.count_unseen(uow.db, self.clerk(id=106), OFFICE) == 0

    def test_lets_people_sleep_unless_it_is_urgent(self, uow):
        uow.time = EVENING
        self.told(uow)
        self.told(uow, urgent=True, facts={"words": {"zh": "险情", "en": "Danger"}, "number": "N2"})

        assert [one.is_urgent for one in queries.unseen(uow.db, self.clerk(), EVENING)] == [True]
        assert len(queries.unseen(uow.db, self.clerk(), datetime(2021, 9, 26, 1, 0, tzinfo=UTC))) == 2

    def test_says_the_same_once(self, uow):
        uow.time = OFFICE
        for _ in range(2):
            self.told(uow, once="item:1:a")

        assert queries.count_unseen(uow.db, self.clerk(), OFFICE) == 1

    def test_leaves_the_desk_when_seen(self, uow):
        uow.time, uow.actor = OFFICE, self.clerk()
        self.told(uow)
        notice = queries.unseen(uow.db, uow.actor, OFFICE)[0]

        operations.mark_seen(uow, county=330825, notice_id=notice.id)

        assert queries.unseen(uow.db, uow.actor, OFFICE) == []
        assert queries.of_case(uow.db, 330825, 1)[0].seen_by == 100
        with pytest.raises(operations.NoticeUnknown):
            operations.mark_seen(uow, county=330825, notice_id=notice.id)


FACTS = {"title": "石桥冲断", "number": "330825-CI-2021-000417", "url": "http://luzhi.test", "words": {"zh": "已受理", "en": "Accepted"},
         "token": "abc", "due": "07-30"}


class TestLetter:
    @pytest.mark.parametrize("name", ["milestone", "your_turn", "withdraw_refused", "explained", "disputed", "supervision"])
    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_is_signed_and_short(self, name, lang):
        text = letters.letter(name, lang, FACTS)

        assert text.startswith({"zh": "【履职】", "en": "[Lüzhi]"}[lang])
        assert len(text) <= letters.MOST_LETTERS + 10
        assert "石桥冲断" in text

    def test_carries_the_link_when_it_is_the_readers_turn(self):
        assert "http://luzhi.test/a/abc" in letters.letter("your_turn", "zh", FACTS)

    def test_speaks_chinese_to_who_reads_another_language(self):
        assert "已受理" in letters.letter("milestone", "fr", FACTS)

    def test_refuses_to_be_sent_with_a_gap(self):
        with pytest.raises(UndefinedError):
            letters.letter("milestone", "zh", {"title": "x"})

    def test_refuses_an_unknown_name(self):
        with pytest.raises(letters.TemplateUnknown):
            letters.letter("gossip", "zh", FACTS)
