"""Supervision orders, their milestones, and the members of the groups that watch over them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from app.db import UtcDateTime, metadata


def _keys() -> tuple[sa.Column, sa.Column]:
    identity = sa.Identity(always=False)
    return sa.Column("county", sa.Integer, primary_key=True), sa.Column("id", sa.BigInteger, identity, primary_key=True)


def _must(name: str, kind: object) -> sa.Column:
    return sa.Column(name, kind, nullable=False)


supervision_order = sa.Table(
    "supervision_order", metadata, *_keys(),
    _must("case_id", sa.BigInteger), _must("n", sa.SmallInteger),
    sa.Column("lead", sa.Integer), sa.Column("co", ARRAY(sa.Integer), nullable=False, server_default="{}"),
    sa.Column("group_id", sa.Integer), sa.Column("funding", sa.Text), sa.Column("text", sa.Text),
    _must("issued_at", UtcDateTime), sa.Column("due_at", UtcDateTime), sa.Column("judgement", sa.Text),
    sa.Column("judged_at", UtcDateTime), sa.Column("superseded_at", UtcDateTime),
    sa.UniqueConstraint("county", "case_id", "n"),
    sa.ForeignKeyConstraint(["county", "case_id"], ["case_file.county", "case_file.id"], name="fk_supervision_order_case_file"),
)

supervision_milestone = sa.Table(
    "supervision_milestone", metadata, *_keys(),
    _must("case_id", sa.BigInteger), _must("order_id", sa.BigInteger), _must("no", sa.Text), _must("name", sa.Text),
    sa.Column("unit", sa.Integer), sa.Column("due_at", UtcDateTime), sa.Column("done_at", UtcDateTime),
    sa.Column("report", sa.Text), sa.Column("missed", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("county", "order_id", "no", name="uq_supervision_milestone_no"),
    sa.ForeignKeyConstraint(
        ["county", "order_id"], ["supervision_order.county", "supervision_order.id"],
        name="fk_supervision_milestone_supervision_order",
    ),
)
sa.Index("ix_supervision_milestone_case_id", supervision_milestone.c.county, supervision_milestone.c.case_id)

supervision_member = sa.Table(
    "supervision_member", metadata, *_keys(),
    _must("case_id", sa.BigInteger), _must("group_id", sa.Integer), sa.Column("mandate_id", sa.Integer),
    sa.Column("account_id", sa.Integer), _must("from_at", UtcDateTime), sa.Column("to_at", UtcDateTime),
    sa.ForeignKeyConstraint(["county", "case_id"], ["case_file.county", "case_file.id"], name="fk_supervision_member_case_file"),
)
sa.Index("ix_supervision_member_case_id", supervision_member.c.county, supervision_member.c.case_id)
