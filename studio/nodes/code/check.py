"""`code.check`: faults of syntax that an edit brought in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from studio.spec import Fields, Node, RunContext, node, port
from studio.support.errors import NodeError
from studio.support.values import Absent, Json
from studio.tools.syntax import is_checked, new_faults


@node(
    "code.check",
    title="Check syntax",
    category="Code",
    icon="check",
    library="tree-sitter and its grammars",
    limits="2 million characters and 20 faults a file; Python up to its first fault",
)
class Check(Node):
    """Check whether source code can be parsed; with the files before an edit, only new faults count.

    Files are objects with the text of each file under its name, whose ending tells the language: C, C++, Go, Java,
    JavaScript, JSON, Python, Rust, TypeScript.  Nothing is run.  Names that are not defined are no faults of syntax.
    """

    class In(Fields):
        files: dict[str, Any] = port(help="The text of each file under its name.")
        before: dict[str, Any] = port(None, help="The files before the edit: their faults are not told again.")

    class Out(Fields):
        ok: bool = port(help="True if there is no fault, or no new one.")
        problems: str = port(help="One line per fault, for whoever wrote the code; absent if there is none.")
        faults: list[Any] = port(help="Objects with `name`, `line`, `column`, `message` and `text` of the line.")
        checked: int = port(help="How many files are in a language that can be checked.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        files, before = _texts(inputs.files, "files"), _texts(inputs.before or {}, "before")
        faults = new_faults(before, files)
        none: Any = Absent("there is no fault")
        return self.Out(
            ok=not faults,
            problems="\n".join(fault.told for fault in faults) or none,
            faults=[asdict(fault) for fault in faults],
            checked=sum(is_checked(name) for name in files),
        )


def _texts(value: Json, port_name: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise NodeError(f"`{port_name}` is no object of texts by file name.", hint="Build one with *json.build*.")
    return value
