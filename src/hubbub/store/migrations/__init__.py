"""Alembic migrations: forward only, without gaps, importing nothing of the application."""

from typing import Final

# The newest revision; a test holds it equal to what Alembic finds.
HEAD: Final = "0010"
