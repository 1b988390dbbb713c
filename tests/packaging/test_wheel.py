"""`pip install` of the built wheel is the whole product: the command, and the pages inside it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.server import answers, free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 20.0

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    """Runs it outside the checkout, so that nothing is found there by accident; shows its output when it fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HUBBUB_", "PYTHON"))}
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by the hook, which takes the pages as they are when nothing in `web/` has changed since."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> frozenset[str]:
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the locked packages, each checked against its hash, and the wheel."""
    home = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", home / "venv", cwd=home)
    pip: list[str | Path] = [home / "venv/bin/python", "-m", "pip", "--no-input", "--disable-pip-version-check"]
    run(*pip, "install", "-q", "--no-compile", "--require-hashes", "-r", ROOT / "lock/run.txt", cwd=home)
    run(*pip, "install", "-q", "--no-deps", wheel, cwd=home)
    run(*pip, "check", cwd=home)
    return home / "venv/bin/hubbub"


def test_one_wheel_serves_every_system(wheel: Path, names: frozenset[str]) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    assert not [name for name in names if name.endswith((".node", ".so", ".dylib", ".dll", ".exe"))]


def test_the_pages_are_in_the_wheel_ready_to_serve(names: frozenset[str]) -> None:
    assert "hubbub/_web/server/server.js" in names
    scripts = {name for name in names if name.startswith("hubbub/_web/static/") and name.endswith(".js")}
    assert scripts
    assert any(f"{name}.br" in names and f"{name}.gz" in names for name in scripts)


def test_the_wheel_holds_the_product_and_nothing_of_the_checkout(names: frozenset[str]) -> None:
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"hubbub"}
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert "hubbub/py.typed" in names


def test_the_wheel_tells_nothing_about_the_machine_it_was_built_on(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        telling = [name for name in archive.namelist() if str(ROOT).encode() in archive.read(name)]
    assert telling == []


def test_the_installed_command_says_what_it_can_do(installed: Path, tmp_path: Path) -> None:
    text = run(installed, "--help", cwd=tmp_path)
    for command in ("serve", "user", "verify"):
        assert command in text


@pytest.fixture
def served(installed: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    port = free_port()
    log = tmp_path / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [installed, "serve", "--port", str(port), "--data", "data"],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10) as client:
            deadline = time.monotonic() + START_SECONDS
            while not answers(client, "/login"):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)  # between two questions; the deadline decides
            yield client
        process.terminate()
        assert process.wait(STOP_SECONDS) == 0, log.read_text()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_the_installed_command_serves_the_pages_and_their_scripts(served: httpx.Client) -> None:
    page = served.get("/login")
    assert page.headers["content-type"].startswith("text/html")
    script = re.search(r'src="(/_next/static/[^"?]+\.js)', page.text)
    assert script is not None
    answer = served.get(script[1], headers={"accept-encoding": "br"})
    assert answer.headers["content-encoding"] == "br"
    assert "immutable" in answer.headers["cache-control"]
