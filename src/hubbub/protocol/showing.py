"""Parts as events carry them, made of what was posted and what is known of its files. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from hubbub.domain.files import StoredFile
from hubbub.domain.new_parts import (
    NewAudio,
    NewFile,
    NewLocation,
    NewMeeting,
    NewPart,
    NewPhoto,
    NewPoll,
    NewVideo,
    NewVoice,
)
from hubbub.errors import Refused
from hubbub.protocol.parts import (
    AudioPart,
    FilePart,
    LocationPart,
    MeetingPart,
    Part,
    PhotoPart,
    Picture,
    PollPart,
    Thumb,
    VideoPart,
    VoicePart,
)
from hubbub.protocol.people import UserView

Files: TypeAlias = Mapping[str, StoredFile]
People: TypeAlias = Mapping[str, UserView]


def files_named(new: NewPart) -> tuple[str, ...]:
    """The uploaded files that a posted part names."""
    match new:
        case NewVideo():
            return (new.file,) if new.poster is None else (new.file, new.poster)
        case NewPhoto() | NewFile() | NewAudio() | NewVoice():
            return (new.file,)
        case _:
            return ()


def make_part(new: NewPart, files: Files, people: People, at: int) -> Part:
    """What is shown of `new`, posted at `at`; `files` and `people` hold whatever it names. Raises `bad_part`: the file
    is not of that kind."""
    match new:
        case NewPhoto():
            return make_photo(files[new.file], new.alt)
        case NewFile():
            return make_file(files[new.file])
        case NewVideo():
            return make_video(new, files)
        case NewAudio():
            return make_audio(files[new.file], new.duration)
        case NewVoice():
            return make_voice(files[new.file], new)
        case NewLocation():
            return LocationPart(latitude=new.latitude, longitude=new.longitude, name=new.name)
        case NewPoll():
            return PollPart(
                question=new.question,
                options=new.options,
                multiple=new.multiple,
                anonymous=new.anonymous,
                closes_at=new.closes_at,
            )
        case NewMeeting():
            invited = [people[user] for user in dict.fromkeys(new.people)]
            start = at if new.at is None else new.at
            return MeetingPart(subject=new.subject, url=new.url, at=start, minutes=new.minutes, people=invited)


def make_own(file: StoredFile) -> Part:
    """The file as the kind of part that its content suggests."""
    if file.info.is_picture:
        return make_photo(file, "")
    if file.info.is_video:
        return make_video(NewVideo(file=file.id), {file.id: file})
    return make_audio(file, 0) if file.info.is_sound else make_file(file)


def make_photo(file: StoredFile, alt: str) -> PhotoPart:
    info = file.info
    if not info.is_picture:
        raise Refused("bad_part", f"{file.name} is no picture.")
    return PhotoPart(
        file=file.id,
        name=file.name,
        size=info.size,
        media_type=info.media_type,
        width=info.width,
        height=info.height,
        blur=info.blur,
        thumbs=_thumbs(file),
        animated=info.animated,
        alt=alt,
    )


def make_file(file: StoredFile) -> FilePart:
    return FilePart(file=file.id, name=file.name, size=file.info.size, media_type=file.info.media_type)


def make_video(new: NewVideo, files: Files) -> VideoPart:
    file = files[new.file]
    info = file.info
    if not info.is_video:
        raise Refused("bad_part", f"{file.name} is no video.")
    return VideoPart(
        file=file.id,
        name=file.name,
        size=info.size,
        media_type=info.media_type,
        width=new.width,
        height=new.height,
        duration=info.duration or new.duration,
        poster=make_picture(files[new.poster]) if new.poster is not None else None,
        alt=new.alt,
    )


def make_audio(file: StoredFile, duration: int) -> AudioPart:
    info = file.info
    if not info.is_sound:
        raise Refused("bad_part", f"{file.name} is no sound.")
    return AudioPart(
        file=file.id,
        name=file.name,
        size=info.size,
        media_type=info.media_type,
        duration=info.duration or duration,
        title=info.title,
        artist=info.artist,
    )


def make_voice(file: StoredFile, new: NewVoice) -> VoicePart:
    info = file.info
    if not info.is_sound:
        raise Refused("bad_part", f"{file.name} is no sound.")
    return VoicePart(
        file=file.id,
        name=file.name,
        size=info.size,
        media_type=info.media_type,
        duration=info.duration or new.duration,
        waveform=new.waveform,
    )


def make_picture(file: StoredFile) -> Picture:
    info = file.info
    if not info.is_picture:
        raise Refused("bad_part", f"{file.name} is no picture.")
    return Picture(file=file.id, width=info.width, height=info.height, blur=info.blur, thumbs=_thumbs(file))


def _thumbs(file: StoredFile) -> list[Thumb]:
    return [Thumb(width=width, height=height) for width, height in file.info.thumbs]
