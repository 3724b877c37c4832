"""Where edits may change or make a text: not outside, not over what is there and was not given, not under a file."""

from __future__ import annotations

from collections.abc import Mapping

from studio.tools.workspace.names import tree_problem


def place_problem(name: str, texts: Mapping[str, str], closed: Mapping[str, str]) -> str:
    """Return why a file of this name is not changed or made among the texts, as the end of a sentence; "" if it may."""
    if problem := tree_problem(name):
        return problem
    if name in texts:
        return ""
    for place in (name, *(name[:at] for at in range(len(name)) if name[at] == "/")):
        if place in closed:
            here = "is there, but" if place == name else f"lies in `{place}`, which"
            return f"{here} cannot be edited: it {closed[place]}"
        if place in texts:
            return f"lies in `{place}`, which is a file"
    if any(other.startswith(name + "/") for other in (*texts, *closed)):
        return "is a folder"
    return ""
