"""Writes what is generated from the protocol's Structs and the error table; CI fails when one of them is stale.

python tools/gen_protocol.py            write web/lib/protocol.gen.ts, docs/protocol.md, docs/asyncapi.json
python tools/gen_protocol.py --check    write nothing; exit 1 naming each file that is missing or stale
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)] * (str(ROOT) not in sys.path)  # when started as a file, not as a module

from tools.protocol_asyncapi import render_asyncapi  # noqa: E402
from tools.protocol_markdown import render_markdown  # noqa: E402
from tools.protocol_typescript import render_typescript  # noqa: E402

GENERATED: Final[Mapping[str, Callable[[], str]]] = {
    "web/lib/protocol.gen.ts": render_typescript,
    "docs/protocol.md": render_markdown,
    "docs/asyncapi.json": render_asyncapi,
}


def find_stale(root: Path) -> list[str]:
    """The generated files under `root` that are missing or differ from what would be written."""
    return [name for name, render in GENERATED.items() if _content_of(root / name) != render()]


def write_all(root: Path) -> None:
    for name, render in GENERATED.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(render(), encoding="utf-8")


def _content_of(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Generate TypeScript and documents from the protocol.")
    parser.add_argument("--check", action="store_true", help="only say what is stale")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout (default: this one)")
    given = parser.parse_args(arguments)
    if not given.check:
        write_all(given.root)
        return 0
    stale = find_stale(given.root)
    for name in stale:
        print(f"{name} is stale: run `make protocol`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
