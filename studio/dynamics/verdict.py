"""What the analysis of a run says: a verdict with its confidence, the evidence for it, and the alarms on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["stall", "circle", "procrastination", "wander", "productive", "undetermined"]
Level = Literal["warn", "stop"]

CLASS_OF: dict[str, str] = {
    "stall": "I",
    "circle": "II",
    "procrastination": "II",
    "wander": "III",
    "productive": "IV",
    "undetermined": "-",
}
"""The class of Wolfram that each verdict stands for (essay; Wolfram, Physica D 10 (1984) 1)."""

_SENTENCES: dict[str, str] = {
    "stall": "It stalls (class I)",
    "circle": "It goes in circles (class II)",
    "procrastination": "It puts its work off (class II)",
    "wander": "It wanders (class III)",
    "productive": "It lives (class IV)",
    "undetermined": "Nothing can be concluded",
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something noticed at tick `t`.

    `kind` is stall, circle, waiting, procrastination or wander; `module` names who it is about, if it is one module;
    `evidence` are sentences that quote what was said.
    """

    t: int
    kind: str
    level: Level
    msg: str
    evidence: tuple[str, ...] = ()
    module: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the alarm as the exchange format has it, with its module where there is one."""
        entry: dict[str, Any] = {"t": self.t, "kind": self.kind, "level": self.level, "msg": self.msg}
        if self.module is not None:
            entry["module"] = self.module
        return entry


@dataclass(frozen=True, slots=True)
class Finding:
    """What the measures suggest about one module, or about the run when `module` is None.

    `kind` is a fixed word (see `measuring.findings`), `since` the tick from which it holds, `message` one sentence.
    """

    kind: str
    message: str
    module: str | None = None
    since: int | None = None
    evidence: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the finding as a JSON object."""
        return {
            "kind": self.kind,
            "module": self.module,
            "since": self.since,
            "message": self.message,
            "evidence": list(self.evidence),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one run.

    `confidence` lies in 0..1; `period` counts firings with content and is there for circles only; `metrics` are plain
    numbers, texts, lists and objects.
    """

    id: str
    kind: Kind
    confidence: float
    period: int | None = None
    evidence: tuple[str, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    findings: tuple[Finding, ...] = ()
    metrics: dict[str, Any] = field(default_factory=dict)

    @property
    def wolfram(self) -> str:
        """The class: I, II, III, IV, or "-" when it is undetermined."""
        return CLASS_OF[self.kind]

    @property
    def sentence(self) -> str:
        """The verdict as people read it: `It goes in circles (class II)`."""
        return _SENTENCES[self.kind]

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as one JSON object of the exchange format, the same bytes for the same run."""
        entry: dict[str, Any] = {
            "id": self.id,
            "verdict": self.kind,
            "class": self.wolfram,
            "confidence": round(self.confidence, 3),
        }
        if self.period is not None:
            entry["period"] = self.period
        return entry | {
            "evidence": list(self.evidence),
            "alarms": [alarm.as_json() for alarm in self.alarms],
            "findings": [finding.as_json() for finding in self.findings],
            "metrics": self.metrics,
        }
