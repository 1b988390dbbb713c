"""Writes `docs/configuration.md` from the settings themselves; `--check` fails when it is stale."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from hubbub.config import Setting, describe

TARGET = Path(__file__).resolve().parent.parent / "docs" / "configuration.md"
HEAD = """\
<!-- Written by tools/gen_configuration.py; do not edit. -->
# Settings

A value comes from the last of these that has one: the default, `hubbub.toml` in the working folder (or the file that
`HUBBUB_CONFIG` names), the variable, the flag (`hubbub serve --help`). A value that does not fit is refused at start,
with the setting's name, where it came from and what is expected; so is a name that is not below. In the file a dot is a
table:

```toml
port = 9000

[limits]
login_tries = 5
```

| setting | variable | default | takes | meaning |
|---|---|---|---|---|
"""


def shown(value: object) -> str:
    if value is None or value == ():
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def row(setting: Setting) -> str:
    cells = (
        f"`{setting.key}`",
        f"`{setting.variable}`",
        shown(setting.default),
        setting.expect,
        setting.description,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def main(arguments: Sequence[str]) -> int:
    text = HEAD + "".join(map(row, describe()))
    if "--check" in arguments:
        if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text:
            return 0
        print("docs/configuration.md is stale: run python -m tools.gen_configuration", file=sys.stderr)
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
