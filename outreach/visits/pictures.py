"""Photos and signatures that come with a report: looked at, made smaller, and freed of what cameras write into them.

A photo's metadata can hold the place where it was taken and whose phone it was; the phone leaves it out already, and
here nothing of it can get past.
"""

import io
from collections.abc import Iterable

from PIL import Image, ImageOps, UnidentifiedImageError

from outreach.i18n import _l
from outreach.visits.report import Picture, Problems

LONGEST_SIDE = 1600
"""Pixels; a note on a door can be read at this size."""

MOST_PIXELS = 40_000_000
QUALITY = 80
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}


def cleaned(given: Iterable[Picture]) -> tuple[tuple[Picture, ...], Problems]:
    """The pictures drawn anew, without metadata; or what is wrong, by place.

    Not inside a transaction: it takes time.
    """
    found: list[Picture] = []
    wrong: Problems = {}
    for place, one in enumerate(given):
        try:
            found.append(_cleaned(one))
        except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
            wrong[f"pictures.{place}"] = _l("This is not a picture that we can keep.")
    return tuple(found), wrong


def _cleaned(one: Picture) -> Picture:
    kind = FORMATS[one.media_type]
    with Image.open(io.BytesIO(one.content), formats=[kind]) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        upright = ImageOps.exif_transpose(image)
        drawn = upright.convert("RGB" if kind == "JPEG" else "RGBA")
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A new picture holds pixels and nothing else.
    bare = Image.new(drawn.mode, drawn.size)
    bare.paste(drawn)
    written = io.BytesIO()
    bare.save(written, kind, **({"quality": QUALITY} if kind == "JPEG" else {"optimize": True}))
    return Picture(one.kind, one.media_type, written.getvalue())
