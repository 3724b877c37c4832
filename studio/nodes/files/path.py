"""`files.path`: a file's name without detours, and never outside its folder."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import Absent


@node("files.path", title="Tidy a file name", category="Files", icon="file-read")
class Tidy(Node):
    """Make a file name plain, as for a folder that stands in a store: `a/./b/../c.txt` becomes `a/c.txt`.

    No file is touched.  A name that leads out of the folder, as `../secret` and `/etc/passwd` do, comes out of
    `outside`; one that means the folder itself gives an empty `path`.
    """

    class In(Fields):
        name: str = port(help="The name, relative to the folder.")

    class Out(Fields):
        path: Any = port(type="text", help="The name without detours; absent if it leads outside.")
        outside: Any = port(type="text", help="The name as it was, if it leads outside.")

    def run(self, ctx: RunContext, params: Any, inputs: In) -> Out:
        path = tidy(inputs.name)
        if path is None:
            return self.Out(path=Absent("the name leads outside"), outside=inputs.name)
        return self.Out(path=path, outside=Absent("the name stays inside"))


def tidy(name: str) -> str | None:
    """Return a relative name without `.` and `..`, None if it leads outside or holds a null sign."""
    if name.startswith("/") or "\0" in name:
        return None
    steps: list[str] = []
    for step in name.split("/"):
        if step == "..":
            if not steps:
                return None
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)
