"""`hubbub` as it is, under a wall clock that can be stepped from outside: `python -P stepped.py FILE serve …`.

FILE holds eight bytes: how far the clock is off, in signed nanoseconds. Only the wall clock moves, as when a machine's
time is set: the monotonic clock, by which timers run, does not. (A library preloaded under the process would reach C
code too; but the server takes its time from `time.time_ns` alone, and those libraries also move what waits for locks.)
"""

from __future__ import annotations

import mmap
import sys
import time
from pathlib import Path

SIZE = 8


def step_clock(offset: Path) -> None:
    """From now on `time.time` and `time.time_ns` are off by what the file says at that moment."""
    with offset.open("r+b") as file:
        shown = mmap.mmap(file.fileno(), SIZE)
    real = time.time_ns

    def stepped() -> int:
        return real() + int.from_bytes(shown[:SIZE], "little", signed=True)

    time.time_ns = stepped
    time.time = lambda: stepped() / 1e9


if __name__ == "__main__":
    step_clock(Path(sys.argv.pop(1)))
    from hubbub.cli import main

    main()
