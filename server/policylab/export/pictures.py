"""Pictures of a text, taken in only when they are what they claim to be. Pure."""

from __future__ import annotations

import io

from PIL import Image, UnidentifiedImageError

from policylab.export.dossier import Picture

_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_KEPT = {"PNG", "JPEG"}
_MOST_DOTS = 40_000_000
_BROKEN = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombWarning,
    Image.DecompressionBombError,
)
"""What Pillow raises for bytes that are no picture, or would grow beyond measure."""


def picture_of(data: bytes) -> Picture | None:
    """The picture, in a form that every format of ours can hold; None when it can't be drawn."""
    try:
        with Image.open(io.BytesIO(data), formats=list(_FORMATS)) as image:
            if image.width * image.height > _MOST_DOTS:
                return None
            image.load()
            return _kept(image, data)
    except _BROKEN:
        return None


def _kept(image: Image.Image, data: bytes) -> Picture:
    """The bytes as they are where all our formats read them, else drawn again as PNG."""
    kind = image.format or ""
    if kind not in _KEPT:
        made = io.BytesIO()
        image.convert("RGBA").save(made, "PNG")
        data, kind = made.getvalue(), "PNG"
    return Picture(data=data, media_type=_FORMATS[kind], width=image.width, height=image.height)
