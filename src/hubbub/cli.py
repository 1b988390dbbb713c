"""The command `hubbub`. Each command is thin: settings in, one call, an answer that people or programs can read.

Each imports what it alone needs when it runs: whoever starts the server does not wait for the others' modules.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hubbub import __version__
from hubbub.config import Config, find_config_file, load_config
from hubbub.domain.roles import Role
from hubbub.errors import ConfigError, HubbubError
from hubbub.telemetry import set_up_logging

if TYPE_CHECKING:
    from hubbub.search.proof import Proof
    from hubbub.store.verify import Report

app = typer.Typer(name="hubbub", help="A chat server: pages, API and sockets from one process.", no_args_is_help=True)
users = typer.Typer(help="People on this server.", no_args_is_help=True)
app.add_typer(users, name="user")

ConfigFile = Annotated[Path | None, typer.Option("--config", help="Settings file (else hubbub.toml, if there is one).")]
Data = Annotated[Path | None, typer.Option(help="The folder that holds everything.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def main() -> None:
    """Run the command line; an error that was foreseen is one line on standard error and exit code 1."""
    try:
        app()
    except HubbubError as error:
        from rich.console import Console

        Console(stderr=True).print(f"hubbub: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; 0 takes a free one.")] = None,
    data: Data = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve.")] = None,
    pages: Annotated[bool | None, typer.Option("--pages/--no-pages", help="Serve the pages.")] = None,
    config: ConfigFile = None,
) -> None:
    """Start the server; it stops on SIGTERM or Ctrl-C."""
    from hubbub.garbage import rest

    rest()
    from hubbub.main import run

    flags: dict[str, object] = {"host": host, "port": port, "data": data, "workers": workers, "pages.enabled": pages}
    settings = _load(config, flags)
    set_up_logging(settings.log)
    run(settings, lambda address: print(f"Hubbub is at {address}", flush=True))


@users.command("create")
def create_user(
    name: Annotated[str, typer.Argument(help="The name to log in with.")],
    role: Annotated[Role | None, typer.Option(help="Else owner for the first account, member for others.")] = None,
    password_file: Annotated[
        Path | None, typer.Option(help="File with the password (- for standard input); else you are asked.")
    ] = None,
    data: Data = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Make an account, whatever registration is set to. The server must not be running on the same folder."""
    from hubbub.offline import create_account

    settings = _load(config, {"data": data})
    set_up_logging(settings.log)
    user = asyncio.run(create_account(settings, name, _read_password(password_file), role))
    print(msgspec.json.encode(user).decode() if as_json else f"{user.name} can log in now (id {user.id}).")


@app.command()
def verify(
    archive: Annotated[
        bool, typer.Option("--archive", help="Also the archive, and that the search server has all of the log, once.")
    ] = False,
    search: Annotated[
        bool, typer.Option("--search", help="Also every word of the embedded search's index; takes much longer.")
    ] = False,
    data: Data = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Walk every log: no gap in seq or number, every event readable, and the tables equal to a replay of the logs.

    Changes nothing, and may run beside the server. Exit code 1 when something is wrong.
    """
    from rich.console import Console
    from rich.progress import Progress

    from hubbub.offline_archive import verify_with_archive
    from hubbub.offline_search import prove_copy
    from hubbub.store.verify import verify as verify_store

    settings = _load(config, {"data": data})
    set_up_logging(settings.log)
    with Progress(console=Console(stderr=True), transient=True, disable=as_json) as bar:
        task = bar.add_task("Verifying", total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        if archive:
            report = verify_with_archive(settings, tell, search=search)
            bar.update(task, description="Comparing with the search server")
            take_proof(report, prove_copy(settings, tell))
        else:
            report = verify_store(settings.data, tell, search=search)
    print(msgspec.json.encode({"ok": report.ok, **asdict(report)}).decode() if as_json else tell_report(report))
    if not report.ok:
        raise typer.Exit(1)


@app.command()
def archive(
    older_than: Annotated[str | None, typer.Option(help="Move what is older: 90d, say.")] = None,
    restore: Annotated[bool, typer.Option("--restore", help="Bring everything back instead.")] = False,
    data: Data = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Move old events out of the database, once the search server is proven to have them; reading goes on as before.

    A running server does it, beside everything else; without one it is done here. Exit code 1 when some could not be
    proven, and so stayed.
    """
    from rich.console import Console
    from rich.progress import Progress

    from hubbub.offline_archive import move

    before = None if restore else _read_age(older_than)
    settings = _load(config, {"data": data})
    set_up_logging(settings.log)
    with Progress(console=Console(stderr=True), transient=True, disable=as_json) as bar:
        task = bar.add_task("Restoring" if restore else "Archiving", total=None)
        moved = move(
            settings, before, lambda moved: bar.update(task, completed=moved.streams, total=moved.all_streams or None)
        )
    if as_json:
        print(msgspec.json.encode(moved).decode())
    else:
        print(
            f"{moved.restored} events are back." if restore else f"{moved.removed} events are in the archive alone now."
        )
        for stream in moved.unproven:
            print(f"- {stream}: the archive does not have what it should (yet); what was not proven stayed.")
    if moved.unproven:
        raise typer.Exit(1)


@app.command()
def reindex(
    data: Data = None,
    config: ConfigFile = None,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Make nothing anew: read the copy that is there, restored without aliases.")
    ] = False,
    replace_other: Annotated[
        bool,
        typer.Option("--replace-other", help="Also in place of another database's copy, and all that one archived."),
    ] = False,
    despite_loss: Annotated[
        bool, typer.Option("--despite-loss", help="Also where some of the archive is lost: keep what is left of it.")
    ] = False,
) -> None:
    """Copy the log into the search server anew, beside the copy that is searched, and change over when it is whole.

    The server may run meanwhile. Where no search server is set, the embedded index is made anew; for that the server
    has to be stopped.
    """
    from rich.console import Console
    from rich.progress import Progress

    from hubbub.offline_search import adopt as adopt_copy
    from hubbub.offline_search import reindex as reindex_search
    from hubbub.store.search_rebuild import rebuild_search

    settings = _load(config, {"data": data})
    set_up_logging(settings.log)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Copying", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        if adopt:
            told = f"Searches use generation {adopt_copy(settings)} of the copy again."
        elif settings.search.urls:
            from hubbub.search.reindex import Wishes

            generation = reindex_search(settings, progress, Wishes(replace_other, despite_loss))
            told = f"Searches use generation {generation} of the copy now."
        else:
            told = f"The embedded index has all {rebuild_search(settings.data, progress)} events of the log now."
    print(told)


