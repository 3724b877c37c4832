"""`code.comment`: lines as comments."""

from __future__ import annotations

from typing import Any

from studio.documents.code.comments import comment
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.plain import Plain
from studio.support.errors import NodeError
from studio.support.values import Json, preview


@node("code.comment", title="As comments", category="Code", icon="note", limits="linear in the text")
class Comment(Node):
    """Write a text, or each text of a list, as comment lines of a language; each ends with a line feed."""

    class In(Fields):
        text: Any = port(help="A text or a list of texts.")
        language: str = port(help="The language, as in `python`; `//` where it is not known.")

    class Out(Fields):
        text: str = port(help="The comments as one text.")
        texts: list[Any] = port(help="The comments of each text.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(**as_comments(inputs.text, inputs.language))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(as_comments, takes_firing=False)


def as_comments(text: Json, language: str) -> dict[str, Any]:
    """Return texts as comments."""
    given = [text] if isinstance(text, str) else text
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise NodeError(f"`text` is a text or a list of texts, not {preview(text)}.", hint="Correct it.", code="input")
    texts = [comment(one.removesuffix("\n"), language) + "\n" for one in given]
    return {"text": "".join(texts), "texts": texts}
