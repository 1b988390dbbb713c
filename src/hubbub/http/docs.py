"""The API described: OpenAPI 3.1 at /api/schema, and the same as a page at /api/docs that loads nothing from elsewhere.

Routes and parameters come from Litestar; the schemas of our own types from msgspec, which knows tagged unions.
"""

from __future__ import annotations

from typing import Final

import msgspec
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

import hubbub
from hubbub.http import (
    accounts,
    changes,
    channels,
    event_stream,
    events,
    health,
    members,
    messages,
    positions,
    problems,
    sessions,
    threads,
    users,
)
from hubbub.http.auth import PUBLIC
from hubbub.http.docs_page import DOCS_POLICY, render_docs
from hubbub.http.requests import StrictRequest
from hubbub.protocol.replies import Me, Snapshot

# Litestar serves pages of its own under this path, to which no request is ever sent: they load scripts from elsewhere.
UNREACHABLE: Final = "/openapi"
DESCRIPTION: Final = (
    "Everything the web pages can do. Log in with POST /api/session: the value of the cookie it sets is also the "
    "Bearer token for programs. Bodies are JSON; unknown fields are refused. Errors are problem details "
    "(RFC 9457). Times are milliseconds since 1970, UTC. The objects are those of the socket's events."
)
TYPES: Final = (
    accounts.NewAccount,
    changes.Changed,
    channels.ChannelChange,
    channels.ChannelList,
    channels.NewChannel,
    event_stream.NewCursor,
    event_stream.Positions,
    events.EventList,
    health.Health,
    members.MemberList,
    messages.MessageChange,
    messages.MessageList,
    messages.NewMessage,
    positions.NewPosition,
    problems.Problem,
    sessions.Credentials,
    threads.ThreadList,
    threads.ThreadPage,
    threads.ThreadPosition,
    users.UserList,
    Me,
    Snapshot,
)


def openapi_config() -> OpenAPIConfig:
    schemes: dict[str, SecurityScheme] = {
        "cookie": SecurityScheme(type="apiKey", name="session", security_scheme_in="cookie"),
        "bearer": SecurityScheme(type="http", scheme="bearer"),
    }
    return OpenAPIConfig(
        title="Hubbub",
        version=hubbub.__version__,
        description=DESCRIPTION,
        path=UNREACHABLE,
        use_handler_docstrings=True,
        components=Components(security_schemes={**schemes}),
        security=[{"cookie": []}, {"bearer": []}],
        operation_id_creator=lambda handler, method, path: handler.handler_name,
    )


def describe_api(app: Litestar) -> dict[str, object]:
    """The OpenAPI document; a pure function of the routes."""
    document: dict[str, object] = msgspec.to_builtins(app.openapi_schema.to_schema())
    _, schemas = msgspec.json.schema_components(TYPES, ref_template="#/components/schemas/{name}")
    paths, components = document["paths"], document["components"]
    if isinstance(paths, dict):
        paths.update(event_stream.DESCRIPTION)
    if isinstance(components, dict):
        components["schemas"] = {**components.get("schemas", {}), **schemas}
    return document


class Description:
    """The document and its page, made once: making them takes longer than all else that anybody may ask for."""

    def __init__(self) -> None:
        self._schema = b""
        self._page = ""

    def schema(self, app: Litestar) -> bytes:
        self._schema = self._schema or msgspec.json.encode(describe_api(app))
        return self._schema

    def page(self, app: Litestar) -> str:
        self._page = self._page or render_docs(describe_api(app))
        return self._page


def docs_routes() -> list[HTTPRouteHandler]:
    description = Description()

    @get("/api/schema", opt=PUBLIC, include_in_schema=False, sync_to_thread=False)
    def fetch_schema(request: StrictRequest) -> Response[bytes]:
        return Response(description.schema(request.app), media_type="application/json")

    @get("/api/docs", opt=PUBLIC, include_in_schema=False, sync_to_thread=False)
    def fetch_docs(request: StrictRequest) -> Response[str]:
        headers = {"Content-Security-Policy": DOCS_POLICY}
        return Response(description.page(request.app), media_type="text/html", headers=headers)

    return [fetch_schema, fetch_docs]
