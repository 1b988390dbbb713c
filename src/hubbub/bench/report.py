"""The result for people: a table, and what to know about it."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hubbub.bench.latencies import Quantiles
from hubbub.bench.measure import Result


def tell_result(result: Result) -> RenderableType:
    """Everything measured, one line each."""
    table = Table("", "", "p50 ms", "p99 ms", box=None, pad_edge=False, header_style="dim")
    for column in (1, 2, 3):
        table.columns[column].justify = "right"
    idle, storm = result.idle, result.storm
    table.add_row("Connections in one GiB of memory", f"{idle.gib_holds:,}")
    table.add_row(f"  {idle.connections:,} were open; bytes each", f"{idle.bytes_each:,}")
    table.add_row("  … and came in, a second", f"{idle.per_second:,.0f}")
    for fan_out in result.fan_out:
        way = "one by one" if fan_out.at_once == 1 else f"{fan_out.at_once} at once"
        timed = _times(fan_out.latency) if fan_out.at_once == 1 else ("", "")
        table.add_row(f"Deliveries a second, {fan_out.members:,} members, {way}", f"{fan_out.per_second:,.0f}", *timed)
    for posts in result.posts:
        people = "1 sender" if posts.senders == 1 else f"{posts.senders} senders"
        table.add_row(f"Durable posts a second, {people}", f"{posts.per_second:,.0f}", *_times(posts.acknowledged))
    table.add_row("  a bare commit on this disk", "", *_times(result.commit))
    table.add_row(f"Seconds until {storm.cut:,} cut at once are back", f"{storm.seconds:,.1f}")
    table.add_row("  another's posts meanwhile", "", *_times(storm.acknowledged))
    machine = result.machine
    where = f"Hubbub {machine.hubbub}, Python {machine.python}, {machine.system}, {machine.cores} cores"
    shared = ["The server and its load shared one core."] if machine.cores == 1 else []
    return Group(
        Text(where, style="dim"), Text(), table, *(Text(f"\n{note}", style="yellow") for note in result.notes + shared)
    )


def _times(measured: Quantiles) -> tuple[str, str]:
    return f"{measured.p50:,.2f}", f"{measured.p99:,.2f}"
