"""Conversations, found by their people; what somebody has made of their place in a channel."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("channels", sa.Column("kind", sa.Text, nullable=False, server_default="channel"))
    op.add_column("channels", sa.Column("people_key", sa.Text))
    op.create_index(
        "channels_by_people",
        "channels",
        ["people_key"],
        unique=True,
        sqlite_where=sa.text("people_key IS NOT NULL"),
        postgresql_where=sa.text("people_key IS NOT NULL"),
    )
    op.add_column("members", sa.Column("muted", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("members", sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("members", sa.Column("hidden_below", sa.BigInteger, nullable=False, server_default="0"))
