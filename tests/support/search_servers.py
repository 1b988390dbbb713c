"""Real Elasticsearch and OpenSearch nodes for tests: each a process of its own, as a user of its own, on a free port.

One of each serves the whole run: the fixture `search_servers` starts both at the first test that wants either. Tests
keep apart by an index prefix of their own. A node ends with the run, whatever ends the run: a watcher that outlives the
tests kills it when they are gone.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict

import httpx
import psutil

from tests.support.server import ServerError, free_port
from tools.servers import ELASTICSEARCH, OPENSEARCH, Distribution, find_jdk, install

# A busy machine takes more than a minute for two of them.
READY_SECONDS: Final = 300.0
# Somebody who owns nothing: the servers do not run as root.
NOBODY: Final = 65534
JAVA_OPTIONS: Final = "-Xms256m -Xmx256m -XX:TieredStopAtLevel=1 -XX:-UseG1GC -XX:+UseSerialGC -Xshare:auto"
_COMMON: Final = {
    "discovery.type": "single-node",
    "network.host": "127.0.0.1",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
    # How often it looks at its disk, when it does: the least that is allowed.
    "cluster.info.update.interval": "10s",
    "cluster.max_shards_per_node": "10000",
    "node.processors": "2",
}
_OPEN: Final = {"xpack.security.enabled": "false", "xpack.security.autoconfiguration.enabled": "false"}
_LOCKED: Final = {
    "xpack.security.enabled": "true",
    "xpack.security.http.ssl.enabled": "false",
    "xpack.security.transport.ssl.enabled": "false",
}
# The account that Elasticsearch comes with.
USER: Final = "elastic"
# Reads until whoever started it is gone, then kills the process group it was told.
_WATCHER: Final = (
    "import os, signal, sys\nsys.stdin.read()\ntry: os.killpg(int(sys.argv[1]), signal.SIGKILL)\nexcept OSError: pass"
)


class SearchServer:
    """One node; its data outlives `kill` until `remove`. `settings` are node settings (`-E`), `java` the JVM's. With a
    `password` (Elasticsearch alone) it lets in nobody without."""

    def __init__(
        self,
        distribution: Distribution,
        settings: Mapping[str, str] | None = None,
        *,
        java: str = JAVA_OPTIONS,
        password: str | None = None,
    ) -> None:
        self.distribution = distribution
        self.password = password
        self._java = java
        self.port = free_port()
        self.home = Path(tempfile.mkdtemp(prefix=f"hubbub-{distribution.name}-"))
        self._settings = {
            **_COMMON,
            **((_LOCKED if password else _OPEN) if distribution is ELASTICSEARCH else {}),
            "http.port": str(self.port),
            "transport.port": str(free_port()),
            "path.data": str(self.home / "data"),
            "path.logs": str(self.home / "logs"),
            **(settings or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._prepare()

    @property
    def name(self) -> str:
        return self.distribution.name

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _prepare(self) -> None:
        for folder in ("data", "logs", "tmp"):
            (self.home / folder).mkdir()
        # The server writes a key store beside its settings.
        shutil.copytree(install(self.distribution) / "config", self.home / "config")
        # As it comes, the JVM logs into the unpacked archive, which belongs to root.
        options = self.home / "config" / "jvm.options"
        lines = options.read_text().splitlines(keepends=True)
        options.write_text("".join(line for line in lines if "logs/" not in line))
        if os.geteuid() == 0:
            for path in [self.home, *self.home.rglob("*")]:
                os.chown(path, NOBODY, NOBODY)
        if self.password is not None:
            self._run("elasticsearch-keystore", "create")
            self._run("elasticsearch-keystore", "add", "-x", "bootstrap.password", given=self.password)

    def _run(self, program: str, *arguments: str, given: str = "") -> None:
        subprocess.run(
            [install(self.distribution) / "bin" / program, *arguments],
            input=given.encode(),
            stdout=subprocess.DEVNULL,
            env=self._environment(),
            cwd=self.home,
            check=True,
            **_as_nobody(),
        )

    def _environment(self) -> dict[str, str]:
        upper = "ES" if self.distribution is ELASTICSEARCH else "OPENSEARCH"
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
            f"{upper}_JAVA_HOME": str(find_jdk()),
            f"{upper}_JAVA_OPTS": self._java,
            f"{upper}_TMPDIR": str(self.home / "tmp"),
            f"{upper}_PATH_CONF": str(self.home / "config"),
        }

    def forget(self, settings: Iterable[str]) -> None:
        """It starts without these settings from now on."""
        for name in settings:
            self._settings.pop(name, None)

    def spawn(self) -> None:
        """Start it, and do not wait until it answers."""
        program = install(self.distribution) / "bin" / self.distribution.name
        options = [f"-E{name}={value}" for name, value in self._settings.items()]
        with (self.home / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                [program, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
                cwd=self.home,
                start_new_session=True,
                **_as_nobody(),
            )
        self._watcher = subprocess.Popen(
            [sys.executable, "-c", _WATCHER, str(self._process.pid)], stdin=subprocess.PIPE, start_new_session=True
        )

    def wait_until_ready(self) -> None:
        """Returns when it takes reads and writes; raises ServerError with its log otherwise."""
        deadline = time.monotonic() + READY_SECONDS
        with self.http() as http:
            while not self.answers(http):
                if self._process is None or self._process.poll() is not None:
                    raise ServerError(f"{self.name} ended\n{self.log_end()}")
                if time.monotonic() > deadline:
                    raise ServerError(f"{self.name} was not ready in time\n{self.log_end()}")
                time.sleep(0.1)  # between two questions; the deadline decides

    def answers(self, http: httpx.Client) -> bool:
        """Whether it has a master and all that it kept is readable."""
        try:
            health = http.get("/_cluster/health", params={"timeout": "1s"})
        except httpx.TransportError:
            return False
        return health.status_code == httpx.codes.OK and health.json()["status"] != "red"

    def http(self) -> httpx.Client:
        auth = (USER, self.password) if self.password is not None else None
        return httpx.Client(base_url=self.url, trust_env=False, timeout=30.0, auth=auth)

    def start(self) -> None:
        self.spawn()
        self.wait_until_ready()

    def signal(self, number: signal.Signals) -> None:
        """To all of its processes."""
        assert self._process is not None
        os.killpg(self._process.pid, number)

    def kill(self) -> None:
        """SIGKILL to it and what it started; harmless when it has ended."""
        if self._process is None:
            return
        # Elasticsearch's launcher starts the server in the same group.
        children = _descendants(self._process.pid)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        psutil.wait_procs(children, timeout=20)
        self._process = None
        if self._watcher is not None:
            self._watcher.communicate()
            self._watcher = None

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def log_end(self, size: int = 4000) -> str:
        log = self.home / "console.log"
        return log.read_text(errors="replace")[-size:] if log.exists() else ""


class _Owner(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _as_nobody() -> _Owner:
    """For a child of root's."""
    return _Owner(user=NOBODY, group=NOBODY, extra_groups=[]) if os.geteuid() == 0 else _Owner()


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


@dataclass(frozen=True, slots=True)
class SearchServers:
    """Both, shared by all tests of the run."""

    elasticsearch: SearchServer
    opensearch: SearchServer

    def remove_indices(self, prefix: str) -> None:
        """All indices and templates whose names begin so."""
        for server in (self.elasticsearch, self.opensearch):
            with server.http() as http:
                names = http.get(f"/{prefix}*/_alias").json()
                if names:
                    http.delete("/" + ",".join(names))
                http.delete(f"/_index_template/{prefix}*")

    def named(self, name: str) -> SearchServer:
        return self.elasticsearch if name == ELASTICSEARCH.name else self.opensearch


def new_prefix() -> str:
    return f"test-{secrets.token_hex(4)}"


@contextlib.contextmanager
def run_search_servers() -> Iterator[SearchServers]:
    """Both, started side by side."""
    servers = [SearchServer(ELASTICSEARCH), SearchServer(OPENSEARCH)]
    try:
        for server in servers:
            server.spawn()
        for server in servers:
            server.wait_until_ready()
        yield SearchServers(*servers)
    finally:
        for server in servers:
            server.remove()
