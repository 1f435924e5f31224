"""The rows of running cases. Nothing but `record.py`, through the function `enact`, writes them.

An instance has the county and id of its case. Status of an instance: 0 running, 1 suspended, 2 completed,
3 terminated; of a work item: 0 open, 1 claimed, 2 completed, 3 withdrawn.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from app.db import Json, UtcDateTime, metadata

RUNNING, SUSPENDED, ENDED, TERMINATED = range(4)
OPEN, CLAIMED, COMPLETED, WITHDRAWN = range(4)


def _county() -> sa.Column:
    return sa.Column("county", sa.Integer, primary_key=True, autoincrement=False)


def _number() -> sa.Column:
    return sa.Column("id", sa.BigInteger, sa.Identity(always=False), primary_key=True)


def _must(name: str, kind: object, default: str | None = None) -> sa.Column:
    return sa.Column(name, kind, nullable=False, server_default=sa.text(default) if default else None)


def _part_of_instance(name: str, kind: object) -> sa.Column:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


process_instance = sa.Table(
    "process_instance", metadata, _county(), _part_of_instance("id", sa.BigInteger),
    _must("definition_id", sa.Integer), _must("state", sa.LargeBinary), _must("variables", Json),
    _must("status", sa.SmallInteger, "0"), _must("version", sa.Integer, "1"),
    _must("audit_seq", sa.Integer, "0"), sa.Column("audit_head", sa.LargeBinary),
    _must("held", sa.Boolean, "false"), _must("failures", sa.SmallInteger, "0"),
    _must("started_at", UtcDateTime), _must("updated_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime), sa.Column("ended_with", sa.Text),
    sa.CheckConstraint("status between 0 and 3", name="status"),
    sa.ForeignKeyConstraint(["county", "id"], ["case_file.county", "case_file.id"], name="fk_process_instance_case"),
    sa.ForeignKeyConstraint(["definition_id"], ["process_definition.id"], name="fk_process_instance_definition"),
    sa.Index("ix_process_instance_definition", "definition_id", postgresql_where=sa.text("status < 2")),
    postgresql_with={"fillfactor": 80},
)

work_item = sa.Table(
    "work_item", metadata, _county(), _number(), _must("instance_id", sa.BigInteger),
    _must("item_key", sa.Text), _must("process", sa.Text), _must("element", sa.Text), _must("kind", sa.Text),
    sa.Column("org", sa.Integer), sa.Column("role", sa.Text), sa.Column("assignee", sa.Integer),
    sa.Column("party_id", sa.BigInteger), sa.Column("mandate_id", sa.Integer), sa.Column("head_role_added", sa.Text),
    sa.Column("form", sa.Text), sa.Column("operation", sa.Text), _must("title_zh", sa.Text), _must("title_en", sa.Text),
    sa.Column("category", sa.Text), _must("priority", sa.SmallInteger, "0"), _must("status", sa.SmallInteger, "0"),
    _must("returned", sa.Boolean, "false"), _must("version", sa.Integer, "1"), sa.Column("local", Json),
    _must("opened_at", UtcDateTime), _must("due_at", UtcDateTime, "'infinity'"), sa.Column("due_from", UtcDateTime),
    sa.Column("due_facts", Json), sa.Column("remind_at", UtcDateTime), _must("reminded", sa.SmallInteger, "0"),
    sa.Column("head_at", UtcDateTime), sa.Column("claimed_at", UtcDateTime), sa.Column("closed_at", UtcDateTime),
    sa.Column("closed_by", sa.Integer),
    sa.CheckConstraint("kind in ('person', 'role', 'mandate', 'visitor', 'system')", name="kind"),
    sa.CheckConstraint("status between 0 and 3", name="status"),
    sa.ForeignKeyConstraint(
        ["county", "instance_id"], ["process_instance.county", "process_instance.id"], name="fk_work_item_instance"
    ),
    postgresql_with={"fillfactor": 90, "autovacuum_vacuum_scale_factor": 0.02},
)
_open = sa.text("status < 2")
_of = work_item.c
sa.Index(
    "wi_org", _of.org, _of.due_at, _of.id, postgresql_include=["role", "head_role_added", "status", "priority"], postgresql_where=_open
)
sa.Index("wi_county", _of.county, _of.due_at, _of.id, postgresql_where=_open)
sa.Index("wi_city", sa.text("(county / 100)"), _of.due_at, _of.id, postgresql_where=_open)
sa.Index("wi_all", _of.due_at, _of.id, postgresql_where=_open)
sa.Index("wi_mine", _of.assignee, _of.due_at, _of.id, postgresql_where=sa.text("status = 1"))
sa.Index(
    "wi_mandate", _of.mandate_id, _of.due_at, _of.id, postgresql_where=sa.text("status < 2 and mandate_id is not null")
)
sa.Index("wi_case", _of.county, _of.instance_id)
sa.Index("wi_remind", _of.remind_at, postgresql_where=sa.text("status < 2 and remind_at is not null"))
sa.Index(
    "wi_head", _of.head_at, postgresql_where=sa.text("status = 0 and head_role_added is null and head_at is not null")
)

item_answer = sa.Table(
    "item_answer", metadata, _county(), _part_of_instance("item_id", sa.BigInteger), _must("instance_id", sa.BigInteger),
    _must("form", sa.Text), _must("at", UtcDateTime), _must("sealed", sa.LargeBinary),
    sa.Index("ix_item_answer_case", "county", "instance_id"),
)

item_token = sa.Table(
    "item_token", metadata, _county(), sa.Column("hash", sa.LargeBinary, primary_key=True),
    _must("item_id", sa.BigInteger), _must("instance_id", sa.BigInteger), _must("expires_at", UtcDateTime),
    sa.Index("ix_item_token_hash", "hash"), sa.Index("ix_item_token_item", "county", "item_id"),
)

timer = sa.Table(
    "timer", metadata, _county(), _part_of_instance("instance_id", sa.BigInteger), _part_of_instance("timer_key", sa.Text),
    _must("process", sa.Text), _must("element", sa.Text), _must("due_at", UtcDateTime), sa.Column("facts", Json),
    _must("tries", sa.SmallInteger, "0"), sa.Index("timer_due", "due_at"),
    postgresql_with={"autovacuum_vacuum_scale_factor": 0.02},
)

subscription = sa.Table(
    "subscription", metadata, _county(), _part_of_instance("instance_id", sa.BigInteger), _part_of_instance("sub_key", sa.Text),
    _must("process", sa.Text), _must("element", sa.Text), _must("message", sa.Text), _must("correlation", ARRAY(sa.Text)),
    sa.Index("ix_subscription_message", "message", "correlation"),
)

incident = sa.Table(
    "incident", metadata, _county(), _number(), _must("instance_id", sa.BigInteger), _must("kind", sa.Text),
    sa.Column("process", sa.Text), sa.Column("element", sa.Text), _must("at", UtcDateTime), _must("facts", Json),
    sa.Column("solved_at", UtcDateTime), sa.Column("solved_by", sa.Integer),
    sa.Index("ix_incident_open", "county", "instance_id", postgresql_where=sa.text("solved_at is null")),
)

audit_entry = sa.Table(
    "audit_entry", metadata, _county(), _part_of_instance("instance_id", sa.BigInteger), _part_of_instance("seq", sa.Integer),
    _must("at", UtcDateTime), _must("actor", sa.Integer), sa.Column("mandate", sa.Integer), _must("action", sa.Text),
    _must("process", sa.Text), _must("element", sa.Text), _must("body", sa.Text), _must("hash", sa.LargeBinary),
    sa.Index("ix_audit_entry_at", "at"),
)

figure = sa.Table(
    "figure", metadata, _county(), _part_of_instance("category", sa.Text), _part_of_instance("day", sa.Date),
    _must("opened", sa.Integer), _must("closed", sa.Integer), _must("late", sa.Integer), _must("seconds", sa.Double),
)

figure_delta = sa.Table(
    "figure_delta", metadata, _must("county", sa.Integer), _must("category", sa.Text), _must("day", sa.Date),
    _must("opened", sa.Integer), _must("closed", sa.Integer), _must("late", sa.Integer), _must("seconds", sa.Double),
)
