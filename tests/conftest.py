"""Shared by every test: only what truly is. Each folder has its own fixtures beside its tests."""

from __future__ import annotations

import os

from hypothesis import settings

# No example is judged by the clock: a busy machine is no failure. In CI the examples are the same each time, so that a
# red run means a change; on a developer's machine they are new each time, so that something is found.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")
