"""How chunks are written as lines of text, and what they are as data."""

from __future__ import annotations

import re

from studio.nodes.chunks._values import filled, slot_of, value_of, words_of
from studio.support.errors import NodeError
from studio.support.values import Json, preview

MAX_CHUNKS = 10_000
_LISP = re.compile(r"^\s*\(add-dm\b", re.IGNORECASE)
_BUFFER = re.compile(r"=([\w-]+)>")


def read_chunks(source: Json) -> list[dict[str, Json]]:
    """Return the chunks of a text, one a line, or of a list of objects.

    A line is `NAME slot value slot value …`; the name may be left out (it is its `isa` with a number then), and `@ 0
    5 9` at the end gives the seconds at which the chunk was used. `=goal>` before it says which buffer it stands in.
    What Lisp writes around chunks (brackets, `(add-dm`) is left aside, and so are its lines `(chunk-type …)`. An
    object has `slots`, and `name`, `uses`, `created` (the second at which it was made, else that of its first use),
    `buffer` if it likes. Raises `NodeError` with the line for what cannot
    be read.
    """
    made: list[dict[str, Json]] = []
    lines = source.splitlines() if isinstance(source, str) else source if isinstance(source, list) else [source]
    for number, line in enumerate(lines, 1):
        found = _of_line(line, number) if isinstance(line, str) else _of_object(line)
        if found is not None:
            made.append(found)
        if len(made) > MAX_CHUNKS:
            raise NodeError(f"there are more than {MAX_CHUNKS} chunks.", hint="Give fewer.", code="chunks")
    taken = {one["name"] for one in made if one["name"]}
    if len(taken) < sum(bool(one["name"]) for one in made):
        names = [one["name"] for one in made]
        twice = next(name for name in names if name and names.count(name) > 1)
        raise NodeError(f"two chunks are called `{twice}`.", hint="Give each a name of its own.", code="chunks")
    last: dict[str, int] = {}
    for one in made:
        if not one["name"]:
            isa = one["slots"].get("isa")
            stem = isa if isinstance(isa, str) else "chunk"
            number = last.get(stem, 0) + 1
            while f"{stem}-{number}" in taken:
                number += 1
            last[stem] = number
            one["name"] = f"{stem}-{number}"
            taken.add(one["name"])
    return made


def _of_line(line: str, number: int) -> dict[str, Json] | None:
    # Lisp writes each chunk in brackets, and `(add-dm` around them all.
    words = words_of(_LISP.sub("", line))
    if words and words[0] == "(chunk-type":
        return None
    words = [word if word.startswith('"') else word.strip("()") for word in words]
    words = [word for word in words if word]
    buffer = ""
    if words and (found := _BUFFER.fullmatch(words[0])):
        buffer, words = found.group(1), words[1:]
    uses: Json = None
    if "@" in words:
        place = words.index("@")
        uses = [value_of(word) for word in words[place + 1 :]]
        words = words[:place]
        if not all(isinstance(use, int | float) for use in uses):
            raise NodeError(f"line {number} has no numbers of seconds after `@`: {preview(line)}.", code="chunks")
    if not words:
        return None
    name = words.pop(0) if len(words) % 2 else ""
    slots = filled({slot_of(slot): value_of(word) for slot, word in zip(words[::2], words[1::2], strict=True)})
    return {"name": name, "slots": slots, "uses": uses, "buffer": buffer}


def _of_object(item: Json) -> dict[str, Json] | None:
    if item is None:
        return None
    if not isinstance(item, dict) or not isinstance(item.get("slots"), dict):
        raise NodeError(
            f"{preview(item)} is no chunk.",
            hint="Write a line as in `fact-1 isa fact first 1`, or an object with `slots`.",
            code="chunks",
        )
    name, buffer, uses = item.get("name", ""), item.get("buffer", ""), item.get("uses")
    if not isinstance(name, str) or not isinstance(buffer, str):
        raise NodeError(f"name and buffer of a chunk are texts, unlike in {preview(item)}.", code="chunks")
    if uses is not None and not (isinstance(uses, list) and all(type(use) in (int, float) for use in uses)):
        raise NodeError(f"the uses of a chunk are a list of seconds, unlike in {preview(item)}.", code="chunks")
    made: dict[str, Json] = {"name": name, "slots": filled(item["slots"]), "uses": uses, "buffer": buffer}
    if (created := item.get("created")) is not None:
        if type(created) not in (int, float) or any(use < created for use in uses or ()):
            raise NodeError(
                f"a chunk is made at a second that is not after its first use, unlike in {preview(item)}.",
                hint="Set `created` to such a number, or leave it out.",
                code="chunks",
            )
        made["created"] = created
    return made
