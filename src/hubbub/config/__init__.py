"""Every setting of Hubbub, in one frozen `Config`, checked before anything starts.

A value comes from the last of these that has one: the default here, `hubbub.toml`, a `HUBBUB_` variable (nested by two
underscores: `HUBBUB_LIMITS__ENABLED=false`), a flag. Invariants: no other module reads the environment or a file for a
setting; a `Config` that exists is valid; a name nobody knows is refused, because a misspelt bound is no bound.

A new setting is one annotated field in `limits.py`, `sections.py` or `root.py`; the documentation comes from it.
"""

from hubbub.config.checks import Network, check_origin, is_loopback
from hubbub.config.limits import Limits
from hubbub.config.loading import load_config
from hubbub.config.root import SETTINGS, Config, describe
from hubbub.config.sections import Archive, Files, Log, Metrics, Pages, Search, Session, Tls, Wire
from hubbub.config.settings import Setting
from hubbub.config.sources import find_config_file

__all__ = (
    "SETTINGS",
    "Archive",
    "Config",
    "Files",
    "Limits",
    "Log",
    "Metrics",
    "Network",
    "Pages",
    "Search",
    "Session",
    "Setting",
    "Tls",
    "Wire",
    "check_origin",
    "describe",
    "find_config_file",
    "is_loopback",
    "load_config",
)
