"""What is posted besides a text: up to ten parts, each of one kind, as the client names them.

An uploaded file is named by its id, with what only the client knows. Durations are milliseconds, sizes bytes, pictures
in pixels. What becomes of them is in protocol/parts.py.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from hubbub.domain.scalars import Number, Time, Ulid

MAX_PARTS: Final = 10
MAX_FILE_NAME: Final = 200
MAX_ALT: Final = 1000
MAX_LINE: Final = 200
MAX_WAVEFORM: Final = 100
MAX_PEOPLE: Final = 50
MAX_OPTIONS: Final = 10

Kind: TypeAlias = Literal["photo", "file", "video", "audio", "voice", "location", "meeting", "preview", "poll"]

_Alt: TypeAlias = Annotated[str, msgspec.Meta(max_length=MAX_ALT)]
_Line: TypeAlias = Annotated[str, msgspec.Meta(max_length=MAX_LINE)]
_Url: TypeAlias = Annotated[str, msgspec.Meta(max_length=2000)]
_Pixels: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
_Milliseconds: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=7 * 86_400_000)]
_Level: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=100)]
_Waveform: TypeAlias = Annotated[list[_Level], msgspec.Meta(max_length=MAX_WAVEFORM)]
_Latitude: TypeAlias = Annotated[float, msgspec.Meta(ge=-90, le=90)]
_Longitude: TypeAlias = Annotated[float, msgspec.Meta(ge=-180, le=180)]


class New(msgspec.Struct, tag_field="kind", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all posted parts share: the tag `kind`."""


class NewPhoto(New, tag="photo", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An uploaded picture; `alt` says what is on it."""

    file: Ulid
    alt: _Alt = ""


class NewFile(New, tag="file", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An uploaded file of any type, to be downloaded."""

    file: Ulid


class NewVideo(New, tag="video", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An uploaded video. `poster` is an uploaded picture, made by the client of one of its frames; the measures are the
    client's too, and hints: they are shown until the player knows."""

    file: Ulid
    poster: Ulid | None = None
    width: _Pixels = 0
    height: _Pixels = 0
    duration: _Milliseconds = 0
    alt: _Alt = ""


class NewAudio(New, tag="audio", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An uploaded recording or piece of music. `duration` is a hint, taken where the file itself does not tell."""

    file: Ulid
    duration: _Milliseconds = 0


class NewVoice(New, tag="voice", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something said, recorded by the client: `waveform` has its loudness, 0 to 100, at equal distances."""

    file: Ulid
    duration: _Milliseconds = 0
    waveform: _Waveform = []


class NewLocation(New, tag="location", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place (WGS 84, in degrees), perhaps with a name."""

    latitude: _Latitude
    longitude: _Longitude
    name: _Line = ""


class NewMeeting(New, tag="meeting", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A meeting to join at `url` (http or https). `at`: when it begins, left out: now; `minutes`: how long it takes, 0
    for unknown."""

    subject: _Line
    url: _Url = ""
    at: Time | None = None
    minutes: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    people: Annotated[list[Ulid], msgspec.Meta(max_length=MAX_PEOPLE)] = []


class NewPoll(New, tag="poll", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question, and 2 to 10 different options to choose from: one, or with `multiple` any of them. `anonymous`:
    nobody is told who chose what, but only how many. `closes_at`, which lies ahead: from then on nobody votes any more.
    One message has at most one poll."""

    question: _Line
    options: Annotated[list[_Line], msgspec.Meta(min_length=2, max_length=MAX_OPTIONS)]
    multiple: bool = False
    anonymous: bool = False
    closes_at: Time | None = None


NewPart: TypeAlias = NewPhoto | NewFile | NewVideo | NewAudio | NewVoice | NewLocation | NewMeeting | NewPoll
NewParts: TypeAlias = Annotated[list[NewPart], msgspec.Meta(max_length=MAX_PARTS)]


class Forwarded(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The message to forward: one that the poster may read."""

    channel: Ulid
    number: Number
