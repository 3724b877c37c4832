"""promptflow's chat templates as the prompt of a model function."""

from __future__ import annotations

from dataclasses import dataclass, field

from studio.importers.jinja_text import as_template, system_apart, turns_of
from studio.support.templates import literal, placeholders


@dataclass
class Prompt:
    """What a model is told: `system` and `instructions` are templates of ours.

    Where the original computes (loops, conditions), `jinja` holds it and `instructions` are its text.
    """

    instructions: str
    system: str = ""
    jinja: str = ""
    notes: list[str] = field(default_factory=list)


def as_prompt(template: str) -> Prompt:
    """Return a promptflow template (`system:`, `user:` on lines of their own) as a prompt."""
    plain = as_template(template)
    if plain is None:
        system, jinja = system_apart(template)
        if placeholders(system):
            system, jinja = "", template
        note = "its template computes, so a node of its own makes the text"
        if any(turn.role for turn in turns_of(jinja)):
            note += "; lines like `user:` stand in it as text"
        return Prompt("{prompt}", _unescaped(system), jinja=jinja, notes=[note])
    turns = turns_of(plain)
    system = "\n\n".join(turn.text for turn in turns if turn.role == "system").strip()
    rest = [turn for turn in turns if turn.role != "system" and turn.text.strip()]
    notes: list[str] = []
    if any(turn.role not in ("", "user") for turn in rest):
        notes.append("earlier turns of its template stand in one text; if they are examples, make them `examples`")
        asked = "\n\n".join(f"{turn.role or 'user'}:\n{turn.text.strip()}" for turn in rest)
    else:
        asked = "\n\n".join(turn.text.strip() for turn in rest)
    if placeholders(system):
        notes.append("its system text has gaps, which a system text here cannot have; it begins the instructions")
        asked, system = f"{system}\n\n{asked}".strip(), ""
    if not asked:
        asked, system = system, ""
    return Prompt(asked, _unescaped(system), notes=notes)


def _unescaped(system: str) -> str:
    """A system text is no template: braces that were written double stand as they are."""
    return system if literal(system) == system else system.replace("{{", "{").replace("}}", "}")
