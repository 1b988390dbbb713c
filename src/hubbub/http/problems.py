"""Errors as problem details (RFC 9457), with our own code and what to do about it."""

from __future__ import annotations

import math
from typing import Annotated

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import HTTPScope, Send

from hubbub.errors import ERRORS, Refused
from hubbub.http.visit import visit_of
from hubbub.telemetry import get_logger

MEDIA_TYPE = "application/problem+json"
_CODES_OF_STATUS = {
    400: "bad_request",
    401: "not_logged_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    503: "busy",
}


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every refused request is answered with, as application/problem+json (RFC 9457)."""

    type: Annotated[str, msgspec.Meta(description="Where this code is explained.")]
    title: str
    status: int
    detail: Annotated[str, msgspec.Meta(description="What is wrong with this very request.")]
    code: Annotated[str, msgspec.Meta(description="One of the codes listed on the page of this API.")]
    advice: Annotated[str, msgspec.Meta(description="What the client should do.")]
    retry: Annotated[bool, msgspec.Meta(description="Whether the same request may succeed later.")]
    request_id: Annotated[str, msgspec.Meta(description="The X-Request-Id of the answer; also in the server's log.")]
    retry_after: Annotated[float | None, msgspec.Meta(description="Seconds to wait before that.")] = None


def problem_of(refused: Refused, request_id: str) -> Problem:
    return Problem(
        type=f"/api/docs#error-{refused.code}",
        title=refused.kind.message,
        status=refused.status,
        detail=refused.message,
        code=refused.code,
        advice=refused.kind.advice,
        retry=refused.retry,
        request_id=request_id,
        retry_after=refused.retry_after,
    )


def headers_of(refused: Refused) -> dict[str, str]:
    """Retry-After in whole seconds (RFC 9110, section 10.2.3), rounded up; WWW-Authenticate with every 401."""
    headers: dict[str, str] = {}
    if refused.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(refused.retry_after)))
    elif refused.status == 503:
        headers["Retry-After"] = "1"
    if refused.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def refused_of(error: Exception) -> Refused:
    """Our error for one that Litestar raised, or `internal` for one that nobody expected."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, ValidationException):
        return Refused("bad_request", describe_validation(error))
    if isinstance(error, HTTPException) and error.status_code in _CODES_OF_STATUS:
        return Refused(_CODES_OF_STATUS[error.status_code])
    if isinstance(error, HTTPException) and error.status_code < 500:
        return Refused("bad_request", f"{error.detail}.")
    return Refused("internal")


def describe_validation(error: ValidationException) -> str | None:
    """`number: Expected `int` >= 1.` for the first parameter that is wrong."""
    extra = error.extra
    first = extra[0] if isinstance(extra, list) and extra else None
    if not isinstance(first, dict):
        return None
    return f"{first.get('key', 'The request')}: {first.get('message', 'is wrong')}."


def answer_error(request: Request[object, object, State], error: Exception) -> Response[Problem]:
    """Litestar's exception handler for everything under /api."""
    refused = refused_of(error)
    log_error(refused, error)
    headers = headers_of(refused)
    if isinstance(error, HTTPException) and error.headers and "allow" in error.headers:
        headers["Allow"] = error.headers["allow"].replace("OPTIONS, ", "")
    return Response(
        problem_of(refused, visit_of(request.scope).id),
        status_code=refused.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def log_error(refused: Refused, error: Exception) -> None:
    """Only what is our fault is an error in our log; a client's mistake is told to the client."""
    if refused.code == "internal":
        get_logger(__name__).error("request failed", exc_info=error)
    elif refused.status >= 500:
        # Without a traceback: while the disk is full, each request would write one.
        cause = repr(error.__cause__) if error.__cause__ else None
        get_logger(__name__).warning("request refused", code=refused.code, cause=cause)


async def send_problem(scope: HTTPScope, send: Send, refused: Refused, request_id: str) -> None:
    """The same answer without Litestar, for what is refused before it."""
    body = msgspec.json.encode(problem_of(refused, request_id))
    headers = {"Content-Type": MEDIA_TYPE, "Content-Length": str(len(body)), **headers_of(refused)}
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": refused.status, "headers": pairs})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body, "more_body": False})


def refusals(*codes: str) -> dict[int, ResponseSpec]:
    """For a route's `responses=`: these codes and those any route may answer, by status, with a `Problem` as body."""
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys((*codes, "bad_request", "rate_limited")):
        by_status.setdefault(ERRORS[code].status, []).append(code)
    return {
        status: ResponseSpec(
            Problem,
            description=", ".join(f"`{code}`" for code in listed),
            media_type=MEDIA_TYPE,
            generate_examples=False,
        )
        for status, listed in by_status.items()
    }
