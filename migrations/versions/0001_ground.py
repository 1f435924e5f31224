"""What the ground floor keeps: keys of commands with their answers, the demonstration's clock, counts of tries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001_ground"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "command",
        sa.Column("county", sa.Integer, nullable=False),
        sa.Column("key", sa.Uuid, nullable=False),
        sa.Column("actor", sa.Integer, nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answer", JSONB),
        sa.PrimaryKeyConstraint("county", "key", name="pk_command"),
    )
    op.create_index("ix_command_at", "command", ["at"])
    op.create_table(
        "clock_offset",
        sa.Column("id", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("shift", sa.Interval, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clock_offset"),
        sa.CheckConstraint("id = 1", name="ck_clock_offset_single"),
    )
    op.create_table(
        "throttle",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("began", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", "subject", "began", name="pk_throttle"),
    )
    op.create_index("ix_throttle_began", "throttle", ["began"])


def downgrade() -> None:
    op.drop_table("throttle")
    op.drop_table("clock_offset")
    op.drop_table("command")
