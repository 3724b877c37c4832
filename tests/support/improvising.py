"""A model and a person who make up fitting answers and keep them, so that a run can be done again in another way.

What it says follows from what it is asked, and from nothing else: one of the labels, an object of the schema, or a
sentence. Its lines are addressed by node, so that runs which overlap calls otherwise are answered alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

from studio.models.scripted import PREFIX
from studio.spec.calls import (
    ChatCall,
    ChatReply,
    CompletionCall,
    CompletionReply,
    HumanCall,
    ModelInfo,
    TokenChoice,
    match_choice,
)  # fmt: skip
from studio.support.values import Json, encode

_CHOICES = re.compile(r"\(([^()\n]+(?: / [^()\n]+)+)\)")


class Improviser:
    """A provider (`spec.calls.ModelProvider`). `lines` are the script of what it said so far."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Json]] = []
        self.retry_transient = 0
        self.deterministic_order = True
        self.info = ModelInfo(
            name=f"{PREFIX}improvised", supports_schema=True, supports_completion=True, supports_tools=True, local=True
        )

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        asked = call.messages[-1]["content"]
        made = f"Words about {crc32(asked.encode()) % 1000}." if call.schema is None else sample(call.schema, asked)
        return ChatReply(text=self._said(call.node, made), model=self.info.name)

    async def complete(self, call: CompletionCall) -> CompletionReply:
        found = _CHOICES.search(call.prompt)
        choices = found[1].split(" / ") if found else ["yes"]
        text = self._said(call.node, choices[crc32(call.prompt.encode()) % len(choices)])
        return CompletionReply(text=text, choices=(TokenChoice(text, -0.001),), model=self.info.name)

    def _said(self, node: str, value: Json) -> str:
        self.lines.append({"node": node, "reply": value})
        return value if isinstance(value, str) else encode(value).decode()

    def save(self, path: Path) -> str:
        """Write the script; return the name of the model that answers by it."""
        path.write_text("".join(json.dumps(line) + "\n" for line in self.lines), encoding="utf-8")
        return f"{PREFIX}{path}"


class ImprovisingPerson:
    """A person (`spec.calls.Human`) who says what was prepared, then the last of it again and again; where there are
    choices and it is none of them, one of the choices. `lines` are what was said so far."""

    deterministic_order = True

    def __init__(self, prepared: Sequence[Json]) -> None:
        self.lines: list[dict[str, Json]] = []
        self._prepared = [one["answer"] if isinstance(one, dict) else one for one in prepared]

    def answers(self, kind: str, name: str) -> bool:
        return kind == "human"

    async def ask(self, call: HumanCall) -> str:
        said = str(self._prepared[min(len(self.lines), len(self._prepared) - 1)]) if self._prepared else "yes"
        if call.choices and match_choice(said, call.choices) is None:
            said = call.choices[crc32(call.question.encode()) % len(call.choices)]
        self.lines.append({"node": call.node, "answer": said})
        return said

    def save(self, path: Path) -> str:
        """Write a file of answers; return its name."""
        path.write_text("".join(json.dumps(line) + "\n" for line in self.lines), encoding="utf-8")
        return str(path)


def sample(schema: Mapping[str, Any], asked: str) -> Json:
    """Return a value that a schema allows; which one follows from what was asked."""
    number = crc32(asked.encode())
    if "enum" in schema:
        return schema["enum"][number % len(schema["enum"])]
    if "const" in schema:
        return schema["const"]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return sample(schema[key][number % len(schema[key])], asked)
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object":
        return {name: sample(inner, f"{name} {asked}") for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(schema.get("items", {}), asked) for _ in range(max(1, schema.get("minItems", 1)))]
    if kind in ("integer", "number"):
        low = schema.get("minimum", 0)
        return int(low) + number % max(1, int(min(schema.get("maximum", low + 9), low + 9) - low) + 1)
    if kind == "boolean":
        return number % 2 == 0
    return None if kind == "null" else f"Word {number % 100}."
