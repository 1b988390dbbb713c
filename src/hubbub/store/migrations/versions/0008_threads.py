"""Threads: replies beside the room, and who follows them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("channels", sa.Column("newest", sa.BigInteger, nullable=False, server_default="0"))
    op.execute("UPDATE channels SET newest = number")
    op.add_column("lines", sa.Column("thread", sa.BigInteger))
    op.add_column("lines", sa.Column("replies", sa.LargeBinary))
    op.drop_index("lines_by_number", "lines")
    op.create_index("lines_by_number", "lines", ["channel", "number", "author", "deleted", "thread"])
    op.create_index(
        "lines_of_thread",
        "lines",
        ["channel", "thread", "number", "author", "deleted"],
        sqlite_where=sa.text("thread IS NOT NULL"),
        postgresql_where=sa.text("thread IS NOT NULL"),
    )
    op.create_table(
        "follows",
        sa.Column("user", sa.Text, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("channel", sa.Text, sa.ForeignKey("channels.id"), nullable=False),
        sa.Column("thread", sa.BigInteger, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("user_seq", sa.BigInteger, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("position_seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user", "channel", "thread"),
        sqlite_with_rowid=False,
    )
