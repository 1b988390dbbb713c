"""What `hubbub bench` makes of its numbers, and of a machine that allows little."""

from __future__ import annotations

import io
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from hubbub.bench.disk import is_in_memory, measure_commits
from hubbub.bench.latencies import Latencies, Quantiles
from hubbub.bench.measure import SPARE_DESCRIPTORS, Idle, Machine, Result, Size, fit
from hubbub.bench.report import tell_result
from hubbub.bench.runs import FanOut, Posts, Storm


@given(st.lists(st.floats(0, 10), min_size=1))
def test_half_of_what_was_counted_took_no_longer_than_the_median(taken: list[float]) -> None:
    latencies = Latencies()
    for seconds in taken:
        latencies.add(seconds)
    told = latencies.quantiles()
    assert sum(seconds * 1000 <= told.p50 for seconds in taken) * 2 >= len(taken)
    assert told.p50 <= told.p99 <= told.longest
    assert max(taken) * 1000 <= told.longest + 0.005  # as far as it is rounded


def test_nothing_counted_is_told_as_zeros() -> None:
    assert Latencies().quantiles() == Quantiles()


@given(st.integers(256, 100_000))
def test_what_is_opened_fits_into_the_descriptors_there_are(descriptors: int) -> None:
    size, notes = fit(Size(), descriptors)
    assert max(size.connections + 1, *size.senders) <= max(20, descriptors - SPARE_DESCRIPTORS)
    assert 0 < size.cut < size.connections - size.crowd
    assert bool(notes) == (size != Size())


def test_a_commit_takes_time(tmp_path: Path) -> None:
    assert measure_commits(tmp_path, 0.05).p50 > 0


def test_a_folder_in_memory_is_known_by_the_nearest_mount(tmp_path: Path) -> None:
    (tmp_path / "inner" / "data").mkdir(parents=True)
    (tmp_path / "innermost").mkdir()
    mounts = tmp_path / "mounts"
    mounts.write_text(f"disk / ext4 rw 0 0\nnone {tmp_path.resolve()}/inner tmpfs rw 0 0\n", encoding="utf-8")
    assert is_in_memory(tmp_path / "inner" / "data", mounts)
    assert not is_in_memory(tmp_path / "innermost", mounts)
    assert not is_in_memory(tmp_path, tmp_path / "no such file")


def test_people_are_told_every_figure_and_every_note() -> None:
    times = Quantiles(p50=1.25, p99=9.5, longest=20)
    result = Result(
        machine=Machine(hubbub="9.9", python="3.11", system="Linux", cores=1, descriptors=256),
        commit=times,
        posts=[Posts(senders=1, per_second=1234, acknowledged=times)],
        idle=Idle(connections=5000, per_second=777, bytes_each=1100, gib_holds=976_128),
        storm=Storm(cut=2000, missed=10, seconds=3.25, refused=0, acknowledged=times),
        fan_out=[FanOut(members=1000, at_once=1, per_second=140_000, latency=times)],
        notes=["Only 256 open files are allowed."],
    )
    console = Console(width=80, file=io.StringIO())
    with console.capture() as capture:
        console.print(tell_result(result))
    told = capture.get()
    for figure in ("976,128", "1,100", "777", "140,000", "1,234", "3.2", "1.25", "9.50", "256 open files", "one core"):
        assert figure in told
