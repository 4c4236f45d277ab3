"""Pictures: taken in when they are what they say, in a form that every writer can hold."""

from io import BytesIO

import pytest
from PIL import Image

from policylab.export.pictures import picture_of
from tests.export.samples import picture


def drawn(kind: str, size: tuple[int, int] = (30, 20)) -> bytes:
    made = BytesIO()
    Image.new("RGB", size, "#336699").save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/png"), ("WEBP", "image/png")],
)
def test_a_picture_is_kept_or_drawn_again_as_png(kind: str, media_type: str) -> None:
    made = picture_of(drawn(kind))
    assert made is not None
    assert (made.media_type, made.width, made.height) == (media_type, 30, 20)
    with Image.open(BytesIO(made.data)) as again:
        assert again.size == (30, 20)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        picture().data[:60],
        picture().data[: len(picture().data) // 2],
        b"%PDF-1.7",
    ],
)
def test_what_cannot_be_drawn_is_no_picture(data: bytes) -> None:
    assert picture_of(data) is None


def test_a_picture_too_large_to_draw_is_no_picture() -> None:
    flat = BytesIO()
    Image.new("1", (20_000, 9_000)).save(flat, "PNG")
    assert len(flat.getvalue()) < 200_000
    assert picture_of(flat.getvalue()) is None
