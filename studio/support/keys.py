"""API keys: found in the environment or the system's keyring, bound to their place, and kept out of every text.

No key is ever read from, or written to, a graph, a trace or the settings.  `scrub` is for texts that leave us
(errors, traces, exports): it replaces each known key, also in its URL, JSON, base64 and hexadecimal forms.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, quote_plus

SERVICE = "ganglia-studio"
SHORTEST = 8
"""Values shorter than this are not taken for keys: replacing them would garble ordinary text."""
_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(_?\d+)?$", re.IGNORECASE)
_KEY_LIKE = re.compile(r"\b(?:sk|pk|rk|gsk|xai|ghp|hf|AIza|key)[-_][\w*.-]{8,}")
_BEARER = re.compile(r"\b(bearer|basic)\s+[\w.~+/*-]{8,}=*", re.IGNORECASE)
_remembered: dict[str, str] = {}


def lookup(name: str, *, keyring: bool = True) -> str | None:
    """Return the key called `name` (such as OPENAI_API_KEY) from the environment, else the keyring, else None.

    May block for a moment while the keyring is unlocked.
    """
    if value := os.environ.get(name):
        return value
    value = _from_keyring(name) if keyring else None
    if value:
        protect(name, value)
    return value


def store(name: str, value: str) -> None:
    """Put a key into the system's keyring. Raises `EnvironmentProblem` if there is none that can hold it."""
    import keyring

    from studio.support.errors import EnvironmentProblem

    try:
        keyring.set_password(SERVICE, name, value)
    except Exception as error:  # noqa: BLE001 - backends raise what their systems do, with the key in it perhaps
        raise EnvironmentProblem(
            f"The system's keyring cannot store {name} ({type(error).__name__}).",
            hint=f"Set the environment variable {name} instead.",
        ) from None


def remove(name: str) -> None:
    """Take a key out of the system's keyring; one that is not there is no mistake. Raises `EnvironmentProblem`."""
    import keyring
    from keyring.errors import PasswordDeleteError

    from studio.support.errors import EnvironmentProblem

    try:
        keyring.delete_password(SERVICE, name)
    except PasswordDeleteError:
        return
    except Exception as error:  # noqa: BLE001 - as above
        raise EnvironmentProblem(f"The system's keyring cannot remove {name} ({type(error).__name__}).") from None


def origin(name: str, *, keyring: bool = True) -> Literal["environment", "keyring", ""]:
    """Return where `lookup` finds a key, "" if nowhere. May block while the keyring is unlocked."""
    if os.environ.get(name):
        return "environment"
    return "keyring" if keyring and _from_keyring(name) else ""


def keyring_problem() -> str:
    """Return why keys cannot be stored on this machine, as a sentence; "" if they can. May block for a moment."""
    import keyring
    from keyring.backends import fail, null

    if isinstance(keyring.get_keyring(), fail.Keyring | null.Keyring):
        return (
            "There is no keyring on this computer that could hold keys: install one (on Linux: GNOME Keyring or "
            "KWallet), or set the variables in the environment before the studio starts."
        )
    return ""


def protect(name: str, value: str) -> None:
    """Make `scrub` know a secret, also one that stands neither in the environment nor in the keyring."""
    _remembered[name] = value


def scrub(text: str) -> str:
    """Return `text` with every known key replaced by `[secret:NAME]`."""
    return scrubber()(text)


def scrubber() -> Callable[[str], str]:
    """Return a `scrub` for one run: it reads the environment once, and again when a key came from the keyring since.

    Reading all variables costs 0.1 ms, too much for every text of a run.
    """
    seen: tuple[str, ...] | None = None
    pattern: re.Pattern[str] | None = None
    names: dict[str, str] = {}

    def clean(text: str) -> str:
        nonlocal seen, pattern, names
        known = tuple(_remembered.values())  # a key may be replaced by another of its name
        if seen != known:
            seen = known
            pattern, names = _pattern(tuple(sorted(_known())))
        return pattern.sub(lambda match: f"[secret:{names[match[0]]}]", text) if pattern else text

    return clean


def scrub_error(text: str) -> str:
    """Like `scrub`, and also replace what merely looks like a key: providers echo them, in part or masked."""
    return _KEY_LIKE.sub("[secret]", _BEARER.sub(r"\1 [secret]", scrub(text)))


def _known() -> Iterator[tuple[str, str]]:
    for name, value in (*os.environ.items(), *_remembered.items()):
        if len(value) >= SHORTEST and (name in _remembered or _SECRET_NAME.search(name)):
            yield name, value


@lru_cache(maxsize=8)
def _pattern(known: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str] | None, dict[str, str]]:
    names = {form: name for name, value in known for form in _forms(value)}
    if not names:
        return None, {}
    # Longest first, so that a key which begins like another one is replaced whole.
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True)))), names


def _forms(value: str) -> set[str]:
    data = value.encode("utf-8", "surrogateescape")
    forms = {value, quote(data, safe=""), quote_plus(data), json.dumps(value)[1:-1], data.hex(), data.hex().upper()}
    forms.add(json.dumps(value, ensure_ascii=False)[1:-1])
    for offset in range(3):  # inside a longer text a key may begin at any of base64's three positions
        encoded = base64.b64encode(b"\0" * offset + data).decode()
        core = encoded[-(-offset * 4 // 3) :].rstrip("=")
        if (offset + len(data)) % 3:
            core = core[:-1]  # the last character also depends on what follows
        forms |= {core, core.translate(str.maketrans("+/", "-_"))}
    return {form for form in forms if len(form) >= SHORTEST}


def _from_keyring(name: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        value: str | None = keyring.get_password(SERVICE, name)
    except KeyringError:
        return None  # no keyring on this machine, or it stays locked: the caller says which variable to set
    return value
