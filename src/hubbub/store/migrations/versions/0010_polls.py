"""How polls stand, and what people vote for in anonymous ones."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("lines", sa.Column("poll", sa.LargeBinary))
    op.create_table(
        "ballots",
        sa.Column("channel", sa.Text, sa.ForeignKey("channels.id"), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("user", sa.Text, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("channel", "number", "user"),
        sqlite_with_rowid=False,
    )
    op.create_index("ballots_of_user", "ballots", ["user", "seq"])
