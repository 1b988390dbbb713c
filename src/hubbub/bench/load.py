"""The process that holds the connections: `python -m hubbub.bench.load HOST PORT FILE`, started by `measure.py`.

One JSON object a line comes in, one goes out; it ends when its input does. FILE has a line `token home` for each guest.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from hubbub.bench.crowd import Crowd, Guest, LoadError
from hubbub.bench.runs import Poster, Storming, fan_out, post_all


class Open(msgspec.Struct, tag="open", frozen=True, kw_only=True):
    first: int
    count: int


class Close(msgspec.Struct, tag="close", frozen=True, kw_only=True):
    """Every connection."""


class DoFanOut(msgspec.Struct, tag="fan_out", frozen=True, kw_only=True):
    author: int
    channel: str
    members: int
    at_once: int
    seconds: float


class DoPost(msgspec.Struct, tag="post", frozen=True, kw_only=True):
    senders: int
    seconds: float


class DoStorm(msgspec.Struct, tag="storm", frozen=True, kw_only=True):
    first: int
    cut: int
    channel: str
    missed: int


Task = Open | Close | DoFanOut | DoPost | DoStorm


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    seconds: float


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    error: str


def carry_out(crowd: Crowd, poster: Poster, task: Task) -> object:
    match task:
        case Open():
            return Opened(seconds=crowd.open(task.first, task.count))
        case Close():
            crowd.close()
            return Opened(seconds=0)
        case DoFanOut():
            return fan_out(crowd, poster, task.author, task.channel, task.members, task.at_once, task.seconds)
        case DoPost():
            return post_all(crowd, poster, task.senders, task.seconds)
        case DoStorm():
            return Storming(crowd, poster, task.first, task.cut, task.channel, task.missed).run()


def main(host: str, port: int, file: Path, answer: Callable[[bytes], object]) -> int:
    """1 when something went wrong, which was then answered."""
    words = (line.split() for line in file.read_text(encoding="ascii").splitlines())
    crowd = Crowd(host, port, [Guest(index, token, home) for index, (token, home) in enumerate(words)])
    poster = Poster(crowd)
    gc.freeze()
    for line in sys.stdin.buffer:
        try:
            answered = carry_out(crowd, poster, msgspec.json.decode(line, type=Task))
        except LoadError as error:
            answer(msgspec.json.encode(Failed(error=str(error))) + b"\n")
            return 1
        answer(msgspec.json.encode(answered) + b"\n")
    return 0


def answer_on_standard_output(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), answer_on_standard_output))
