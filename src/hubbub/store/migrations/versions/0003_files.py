"""Files, which messages have them, and which posts quote which message."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("info", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    op.create_index("files_of_owner", "files", ["owner", "state"])
    op.create_index("files_by_state", "files", ["state", "created_at"])
    op.create_table(
        "file_uses",
        sa.Column("file", sa.Text, sa.ForeignKey("files.id"), nullable=False),
        sa.Column("channel", sa.Text, sa.ForeignKey("channels.id"), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("file", "channel", "number"),
        sqlite_with_rowid=False,
    )
    op.create_index("file_uses_of_message", "file_uses", ["channel", "number"])
    op.create_table(
        "answers",
        sa.Column("channel", sa.Text, sa.ForeignKey("channels.id"), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("channel", "number", "seq"),
        sqlite_with_rowid=False,
    )
