"""When two questions are one and the same: their keys.

A key is a hash over everything that shapes the answer. It is made of the question as it is really asked: what stands in
the file is cleaned of secrets, and two questions that differ only in one must not get one answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from studio.support.values import Absent, Json, NotJson, encode, hash_bytes

FORMAT = 1
"""Raised when the meaning of what is kept changes: older entries are then found no more, and dropped in time."""


def effect_key(kind: str, fingerprint: str, request: Json, attempt: int) -> str:
    """Return the key of a question to a model.

    `fingerprint` is what answers, beyond its name. `attempt` is the firing's: a retry that asks the same again is not
    given what has just failed, and a later run that fails and retries is given again what each attempt got.
    """
    return hash_bytes(encode([FORMAT, kind, fingerprint, attempt, request]))


def firing_question(
    code: str, type: str, version: int, params: Mapping[str, Json], inputs: Mapping[str, Json]
) -> bytes | None:
    """Return what a firing of a pure node depends on, whose hash is its key; None if that has no canonical form.

    `code` is a hash of the type's code; an input may be an `Absent`.
    """
    told = [[port, *_told(value)] for port, value in inputs.items()]
    try:
        return encode([FORMAT, "firing", code, type, version, params, told])
    except NotJson:
        return None


def _told(value: Json) -> list[Json]:
    return ["absent", value.reason] if type(value) is Absent else ["value", value]
