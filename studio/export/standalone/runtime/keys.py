"""Keeps keys of the environment out of every text that leaves a script; the studio looks into the keyring, too."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from studio.support.keys import _SECRET_NAME, SHORTEST, _forms


def scrubber() -> Callable[[str], str]:
    """Return a `scrub` for one run, which looks at the environment once."""
    known = sorted((name, value) for name, value in os.environ.items() if _SECRET_NAME.search(name))
    names = {form: name for name, value in known if len(value) >= SHORTEST for form in _forms(value)}
    # Longest first, so that a key which begins like another one is replaced whole.
    pattern = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))) or "(?!)")
    return lambda text: pattern.sub(lambda match: f"[secret:{names[match[0]]}]", text)
