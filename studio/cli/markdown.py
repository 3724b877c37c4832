"""Markdown in the terminal: rendered for a person, left as it is for a file or a pipe."""

from __future__ import annotations

from studio.cli.output import Output
from studio.support.plain import plain


def show_markdown(text: str, out: Output) -> None:
    """Print Markdown; only a terminal gets it rendered."""
    if not out.interactive:
        out.say(text.rstrip("\n"))
        return
    from rich.console import Console
    from rich.markdown import Markdown

    width = min(out.columns or 80, 96)
    Console(width=width, highlight=False).print(Markdown(plain(text), hyperlinks=False))
