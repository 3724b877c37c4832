"""`chunk.pack`: small parts of a text gathered into chunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from studio.documents.tokens import count_tokens
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import preview


@node("chunk.pack", title="Gather into chunks", category="Documents", icon="chunk-structure", library="tokenizers")
class Pack(Node):
    """Gather parts of a text, as sentences, into chunks: each as many, in order, as its size allows.

    Before the next part is taken, the chunk with it is counted, and `overhead` for what will stand around it in a
    prompt.  A part that is too long by itself fails the node.  After AutoGPT v0.2.2 (`processing/text.py`, April 2023),
    which gathered the sentences of a web page into chunks of 3,000 tokens.
    """

    class Params(Fields):
        size: int = param(3_000, ge=1, le=1_000_000, help="What a chunk may take, with the overhead.")
        separator: str = param(" ", help="What stands between two parts of a chunk.")

    class In(Fields):
        parts: list[Any] = port(help="The parts, in order: texts.")
        size: int = port(None, help="What a chunk may take; else the param of that name.")
        overhead: int = port(0, help="What each chunk takes beside its text.")
        count: str = port("tokens", help="What is counted: tokens or words.")

    class Out(Fields):
        texts: list[Any] = port(help="The chunks, in order.")
        length: int = port(help="How many there are.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        size = params.size if inputs.size is None else inputs.size
        if inputs.count not in ("tokens", "words"):
            raise NodeError(f"`count` is tokens or words, not {preview(inputs.count, 40)}.", code="input")
        if not all(isinstance(part, str) for part in inputs.parts):
            raise NodeError("`parts` must be a list of texts.", hint="Cut the text with *text.split*.", code="input")
        room = size - inputs.overhead
        texts = gathered(inputs.parts, room, params.separator, words=inputs.count == "words")
        return self.Out(texts=texts, length=len(texts))


def gathered(parts: Sequence[str], room: int, separator: str = " ", *, words: bool = False) -> list[str]:
    """Return the parts gathered into texts that take no more than `room` each. Raises NodeError for a longer part."""

    def takes(text: str) -> int:
        return len(text.split()) if words else count_tokens(text)

    made: list[str] = []
    chunk = ""
    for part in parts:
        longer = chunk + separator + part if chunk else part
        if takes(longer) <= room:
            chunk = longer
            continue
        if takes(part) > room:
            raise NodeError(
                f"one part takes {takes(part)} {'words' if words else 'tokens'}, more than the {max(room, 0)} that a "
                f"chunk has room for: “{preview(part, 60)}”.",
                hint="Cut the text into smaller parts, or raise `size`.",
                code="context_window",
            )
        made.append(chunk)
        chunk = part
    return [*made, chunk] if chunk else made
