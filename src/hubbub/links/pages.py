"""What a page says of itself, read from its head: Open Graph, Twitter's cards, and HTML's own. Pure.

No parser builds a tree of what a stranger wrote: the few tags that matter are looked for in one walk, each bounded in
length and in number. Invariants: never raises; time grows with the text alone; what comes out is visible lines.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_TITLE: Final = 200
MAX_TEXT: Final = 400
MAX_SITE: Final = 80
MAX_TAG: Final = 4096
MAX_TAGS: Final = 400

_TAG: Final = re.compile(r"<(!--|/head\b|body\b|meta\b|link\b|title\b|script\b|style\b|noscript\b|template\b)", re.I)
_ATTRIBUTE: Final = re.compile(r"([^\s=\"'<>/]{1,40})\s{0,10}=\s{0,10}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_SKIPPED: Final = {
    name: re.compile("-->" if name == "!--" else f"</{name}", re.I)
    for name in ("!--", "script", "style", "noscript", "template")
}
_TITLE_END: Final = re.compile("</title", re.I)
_ENDS: Final = frozenset({"/head", "body"})
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Page:
    """`picture`: as the page refers to it. `shy`: it asks not to be quoted."""

    title: str
    text: str = ""
    site: str = ""
    picture: str = ""
    shy: bool = False


def read_page(text: str) -> Page | None:
    """None for a page that does not say how it is called."""
    found: dict[str, str] = {}
    for name, value in _facts(text):
        found.setdefault(name, value)

    def first(*names: str, most: int) -> str:
        return next((line for name in names if (line := clean(found.get(name, ""), most))), "")

    title = first("og:title", "twitter:title", "<title>", most=MAX_TITLE)
    if not title:
        return None
    robots = {word.strip().partition(":")[0] for word in found.get("robots", "").lower().split(",")}
    pictures = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src", "<image>")
    return Page(
        title=title,
        text=first("og:description", "twitter:description", "description", most=MAX_TEXT),
        site=first("og:site_name", "application-name", most=MAX_SITE),
        picture=next((found[name].strip() for name in pictures if found.get(name, "").strip()), ""),
        shy=bool(robots & {"nosnippet", "none"}),
    )


def _facts(text: str) -> Iterator[tuple[str, str]]:
    """Names of facts in lower case, each with its value, in the order of the page."""
    position = 0
    for _ in range(MAX_TAGS):
        tag = _TAG.search(text, position)
        if tag is None:
            return
        name = tag.group(1).lower()
        position = tag.end()
        if name in _ENDS:
            return
        if name in _SKIPPED:
            behind = _SKIPPED[name].search(text, position)
            if behind is None:
                return
            position = behind.end()
        elif name == "title":
            opened, closed = text.find(">", position), _TITLE_END.search(text, position)
            if closed is None:
                return
            if 0 <= opened < closed.start():
                yield "<title>", html.unescape(text[opened + 1 : closed.start()][:MAX_TAG])
            position = closed.end()
        else:
            yield from _fact_of(name, text[position : position + MAX_TAG])


def _fact_of(name: str, text: str) -> Iterator[tuple[str, str]]:
    given: dict[str, str] = {}
    position = 0
    while (found := _ATTRIBUTE.search(text, position)) is not None:
        # An attribute behind the tag's end is another tag's.
        if ">" in text[position : found.start()]:
            break
        value = next(group for group in found.groups()[1:] if group is not None)
        given.setdefault(found.group(1).lower(), html.unescape(value))
        position = found.end()
    if name == "meta":
        fact = (given.get("property") or given.get("name") or "").strip().lower()
        if fact and "content" in given:
            yield fact, given["content"]
    elif "image_src" in given.get("rel", "").lower().split() and "href" in given:
        yield "<image>", given["href"]


def clean(text: str, most: int) -> str:
    """One visible line of at most `most` characters."""
    line = unicodedata.normalize("NFC", text[: 4 * most])
    line = "".join(" " if char.isspace() else char for char in line)
    line = "".join(char for char in line if unicodedata.category(char) not in _UNSEEN)
    line = " ".join(line.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
