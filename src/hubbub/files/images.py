"""Pictures made anew: upright, in sRGB, without anything that came along in the file (EXIF, comments, other formats).

Runs in a process of its own (worker.py): what a decoder may do is not bounded by what we ask of it.

Invariant: measures are checked before a pixel is decoded, and every byte that is written was encoded here.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import AvifImagePlugin, Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError, WebPImagePlugin

from hubbub.domain.files import FileInfo
from hubbub.errors import Refused

FORMATS: Final = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "AVIF")
# What each is written as (MPO is how some cameras write several JPEGs in one, of which the first counts).
WRITTEN: Final = {
    "JPEG": "JPEG",
    "MPO": "JPEG",
    "PNG": "PNG",
    "GIF": "PNG",
    "BMP": "PNG",
    "WEBP": "WEBP",
    "AVIF": "WEBP",
}
MEDIA_TYPES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
QUALITY: Final = 88
THUMB_QUALITY: Final = 80
THUMB_SIZES: Final = (320, 1280)
BLUR_SIZE: Final = 16
BLUR_QUALITY: Final = 20
MAX_SIDE: Final = 30_000
# Of all frames of a moving picture together, in full pictures' worth.
MOVING: Final = 20
_TRANSPARENT: Final = frozenset({"RGBA", "LA", "PA"})


def remake(source: Path, folder: Path, *, pixels: int, frames: int) -> FileInfo:
    """Write `original` and its thumbnails (`thumb-WIDTH`) into `folder`. Raises `bad_image`, `image_too_big`."""
    Image.MAX_IMAGE_PIXELS = None  # checked below, with a bound of our own
    try:
        Image.preinit()  # which registers the older formats; these two register themselves
        assert AvifImagePlugin.AvifImageFile.format
        assert WebPImagePlugin.WebPImageFile.format
        with Image.open(source, formats=FORMATS) as image:
            check_size(image, pixels)
            if getattr(image, "is_animated", False) and image.format != "MPO":
                return _remake_moving(image, folder, pixels=pixels, frames=frames)
            return _remake_still(image, folder)
    except (Image.DecompressionBombError, MemoryError) as error:
        raise Refused("image_too_big") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, IndexError, KeyError, EOFError) as error:
        raise Refused("bad_image") from error


def check_size(image: Image.Image, pixels: int) -> None:
    width, height = image.size
    if width * height > pixels or max(width, height) > MAX_SIDE:
        raise Refused("image_too_big", f"This image has {width} x {height} pixels; {pixels} are accepted altogether.")


def _remake_still(image: Image.Image, folder: Path) -> FileInfo:
    written = WRITTEN[image.format or ""]
    clean = _clean(image)
    if written == "JPEG" and clean.mode not in ("RGB", "L"):
        clean = clean.convert("RGB")
    if written == "WEBP" and clean.mode not in ("RGB", "RGBA"):
        clean = clean.convert("RGBA" if clean.mode in _TRANSPARENT else "RGB")
    target = folder / "original"
    match written:
        case "JPEG":
            clean.save(target, "JPEG", quality=QUALITY, optimize=True, progressive=True)
        case "PNG":
            clean.save(target, "PNG")
        case _:
            clean.save(target, "WEBP", quality=QUALITY)
    return _describe(clean, target, folder, MEDIA_TYPES[written], animated=False)


def _clean(image: Image.Image) -> Image.Image:
    """The picture upright and in sRGB, and nothing but its pixels."""
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if upright.mode not in ("1", "L", "LA", "RGB", "RGBA", "I;16"):
        transparent = upright.mode in _TRANSPARENT or "transparency" in upright.info
        upright = upright.convert("RGBA" if transparent and upright.mode != "CMYK" else "RGB")
    elif "transparency" in upright.info:
        upright = upright.convert("LA" if upright.mode in ("1", "L") else "RGBA")
    if profile and upright.mode in ("RGB", "RGBA"):
        upright = _to_srgb(upright, profile)
    upright.info = {}
    return upright


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        found = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):
        return image  # a profile that does not fit says nothing about the pixels
    return found or image


def _remake_moving(image: Image.Image, folder: Path, *, pixels: int, frames: int) -> FileInfo:
    """As WebP, whatever it was: its encoder takes one frame after the other."""
    width, height = image.size
    count = getattr(image, "n_frames", 1)
    if count > frames or count * width * height > MOVING * pixels:
        raise Refused("image_too_big", f"This image has {count} frames; {frames} are accepted.")
    durations = [_duration(frame) for frame in ImageSequence.Iterator(image)]
    image.seek(0)
    first = image.convert("RGBA")
    first.info = {}
    target = folder / "original"
    rest = _frames(image)
    next(rest)
    loop = int(image.info.get("loop", 1) or 0)
    first.save(
        target,
        "WEBP",
        save_all=True,
        append_images=rest,
        duration=durations,
        loop=loop,
        quality=THUMB_QUALITY,
        method=2,
    )
    return _describe(first, target, folder, "image/webp", animated=True)


def _duration(frame: Image.Image) -> int:
    return max(20, min(int(frame.info.get("duration", 100) or 100), 60_000))


def _frames(image: Image.Image) -> Iterator[Image.Image]:
    for frame in ImageSequence.Iterator(image):
        copy = frame.convert("RGBA")
        copy.info = {}
        yield copy


def _describe(image: Image.Image, target: Path, folder: Path, media_type: str, *, animated: bool) -> FileInfo:
    plain = image.convert("RGBA" if image.mode in _TRANSPARENT else "RGB")
    thumbs = [_write_thumb(plain, folder, size) for size in THUMB_SIZES if max(image.size) > size]
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileInfo(
        media_type=media_type,
        size=target.stat().st_size,
        digest=digest,
        width=image.width,
        height=image.height,
        blur=_blur(plain),
        thumbs=sorted(set(thumbs)),
        animated=animated,
    )


def _write_thumb(image: Image.Image, folder: Path, size: int) -> tuple[int, int]:
    thumb = image.copy()
    thumb.thumbnail((size, size), Image.Resampling.LANCZOS)
    thumb.save(folder / f"thumb-{thumb.width}", "WEBP", quality=THUMB_QUALITY)
    return thumb.size


def _blur(image: Image.Image) -> str:
    tiny = image.copy()
    tiny.thumbnail((BLUR_SIZE, BLUR_SIZE), Image.Resampling.BOX)
    written = io.BytesIO()
    tiny.save(written, "WEBP", quality=BLUR_QUALITY, method=6)
    return base64.b64encode(written.getvalue()).decode()
