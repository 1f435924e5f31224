"""The file about a matter: what was reported, by whom, its papers, links, assignments and results.

Every row is keyed by county and id. The columns of `case_file` that a process steers are written by
the enactment service alone; the rooms write the rows beside it.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.types import UserDefinedType

from app.db import Json, UtcDateTime, metadata


class Point(UserDefinedType[str]):
    """PostgreSQL's own point, in metres of a local plane; only statements touch it."""

    cache_ok = True

    def get_col_spec(self, **kw: object) -> str:
        return "POINT"


def _keys() -> tuple[sa.Column, sa.Column]:
    identity = sa.Identity(always=False)
    return sa.Column("county", sa.Integer, primary_key=True), sa.Column("id", sa.BigInteger, identity, primary_key=True)


def _of_case(table: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """A table whose rows belong to a case and go with it."""
    to_case = sa.ForeignKeyConstraint(
        ["county", "case_id"], ["case_file.county", "case_file.id"], name=f"fk_{table}_case_file"
    )
    return sa.Table(table, metadata, *_keys(), sa.Column("case_id", sa.BigInteger, nullable=False), *columns, to_case)


def _must(name: str, kind: object) -> sa.Column:
    return sa.Column(name, kind, nullable=False)


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


counter = sa.Table(
    "counter", metadata,
    sa.Column("county", sa.Integer, primary_key=True), sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("year", sa.SmallInteger, primary_key=True, autoincrement=False), _must("last", sa.Integer),
)

case_file = sa.Table(
    "case_file", metadata, *_keys(),
    _must("number", sa.Text), _must("kind", sa.Text), _must("title", sa.Text),
    _must("area", sa.BigInteger), _must("level", sa.SmallInteger),
    sa.Column("station_id", sa.Integer), sa.Column("township_id", sa.Integer), sa.Column("owner_id", sa.Integer),
    sa.Column("category", sa.Text), sa.Column("priority", sa.SmallInteger, nullable=False, server_default="0"),
    _flag("safety_flag"), _flag("supervised"), _flag("extended"), _flag("assigned"),
    sa.Column("status", sa.Text, nullable=False, server_default="submitted"),
    sa.Column("outcome", sa.Text), sa.Column("verdict", sa.Text),
    _must("channel", sa.Text), sa.Column("entered_by", sa.Integer),
    sa.Column("occurred_at", UtcDateTime), _must("recorded_at", UtcDateTime), sa.Column("accepted_at", UtcDateTime),
    sa.Column("closed_at", UtcDateTime), sa.Column("due_at", UtcDateTime),
    sa.Column("reporter_id", sa.BigInteger), sa.Column("mandate_id", sa.Integer),
    sa.Column("children", sa.Integer, nullable=False, server_default="0"),
    sa.Column("parent_county", sa.Integer), sa.Column("parent_id", sa.BigInteger), sa.Column("households", sa.Integer),
    _flag("publishable"), sa.Column("published_at", UtcDateTime),
    sa.Column("public_title", sa.Text), sa.Column("public_text", sa.Text), sa.Column("tracking_hash", sa.LargeBinary),
    sa.UniqueConstraint("county", "number"),
)
sa.Index("ix_case_file_recorded_at", case_file.c.county, case_file.c.recorded_at.desc())
sa.Index("ix_case_file_station_id", case_file.c.station_id, case_file.c.recorded_at.desc())
sa.Index("ix_case_file_owner_id", case_file.c.owner_id, case_file.c.recorded_at.desc())
sa.Index(
    "ix_case_file_parent", case_file.c.parent_county, case_file.c.parent_id,
    postgresql_where=case_file.c.parent_id.is_not(None),
)
sa.Index(
    "ix_case_file_published", case_file.c.county, case_file.c.published_at.desc(),
    postgresql_where=case_file.c.published_at.is_not(None),
)

case_text = sa.Table(
    "case_text", metadata,
    sa.Column("county", sa.Integer, primary_key=True),
    sa.Column("case_id", sa.BigInteger, primary_key=True, autoincrement=False),
    _must("title", sa.Text), _must("body", sa.Text), sa.Column("place", sa.Text, nullable=False, server_default=""),
    sa.Column("lat", sa.Double), sa.Column("lon", sa.Double), sa.Column("loc", Point), _must("created_at", UtcDateTime),
    sa.Column("grams", TSVECTOR, sa.Computed("array_to_tsvector(grams(title || ' ' || body))", persisted=True)),
    sa.ForeignKeyConstraint(["county", "case_id"], ["case_file.county", "case_file.id"], name="fk_case_text_case_file"),
)
sa.Index("ix_case_text_grams", case_text.c.grams, postgresql_using="gin")
sa.Index("ix_case_text_loc", case_text.c.loc, postgresql_using="gist")
sa.Index("ix_case_text_created_at", case_text.c.county, case_text.c.created_at)

party = _of_case(
    "party",
    sa.Column("role", sa.Text, nullable=False, server_default="reporter"),
    sa.Column("name_sealed", sa.LargeBinary), sa.Column("name_mask", sa.Text),
    sa.Column("phone_sealed", sa.LargeBinary), sa.Column("phone_mask", sa.Text), sa.Column("phone_hash", sa.LargeBinary),
    sa.Column("lang", sa.Text, nullable=False, server_default="zh"), _must("at", UtcDateTime),
)
sa.Index("ix_party_case_id", party.c.county, party.c.case_id)
sa.Index("ix_party_phone_hash", party.c.phone_hash, postgresql_where=party.c.phone_hash.is_not(None))

unmasking = sa.Table(
    "unmasking", metadata, *_keys(),
    _must("case_id", sa.BigInteger), _must("party_id", sa.BigInteger), _must("account_id", sa.Integer),
    _must("reason", sa.Text),
    sa.Column("at", UtcDateTime, nullable=False, server_default=sa.func.clock_timestamp()),
)
sa.Index("ix_unmasking_account_id", unmasking.c.account_id, unmasking.c.at)

note = _of_case(
    "note",
    _must("kind", sa.Text), _must("audience", sa.Text), sa.Column("text", sa.Text), sa.Column("facts", Json),
    _must("actor_id", sa.Integer), sa.Column("party_id", sa.BigInteger), _must("at", UtcDateTime),
)
sa.Index("ix_note_case_id", note.c.county, note.c.case_id)

attachment = _of_case(
    "attachment",
    _must("kind", sa.Text), sa.Column("audience", sa.Text, nullable=False, server_default="staff"),
    _must("content", sa.Text), sa.Column("thumb", sa.Text), _must("name", sa.Text), _must("type", sa.Text), _must("size", sa.Integer),
    sa.Column("width", sa.Integer), sa.Column("height", sa.Integer), sa.Column("note_id", sa.BigInteger),
    _must("actor_id", sa.Integer), _must("at", UtcDateTime), sa.Column("erased_at", UtcDateTime),
)
sa.Index("ix_attachment_case_id", attachment.c.county, attachment.c.case_id)
sa.Index("ix_attachment_content", attachment.c.content)

case_link = _of_case(
    "case_link",
    _must("link_no", sa.Text), _must("kind", sa.Text), _must("status", sa.Text),
    sa.Column("to_county", sa.Integer), sa.Column("to_id", sa.BigInteger), sa.Column("result", sa.Text),
    sa.Column("reason", sa.Text), _must("created_at", UtcDateTime), sa.Column("settled_at", UtcDateTime),
    sa.UniqueConstraint("county", "link_no"),
)
sa.Index("ix_case_link_case_id", case_link.c.county, case_link.c.case_id)
sa.Index(
    "ix_case_link_to", case_link.c.to_county, case_link.c.to_id, postgresql_where=case_link.c.to_id.is_not(None)
)

assignment = _of_case(
    "assignment",
    _must("n", sa.SmallInteger), _must("no", sa.Text), sa.Column("unit", sa.Integer), sa.Column("office", sa.Integer),
    sa.Column("role", sa.Text, nullable=False, server_default="lead"), sa.Column("class", sa.Text),
    _must("channel", sa.Text), _must("state", sa.Text),
    _must("assigned_at", UtcDateTime), _must("first_assigned_at", UtcDateTime),
    sa.Column("due_at", UtcDateTime), sa.Column("closed_at", UtcDateTime),
    sa.UniqueConstraint("county", "no"),
)
sa.Index("ix_assignment_case_id", assignment.c.county, assignment.c.case_id)
sa.Index(
    "ix_assignment_unit", assignment.c.unit, assignment.c.assigned_at, postgresql_where=assignment.c.closed_at.is_(None)
)

dispute = _of_case(
    "dispute",
    _must("assignment_no", sa.Text), sa.Column("unit", sa.Integer), sa.Column("reason", sa.Text), _must("at", UtcDateTime),
    sa.Column("ruling", sa.Text), sa.Column("ruling_reason", sa.Text), sa.Column("ruled_at", UtcDateTime),
    sa.Column("ruled_by", sa.Integer),
)
sa.Index("ix_dispute_case_id", dispute.c.county, dispute.c.case_id)

progress = _of_case(
    "progress",
    sa.Column("assignment_no", sa.Text), _must("source", sa.Text), _must("audience", sa.Text), _must("text", sa.Text),
    _must("actor_id", sa.Integer), _must("at", UtcDateTime),
)
sa.Index("ix_progress_case_id", progress.c.county, progress.c.case_id)

reply = _of_case(
    "reply",
    sa.Column("assignment_no", sa.Text), _must("letter_no", sa.Text), sa.Column("class", sa.Text),
    sa.Column("outcome", sa.Text), _must("text", sa.Text), sa.Column("unit", sa.Integer), _must("signer_id", sa.Integer),
    _must("at", UtcDateTime),
    sa.UniqueConstraint("county", "letter_no"),
)
sa.Index("ix_reply_case_id", reply.c.county, reply.c.case_id)

closure = _of_case(
    "closure",
    _must("finding", sa.Text), sa.Column("outcome", sa.Text), sa.Column("reason", sa.Text), _must("closed_by", sa.Integer),
    _must("at", UtcDateTime),
)
sa.Index("ix_closure_case_id", closure.c.county, closure.c.case_id)

rating = _of_case(
    "rating",
    sa.Column("party_id", sa.BigInteger), _must("round", sa.SmallInteger), _must("stars", sa.SmallInteger),
    _must("solved", sa.Text), sa.Column("text", sa.Text), _must("at", UtcDateTime),
    sa.UniqueConstraint("county", "case_id", "round"),
)

duty_event = _of_case(
    "duty_event",
    _must("mandate_id", sa.Integer), _must("code", sa.Text), _must("source", sa.Text), _must("at", UtcDateTime),
    sa.UniqueConstraint("county", "case_id", "mandate_id", "code", "source", name="uq_duty_event_fact"),
)
sa.Index("ix_duty_event_mandate_id", duty_event.c.mandate_id, duty_event.c.at)
