"""What pandoc leaves undone in the ZIP of an OpenDocument file. Pure."""

from __future__ import annotations

import io
import zipfile

_MANIFEST = "META-INF/manifest.xml"


def mended_odt(data: bytes) -> bytes:
    """The same package with the media types that OpenDocument asks for in its manifest."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(made, "w") as package:
        for entry in given.infolist():
            content = given.read(entry)
            if entry.filename == _MANIFEST:
                content = content.replace(b'"application/xml"', b'"text/xml"')
            kept = zipfile.ZipInfo(entry.filename, entry.date_time)
            kept.compress_type = entry.compress_type
            package.writestr(kept, content)
    return made.getvalue()
