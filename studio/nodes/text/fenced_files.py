"""`text.fenced_files`: files out of the fenced blocks of a text."""

from __future__ import annotations

from typing import Any

from studio.nodes.text._fences import FENCE, cleaned_name, named_blocks
from studio.spec import Fields, Node, RunContext, node, param, port


@node("text.fenced_files", title="Files in fenced blocks", category="Text", icon="code")
class FencedFiles(Node):
    """Read files out of what a model wrote: a name, and under it a fenced block with the content.

    The name is what stands without a blank at the end of the last line above the fence that is not empty: of
    `File: src/a.py` it is `src/a.py`.  It loses the signs of `strip`, one pair of brackets, one pair of backticks and a
    bracket at its end; so `**a.py**` becomes `a.py`, but `` `a.py`: `` keeps backticks and colon, unless the colon is
    among the signs.  **A block without a line above it is lost**, and its last word may become the name of what
    follows: look at `names`.  A name of which nothing is left is passed over; where two blocks have one name, the last
    counts.

    With `before` the text before the first fence becomes a file of that name (in place of a block of that name), with
    `whole` the whole text is kept under that name.  Nothing is written to disk.  Rules: gpt-engineer,
    `chat_to_files.py` (July 2023); release 0.3.1 has `strip: ':<>"|?*'`, `trim: true` and no `before`.
    """

    class Params(Fields):
        strip: str = param('<>"|?*', help="Signs that no name may hold; they are taken out.")
        trim: bool = param(False, help="Take away blanks and empty lines at both ends of names and contents.")
        before: str = param("", help="Name of a file for the text before the first fence, as in `README.md`.")
        whole: str = param("", help="Name under which the whole text is kept, as in `all_output.txt`.")

    class In(Fields):
        text: str = port(help="What the model wrote.")

    class Out(Fields):
        files: dict[str, Any] = port(help="The text of each file under its name.")
        names: list[Any] = port(help="The names that stood above blocks, cleaned, in order.")
        before: str = port(help="The text before the first fence; all of it if there is no fence.")
        length: int = port(help="How many blocks with names there are.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        files: dict[str, Any] = {params.whole: inputs.text} if params.whole else {}
        names: list[str] = []
        for word, held in named_blocks(inputs.text):
            name = cleaned_name(word, params.strip)
            if params.trim:
                name, held = name.strip(), held.strip()
            if name:
                names.append(name)
                files[name] = held
        before = inputs.text.split(FENCE)[0]
        if params.before:
            files[params.before] = before
        return self.Out(files=files, names=names, before=before, length=len(names))
