"""A server that cannot start says why in one line, and ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PATIENCE = 60.0


def start(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "hubbub", "serve", "--port", "0", "--no-pages", "--data", str(folder / "data"))
    environment = {"PATH": "", **{f"HUBBUB_{name}": value for name, value in settings.items()}}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_a_certificate_that_is_none_is_told_of_though_the_store_is_open_already(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("nonsense\n")
    ended = start(tmp_path, TLS__CERTIFICATE=str(tmp_path / "no.pem"), TLS__KEY=str(tmp_path / "no.pem"))
    assert ended.returncode == 1
    assert ended.stderr.startswith("hubbub: tls.certificate and tls.key cannot be used")
    assert len(ended.stderr.splitlines()) == 1


def test_a_folder_that_is_a_file_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder\n")
    ended = start(tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.startswith("hubbub: ")
    assert len(ended.stderr.splitlines()) == 1
