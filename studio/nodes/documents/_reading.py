"""What node types that read documents share: the file they name, the worker that parses, the labels of outputs."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from studio.documents.document import Document
from studio.documents.reading.kinds import IN_WORKER
from studio.documents.reading.read import WORKER_CODE, from_worker, read_document
from studio.spec import ANY, Fields, Permission, RunContext, param, port
from studio.spec.fields import make_fields
from studio.support.errors import NodeError
from studio.support.values import Json
from studio.tools.workspace import Workspace

TIMEOUT_S: Final = 60.0
MEMORY_MB: Final = 1_024
WORKER_LIMITS: Final = "PDF and HTML in a worker: 1 GB, 60 s"

FROM_STRANGERS_HELP: Final = (
    "Others may have written it (mail, downloads, web pages): what a model reads there counts as untrusted."
)


def file_param() -> Any:
    """Declare the param that names the file."""
    return param("", help="The file, relative to the project, if nothing is wired to `file`.", editor={"kind": "file"})


def file_port() -> Any:
    """Declare the input that names the file."""
    return port(None, type="text", help="The file, relative to the project; else the param of that name.")


def file_of(params: Any, inputs: Any) -> str:
    """Return the file a firing reads. Raises `NodeError` if nobody named one."""
    named = str(params.file if inputs.file is None else inputs.file)
    if not named:
        raise NodeError("no file is named.", hint="Set `file`, or wire its name.", code="input")
    return named


def reading(params: Any, wired: Collection[str]) -> Permission:
    """Return the permission to read the file of an instance."""
    return Permission("read", ANY if "file" in wired else str(params.file))


def labelled(out: type[Fields], from_strangers: Any) -> type[Fields]:
    """Return the outputs, labelled as untrusted too if strangers may have written what is read."""
    if not from_strangers:
        return out
    fields = out.fields().items()
    return make_fields("Out", {name: replace(one, labels=one.labels | {"untrusted"}) for name, one in fields})


def ports_of(document: Mapping[str, Json]) -> dict[str, Json]:
    """Return what the outputs beside `document` give."""
    return {"heading": document["title"], **{name: document[name] for name in ("text", "parts", "metadata")}}


async def bytes_of(ctx: RunContext, name: str, most_bytes: int) -> bytes:
    """Return what a file of the project holds. For use inside of what is handed to `effect`."""
    project = ctx.outside.project
    return (await asyncio.to_thread(lambda: Workspace(project).read(name, most_bytes=most_bytes))).data


async def parsed(ctx: RunContext, data: bytes, name: str, kind: str, options: Mapping[str, Any]) -> Document:
    """Return the document. PDF and HTML are parsed in a worker: for use inside of what is handed to `effect`."""
    if kind not in IN_WORKER:
        return await asyncio.to_thread(read_document, data, name, kind, **options)
    arguments: dict[str, Json] = {
        "data": base64.b64encode(data).decode("ascii"), "name": name, "kind": kind, "options": dict(options),
    }  # fmt: skip
    try:
        answer = await ctx.outside.sandbox.python(
            WORKER_CODE, arguments, packages=True, memory_mb=MEMORY_MB, timeout_s=TIMEOUT_S
        )
    except NodeError as error:
        # The document met a limit of the worker, or broke its parser: what to do about it is the same.
        raise NodeError(
            f"`{name}` could not be read as {kind.upper()}: {error.message}",
            hint=error.hint or "Convert it with another program.", code="documents",
        ) from None  # fmt: skip
    return from_worker(answer.value)
