"""HTML: the main content of a page by trafilatura, or all of its text by lxml. Nothing it links to is fetched.

Pages are read in a worker with limits (see `worker`), since parsers can be led to use up memory and time.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urljoin

from studio.documents.document import Document
from studio.documents.limits import MAX_CHARACTERS, MAX_HTML_DEPTH
from studio.documents.reading.decoding import decode_text
from studio.support.errors import NodeError
from studio.support.values import Json

_UNSEEN: Final = frozenset({"script", "style", "noscript", "template", "head", "svg", "iframe", "object", "datalist"})
_BLOCKS: Final = frozenset(
    """address article aside blockquote body br caption dd details dialog div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol option p pre section summary table tbody tfoot
    thead title tr ul""".split()  # noqa: SIM905
)
_CELLS: Final = frozenset({"td", "th"})
_KEPT: Final = "\x02"
"""Stands for a blank of preformatted text while lines are tidied."""
_MOST_LINKS: Final = 1_000
_DECLARED: Final = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)


def read_html(page: bytes | str, name: str, *, main: bool = True, url: str = "", encoding: str = "") -> Document:
    """Return the document of a page: its title, its text, and `metadata` with `description`, `language` and `links`.

    With `main` the text is the main content (no menus, no footers) as Markdown; where trafilatura finds none, and
    without `main`, it is all the text a reader would see. `metadata.main` says which. `url` makes links absolute.
    Raises `NodeError` for what cannot be parsed, is nested deeper than 500 elements, or gives too much text.
    """
    import lxml.etree  # type: ignore[import-untyped, unused-ignore]
    import lxml.html  # type: ignore[import-untyped, unused-ignore]

    text = page if isinstance(page, str) else decode_text(page, name, encoding=encoding or _declared(page)).text
    text = text.replace("\0", "")
    if not text.strip():
        return Document(name, "html", "")
    # Without `huge_tree` what stands deeper than 256 elements would be lost without a word.
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        # As text with a declaration of its encoding lxml would refuse it; as bytes of a known encoding it takes all.
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        # What libxml2 says when it gets no more memory.
        said = "its parser gave up, likely for want of memory" if "unknown error" in said else said
        raise _problem(f"`{name}` cannot be read as HTML: {said}") from None
    _check_depth(root, name)
    title = _squeezed(_first(root, "//title") or _first(root, "//h1"))
    metadata: dict[str, Json] = {"main": False, "links": _links(root, url)}
    for key, path in (("description", "//meta[@name='description']/@content"), ("language", "/html/@lang")):
        found = root.xpath(path)
        if found:
            metadata[key] = str(found[0])[:1_000]
    body = _main(root, url) if main else ""
    metadata["main"] = bool(body)
    body = body or visible_text(root)
    if len(body) > MAX_CHARACTERS:
        raise _problem(f"`{name}` holds more than {MAX_CHARACTERS} characters of text")
    return Document(name, "html", body, title, (), metadata)


def visible_text(root: Any) -> str:
    """Return the text of all elements a reader sees: blocks on lines of their own, cells divided by tabs."""
    import lxml.etree  # type: ignore[import-untyped, unused-ignore]

    out: list[str] = []
    # This walk keeps no stack of Python's, however deep the page is.
    walk = lxml.etree.iterwalk(root, events=("start", "end"))
    preformatted = 0
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag in _UNSEEN or not tag:
                walk.skip_subtree()
                continue
            preformatted += tag == "pre"
            if tag in _BLOCKS:
                out.append("\n")
            if element.text:
                out.append(_piece(element.text, preformatted))
            continue
        if tag not in _UNSEEN:
            preformatted -= tag == "pre"
            if tag in _BLOCKS:
                out.append("\n")
            elif tag in _CELLS:
                out.append("\t")
        if element.tail and element is not root:
            out.append(_piece(element.tail, preformatted))
    lines = (re.sub(r" {2,}", " ", line).strip() for line in "".join(out).split("\n"))
    return "\n".join(line.replace(_KEPT, " ") for line in lines if line)


def _piece(text: str, preformatted: int) -> str:
    """Outside of `pre` all blanks are one blank; within it the blanks are marked, to outlive the tidying of lines."""
    text = text.replace(_KEPT, "")
    return text.replace(" ", _KEPT) if preformatted else re.sub(r"\s+", " ", text)


def _main(root: Any, url: str) -> str:
    import trafilatura

    found = trafilatura.extract(
        root, url=url or None, output_format="markdown", with_metadata=False, include_comments=False,
        include_links=False, include_images=False, deduplicate=False,
    )  # fmt: skip
    return str(found).strip() if found else ""


def _declared(page: bytes) -> str:
    """Return the encoding that the page says it has, if it is one and no mark or UTF-8 says otherwise."""
    import codecs

    if page.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        return ""
    try:
        page.decode("utf-8")
        return ""
    except UnicodeDecodeError:
        found = _DECLARED.search(page[:4_096])
    try:
        return codecs.lookup(found.group(1).decode("ascii")).name if found else ""
    except LookupError:
        return ""


def _check_depth(root: Any, name: str) -> None:
    import lxml.etree  # type: ignore[import-untyped, unused-ignore]

    depth = 0
    for event, _ in lxml.etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_HTML_DEPTH:
            raise _problem(f"`{name}` is nested deeper than {MAX_HTML_DEPTH} elements")


def _first(root: Any, path: str) -> str:
    found = root.xpath(path)
    return "".join(found[0].itertext()) if found else ""


def _links(root: Any, url: str) -> list[dict[str, str]]:
    """Return where links lead (http and https only), each once, in order, with their texts."""
    found: dict[str, str] = {}
    for anchor in root.iter("a"):
        target = (anchor.get("href") or "").strip()
        try:
            target = urljoin(url, target) if url else target
        except ValueError:
            continue
        if target.startswith(("http://", "https://")) and target not in found:
            found[target] = _squeezed("".join(anchor.itertext()))[:200]
            if len(found) >= _MOST_LINKS:
                break
    return [{"url": target, "text": text} for target, text in found.items()]


def _squeezed(text: str) -> str:
    return " ".join(text.split())[:500]


def _problem(what: str) -> NodeError:
    return NodeError(f"{what}.", hint="Save it as text, or read a part of it.", code="documents")
