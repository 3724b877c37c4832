"""The language of a file of code by its name, as `documents.code.languages` has it beside its grammars."""

from __future__ import annotations

from pathlib import PurePosixPath

ENDINGS = {
    "python": (
        ".py",
        ".pyi",
    ),
    "javascript": (
        ".js",
        ".jsx",
        ".mjs",
        ".cjs",
    ),
    "typescript": (
        ".ts",
        ".mts",
        ".cts",
    ),
    "tsx": (".tsx",),
    "go": (".go",),
    "rust": (".rs",),
    "java": (".java",),
    "c": (
        ".c",
        ".h",
    ),
    "cpp": (
        ".cc",
        ".cpp",
        ".cxx",
        ".hh",
        ".hpp",
        ".hxx",
    ),
}


def language_of(name: str) -> str:
    """Return the language of a file by the ending of its name; "" if it is none of these."""
    ending = PurePosixPath(name.lower()).suffix
    return next((language for language, endings in ENDINGS.items() if ending in endings), "")
