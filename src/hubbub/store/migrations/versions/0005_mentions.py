"""Whom messages name."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "mentions",
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, sa.ForeignKey("channels.id"), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user", "channel", "number"),
        sa.Index("mentions_of_message", "channel", "number"),
        sqlite_with_rowid=False,
    )
