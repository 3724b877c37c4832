"""Prompts: instructions with inputs, examples as turns, the task of a plain-text prompt, the call to mend an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from studio.nodes.llm._settle import Try
from studio.spec.calls import Message
from studio.support.templates import as_text, placeholders, render
from studio.support.values import Json

_LABELLED_LINE = re.compile(r"\s*[^\n:{}]{0,40}:\s*\{\w+\}\s*")
_ANY = re.compile(r"\{(\w+)\}")


def chat_prompt(
    instructions: str,
    values: Mapping[str, Json],
    *,
    system: str = "",
    rule: str = "",
    examples: Iterable[tuple[Mapping[str, Json], str]] = (),
) -> list[Message]:
    """Return the messages that ask: system text and `rule` first, then each example as a turn, then the question."""
    standing = "\n\n".join(part for part in (system.strip(), rule.strip()) if part)
    messages: list[Message] = [Message(role="system", content=standing)] if standing else []
    for inputs, answer in examples:
        messages.append(Message(role="user", content=render(instructions, inputs).strip()))
        messages.append(Message(role="assistant", content=answer))
    messages.append(Message(role="user", content=render(instructions, values).strip()))
    return messages


def mended(messages: list[Message], told: Try) -> list[Message]:
    """Return the messages with the last answer and the rules it broke, and those broken before, as the next turn."""
    if not told.faults:
        return messages
    lines = [f"That answer breaks {'a rule' if len(told.faults) == 1 else 'rules'}:"]
    lines += [f"- {fault.message}" for fault in told.faults]
    if told.earlier:
        lines += ["Also keep:", *(f"- {fault.message}" for fault in told.earlier)]
    lines.append("Answer again and keep to this.")
    return [
        *messages,
        Message(role="assistant", content=told.said),
        Message(role="user", content="\n".join(lines)),
    ]


def example_pairs(
    examples: Iterable[Mapping[str, Json]], optional: Mapping[str, Json]
) -> list[tuple[dict[str, Json], Json]]:
    """Return each example as its inputs and its output."""
    return [
        ({**optional, **{name: value for name, value in one.items() if name != "output"}}, one["output"])
        for one in examples
    ]


def task_of(instructions: str) -> str:
    """Return the instructions without their inputs, for prompts that show inputs after `Text:`.

    A line that only shows an input (`Message: {message}`) is dropped while something else remains; an input inside
    a sentence becomes “the text” (of several: its name in words), one at the end of a line is left out.
    """
    lines = instructions.strip().splitlines()
    kept = [line for line in lines if not _LABELLED_LINE.fullmatch(line)]
    if not any(line.strip() for line in kept):
        kept = lines
    several = len(placeholders(instructions)) > 1
    said = []
    for line in kept:
        line = re.sub(r"[\s:]*\{\w+\}[\s\"'”]*$", "", line)
        line = _ANY.sub(lambda found: found[1].replace("_", " ") if several else "the text", line)
        if line.strip():
            said.append(line.strip())
    return " ".join(said).replace("{{", "{").replace("}}", "}").rstrip(" :")


def one_line(values: Mapping[str, Json]) -> str:
    """Return the inputs on one line: a single one as it is, several each after its name."""
    if len(values) == 1:
        return squeeze(as_text(next(iter(values.values()))))
    return "; ".join(f"{name.replace('_', ' ')}: {squeeze(as_text(value))}" for name, value in values.items())


def shown_json(value: Json) -> str:
    """Return an answer as an example shows it: JSON with spaces after commas and colons.

    Models have read more of it in this form; a small one copies numbers from a text better than after `:` alone.
    """
    import json

    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def squeeze(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return " ".join(text.split())
