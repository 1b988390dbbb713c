"""`hubbub bench` measures with a server of its own and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil

from hubbub.bench.crowd import Crowd, Guest, portable_poller
from hubbub.bench.measure import Result
from hubbub.bench.people import settle_people
from hubbub.bench.processes import SETTINGS, running_server
from hubbub.bench.runs import Poster, Storming, fan_out, post_all
from tests.support.server import Server

BENCH = [sys.executable, "-m", "hubbub", "bench", "--quick"]
PATIENCE = 60.0


def test_a_quick_run_measures_everything_and_leaves_nothing(tmp_path: Path) -> None:
    environ = {**os.environ, "HUBBUB_PORT": "1", "HUBBUB_DATA": str(tmp_path / "mine")}  # of no concern to it
    done = subprocess.run(
        [*BENCH, "--json", "--folder", str(tmp_path)], capture_output=True, timeout=PATIENCE * 2, env=environ
    )
    assert done.returncode == 0, done.stderr
    result = msgspec.json.decode(done.stdout, type=Result)
    assert all(posts.per_second > 0 and posts.acknowledged.p50 > 0 for posts in result.posts)
    assert [fan_out.at_once for fan_out in result.fan_out] == [1, 64]
    assert all(fan_out.per_second > 0 for fan_out in result.fan_out)
    assert result.idle.bytes_each > 0
    assert result.storm.cut > 0
    assert result.storm.acknowledged.p99 > 0
    assert result.commit.p50 > 0
    assert not list(tmp_path.iterdir())


def test_a_run_that_is_ended_takes_its_server_and_its_folder_along(tmp_path: Path) -> None:
    bench = subprocess.Popen([*BENCH, "--folder", str(tmp_path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        family: list[psutil.Process] = []
        deadline = time.monotonic() + PATIENCE
        while len(family) < 2 and bench.poll() is None and time.monotonic() < deadline:
            family = psutil.Process(bench.pid).children(recursive=True)
            time.sleep(0.02)  # between two looks; the deadline decides
        assert len(family) == 2  # the server and the load
        bench.send_signal(signal.SIGTERM)
        assert bench.wait(PATIENCE) == 128 + signal.SIGTERM
    finally:
        bench.kill()
        bench.wait()
    assert not any(process.is_running() for process in family)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run([*BENCH, "--folder", str(tmp_path / "absent")], capture_output=True, timeout=PATIENCE)
    assert done.returncode == 1
    assert done.stderr.decode().strip().startswith("hubbub: Nothing can be written to")


async def test_who_is_sent_away_in_a_storm_comes_back_later(tmp_path: Path) -> None:
    people = await settle_people(tmp_path, senders=4, crowd=4, others=8)
    guests = [Guest(index, *line.split()) for index, line in enumerate(people.file.read_text("ascii").splitlines())]
    # The bench's own settings: on a slow machine the prober would else run into what one person may post.
    settings = {name.removeprefix("HUBBUB_"): value for name, value in SETTINGS.items()}
    settings |= {"LIMITS__RESUMES_PER_SECOND": "20", "LIMITS__RESUMES_WAITING": "1"}
    with (
        Server(tmp_path / "data", settings=settings) as server,
        contextlib.closing(Crowd("127.0.0.1", server.port, guests)) as crowd,
    ):
        for index in (0, *range(8, 16)):
            crowd.open(index, 1)
        storm = Storming(crowd, Poster(crowd), first=8, cut=8, channel=people.general, missed=2).run()
        assert storm.refused > 0
        assert all(guest.connection is not None for guest in guests[8:])


async def test_where_there_is_no_epoll_the_load_works_too(tmp_path: Path) -> None:
    people = await settle_people(tmp_path, senders=4, crowd=6, others=6)
    lines = people.file.read_text(encoding="ascii").splitlines()
    guests = [Guest(index, *line.split()) for index, line in enumerate(lines)]
    with (
        running_server(tmp_path) as (_, host, port),
        contextlib.closing(Crowd(host, port, guests, portable_poller())) as crowd,
    ):
        poster = Poster(crowd)
        crowd.open(0, len(guests))
        assert post_all(crowd, poster, 4, 0.1).per_second > 0
        storm = Storming(crowd, poster, first=10, cut=6, channel=people.general, missed=3).run()
        assert (storm.cut, storm.missed) == (6, 3)
        assert fan_out(crowd, poster, 4, people.crowd_channel, 6, 1, 0.1).per_second > 0
