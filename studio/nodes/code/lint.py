"""`code.lint`: faults that a linter finds, of which only new ones count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from studio.nodes.code.check import _texts
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent
from studio.tools.lint import CODES, new_lint


@node(
    "code.lint",
    title="Lint code",
    category="Code",
    icon="check",
    library="tree-sitter and its grammars, for other languages than Python",
    limits="2 million characters and 20 faults a file",
)
class Lint(Node):
    """Find faults in Python code that an edit brought in, as flake8 names them; nothing is run.

    By default these are the faults for which SWE-agent refuses an edit: a name that is not defined (F821), one of
    `__all__` that is not (F822), the same parameter twice (F831), an indentation that is no multiple of four (E111), a
    block that is missing or not expected (E112, E113), code that cannot be parsed or read (E999, E902). Files in other
    languages that *code.check* knows have E999 only. With the files before an edit, only new faults count.
    """

    class Params(Fields):
        codes: list[Any] = param(list(CODES), help="Which faults count, by their codes.")

    class In(Fields):
        files: dict[str, Any] = port(help="The text of each file under its name.")
        before: dict[str, Any] = port(None, help="The files before the edit: their faults are not told again.")

    class Out(Fields):
        ok: bool = port(help="True if there is no fault, or no new one.")
        problems: str = port(help="One line per fault, for whoever wrote the code; absent if there is none.")
        faults: list[Any] = port(help="Objects with `name`, `line`, `column`, `message` and `text` of the line.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        for code in params.codes:
            if code not in CODES:
                yield f"`codes` knows {', '.join(CODES)}, not {code!r}."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        files, before = _texts(inputs.files, "files"), _texts(inputs.before or {}, "before")
        faults = new_lint(before, files, params.codes)
        none: Any = Absent("there is no fault")
        return self.Out(
            ok=not faults,
            problems="\n".join(fault.told for fault in faults) or none,
            faults=[asdict(fault) for fault in faults],
        )
