"""What the documents point to is there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")

PICTURE = re.compile(r"""\b(?:src|srcset)="([^"]+)\"""")


def links(document: Path) -> Iterator[str]:
    """Relative links outside code blocks."""
    prose = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in [*LINK.findall(prose), *PICTURE.findall(prose)]:
        if "://" not in target and not target.startswith("mailto:"):
            yield target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_to_a_file(document: Path) -> None:
    broken = [target for target in links(document) if not (document.parent / target).exists()]
    assert broken == []


def test_every_decision_is_in_the_list_of_decisions() -> None:
    listed = set(links(ROOT / "docs/decisions/README.md"))
    assert {path.name for path in ROOT.glob("docs/decisions/*.md")} - {"README.md"} <= listed


def test_no_lock_file_names_an_address() -> None:
    for lock in [*ROOT.glob("lock/*.txt"), ROOT / "web/package-lock.json"]:
        assert not re.search(r"https?://\S+\.(?:whl|tgz|tar\.gz|zip)\b", lock.read_text(encoding="utf-8")), lock


def test_every_locked_package_has_a_hash() -> None:
    for lock in ROOT.glob("lock/*.txt"):
        entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8"))
        assert all("--hash=sha256:" in entry for entry in entries if "==" in entry), lock


def test_what_is_built_with_is_locked_for_building() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["build-system"]["requires"] == project["dependency-groups"]["build"]


def test_every_path_the_architecture_names_is_there() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:src|web|tests|tools|bench|docs)/[\w./-]*)`", text))
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
