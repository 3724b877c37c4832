"""URLs with gaps: which ports they make, what goes into them, and what an instance may thus reach."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from studio.nodes._ports import name_problems
from studio.spec import ANY, Field, Permission, port
from studio.support.errors import NodeError
from studio.support.templates import as_text, placeholders, render
from studio.support.values import Json, preview
from studio.tools.addresses import Target, read_url
from studio.tools.web import header_problem, secret_names

_DOTS = re.compile(r"(?:\.|%2e){1,2}", re.IGNORECASE)


def url_ports(url: Any) -> dict[str, Field]:
    """Return the input ports of a URL: one per `{gap}`, or `url` if there is none at all."""
    if not url:
        return {"url": port(type="text", help="The URL.")}
    gaps = placeholders(url) if isinstance(url, str) else ()
    return {name: port(type="any", help="Fills the gap of this name.") for name in gaps}


def url_problems(url: str, taken: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield what is wrong with a URL with gaps; `taken` are the names of other ports."""
    if not url:
        return
    gaps = placeholders(url)
    yield from name_problems(gaps, "gap")
    for name in gaps:
        if name in taken:
            yield f"The gap `{name}` of `url` has the name of another input. Give it another name."
    try:
        if read_url(_opened(url)).origin != read_url(_opened(url, "other")).origin:
            raise NodeError("")
    except NodeError as error:
        yield error.message or "Gaps of `url` stand after the host. Leave `url` empty to wire all of it."


def filled_url(url: str, inputs: Mapping[str, Json]) -> str:
    """Return the URL to ask: the wired one, or the param with its gaps filled, each value encoded as one piece.

    Raises `NodeError` for a value that is no text, number or truth, or that would climb in the path.
    """
    if not url:
        return str(inputs["url"])
    values = {}
    for name in placeholders(url):
        value = inputs[name]
        if value is None or isinstance(value, list | dict):
            raise NodeError(
                f"The gap `{name}` of the URL needs a text or a number, not {preview(value)}.",
                hint="Turn it into text first.",
                code="input",
            )
        values[name] = quote(as_text(value), safe="")
    made = render(url, values)
    path = re.split(r"[?#]", made.partition("://")[2], maxsplit=1)[0]
    was = re.split(r"[?#]", _opened(url).partition("://")[2], maxsplit=1)[0]
    if len(_dotted(path)) > len(_dotted(was)):
        raise NodeError(
            "A value makes `.` or `..` of a part of the URL's path, which would ask for something else.",
            hint="Check what is wired to the gaps.",
            code="input",
        )
    return made


def web_permissions(url: str, headers: Any) -> Iterator[Permission]:
    """Yield which origin an instance reaches and which secrets it sends there."""
    target: Target | None = None
    if url:
        try:
            target = read_url(_opened(url))
        except NodeError:  # it is told by `problems`, and never asked
            target = None
    if target is None:
        yield Permission("host", ANY, "" if not url else "its URL is not well formed")
    else:
        near = target.host == "localhost" or (target.literal is not None and not target.literal.is_global)
        yield Permission("host", target.origin, "on this computer or its network" if near else "")
    place = target.origin if target else "the server, if it is bound to it"
    for name in secret_names(texts_of(headers)):
        yield Permission("secret", name, f"sent to {place}")


def headers_problems(headers: Any) -> Iterator[str]:
    """Yield what is wrong with the `headers` of an instance."""
    if not isinstance(headers, Mapping):
        yield "`headers` is an object of texts by name."
    elif problem := header_problem(headers):
        yield f"`headers`: {problem}"


def texts_of(headers: Any) -> dict[str, str]:
    """Return the headers of an instance as texts by name; none from what is no object."""
    return {str(name): str(value) for name, value in headers.items()} if isinstance(headers, Mapping) else {}


def _opened(url: str, value: str = "x") -> str:
    """The URL with something harmless in its gaps."""
    return render(url, dict.fromkeys(placeholders(url), value))


def _dotted(path: str) -> list[str]:
    return [part for part in path.split("/") if _DOTS.fullmatch(part)]
