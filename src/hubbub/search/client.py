"""Requests to Elasticsearch or OpenSearch, through the one driver that speaks to both.

Invariants: no other module imports the driver; every request has a time within which it answers or fails; nothing is
tried twice here but on another of several nodes, because who asks knows best when to try again. What is sent and
answered never reaches a log: it is what people wrote.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from opensearchpy import AIOHttpConnection, AsyncOpenSearch
from opensearchpy.exceptions import ConnectionError as DriverConnectionError
from opensearchpy.exceptions import TransportError

from hubbub.config import Search
from hubbub.domain.finding import EngineName
from hubbub.errors import ConfigError, HubbubError

# Seconds for requests that are about no documents.
SMALL_SECONDS: Final = 10.0
_ANALYSERS: Final = ("whitespace", "standard", "english", "cjk")
_NOT_ALLOWED: Final = 405

Json = dict[str, Any]


class SearchUnavailable(HubbubError):
    """No node answered, or not in time. Trying again later may help."""


class SearchRefused(HubbubError):
    """A node answered with an error: `status` is HTTP's, `kind` the server's own name for it."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        self.status = status
        self.kind = kind
        super().__init__(f"the search server answered {status} {kind}: {reason[:300]}")


@dataclass(frozen=True, slots=True)
class ServerKind:
    """What answers: which product, which version, and which of the analysers that matter it has."""

    engine: EngineName
    version: str
    analysers: tuple[str, ...]


class _Reader:
    """How the driver reads and writes JSON: with ours, which is quicker."""

    mimetype = "application/json"

    def loads(self, text: str) -> Any:
        return msgspec.json.decode(text)

    def dumps(self, data: Any) -> Any:
        return data if isinstance(data, str | bytes) else msgspec.json.encode(data)


class Client:
    """One for a process; made on the running loop."""

    def __init__(self, settings: Search) -> None:
        """Raises `ConfigError` when the certificate authority cannot be read."""
        # It logs bodies.
        logging.getLogger("opensearch").setLevel(logging.CRITICAL)
        self._small = SMALL_SECONDS
        headers = {"authorization": f"ApiKey {settings.api_key}"} if settings.api_key else {}
        login = (settings.username, settings.password) if settings.username else None
        self._driver = AsyncOpenSearch(
            hosts=[_host(url) for url in settings.urls],
            http_auth=login,
            headers=headers,
            ssl_context=make_context(settings),
            max_retries=len(settings.urls) - 1,
            retry_on_timeout=False,
            serializer=_Reader(),
            timeout=SMALL_SECONDS,
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        params: Mapping[str, str] | None = None,
        seconds: float | None = None,
        missing: bool = False,
    ) -> Json:
        """The answer as it was decoded; {} for none, and for 404 where `missing` is no error.

        Raises `SearchUnavailable`, `SearchRefused`.
        """
        try:
            answer = await self._driver.transport.perform_request(
                method, path, params=dict(params or {}), body=body, timeout=seconds or self._small
            )
        except DriverConnectionError as error:
            raise SearchUnavailable(f"the search server does not answer: {_reason(error)}") from error
        except TransportError as error:
            if missing and error.status_code == 404:
                return {}
            raise _refusal(error) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SearchUnavailable("what answers is no search server") from error
        return answer if isinstance(answer, dict) else {}

    async def detect(self) -> ServerKind:
        """What answers. Raises as `request`."""
        try:
            told = await self.request("GET", "/")
            version = told.get("version", {})
            number = str(version.get("number", "?"))
            engine: EngineName = "opensearch" if version.get("distribution") == "opensearch" else "elasticsearch"
        except SearchRefused as refused:
            if refused.status != _NOT_ALLOWED:
                raise
            # A build of Elasticsearch without the module that answers there.
            nodes = await self.request("GET", "/_nodes/_local", params={"filter_path": "nodes.*.version"})
            number = next((str(node["version"]) for node in nodes.get("nodes", {}).values()), "?")
            engine = "elasticsearch"
        analysers = [name for name in _ANALYSERS if await self._has_analyser(name)]
        return ServerKind(engine, number, tuple(analysers))

    async def _has_analyser(self, name: str) -> bool:
        try:
            await self.request("POST", "/_analyze", body={"analyzer": name, "text": "x"})
        except SearchRefused as refused:
            if refused.status in (401, 403):
                raise
            return False
        return True

    async def close(self) -> None:
        await self._driver.close()
        # It forgets those to nodes that did not answer.
        for connection in self._driver.transport.seed_connections:
            if isinstance(connection, AIOHttpConnection):
                await connection.close()


def make_context(settings: Search) -> ssl.SSLContext | None:
    """Which certificates are believed, None without TLS. Raises `ConfigError`."""
    if not any(url.startswith("https:") for url in settings.urls):
        return None
    try:
        return ssl.create_default_context(cafile=settings.ca)
    except OSError as error:
        raise ConfigError(f"The file search.ca ({settings.ca}) cannot be used: {error}") from error


def _host(url: str) -> Json:
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    return {"host": parts.hostname, "port": parts.port or (443 if tls else 80), "use_ssl": tls}


def _reason(error: TransportError) -> str:
    cause = error.args[2] if len(error.args) > 2 else error
    return f"{type(cause).__name__}: {error.args[1] if len(error.args) > 1 else error}"[:300]


def _refusal(error: TransportError) -> SearchRefused | SearchUnavailable:
    if not isinstance(error.status_code, int):
        return SearchUnavailable(f"the search server does not answer: {_reason(error)}")
    told = error.info.get("error") if isinstance(error.info, dict) else None
    if isinstance(told, dict):
        causes: Sequence[Json] = told.get("root_cause") or [told]
        return SearchRefused(error.status_code, str(told.get("type")), str(causes[0].get("reason")))
    return SearchRefused(error.status_code, "error", str(told or error.error))
