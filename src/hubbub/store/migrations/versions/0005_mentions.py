"""To whom messages are addressed."""

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
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user", "reason", "channel", "number"),
        sa.Index("mentions_of_message", "channel", "number"),
        sa.Index("mentions_by_time", "user", "at"),
        sqlite_with_rowid=False,
    )
