"""What leaves the house, what comes in, long jobs, and the messages the pretending text gateway shows."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from app.db import Json, UtcDateTime, metadata

_NOW = sa.text("now()")

outbox = sa.Table(
    "outbox", metadata,
    sa.Column("county", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("id", sa.BigInteger, sa.Identity(always=False), primary_key=True),
    sa.Column("instance_id", sa.BigInteger), sa.Column("item_id", sa.BigInteger),
    sa.Column("topic", sa.Text, nullable=False), sa.Column("payload", Json),
    sa.Column("next_try", UtcDateTime, nullable=False, server_default=_NOW),
    sa.Column("tries", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("done_at", UtcDateTime), sa.Column("outcome", sa.Text), sa.Column("fault", sa.Text),
    sa.Index("outbox_due", "next_try", postgresql_where=sa.text("done_at is null")),
    sa.Index("outbox_item", "county", "item_id", postgresql_where=sa.text("done_at is null and item_id is not null")),
    postgresql_with={"autovacuum_vacuum_scale_factor": 0.02},
)

inbox = sa.Table(
    "inbox", metadata,
    sa.Column("county", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("system", sa.Text, primary_key=True), sa.Column("message_id", sa.Text, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False, server_default=_NOW),
    sa.Column("body", Json, nullable=False), sa.Column("answer", Json),
    sa.Column("message", sa.Text), sa.Column("keys", ARRAY(sa.Text)),
    sa.Column("state", sa.Text, nullable=False, server_default="done"), sa.Column("instance_id", sa.BigInteger),
    sa.CheckConstraint("state in ('done', 'early', 'late', 'gone')", name="state"),
    sa.Index("ix_inbox_early", "message", "keys", postgresql_where=sa.text("state = 'early'")),
    sa.Index("ix_inbox_message", "system", "message_id"),
)

job = sa.Table(
    "job", metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=False), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False), sa.Column("arguments", Json, nullable=False, server_default="{}"),
    sa.Column("cursor", Json), sa.Column("progress", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("next_try", UtcDateTime, nullable=False, server_default=_NOW),
    sa.Column("tries", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("created_by", sa.Integer, nullable=False), sa.Column("created_at", UtcDateTime, nullable=False, server_default=_NOW),
    sa.Column("done_at", UtcDateTime), sa.Column("result", Json), sa.Column("fault", sa.Text),
    sa.Index("job_due", "next_try", postgresql_where=sa.text("done_at is null")),
)

sms_message = sa.Table(
    "sms_message", metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=False), primary_key=True),
    sa.Column("message_id", sa.Text, nullable=False), sa.Column("sent_at", UtcDateTime, nullable=False),
    sa.Column("phone", sa.Text, nullable=False), sa.Column("body", sa.Text, nullable=False), sa.Column("case_no", sa.Text),
    sa.UniqueConstraint("message_id"),
)
