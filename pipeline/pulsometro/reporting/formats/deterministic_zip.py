"""The same bytes for the same content: what office formats add of clock, chance and language is taken out."""

import io
import re
import zipfile

_DAY = (1980, 1, 1, 0, 0, 0)
# pandoc's own parts say English, which a screen reader would believe.
_ENGLISH, _SPANISH = b'lang="en-US"', b'lang="es-MX"'
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def settle_office(content: bytes) -> bytes:
    """Zip a DOCX, PPTX or XLSX again: sorted names, one date, fixed created and modified, slides in Spanish."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        # Readers want the list of parts first.
        for name in sorted(old.namelist(), key=lambda part: (part != "[Content_Types].xml", part)):
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", part)
            if name.startswith("ppt/") and name.endswith(".xml"):
                part = part.replace(_ENGLISH, _SPANISH)
            info = zipfile.ZipInfo(name, _DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            new.writestr(info, part)
    return buffer.getvalue()


def settle_text(words: str) -> str:
    """LF line ends and one at the end."""
    return words.replace("\r\n", "\n").rstrip("\n") + "\n"
