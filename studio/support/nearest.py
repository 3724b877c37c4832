"""Which known name a person probably meant, and the hint that says so."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that was probably meant, or "". Capitals do not count; a beginning is enough."""
    import difflib  # needed only where something is wrong already

    folded = {other.casefold(): other for other in known}
    start = name.casefold()
    close = difflib.get_close_matches(start, list(folded), n=1, cutoff=0.6)
    if close:
        return folded[close[0]]
    longer = [other for other in folded if len(start) >= 3 and other.startswith(start)]
    return folded[longer[0]] if len(longer) == 1 else ""


def did_you_mean(name: str, known: Iterable[str], *, what: str = "", then: str = "") -> str:
    """Return `Did you mean …?` for a misspelt name, or "", followed by the sentence `then`.

    `what` stands before the name, as in `the example`.
    """
    meant = nearest(name, known)
    question = f"Did you mean {what}{' ' if what else ''}`{meant}`?" if meant else ""
    return f"{question} {then}".strip()


def near(name: str, known: Iterable[str]) -> str:
    """Return `Did you mean …?` for a misspelt name, else a list of the known ones if they are few, or ""."""
    options = sorted(set(known))
    if hint := did_you_mean(name, options):
        return hint
    if 0 < len(options) <= 6:
        return f"Known here: {', '.join(f'`{option}`' for option in options)}."
    return ""
