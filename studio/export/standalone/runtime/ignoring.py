"""What a `.gitignore` leaves out, in plain Python; the studio has it from pathspec."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NEVER = "(?!)"


@dataclass(frozen=True)
class IgnoreRule:
    """One line: patterns for names relative to its folder (folders end with `/`), and whether it ignores.

    `named` is for what the line names itself, `within` for a folder that it names and all in it.
    """

    named: re.Pattern[str]
    within: re.Pattern[str]
    ignores: bool


def ignore_rules(text: str) -> list[IgnoreRule]:
    """Return the rules of a `.gitignore`; lines that say nothing are left out."""
    return [rule for line in text.splitlines() if (rule := _rule(line)) is not None]


def said_of(name: str, rules: list[IgnoreRule]) -> bool | None:
    """Return whether the last rule that names a file or folder ignores it, else the last that names one around it.

    None if there is none.
    """
    said = [rule.ignores for rule in rules if rule.named.fullmatch(name)]
    said = said or [rule.ignores for rule in rules if rule.within.fullmatch(name)]
    return said[-1] if said else None


def _rule(line: str) -> IgnoreRule | None:
    line = re.sub(r"(?<!\\) +$", "", line)
    if not line or line.startswith("#"):
        return None
    ignores = not line.startswith("!")
    body = line.removeprefix("!")
    only_folders = body.endswith("/")
    body = body.removesuffix("/")
    if not body:
        return None
    anywhere = "/" not in body
    parts = re.sub(r"\*\*(?:/\*\*)+(?=/|$)", "**", body.removeprefix("/")).split("/")
    named, within = _NEVER if only_folders else "", "/.*"
    if parts[-1] == "**" and len(parts) > 1:
        parts = parts[:-1]
        named, within = (_NEVER, "/.*") if only_folders else ("/.*", _NEVER)
    elif (parts == ["**"] or body == "*") and not only_folders:
        parts, within = ["**"], _NEVER
    text = "" if not anywhere else "(?:.+/)?"
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        if part == "**":
            text += ".+" if last else "(?:.+/)?"
        else:
            text += ("[^/]+" if part.strip("*") == "" else _name(part)) + ("" if last else "/")
    return IgnoreRule(re.compile(f"(?s){text}{named}"), re.compile(f"(?s){text}{within}"), ignores)


def _name(part: str) -> str:
    """Return the pattern for one part of a name: `*` and `?` stand for what is no slash, `[…]` for one of a set."""
    pieces = []
    for sign in re.finditer(r"\\(.)|\[(!|\^)?(\]?[^\]]*)\]|\*+|\?|.", part, re.DOTALL):
        if sign[3] is not None:
            inside = sign[3].replace("\\", "\\\\").replace("[", "\\[")
            pieces.append(f"[{'^' if sign[2] else ''}{inside}]")
        elif sign[0].startswith("*"):
            pieces.append("[^/]*")
        else:
            pieces.append("[^/]" if sign[0] == "?" else re.escape(sign[1] or sign[0]))
    return "".join(pieces)
