"""What a message has besides its text: up to ten parts, each of one kind.

Two families with the same tags. What a client posts (domain/new_parts.py) names an uploaded file by its id and adds
what only the client knows. What an event carries (`Part`) has all that is needed to draw the part without asking for
more; the server fills it in, from the file's content, when the message is committed.

A file is at `/files/{file}/{name}`; a thumbnail of it at `/files/{file}/thumbs/{width}`, always WebP. Both follow the
permission of the channels in which the file is posted. Durations are milliseconds, sizes bytes, pictures in pixels.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

import msgspec

from hubbub.domain.new_parts import Kind
from hubbub.protocol.people import UserView


class Thumb(msgspec.Struct, frozen=True, kw_only=True):
    """A smaller copy of a picture, WebP, at `/files/{file}/thumbs/{width}`."""

    width: int
    height: int


class Picture(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture as it is drawn: upright, `width` by `height`. `blur` is a tiny WebP in base64, to be stretched over the
    picture's place until the picture is there; `thumbs` are the smaller copies, the smallest first."""

    file: str
    width: int
    height: int
    blur: str = ""
    thumbs: list[Thumb] = []


class AnyPart(msgspec.Struct, tag_field="kind", frozen=True, kw_only=True, omit_defaults=True):
    """What all parts share: the tag `kind`."""


class StoredPart(AnyPart, frozen=True, kw_only=True, omit_defaults=True):
    """A part that is an uploaded file. `media_type` is what its content says it is, whatever the uploader said."""

    file: str
    name: str
    size: int
    media_type: str


class PhotoPart(StoredPart, tag="photo", frozen=True, kw_only=True, omit_defaults=True):
    """A picture: see Picture."""

    width: int
    height: int
    blur: str = ""
    thumbs: list[Thumb] = []
    animated: bool = False
    alt: str = ""


class FilePart(StoredPart, tag="file", frozen=True, kw_only=True, omit_defaults=True):
    """A file to download; no browser opens it in place."""


class VideoPart(StoredPart, tag="video", frozen=True, kw_only=True, omit_defaults=True):
    """A video, which can be sought in (range requests). What is not known is 0 or left out."""

    width: int = 0
    height: int = 0
    duration: int = 0
    poster: Picture | None = None
    alt: str = ""


class AudioPart(StoredPart, tag="audio", frozen=True, kw_only=True, omit_defaults=True):
    """A recording or a piece of music, with what its own tags say."""

    duration: int = 0
    title: str = ""
    artist: str = ""


class VoicePart(StoredPart, tag="voice", frozen=True, kw_only=True, omit_defaults=True):
    """Something said."""

    duration: int = 0
    waveform: list[int] = []


class LocationPart(AnyPart, tag="location", frozen=True, kw_only=True, omit_defaults=True):
    """A place (WGS 84, in degrees)."""

    latitude: float
    longitude: float
    name: str = ""


class MeetingPart(AnyPart, tag="meeting", frozen=True, kw_only=True, omit_defaults=True):
    """A meeting to join."""

    subject: str
    url: str = ""
    at: int
    minutes: int = 0
    people: list[UserView] = []


class PreviewPart(AnyPart, tag="preview", frozen=True, kw_only=True, omit_defaults=True):
    """What a link in the text leads to, as that page describes itself; only the server adds it (message.previewed).
    `url` is the link as it stands in the text, `picture` is a file of ours."""

    url: str
    title: str
    text: str = ""
    site: str = ""
    picture: Picture | None = None


class PollPart(AnyPart, tag="poll", frozen=True, kw_only=True, omit_defaults=True):
    """A question with options to vote for, by their places; how it stands is the message's `poll`."""

    question: str
    options: list[str]
    multiple: bool = False
    anonymous: bool = False
    closes_at: int | None = None


Part: TypeAlias = (
    PhotoPart | FilePart | VideoPart | AudioPart | VoicePart | LocationPart | MeetingPart | PreviewPart | PollPart
)


class Quote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The message that another answers, as it was when it was answered: its first 140 characters, and of its first
    part the kind and a picture. `deleted`: it is gone, and of the quote its number alone is left; `seq` is then that of
    the message.deleted which emptied the quote, left out where the message was gone before it was answered."""

    number: int
    author: UserView | None = None
    text: str = ""
    kind: Kind | None = None
    picture: Picture | None = None
    deleted: bool = False
    seq: int = 0


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a forwarded message is from: who wrote it, and when. `channel` and `number` are there only when everybody
    who may read the forwarded one could find the first one too."""

    author: UserView
    at: int
    channel: str | None = None
    number: int | None = None


class Upload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file on its way up: the server has `offset` of its `size` bytes. `state`: `open` while some are missing,
    `checking` while the content is looked at, `ready` when it can be posted; then `part` shows it as a message of its
    own kind would."""

    id: str
    name: str
    size: int
    offset: int
    state: Literal["open", "checking", "ready"]
    part: Part | None = None


def kind_of(part: Part) -> Kind:
    """The part's tag."""
    kind: Kind = part.__struct_config__.tag  # type: ignore[assignment]
    return kind


def picture_of(part: Part) -> Picture | None:
    """What a small view of the part shows."""
    match part:
        case PhotoPart():
            return Picture(file=part.file, width=part.width, height=part.height, blur=part.blur, thumbs=part.thumbs)
        case VideoPart():
            return part.poster
        case PreviewPart():
            return part.picture
        case _:
            return None


def files_of(part: Part) -> tuple[str, ...]:
    """The files that must be there for the part to be shown."""
    own = (part.file,) if isinstance(part, StoredPart) else ()
    picture = picture_of(part)
    return own if picture is None or picture.file in own else (*own, picture.file)


def kinds_of(parts: Iterable[Part]) -> tuple[Kind, ...]:
    return tuple(map(kind_of, parts))


def searched_text(text: str, parts: Iterable[Part]) -> str:
    """What a message is found by: its text, and below it the words of its parts, a line for each."""
    words = [line for part in parts for line in _words_of(part) if line]
    return "\n".join([text, *words] if text else words) if words else text


def _words_of(part: Part) -> tuple[str, ...]:
    match part:
        case PhotoPart() | VideoPart():
            return (part.name, part.alt)
        case AudioPart():
            return (part.name, part.title, part.artist)
        case FilePart() | VoicePart() | LocationPart():
            return (part.name,)
        case MeetingPart():
            return (part.subject,)
        case PollPart():
            return (part.question, *part.options)
        case PreviewPart():
            return ()
