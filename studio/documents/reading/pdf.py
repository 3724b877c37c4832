"""PDF: the text of its pages, by pypdf.

A PDF can be built to use up memory and time, so files are read in a worker with limits (see `worker`). Text is taken
in the order in which the file holds it; a page that is a picture has none.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

from studio.documents.document import Document
from studio.documents.limits import MAX_CHARACTERS, MAX_PAGES
from studio.support.errors import NodeError
from studio.support.values import Json

BETWEEN_PAGES: Final = "\n\n"
_SAID: Final = ("title", "author", "subject", "creator", "producer")
_LONGEST: Final = 1_000


def read_pdf(data: bytes, name: str, *, password: str = "", max_pages: int = MAX_PAGES) -> Document:
    """Return the document; `parts` are its pages with `page` (from 1), `metadata` has the count `pages` and more.

    Raises `NodeError` in one sentence: it is no PDF or broken, encrypted, or has more pages or text than allowed.
    """
    import pypdf
    from pypdf.errors import PdfReadError

    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(password):
            raise _problem(f"`{name}` is encrypted and needs a password", "Save a copy without one.")
        pages = len(reader.pages)
        if pages > max_pages:
            raise _problem(f"`{name}` has {pages} pages, more than {max_pages}", "Cut it, or raise `max_pages`.")
        texts = []
        left = MAX_CHARACTERS
        for page in reader.pages:
            text = _clean(page.extract_text())
            left -= len(text) + len(BETWEEN_PAGES)
            if left < 0:
                raise _problem(f"`{name}` holds more than {MAX_CHARACTERS} characters", "Cut it into parts.")
            texts.append(text)
        metadata = _metadata(reader)
    except NodeError:
        raise
    except RecursionError:
        raise _problem(f"`{name}` is nested too deep to be read", "Save it anew with another program.") from None
    # Broken files make pypdf stumble over whatever it meets: wrong types, missing keys, bad numbers.
    except (PdfReadError, Exception) as error:  # noqa: BLE001
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise _problem(f"`{name}` cannot be read as PDF: {said}", "Save it anew with another program.") from None
    parts: list[Mapping[str, Json]] = []
    place = 0
    for number, text in enumerate(texts, 1):
        parts.append({"text": text, "page": number, "start": place, "end": place + len(text)})
        place += len(text) + len(BETWEEN_PAGES)
    return Document(
        name, "pdf", BETWEEN_PAGES.join(texts), str(metadata.get("title", "")), parts, {**metadata, "pages": pages}
    )


def _metadata(reader: Any) -> dict[str, Json]:
    found = reader.metadata
    if found is None:
        return {}
    said = {key: found.get("/" + key.capitalize()) for key in _SAID}
    return {key: _clean(str(value))[:_LONGEST] for key, value in said.items() if value}


def _clean(text: str) -> str:
    """NUL and halves of characters, which wrong tables of glyphs give, cannot be kept as text."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _problem(what: str, hint: str) -> NodeError:
    return NodeError(f"{what}.", hint=hint, code="documents")
