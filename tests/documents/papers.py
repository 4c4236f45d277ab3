"""Files as people bring them, made by pandoc and by hand."""

import io
import struct
import subprocess
import zipfile
import zlib
from pathlib import Path

from policylab.documents.reading import program

STRATEGY = """\
Before the first heading.

# Aims

Everybody *learns* the **language**.[^1]

Cities pay for:

- teachers
- rooms

## Means

The ministry pays half, see [the law](https://example.org/law) and [this](javascript:alert(1)).

| Who | What |
|-----|------|
| City | Rooms |

![A school in the hills](pic.png)

[^1]: Language learning, not language testing.
"""
STRATEGIE = """\
Avant le premier titre.

# Buts

Tout le monde *apprend* la **langue**.

Les villes paient :

- les maîtres
- les salles

## Moyens

Le ministère paie la moitié.

| Qui | Quoi |
|-----|------|
| Ville | Salles |

![Une école dans les collines](pic.png)
"""


def picture() -> bytes:
    """A PNG of one red point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def paper(folder: Path, ending: str, markdown: str = STRATEGY) -> bytes:
    """A real file of this kind with these words, and the picture in it."""
    (folder / "pic.png").write_bytes(picture())
    out = folder / f"paper{ending}"
    subprocess.run(
        [program(), "-f", "markdown", "-o", str(out)],
        input=markdown.encode(),
        cwd=folder,
        check=True,
    )
    return out.read_bytes()


def with_document(data: bytes, words: str, instead: str) -> bytes:
    """A Word file with something else in its body."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(made, "w") as after:
        for entry in before.infolist():
            content = before.read(entry)
            if entry.filename == "word/document.xml":
                assert words in content.decode()
                content = content.decode().replace(words, instead).encode()
            after.writestr(entry, content)
    return made.getvalue()
