"""`text.split`: one text becomes a list of its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from studio.spec import Fields, Node, RunContext, node, param, port

_SENTENCE_END = re.compile(r"[.!?…]{1,9}[\"'”’»)\]]{0,3}(?=\s)")
_OPENS_SENTENCE = re.compile(r"\s+[\"'“‘„«(\[¿¡]{0,3}[^\W_a-z]")
_LAST_WORD = re.compile(r"[^\s\"'“‘„«(\[]{1,12}$")
_ABBREVIATIONS = frozenset({
    "mr.", "mrs.", "ms.", "dr.", "prof.", "st.", "jr.", "sr.", "vs.", "etc.", "e.g.", "i.e.", "vol.", "fig.", "cf.",
    "approx.", "inc.", "ltd.", "co.", "z.b.", "d.h.", "u.a.", "bzw.", "nr.", "str.", "hr.", "fr.", "ca.",
})  # fmt: skip


@node("text.split", category="Text", icon="split")
class Split(Node):
    """Split a text into a list of its parts.

    *Paragraphs* are separated by empty lines.  *Sentences* end at a full stop, question or exclamation mark before
    a capital or a digit; common abbreviations do not end one.
    """

    class Params(Fields):
        by: Literal["lines", "paragraphs", "sentences", "separator"] = param(
            "lines", choices=("lines", "paragraphs", "sentences", "separator"), help="Where to cut."
        )
        separator: str = param(",", help="Cut here, if *by* is separator.")
        strip: bool = param(True, help="Take away spaces at both ends of each part.")
        keep_empty: bool = param(False, help="Keep parts that are empty.")

    class In(Fields):
        text: str = port(help="The text to split.")

    class Out(Fields):
        parts: list[Any] = port(help="The parts, in order.")
        length: int = port(help="How many parts there are.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if params.by == "separator" and not params.separator:
            yield "`separator` must not be empty."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if params.by == "lines":
            parts = inputs.text.splitlines()
        elif params.by == "paragraphs":
            parts = _paragraphs(inputs.text)
        elif params.by == "sentences":
            parts = list(sentences(inputs.text))
        else:
            parts = inputs.text.split(params.separator)
        if params.strip:
            parts = [part.strip() for part in parts]
        if not params.keep_empty:
            parts = [part for part in parts if part]
        return self.Out(parts=parts, length=len(parts))


def _paragraphs(text: str) -> list[str]:
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return ["\n".join(lines) for lines in found if lines]


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text; an empty line ends one too."""
    for paragraph in _paragraphs(text):
        start = 0
        for end in _SENTENCE_END.finditer(paragraph):
            if _OPENS_SENTENCE.match(paragraph, end.end()) is None:
                continue
            word = _LAST_WORD.search(paragraph, max(0, end.end() - 12), end.end())
            if word is not None and (word[0].lower() in _ABBREVIATIONS or _is_initial(word[0])):
                continue
            yield " ".join(paragraph[start : end.end()].split())
            start = end.end()
        yield " ".join(paragraph[start:].split())


def _is_initial(word: str) -> bool:
    return len(word) == 2 and word[0].isupper() and word[1] == "."