@app.command()
def doctor(data: Data = None, config: ConfigFile = None) -> None:
    """Look at what the server needs beside it, and say how it fares. Exit code 1 when something is wrong."""
    from hubbub.offline_search import diagnose_embedded, diagnose_search

    settings = _load(config, {"data": data})
    set_up_logging(settings.log)
    if settings.search.embedded:
        print(f"embedded search: {diagnose_embedded(settings)}")
    if not settings.search.urls:
        print("search: no search server is set (search.urls).")
        return
    print(f"search: {asyncio.run(diagnose_search(settings))}")


@app.command()
def bench(
    quick: Annotated[bool, typer.Option("--quick", help="A few seconds, to see that it works.")] = False,
    folder: Annotated[
        Path | None, typer.Option(help="On the disk to measure (else the current one); nothing stays there.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure what this machine carries: about a minute, with a server and people of its own, and none of your data."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from hubbub.bench.measure import QUICK, STEPS, Size, measure
    from hubbub.bench.report import tell_result

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that all is cleaned up
    columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    steps = itertools.count()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=STEPS)
        result = measure(
            QUICK if quick else Size(),
            folder or Path(),
            lambda what: bar.update(task, description=what, completed=next(steps)),
        )
    if as_json:
        print(msgspec.json.encode(result).decode())
    else:
        Console().print(tell_result(result))


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)


def tell_report(report: Report) -> str:
    """What was walked and what is wrong, for people."""
    lines = [
        f"{report.events} events of {report.channels} channels and {report.users} users, "
        f"{report.messages} messages, {report.keys} keys."
    ]
    if report.compared:
        lines.append(f"The search server was asked for each of {report.compared} events and messages.")
    lines += [f"- {problem}" for problem in report.problems]
    if report.problem_count > len(report.problems):
        lines.append(f"- and {report.problem_count - len(report.problems)} more")
    lines.append("Nothing is wrong." if report.ok else f"{report.problem_count} problems.")
    return "\n".join(lines)


def take_proof(report: Report, proof: Proof) -> None:
    """What was found out about the search server's copy, with everything else."""
    report.compared = proof.events + proof.messages
    for problem in proof.problems:
        report.add(problem)
    report.problem_count += proof.problem_count - len(proof.problems)


def _load(file: Path | None, flags: dict[str, object]) -> Config:
    return load_config(flags, os.environ, file or find_config_file(os.environ))


def _read_age(text: str | None) -> int:
    """The moment that long ago, in milliseconds since 1970."""
    found = re.fullmatch(r"(\d{1,5})d", text or "")
    if found is None:
        raise ConfigError("--older-than takes a number of days such as 90d (or give --restore)")
    return time.time_ns() // 1_000_000 - int(found[1]) * 24 * 3600 * 1000


def _read_password(file: Path | None) -> str:
    if file is None:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    return text.rstrip("\r\n")
