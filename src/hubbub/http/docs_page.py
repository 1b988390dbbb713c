"""The OpenAPI document as one plain page: no script, one style, nothing loaded."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Final

from hubbub.errors import ERRORS

METHODS: Final = ("get", "post", "put", "patch", "delete")
STYLE: Final = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentcolor 18%, transparent); }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 6rem; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 3rem; text-transform: capitalize; }
code, pre { font: 0.9em/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; padding: 0.8rem 1rem; border: 1px solid var(--line); border-radius: 0.5rem; }
details { border: 1px solid var(--line); border-radius: 0.6rem; margin: 0.6rem 0; padding: 0.1rem 1rem; }
summary { cursor: pointer; padding: 0.5rem 0; } summary span { opacity: 0.75; }
.method { display: inline-block; min-width: 4.2rem; font-weight: 700; text-transform: uppercase; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.7rem; border-bottom: 1px solid var(--line); }
a { color: inherit; } :target { outline: 2px solid; outline-offset: 3px; }
"""


# The one style by its hash (CSP Level 3, section 6.7.3), so that the page can be made once for everybody.
STYLE_HASH: Final = b64encode(sha256(STYLE.encode()).digest()).decode()
DOCS_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def render_docs(document: Mapping[str, object]) -> str:
    """The page, to be sent with `DOCS_POLICY`."""
    info = as_mapping(document.get("info"))
    title = f"{info.get('title')} API"
    body = "\n".join(
        [
            f"<h1>{text(title)} <small>{text(info.get('version'))}</small></h1>",
            f"<p>{text(info.get('description'))}</p>",
            '<p>For programs: <a href="/api/schema">OpenAPI 3.1</a>.</p>',
            *render_operations(as_mapping(document.get("paths"))),
            *render_errors(),
            *render_schemas(as_mapping(as_mapping(document.get("components")).get("schemas"))),
        ]
    )
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title><style>{STYLE}</style>"
    )
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'


def render_operations(paths: Mapping[str, object]) -> Iterator[str]:
    """By tag, in the order the tags first appear."""
    by_tag: dict[str, list[str]] = {}
    for path, item in paths.items():
        for method in METHODS:
            operation = as_mapping(as_mapping(item).get(method))
            if operation:
                tag = str(as_list(operation.get("tags"))[0])
                by_tag.setdefault(tag, []).append(render_operation(method, path, operation))
    for tag, rendered in by_tag.items():
        yield f"<h2>{text(tag)}</h2>"
        yield from rendered


def render_operation(method: str, path: str, operation: Mapping[str, object]) -> str:
    parts = [f"<p>{text(operation['description'])}</p>"] if operation.get("description") else []
    parameters = [as_mapping(each) for each in as_list(operation.get("parameters"))]
    if parameters:
        rows = "".join(
            f"<tr><td><code>{text(each.get('name'))}</code></td><td>{text(each.get('in'))}</td>"
            f"<td>{text(each.get('description') or '')}</td></tr>"
            for each in parameters
        )
        parts.append(f"<table><tr><th>parameter</th><th>in</th><th></th></tr>{rows}</table>")
    if operation.get("requestBody"):
        parts.append(f"<p>Body: {render_content(as_mapping(operation['requestBody']))}</p>")
    for status, response in sorted(as_mapping(operation.get("responses")).items()):
        codes = "" if status.startswith("2") else code_marks(text(as_mapping(response).get("description") or ""))
        parts.append(f"<p><b>{text(status)}</b> {render_content(as_mapping(response))} {codes}</p>")
    return (
        f'<details id="{text(operation.get("operationId"))}"><summary><code class="method">{method}</code> '
        f"<code>{text(path)}</code> <span>{text(operation.get('summary') or '')}</span></summary>"
        f"{''.join(parts)}</details>"
    )


def render_content(holder: Mapping[str, object]) -> str:
    """The type in a body or an answer, as a link to its schema."""
    for content in as_mapping(holder.get("content")).values():
        reference = as_mapping(as_mapping(content).get("schema")).get("$ref")
        if isinstance(reference, str):
            name = text(reference.rsplit("/", 1)[-1])
            return f'<a href="#schema-{name}"><code>{name}</code></a>'
    return ""


def render_errors() -> Iterator[str]:
    yield "<h2>Errors</h2><table><tr><th>code</th><th>status</th><th>meaning</th><th>what to do</th><th>retry</th></tr>"
    for row in ERRORS.values():
        yield (
            f'<tr id="error-{text(row.code)}"><td><code>{text(row.code)}</code></td><td>{row.status}</td>'
            f"<td>{text(row.message)}</td><td>{text(row.advice)}</td><td>{'yes' if row.retry else ''}</td></tr>"
        )
    yield "</table>"


def render_schemas(schemas: Mapping[str, object]) -> Iterator[str]:
    yield "<h2>Schemas</h2>"
    for name, schema in schemas.items():
        shown = json.dumps(schema, indent=2, ensure_ascii=False)
        yield (
            f'<details id="schema-{text(name)}"><summary><code>{text(name)}</code></summary>'
            f"<pre>{text(shown)}</pre></details>"
        )


def text(value: object) -> str:
    return escape(str(value))


def code_marks(escaped: str) -> str:
    """`code` in a sentence that is already escaped."""
    parts = escaped.split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))


def as_mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []
