"""`view.search`: finding files and lines among texts, as a model asks for it."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.tools.finding import KINDS, find


@node(
    "view.search",
    title="Search texts",
    category="Files",
    icon="file-search",
    limits="`most` hits, else it says to narrow",
)
class Search(Node):
    """Find files by name, or lines that hold a term, among texts.

    *find_file* lists files of a name or pattern, *search_dir* tells how many lines of each file hold the term,
    *search_file* lists the lines of one file that do. More than `most` files or lines are not listed: the answer is to
    narrow the search. (SWE-agent: 100 in its program, 50 in the paper.)
    """

    class Params(Fields):
        most: int = param(100, ge=1, le=10_000, help="With more hits than this the answer is to narrow the search.")

    class In(Fields):
        files: dict[str, Any] = port(help="The text of each file under its name.")
        kind: str = port(help="What to do: find_file, search_dir or search_file.")
        term: str = port("", help="The term, or the name or pattern of a file.")
        where: str = port("", help="The folder, or for *search_file* the file; else all, or the file that is open.")

    class Out(Fields):
        text: str = port(help="What was found, as a text for the model.")
        length: int = port(help="How many hits there are.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if inputs.kind not in KINDS:
            raise NodeError(f"there is no search `{inputs.kind[:40]}`.", hint=f"Use one of {', '.join(KINDS)}.")
        texts = {name: text for name, text in inputs.files.items() if isinstance(text, str)}
        text, length = find(texts, inputs.kind, inputs.term, inputs.where.removeprefix("./").rstrip("/"), params.most)
        return self.Out(text=text, length=length)
