"""Which processes exist: one row per deployed version. A row is never altered but for being switched on or off."""

import sqlalchemy as sa

from app.db import UtcDateTime, metadata

process_definition = sa.Table(
    "process_definition", metadata,
    sa.Column("id", sa.Integer, sa.Identity(always=False), primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("opens", sa.Text),
    sa.Column("title_zh", sa.Text, nullable=False),
    sa.Column("title_en", sa.Text, nullable=False),
    sa.Column("checksum", sa.Text, nullable=False),
    sa.Column("bundle", sa.LargeBinary, nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("deployed_by", sa.Integer, nullable=False),
    sa.Column("deployed_at", UtcDateTime, nullable=False),
    sa.Column("activated_by", sa.Integer),
    sa.Column("activated_at", UtcDateTime),
    sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("key", "version"),
    sa.Index("ix_process_definition_active", "key", unique=True, postgresql_where=sa.text("is_active")),
    sa.Index("ix_process_definition_opens", "opens", unique=True, postgresql_where=sa.text("is_active and opens is not null")),
    sa.Index("ix_process_definition_checksum", "key", "checksum"),
)
