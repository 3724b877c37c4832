"""What the node types that apply edits to the project's files share."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.files._workspace import change, folder_of, folder_param, folder_port, writing
from studio.spec import Fields, Permission, RunContext, param, port
from studio.support.values import Absent, Json
from studio.tools.patches.applying import Kind, apply_to_workspace
from studio.tools.workspace import Workspace

LIMITS = "2 million characters, 1,000 edits; all files change or none; only text files that *files.write* may write"


class EditParams(Fields):
    folder: str = folder_param()
    check_syntax: bool = param(
        False, help="Refuse edits that bring in faults of syntax, as *code.check* finds them; old faults do not count."
    )


class EditIn(Fields):
    edits: str = port(help="The edits, as the model wrote them.")
    folder: str = folder_port()


class EditOut(Fields):
    applied: bool = port(help="True if all edits were applied; if one does not fit, none is.")
    changed: list[Any] = port(private=True, help="The names of the files that changed; none if the edits do not fit.")
    diff: str = port(private=True, help="What changed, as a unified diff.")
    problems: str = port(
        private=True, help="What does not fit and what stands there instead, for whoever wrote the edits; else absent."
    )


def permissions(params: Any, wired: Collection[str]) -> Iterator[Permission]:
    """Yield what applying edits may do."""
    yield writing(params, wired)


async def apply(ctx: RunContext, kind: Kind, params: Any, inputs: Any) -> EditOut:
    """Apply the edits of a firing and return its outputs."""

    def work(workspace: Workspace) -> Json:
        outcome, diff = apply_to_workspace(kind, inputs.edits, workspace, check=params.check_syntax)
        return {"changed": sorted(outcome.files), "diff": diff, "problems": outcome.report}

    request: dict[str, Json] = {"edits": inputs.edits, "check_syntax": params.check_syntax}
    found = await change(ctx, kind, folder_of(params, inputs), request, work)
    return EditOut(
        applied=not found["problems"],
        changed=found["changed"],
        diff=found["diff"],
        problems=found["problems"] or fits(),
    )


def fits() -> Any:
    """Return why there are no problems."""
    return Absent("all edits fit")
