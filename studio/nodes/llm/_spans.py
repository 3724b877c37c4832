"""Spans: the runs of words of a text that an answer may copy, and schemas locked to them.

A span starts and ends at a word, without the punctuation around it, and crosses no end of sentence, no bracket and
no line break, so that each is a literal part of the text (white space inside counts as one space).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from studio.nodes.llm._job import Fault
from studio.nodes.llm._prompting import squeeze
from studio.support.patterns import schema_pattern
from studio.support.values import Json, preview

_EDGES = ".,;:!?()[]{}<>\"'`*“”‘’«»…"
_BREAKS = (".", "!", "?", ";", ":", "…")
_OPENING = ("(", "[", "{", "<")
_CLOSING = (")", "]", "}", ">")
_NUMBER = re.compile(r"(?<![\w.,])[-+]?\d+(?:[.,]\d+)*(?![\w])")
MOST_SHOWN = 30
"""Candidates that a model is told about when it has answered something else."""
FORMATS = {"email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "uri": r"^[a-zA-Z][a-zA-Z0-9+.-]*:\S+$"}
"""What a text of such a format looks like."""


def spans(text: str, longest: int = 4, most: int = 500) -> list[str]:
    """Return the spans of up to `longest` words, in order of appearance.

    If there would be more than `most`, the longest spans are left out, then the next shorter, down to single words.
    Returns [] if even the single words are too many (the caller checks the answer instead).
    """
    runs = [run for line in text.splitlines() for run in _runs(line)]
    for length in range(longest, 0, -1):
        found: dict[str, None] = {}
        for run in runs:
            for start in range(len(run)):
                for end in range(start + 1, min(len(run), start + length) + 1):
                    span = " ".join([*run[start : end - 1], run[end - 1]]).strip(_EDGES)
                    if span:
                        found[span] = None
                        for possessive in ("'s", "’s"):
                            if span.endswith(possessive):
                                found[span.removesuffix(possessive)] = None
        if len(found) <= most:
            return list(found)
    return []


def _runs(line: str) -> list[list[str]]:
    """Split a line into runs of words that no sentence end and no bracket separates."""
    runs: list[list[str]] = [[]]
    for word in line.split():
        if word.startswith(_OPENING):
            runs.append([])
        runs[-1].append(word)
        if word.rstrip(",.;:!?").endswith(_CLOSING):
            runs.append([])
        if word.rstrip("\"')”’").endswith(_BREAKS) and len(word.strip(_EDGES)) > 1:  # not after an initial: `J. Smith`
            runs.append([])
    return [run for run in runs if run]


def numbers(text: str) -> list[float | int]:
    """Return the numbers written in a text, in order of appearance; `1,200.50` is read as 1200.5."""
    found: dict[float | int, None] = {}
    for match in _NUMBER.finditer(text):
        plain = re.sub(r",(?=\d{3}(?!\d))", "", match[0]).replace(",", ".")
        if plain.count(".") <= 1:
            value = float(plain)
            found[int(value) if "." not in plain else value] = None
    return list(found)


class Source(NamedTuple):
    """What an answer may copy: the spans of a text, or the candidates if there are any; numbers always of the text.

    `only` names the properties of the answer that are copied; None: all.
    """

    text: str
    candidates: tuple[str, ...] = ()
    longest: int = 4
    most: int = 500
    only: frozenset[str] | None = None

    def holds(self, said: str) -> bool:
        """True if this text may be copied from here."""
        if self.candidates:
            return squeeze(said) in map(squeeze, self.candidates)
        return bool(said.strip()) and squeeze(said) in squeeze(self.text)

    def free(self, schema: Mapping[str, Json]) -> dict[str, Json]:
        """Return the properties of the whole answer that are not copied."""
        properties = schema.get("properties")
        if self.only is None or not isinstance(properties, Mapping):
            return {}
        return {name: one for name, one in properties.items() if name not in self.only}


class Locked(NamedTuple):
    """A schema whose open texts and numbers are narrowed to what a source holds.

    `impossible` are the places for which nothing fits (and neither null nor a default is allowed); `tight` is False
    where there are too many spans, so that texts stayed open.
    """

    schema: dict[str, Json]
    impossible: list[str]
    tight: bool


def locked(schema: Mapping[str, Json], source: Source) -> Locked:
    """Return the schema with every open text and number narrowed to what the source holds."""
    lock = _Lock(source)
    free = source.free(schema)
    properties = schema.get("properties")
    if not free or not isinstance(properties, Mapping):
        return Locked(lock.schema(schema, ""), lock.impossible, not lock.too_many)
    bound = {name: one for name, one in properties.items() if name not in free}
    made = lock.schema({**schema, "properties": bound}, "")
    whole = {name: free.get(name, made["properties"].get(name)) for name in properties}
    return Locked({**made, "properties": whole}, lock.impossible, not lock.too_many)


class _Lock:
    """Narrows a schema to one text, and notes the places that nothing of it can fill."""

    def __init__(self, source: Source) -> None:
        self.impossible: list[str] = []
        self._spans = list(source.candidates) or spans(source.text, source.longest, source.most)
        self.too_many = not self._spans and bool(source.text.split())
        self._numbers = numbers(source.text)

    def schema(self, given: Json, place: str) -> Json:
        if not isinstance(given, Mapping):
            return given
        made: dict[str, Json] = dict(given)
        for key in ("properties", "$defs"):
            if isinstance(given.get(key), Mapping):
                made[key] = {
                    name: self.schema(one, f"{place}.{name}" if place else name) for name, one in given[key].items()
                }
        if isinstance(given.get("items"), Mapping):
            made["items"] = self.schema(given["items"], f"{place}[]")
        for key in ("anyOf", "oneOf"):
            if isinstance(given.get(key), list):
                made[key] = self._branches(given[key], place)
        return self._closed(given, made, place)

    def _branches(self, given: list[Json], place: str) -> list[Json]:
        """Return the branches that the text can fill; the place is impossible only if there is none."""
        kept = []
        before = len(self.impossible)
        for one in given:
            branch = self.schema(one, place)
            if len(self.impossible) == before:
                kept.append(branch)
            del self.impossible[before:]
        if not kept:
            self.impossible.append(place)
        return kept

    def _closed(self, given: Mapping[str, Json], made: dict[str, Json], place: str) -> dict[str, Json]:
        kind = given.get("type")
        kinds = {kind} if isinstance(kind, str) else set(kind or ())
        texts, figures = "string" in kinds, bool({"number", "integer"} & kinds)
        if "enum" in given or "const" in given or not (texts or figures) or (texts and self.too_many):
            return made
        choices: list[Json] = [span for span in self._spans if _fits(span, given)] if texts else []
        if figures:
            choices += [n for n in self._numbers if "number" in kinds or isinstance(n, int)]
        if "null" in kinds:
            choices.append(None)
        if "default" in given and given["default"] not in choices:
            choices.append(given["default"])
        if not choices:
            self.impossible.append(place)
        for key in ("pattern", "format", "minLength", "maxLength"):
            made.pop(key, None)  # every choice keeps them
        return {**made, "enum": choices}


def _fits(span: str, schema: Mapping[str, Json]) -> bool:
    pattern = schema.get("pattern") or FORMATS.get(str(schema.get("format")))
    return (
        int(schema.get("minLength", 0)) <= len(span) <= int(schema.get("maxLength", len(span)))
        and (not pattern or schema_pattern(pattern).search(span) is not None)
    )  # fmt: skip


def span_faults(value: Json, schema: Json, source: Source, place: str = "", root: Json = None) -> list[Fault]:
    """Return the texts and numbers of a value that the source does not hold, where the schema leaves them open."""
    free = source.free(schema) if root is None and isinstance(schema, Mapping) else {}
    root = schema if root is None else root
    if not isinstance(schema, Mapping) or "enum" in schema or "const" in schema:
        return []
    if "default" in schema and value == schema["default"]:
        return []
    if isinstance(schema.get("$ref"), str):
        return span_faults(value, _referred(root, schema["$ref"]), source, place, root)
    branches = schema.get("anyOf", schema.get("oneOf"))
    if isinstance(branches, list) and branches:
        # A closed branch excuses only the values it names.
        kept = [one for one in branches if not _closed_to(one, value)] or branches
        return min((span_faults(value, one, source, place, root) for one in kept), key=len)
    faults: list[Fault] = []
    if isinstance(value, dict):
        properties = schema.get("properties")
        for name, one in value.items():
            if name in free:
                continue
            inner = properties.get(name, {}) if isinstance(properties, Mapping) else {}
            faults += span_faults(one, inner, source, f"{place}.{name}" if place else name, root)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            faults += span_faults(one, schema.get("items", {}), source, f"{place}[{index}]", root)
    elif isinstance(value, str) and not source.holds(value):
        rule = "copied word for word from the text"
        if source.candidates:
            shown = "; ".join(source.candidates[:MOST_SHOWN])
            rule = f"one of these: {shown}{'; …' if len(source.candidates) > MOST_SHOWN else ''}"
        faults.append(Fault(f"span:{place}", f"`{place}` must be {rule}; “{preview(value)}” is not."))
    elif type(value) in (int, float) and value not in numbers(source.text):
        faults.append(Fault(f"span:{place}", f"`{place}` must be a number that stands in the text; {value} is not."))
    return faults


def _closed_to(schema: Json, value: Json) -> bool:
    """True if a schema names its values and this is none of them."""
    if not isinstance(schema, Mapping) or not ("enum" in schema or "const" in schema):
        return False
    return value not in schema.get("enum", [schema.get("const")])


def _referred(root: Json, reference: str) -> Json:
    """Return the schema that `#/$defs/name` points to; an empty one (nothing closed) if there is none."""
    found = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        found = found.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) and step else found
    return found if isinstance(found, Mapping) and "$ref" not in found else {}
