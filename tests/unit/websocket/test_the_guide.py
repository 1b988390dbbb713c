"""docs/websocket.md and its translation do what they say: examples run, links lead to the code they name."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[3] / "docs"
GUIDES = ("websocket.md", "websocket.zh-CN.md")
CODE = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[(`?)([^\]`]+)`?\]\(([^)#]+)\)")


def examples_of(guide: str) -> list[str]:
    return CODE.findall((DOCS / guide).read_text(encoding="utf-8"))


@pytest.mark.parametrize("guide", GUIDES)
def test_every_example_of_the_guide_does_what_it_shows(guide: str) -> None:
    parser, names = doctest.DocTestParser(), {"__name__": guide}
    runner = doctest.DocTestRunner(verbose=False)
    for number, example in enumerate(examples_of(guide)):
        test = parser.get_doctest(example, names, f"{guide}, example {number + 1}", guide, 0)
        runner.run(test, clear_globs=False)
        names |= test.globs
    assert runner.tries > 30
    assert runner.failures == 0


def test_both_languages_show_the_same_examples() -> None:
    english, chinese = map(examples_of, GUIDES)
    assert english == chinese


@pytest.mark.parametrize("guide", GUIDES)
def test_every_link_of_the_guide_leads_to_what_it_names(guide: str) -> None:
    links = LINK.findall((DOCS / guide).read_text(encoding="utf-8"))
    assert len(links) > 20
    for quoted, name, target in links:
        if target.startswith("https://"):
            continue
        assert (DOCS / target).exists(), target
        if quoted:
            text = (DOCS / target).read_text(encoding="utf-8")
            assert re.search(rf"^(?:async )?(?:def|class) {name}\b", text, re.MULTILINE), (name, target)
