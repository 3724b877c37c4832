"""How comments of a line are written, by language (names as Visual Studio Code gives them)."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

_HASH: Final = (
    "coffeescript", "dockerfile", "elixir", "julia", "makefile", "perl", "python", "r", "ruby", "shellscript", "toml",
    "yaml",
)  # fmt: skip
_DASH: Final = ("haskell", "lua", "sql")
_PERCENT: Final = ("erlang", "latex", "tex")
_MARKS: Final = {
    **dict.fromkeys(_HASH, ("#", "")), **dict.fromkeys(_DASH, ("--", "")), **dict.fromkeys(_PERCENT, ("%", "")),
    "css": ("/*", "*/"), "html": ("<!--", "-->"), "xml": ("<!--", "-->"), "markdown": ("<!--", "-->"),
    "bat": ("REM", ""), "clojure": (";", ""), "vb": ("'", ""),
}  # fmt: skip

_LANGUAGES: Final = {
    ".py": "python", ".ts": "typescript", ".tsx": "typescriptreact", ".js": "javascript", ".jsx": "javascriptreact",
    ".go": "go", ".rb": "ruby", ".sh": "shellscript", ".yaml": "yaml", ".yml": "yaml", ".html": "html", ".css": "css",
    ".rs": "rust", ".java": "java", ".c": "c", ".h": "c", ".cpp": "cpp", ".cs": "csharp", ".php": "php", ".sql": "sql",
    ".md": "markdown", ".json": "json", ".toml": "toml", ".lua": "lua", ".r": "r", ".kt": "kotlin", ".swift": "swift",
}  # fmt: skip

FIRST_LINES: Final = {
    "html": "<!DOCTYPE html>", "python": "#!/usr/bin/env python3", "ruby": "#!/usr/bin/env ruby",
    "shellscript": "#!/bin/sh", "yaml": "# YAML data",
}  # fmt: skip
"""First lines that tell a language by themselves."""


def language_of(file: str) -> str:
    """Return the language of a file by its name; `plaintext` if it is not known."""
    return _LANGUAGES.get(PurePosixPath(file).suffix.lower(), "plaintext")


def comment(text: str, language: str) -> str:
    """Return lines as comments, without a line feed at the end; `//` where a language is not known."""
    start, end = _MARKS.get(language, ("//", ""))
    return "\n".join(f"{start} {line}" + (f" {end}" if end else "") for line in text.split("\n"))


def path_marker(file: str, language: str) -> str:
    """Return the comment line that names a file; "" for a file without a name."""
    return comment(f"File: {file}", language) + "\n" if file else ""


def language_marker(text: str, language: str) -> str:
    """Return the line that tells a language; "" where the text has one already, and for plain text and PHP."""
    if language in ("php", "plaintext") or text.startswith(("#!", "<!DOCTYPE")):
        return ""
    return FIRST_LINES.get(language, comment(f"Written in {language}", language)) + "\n"
