"""Seals on answers that let something happen: they show that an answer in a record was given in this profile.

A record may come from a stranger, who could have written "approved" into it.  A seal is a keyed hash (BLAKE2b, RFC
7693) with a key that only this profile has; it says nothing about the key.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Final

from studio.settings.folders import config_folder
from studio.support.errors import EnvironmentProblem
from studio.trust.approvals import write_private

FILE_NAME: Final = "seal.key"
BYTES: Final = 32


def seal(said: bytes, path: Path | None = None) -> str:
    """Return the seal of this profile on some bytes. Raises EnvironmentProblem if the profile cannot keep a key."""
    return hashlib.blake2b(said, key=_key(path or config_folder() / FILE_NAME), digest_size=20).hexdigest()


def is_sealed(said: bytes, seal_text: str, path: Path | None = None) -> bool:
    """True if the seal is the one of this profile on these bytes."""
    return hmac.compare_digest(seal(said, path).encode(), seal_text.encode("utf-8", "replace"))


def _key(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        key = b""
    except OSError as error:
        raise EnvironmentProblem(
            f"The key that seals approvals cannot be read: {error.strerror or error}.", where=str(path)
        ) from None
    if len(key) != BYTES:  # none yet, or damaged: what it sealed is asked again
        key = secrets.token_bytes(BYTES)
        write_private(path, key)
    return key
