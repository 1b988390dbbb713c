"""What the links of a message lead to."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("lines", sa.Column("preview_seq", sa.BigInteger))
