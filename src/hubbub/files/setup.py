"""Puts together where files come in and where they are kept, from the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hubbub.config import Config
from hubbub.files.inspector import Bounds, Inspector
from hubbub.files.local import LocalStorage
from hubbub.files.partials import Partials

if TYPE_CHECKING:
    from hubbub.files.s3 import ObjectStorage

FOLDER: Final = "files"


def open_partials(config: Config) -> Partials:
    """Uploads on their way are on this machine, wherever files are kept."""
    return Partials(config.data / FOLDER / "uploads", config.files.reserve_bytes)


def make_inspector(config: Config) -> Inspector:
    files = config.files
    return Inspector(Bounds(files.image_pixels, files.image_frames, files.check_seconds), files.checks)


def open_storage(config: Config) -> LocalStorage | ObjectStorage:
    """Where contents are kept. Raises `ConfigError`."""
    if config.files.storage is None:
        return LocalStorage(config.data / FOLDER / "kept")
    # Its driver is large, and few need it.
    from hubbub.files.s3 import open_s3

    return open_s3(config.files)
