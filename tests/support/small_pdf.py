"""PDF files written by hand: small, and as wrong as a test needs them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence


def pdf(pages: Sequence[str | bytes], *, title: str = "", compress: bool = False, shared: bool = False) -> bytes:
    """Return a PDF with one line of text per page; bytes are the content stream of a page as it stands.

    `shared`: all pages show the content of the first.
    """
    objects = [b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]  # the catalogue comes last
    contents: list[int] = []
    for page in pages[:1] if shared else pages:
        stream = page if isinstance(page, bytes) else b"BT /F1 12 Tf 72 720 Td (%s) Tj ET" % _escaped(page)
        packed = zlib.compress(stream, 9) if compress else stream
        how = b" /Filter /FlateDecode" if compress else b""
        objects.append(b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(packed), how, packed))
        contents.append(len(objects))
    kids = []
    parent = len(objects) + len(pages) + 1
    for number in range(len(pages)):
        objects.append(
            b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 2 0 R >> >> >>" % (parent, contents[0 if shared else number])
        )
        kids.append(len(objects))
    objects.append(b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids)))
    objects[0] = b"<< /Type /Catalog /Pages %d 0 R >>" % parent
    info = b""
    if title:
        objects.append(b"<< /Title (%s) /Author (Ann) >>" % _escaped(title))
        info = b" /Info %d 0 R" % len(objects)
    return assembled(objects, info)


def assembled(objects: Sequence[bytes], more: bytes = b"") -> bytes:
    """Return the file of these objects, numbered from 1; the first is the catalogue."""
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, more, start)


def _escaped(text: str) -> bytes:
    return text.encode("latin-1").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
