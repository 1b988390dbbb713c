"""/api/files: files on their way up, in as many requests as it takes.

tus 1.0.0 (https://tus.io/protocols/resumable-upload), its core and termination; an upload is made by a JSON request, as
everything here is. A `Tus-Resumable` header may be left out; one of another version is refused.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Final

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.di import NamedDependency as Given
from litestar.exceptions import InternalServerException
from litestar.params import HeaderParameter, JSONBody

from hubbub.domain.accounts import Session
from hubbub.errors import Refused
from hubbub.http.problems import refusals
from hubbub.http.requests import Body, StrictRequest, Ulid
from hubbub.http.security import OFFSET_OCTETS
from hubbub.protocol.parts import Upload
from hubbub.service.services import Services

VERSION: Final = "1.0.0"
_MOST: Final = 2**53 - 1
TusVersion = Annotated[str | None, HeaderParameter(name="Tus-Resumable", required=False, description="1.0.0")]
Offset = Annotated[
    int, HeaderParameter(name="Upload-Offset", ge=0, le=_MOST, description="Where the bytes sent belong.")
]


class NewUpload(Body, frozen=True, kw_only=True):
    """`size` is that of the whole file, in bytes; `type` a hint where its content allows several."""

    name: Annotated[str, msgspec.Meta(max_length=1000)]
    size: Annotated[int, msgspec.Meta(ge=0, le=_MOST)]
    type: Annotated[str, msgspec.Meta(max_length=200)] = ""


def headers_of(upload: Upload) -> dict[str, str]:
    return {
        "Tus-Resumable": VERSION,
        "Upload-Offset": str(upload.offset),
        "Upload-Length": str(upload.size),
        "Cache-Control": "no-store",
    }


def check_version(version: str | None) -> None:
    if version not in (None, VERSION):
        raise Refused("bad_upload_version")


async def read_body(request: StrictRequest) -> AsyncIterator[bytes]:
    """The bytes as they come. Raises `bad_request` (cut off)."""
    try:
        async for piece in request.stream():
            yield piece
    except InternalServerException as error:  # how Litestar says that the client went away
        raise Refused("bad_request", "The request's body ended early.") from error


@post(
    "/api/files",
    tags=["files"],
    summary="Begin to upload a file",
    responses=refusals("bad_file_name", "file_too_big", "too_many_uploads", "quota_exceeded", "no_room"),
)
async def create_upload(
    services: Given[Services], session: Given[Session], data: JSONBody[NewUpload]
) -> Response[Upload]:
    """The file's bytes go to the address in `Location`."""
    upload = await services.files.create_upload(session, data.name, data.size, data.type)
    return Response(upload, status_code=201, headers={**headers_of(upload), "Location": f"/api/files/{upload.id}"})


@get(
    "/api/files/{file:str}",
    tags=["files"],
    summary="How far an upload is",
    responses=refusals("no_such_file", "bad_upload_version"),
)
async def fetch_upload(
    services: Given[Services], session: Given[Session], file: Ulid, version: TusVersion = None
) -> Response[Upload]:
    """`Upload-Offset` says where to go on; so it does for HEAD. Once it is ready, `part` shows what it is."""
    check_version(version)
    upload = await services.files.fetch_upload(session, file)
    return Response(upload, headers=headers_of(upload))


@patch(
    "/api/files/{file:str}",
    status_code=204,
    tags=["files"],
    summary="Send bytes of a file",
    description=f"The body is `{OFFSET_OCTETS}`: any number of bytes from `Upload-Offset` on.",
    responses=refusals(
        "no_such_file",
        "wrong_offset",
        "file_too_big",
        "bad_image",
        "image_too_big",
        "no_room",
        "storage_failed",
        "bad_upload_version",
    ),
    request_max_body_size=None,
)
async def append_upload(
    request: StrictRequest,
    services: Given[Services],
    session: Given[Session],
    file: Ulid,
    offset: Offset,
    version: TusVersion = None,
) -> Response[None]:
    """With the last byte the file is looked at, and this is answered when that is done."""
    check_version(version)
    end = await services.files.append_upload(session, file, offset, read_body(request))
    return Response(None, status_code=204, headers={"Tus-Resumable": VERSION, "Upload-Offset": str(end)})


@delete(
    "/api/files/{file:str}",
    tags=["files"],
    summary="Cancel an upload, or take back a file that was not posted",
    responses=refusals("no_such_file"),
)
async def remove_upload(services: Given[Services], session: Given[Session], file: Ulid) -> None:
    await services.files.remove_upload(session, file)
