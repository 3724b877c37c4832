"""Which server a node asks, as params say it: read, checked, and told as permissions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.http._url import headers_problems, texts_of
from studio.spec import Permission
from studio.spec.outside import ServerSpec
from studio.support.errors import NodeError
from studio.support.values import sorted_encode
from studio.tools.addresses import read_url
from studio.tools.web import secret_names


def server_of(params: Any) -> ServerSpec:
    """Return the server that the params name."""
    return ServerSpec(
        tuple(str(part) for part in params.command),
        params.url,
        params.folder,
        tuple(str(name) for name in params.variables),
        texts_of(params.headers),
    )


def server_problems(params: Any) -> Iterator[str]:
    """Yield what is wrong with the params that name a server."""
    if bool(params.command) == bool(params.url):
        yield "A tool server is either a `command` to start or the `url` of one that runs. Give one of both."
    if not all(isinstance(part, str) and part and "\0" not in part for part in params.command):
        yield "`command` is a list of texts: the program and each of its arguments."
    if not all(isinstance(name, str) and name.isidentifier() for name in params.variables):
        yield "`variables` lists names of secrets, as in GITHUB_TOKEN."
    if params.variables and params.url:
        yield "`variables` are for a command. Name secrets for a URL in `headers`, as in `Bearer secret:NAME`."
    if params.headers and params.command:
        yield "`headers` are for a URL. Name secrets for a command in `variables`."
    yield from headers_problems(params.headers)
    if params.url:
        try:
            read_url(params.url)
        except NodeError as error:
            yield str(error)


def server_permissions(params: Any, tool: str) -> Iterator[Permission]:
    """Yield what asking a server for a tool means: starting the whole command, or reaching the origin; the secrets."""
    asked = f" for its tool {sorted_encode(tool).decode()}"
    if params.arguments:  # they decide what the tool does, as the arguments of a command do
        asked += f" with {sorted_encode(dict(params.arguments)).decode()}"
    if params.command:
        where = "" if params.folder == "." else f" in {params.folder}"
        yield Permission(
            "server", sorted_encode(list(params.command)).decode() + where + asked, "it runs with your rights"
        )
    if params.url:
        try:
            target = read_url(params.url)
        except NodeError:  # it is told by `server_problems`, and never asked
            yield Permission("server", params.url + asked)
        else:
            yield Permission("server", params.url + asked)
            yield Permission("host", target.origin)
    names = [str(name) for name in params.variables] if params.command else []
    for name in (*names, *secret_names(texts_of(params.headers))):
        yield Permission("secret", name, "given to the tool server")
