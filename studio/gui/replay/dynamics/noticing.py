"""What was noticed in the dynamics of a run: alarms, as they were recorded or come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.support.plain import plain_line
from studio.support.values import decode

if TYPE_CHECKING:
    from studio.support.values import Json
    from studio.trace.records import AlarmRecord


@dataclass(frozen=True, slots=True)
class Noticed:
    """An alarm: at which tick, what kind and level, the sentence, whom it is about, what was done about it ("" if that
    is not recorded), and the firing it was raised at (0 if that is not known)."""

    t: int
    kind: str
    level: str
    text: str
    evidence: tuple[str, ...] = ()
    module: str = ""
    action: str = ""
    firing: int = 0


def recorded_alarm(record: AlarmRecord) -> Noticed:
    """Return an alarm of a run that goes on, as it comes to be recorded."""
    return noticed_of(record.firing, record.kind, record.message, decode(record.evidence))


def noticed_of(firing: int, kind: str, message: str, evidence: Json) -> Noticed:
    """Return an alarm as it is recorded; whoever wrote the record may have written anything."""
    told = evidence if isinstance(evidence, dict) else {}
    t, lines = told.get("t"), told.get("evidence")
    return Noticed(
        t if isinstance(t, int) else -1,
        _line(kind, 40),
        _line(told.get("level"), 10) or "warn",
        _line(message, 1000),
        tuple(_line(one, 1000) for one in lines[:20]) if isinstance(lines, list) else (),
        _line(told.get("module"), 500),
        _line(told.get("action"), 20),
        firing if isinstance(firing, int) else 0,
    )


def _line(value: Json, most: int) -> str:
    return plain_line(value[:most]) if isinstance(value, str) else ""
