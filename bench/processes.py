"""Starting what is measured and what measures, each on a processor of its own, and reading what the kernel counts."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bench.build import BenchError, Command

SERVER_CORE = 0
LOAD_CORE = 1

START_SECONDS = 60
STOP_SECONDS = 20
PRECEDENCE = 5


@contextlib.contextmanager
def on_core(core: int, *, first: bool) -> Iterator[None]:
    """Processes started inside inherit the processor and, if they are to be `first`, the precedence over all others."""
    cores = os.sched_getaffinity(0)
    if core not in cores:
        raise BenchError("The bench needs two processors: one for the server, one for the load.")
    policy, parameter = os.sched_getscheduler(0), os.sched_getparam(0)
    os.sched_setaffinity(0, {core})
    try:
        if first:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRECEDENCE))
        yield
    except PermissionError as error:
        raise BenchError("--first needs root.") from error
    finally:
        if first:
            os.sched_setscheduler(0, policy, parameter)
        os.sched_setaffinity(0, cores)


@dataclass(slots=True)
class Process:
    """A child that is told to stop, and made to when it does not."""

    child: subprocess.Popen[str]

    @property
    def pid(self) -> int:
        return self.child.pid

    @property
    def out(self) -> IO[str]:
        assert self.child.stdout is not None
        return self.child.stdout

    def first_line(self) -> str:
        """What it says when it is up; empty when it ended or said nothing for START_SECONDS."""
        ready, _, _ = select.select([self.out], [], [], START_SECONDS)
        return self.out.readline().strip() if ready else ""

    def stop(self) -> None:
        if self.child.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.child.stdin.close()
        self.child.terminate()
        try:
            self.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.out.close()


def start(command: Command, core: int, folder: Path, environ: Mapping[str, str], *, first: bool) -> Process:
    """A child on `core`, in `folder`, talked to over pipes; `first`: before all else there (SCHED_RR)."""
    with on_core(core, first=first):
        child = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**os.environ, **environ},
        )
    return Process(child)


class Load:
    """The load generator: one command, one answer (see bench/load/main.go)."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def ask(self, *words: str | float) -> dict[str, float]:
        """The answer to one command; raises `BenchError` with the generator's own words."""
        assert self._process.child.stdin is not None
        try:
            print(*words, file=self._process.child.stdin, flush=True)
        except BrokenPipeError as error:
            raise BenchError("The load generator has ended.") from error
        line = self._process.out.readline()
        if not line:
            raise BenchError("The load generator ended without an answer.")
        answer: dict[str, float] = json.loads(line)
        if "error" in answer:
            raise BenchError(f"The load generator failed: {answer['error']}")
        return answer

    def stop(self) -> None:
        self._process.stop()


def memory_of(pid: int) -> dict[str, int]:
    """Bytes of user-space memory, by the kernel's count: resident, proportional share, private and written to."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    sizes = {line.split()[0]: int(line.split()[1]) * 1024 for line in text.splitlines()[1:]}
    return {"rss": sizes["Rss:"], "pss": sizes["Pss:"], "private_dirty": sizes["Private_Dirty:"]}


KERNEL_KINDS = ("Slab:", "PageTables:", "KernelStack:")


def kernel_memory() -> int:
    """Bytes the kernel holds for everybody on this machine: sockets and epoll entries lie in its slabs."""
    sizes = {line.split()[0]: int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines()}
    return sum(sizes[kind] for kind in KERNEL_KINDS) * 1024


def descriptors_of(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def processor_seconds(pid: int) -> float:
    """Processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy_seconds(core: int) -> float:
    """Time a processor has worked for anybody."""
    for line in Path("/proc/stat").read_text(encoding="ascii").splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            user, nice, system, _idle, _iowait, *rest = map(int, ticks)
            return (user + nice + system + sum(rest[:3])) / os.sysconf("SC_CLK_TCK")
    raise BenchError(f"There is no processor {core}.")


def wait_until_settled(pid: int, *, within: int = 32 * 1024, still: float = 2.0, deadline: float = 60.0) -> None:
    """Returns when the memory of `pid` has changed by less than `within` bytes for `still` seconds."""
    end = time.monotonic() + deadline
    size, since = memory_of(pid)["rss"], time.monotonic()
    while time.monotonic() < end:
        time.sleep(0.2)
        now = memory_of(pid)["rss"]
        if abs(now - size) > within:
            size, since = now, time.monotonic()
        elif time.monotonic() - since >= still:
            return
    raise BenchError(f"The server's memory did not settle in {deadline:.0f} s.")


def wait_for_descriptors(pid: int, most: int, deadline: float = 60.0) -> None:
    """Returns when `pid` holds at most `most` descriptors."""
    end = time.monotonic() + deadline
    while descriptors_of(pid) > most:
        if time.monotonic() > end:
            raise BenchError("The server did not let go of closed connections.")
        time.sleep(0.1)
