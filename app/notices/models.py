"""What was told to whom inside the house; text messages leave through the outbox."""

import sqlalchemy as sa

from app.db import Json, UtcDateTime, metadata

notice = sa.Table(
    "notice", metadata,
    sa.Column("county", sa.Integer, primary_key=True),
    sa.Column("id", sa.BigInteger, sa.Identity(always=False), primary_key=True),
    sa.Column("case_id", sa.BigInteger), sa.Column("item_id", sa.BigInteger),
    sa.Column("template", sa.Text, nullable=False), sa.Column("facts", Json, nullable=False),
    sa.Column("party_id", sa.BigInteger), sa.Column("organ", sa.Integer), sa.Column("role", sa.Text),
    sa.Column("account_id", sa.Integer), sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("once", sa.Text), sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("visible_at", UtcDateTime, nullable=False), sa.Column("seen_at", UtcDateTime), sa.Column("seen_by", sa.Integer),
)
_unseen = notice.c.seen_at.is_(None)
sa.Index("uq_notice_once", notice.c.county, notice.c.once, unique=True, postgresql_where=notice.c.once.is_not(None))
sa.Index(
    "ix_notice_queue", notice.c.organ, notice.c.role, notice.c.visible_at,
    postgresql_where=sa.and_(_unseen, notice.c.organ.is_not(None)),
)
sa.Index(
    "ix_notice_account_id", notice.c.account_id, notice.c.visible_at,
    postgresql_where=sa.and_(_unseen, notice.c.account_id.is_not(None)),
)
sa.Index("ix_notice_case_id", notice.c.county, notice.c.case_id)
