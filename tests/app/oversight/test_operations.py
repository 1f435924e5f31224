"""A congress forms a group, orders, follows milestones and judges."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.errors import Invalid
from app.oversight import operations, queries
from app.oversight.operations import Order, Planned

DUE = datetime(2021, 10, 28, 16, 0, tzinfo=UTC)
PLAN = [Planned("M1", "村民表决"), Planned("M2", "乡镇审核"), Planned("M3", "县级批复")]


@pytest.fixture
def supervision(case):
    return case(kind="supervision", number="330825-SV-2021-000012")


def at(file):
    return {"county": file.county, "case_id": file.id}


class TestFormGroup:
    def account(self, uow, mandate):
        return uow.db.execute(sa.text("""
            insert into account(login, name, password_hash, deputy_id, created_at, password_at)
            select 'd' || :m, '代表', 'x', deputy_id, now(), now() from mandate where id = :m returning id"""), {"m": mandate}).scalar_one()

    def test_is_an_organ_with_a_right_for_each_member_who_signs_in(self, uow, supervision, place):
        account = self.account(uow, place.mandates[0])

        group = operations.form_group(uow, **at(supervision), number=supervision.number, owner_id=place.township, mandates=place.mandates)

        organ = uow.db.execute(sa.text("select * from organ where id = :id"), {"id": group}).one()
        grants = uow.db.execute(sa.text("select * from role_grant where organ_id = :id"), {"id": group}).all()
        assert (organ.kind, organ.role, organ.superior_id) == ("group", "group_member", place.township)
        assert [(row.account_id, row.role, row.mandate_id) for row in grants] == [(account, "group_member", place.mandates[0])]
        assert list(queries.members(uow.db, supervision.county, supervision.id)) == list(place.mandates)

    def test_needs_somebody(self, uow, supervision, place):
        with pytest.raises(Invalid):
            operations.form_group(uow, **at(supervision), number=supervision.number, owner_id=place.township, mandates=[])

    def test_may_be_formed_anew(self, uow, supervision, place):
        first, second = (
            operations.form_group(uow, **at(supervision), number=supervision.number, owner_id=place.township, mandates=chosen)
            for chosen in (place.mandates[:1], place.mandates[1:])
        )

        assert first == second
        open_members = uow.db.execute(sa.text("select mandate_id from supervision_member where to_at is null order by 1")).scalars()
        assert list(open_members) == list(place.mandates[1:])

    def test_ends_with_the_supervision(self, uow, supervision, place):
        self.account(uow, place.mandates[0])
        group = operations.form_group(uow, **at(supervision), number=supervision.number, owner_id=place.township, mandates=place.mandates)

        operations.close_group(uow, **at(supervision), number=supervision.number)

        assert uow.db.execute(sa.text("select closed_on from organ where id = :id"), {"id": group}).scalar_one() is not None
        assert uow.db.execute(sa.text("select count(*) from role_grant where to_on is null and organ_id = :id"), {"id": group}).scalar_one() == 0

    def test_closing_a_group_that_was_never_formed_changes_nothing(self, uow, supervision):
        operations.close_group(uow, **at(supervision), number=supervision.number)

        assert list(queries.members(uow.db, supervision.county, supervision.id)) == []


class TestIssueOrder:
    def test_keeps_the_order_and_its_milestones(self, uow, supervision, place):
        still = operations.issue_order(uow, **at(supervision), order=Order(place.unit, DUE, (place.township,), "yishi_yiyi", "限期修复", PLAN))

        order = queries.orders(uow.db, supervision.county, supervision.id)[0]
        assert [one.no for one in still] == ["M1", "M2", "M3"]
        assert (order.n, order.lead, order.co, order.funding, order.due_at) == (1, place.unit, [place.township], "yishi_yiyi", DUE)
        assert [row.name for row in queries.milestones(uow.db, supervision.county, supervision.id)] == ["村民表决", "乡镇审核", "县级批复"]

    def test_a_second_order_keeps_what_was_done(self, uow, supervision, place):
        order = Order(place.unit, DUE, milestones=PLAN)
        operations.issue_order(uow, **at(supervision), order=order)
        operations.finish_milestone(uow, **at(supervision), no="M1", report="全票通过")

        still = operations.issue_order(uow, **at(supervision), order=order)

        orders = queries.orders(uow.db, supervision.county, supervision.id)
        assert [one.no for one in still] == ["M2", "M3"]
        assert [row.n for row in orders] == [2, 1]
        assert [row.superseded_at is None for row in orders] == [True, False]

    def test_refuses_a_milestone_nobody_planned(self, uow, supervision, place):
        operations.issue_order(uow, **at(supervision), order=Order(place.unit, DUE, milestones=PLAN))

        with pytest.raises(operations.MilestoneUnknown):
            operations.finish_milestone(uow, **at(supervision), no="M9")

    def test_is_judged(self, uow, supervision, place):
        operations.issue_order(uow, **at(supervision), order=Order(place.unit, DUE, milestones=PLAN))

        operations.judge(uow, **at(supervision), result="satisfied")

        assert queries.orders(uow.db, supervision.county, supervision.id)[0].judgement == "satisfied"


class TestCongressAbove:
    def test_is_the_superior(self, uow, place):
        assert operations.congress_above(uow, owner_id=place.township) == place.congress

    def test_ends_somewhere(self, uow, place):
        with pytest.raises(operations.NoCongressAbove):
            operations.congress_above(uow, owner_id=place.congress)


class TestPlanned:
    def test_numbers_what_has_no_number(self):
        rows = [{"name": "一"}, {"no": "X", "name": "二", "unit": 7}]

        assert [(one.no, one.name, one.unit) for one in operations.planned(rows)] == [("M1", "一", None), ("X", "二", 7)]


class TestWatchers:
    def test_are_those_of_the_supervision_a_case_was_linked_to(self, uow, case, supervision, place):
        file, other = case(), case()
        operations.form_group(uow, **at(supervision), number=supervision.number, owner_id=place.township, mandates=place.mandates)
        uow.db.execute(sa.text("""
            insert into case_link(county, case_id, link_no, kind, status, to_county, to_id, created_at)
            values (:c, :i, 'x', 'supervision', 'settled', :tc, :ti, now())"""),
            {"c": file.county, "i": file.id, "tc": supervision.county, "ti": supervision.id})

        assert [row.mandate_id for row in queries.watchers(uow.db, file.county, file.id)] == list(place.mandates)
        assert queries.watchers(uow.db, other.county, other.id) == []
