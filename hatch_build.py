"""Puts the built pages into the wheel, so that `pip install hubbub` is the whole product.

An editable install takes them from the checkout instead, where `make web` puts them.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PagesHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        script = Path(self.root) / "tools" / "build_web.py"
        if subprocess.run([sys.executable, str(script)], check=False).returncode != 0:
            raise SystemExit("The wheel needs the pages inside it, and they could not be built (see above).")
        # _web is git-ignored; naming it as an artifact puts it in all the same.
        build_data["artifacts"].append("/src/hubbub/_web/**")
