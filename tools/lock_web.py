"""Writes `web/package-lock.json` from `web/package.json`, then fills in what npm leaves out.

npm asks the registry about the binaries of every platform, drops those it cannot get (a mirror holds only what it was
asked for), and `npm ci` then refuses the very lock that npm wrote (npm/cli issue 9846, npm 11.16 and later). What is
missing is known exactly: a package names its binaries with their exact versions. So each gets an entry with that
version and its platform; no other platform ever fetches it.

`--complete` only fills in; it needs no network.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tools.build_web import ROOT, WEB, BuildError, run_npm

Entry: TypeAlias = dict[str, object]
EXACT = re.compile(r"\d+\.\d+\.\d+[\w.+-]*")
SYSTEMS = ("aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32")
PROCESSORS = ("arm64", "arm", "x64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32")


@dataclass(frozen=True, slots=True)
class Missing:
    """`parent` (a path in the lock) may want `name` at exactly `version`, and the lock has no such entry."""

    parent: str
    name: str
    version: str


def places(parent: str, name: str) -> Iterator[str]:
    """Where Node looks for `name` from `parent`, nearest first."""
    while parent:
        yield f"{parent}/node_modules/{name}"
        parent = parent.rpartition("node_modules/")[0].rstrip("/")
    yield f"node_modules/{name}"


def find_missing(packages: dict[str, Entry]) -> Iterator[Missing]:
    for parent, entry in packages.items():
        wanted = entry.get("optionalDependencies")
        for name, version in wanted.items() if isinstance(wanted, dict) else ():
            found = next((packages[place] for place in places(parent, name) if place in packages), None)
            # A range is met by what npm chose; only exact versions can be told without asking.
            if found is None or (EXACT.fullmatch(version) and found.get("version") != version):
                yield Missing(parent, name, version)


def platform_of(name: str) -> Entry:
    """`os` and `cpu` as the package's own manifest has them, from its name, which says both."""
    words = re.split(r"[-/]", name)
    if name == "fsevents":
        return {"os": ["darwin"]}
    processor = next((each for each in PROCESSORS if any(word.startswith(each) for word in words)), None)
    system = next((each for each in SYSTEMS if each in words), None)
    if processor is None and system is None:
        raise BuildError(f"cannot tell from its name which platform {name} is for")
    return {
        **({"cpu": [processor]} if processor else {}),
        "optional": True,
        **({"os": [system]} if system else {}),
    }


def complete(packages: dict[str, Entry]) -> int:
    """Adds an entry for each that is missing; returns how many."""
    missing = list(find_missing(packages))
    for each in missing:
        if not EXACT.fullmatch(each.version):
            raise BuildError(f"{each.name}@{each.version} is not in the lock, and its exact version is not known")
        place = f"node_modules/{each.name}"
        if packages.get(place, {"version": each.version}).get("version") != each.version:
            place = f"{each.parent}/node_modules/{each.name}"
        parent = packages[each.parent]
        flags = {flag: True for flag in ("dev", "devOptional", "peer") if parent.get(flag)}
        packages[place] = {"version": each.version, **flags, **platform_of(each.name)}
    return len(missing)


def main(arguments: Sequence[str]) -> int:
    file = WEB / "package-lock.json"
    try:
        if "--complete" not in arguments:
            run_npm("install", "--package-lock-only", "--ignore-scripts")
        lock = json.loads(file.read_text(encoding="utf-8"))
        added = complete(lock["packages"])
    except BuildError as error:
        print(f"lock_web: {error}", file=sys.stderr)
        return 1
    lock["packages"] = dict(sorted(lock["packages"].items()))
    file.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{file.relative_to(ROOT)}: {len(lock['packages'])} packages, {added} of them filled in")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
