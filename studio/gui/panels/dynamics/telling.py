"""What the panel says of a run, in rows: why the verdict is what it is, what was noticed, what the measures suggest.

Knows no Qt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.dynamics.verdict import Verdict
    from studio.gui.replay.dynamics.looking import Looked
    from studio.gui.replay.dynamics.noticing import Noticed

Sign = Literal["", "info", "warning", "error"]

MOST_ROWS: Final = 200
"""Alarms that are listed, the newest first."""

SHOWN: Final = 240
"""Signs of a row; its tip has the whole."""

_TICK: Final = re.compile(r"\bat (?:…, )?(\d+)")


@dataclass(frozen=True, slots=True)
class Row:
    """One row. A heading leads nowhere; others lead to a firing, or else to a module at a tick (-1: its last one)."""

    text: str
    whole: str = ""
    sign: Sign = ""
    is_heading: bool = False
    t: int = -1
    module: str = ""
    firing: int = 0

    @property
    def shown(self) -> str:
        """What stands in the list."""
        return self.text if len(self.text) <= SHOWN else f"{self.text[: SHOWN - 1]}…"


def verdict_line(verdict: Verdict) -> str:
    """Return the verdict in one line, with the words of `studio dynamics`."""
    if verdict.kind == "undetermined":
        return verdict.sentence
    period = f", period {verdict.period}" if verdict.period else ""
    return f"{verdict.sentence}, confidence {verdict.confidence:.2f}{period}"


def rows_of(looked: Looked) -> list[Row]:
    """Return all that is said of a run that has ended."""
    verdict = looked.verdict
    modules = [module.id for module in looked.run.modules]
    rows = _under("Why", [_evidence(line, modules) for line in verdict.evidence])
    rows += alarm_rows(looked.noticed)
    rows += _under(
        "What the measures suggest",
        [
            Row(
                plain_line(one.message), "\n".join((one.message, *one.evidence)), "info",
                t=-1 if one.since is None else one.since, module=one.module or "",
            )
            for one in verdict.findings
        ],
    )  # fmt: skip
    return rows


def alarm_rows(noticed: Iterable[Noticed]) -> list[Row]:
    """Return what was noticed on the way, the newest first."""
    newest = list(noticed)[::-1]
    count = len(newest)
    return _under(f"Alarms ({count:,})" if count > 1 else "Alarm", [_alarm(one) for one in newest[:MOST_ROWS]])


DONE: Final = {"pause": "The run was paused.", "stop": "The run was stopped."}
"""What a policy did, if more than to say so."""


def _alarm(one: Noticed) -> Row:
    about = f" · {one.module}" if one.module else ""
    when = f"{one.t:,}" if one.t >= 0 else "?"
    done = f" {DONE[one.action]}" if one.action in DONE else ""
    text = f"{when} · {one.kind}{about} · {one.text}{done}"
    whole = "\n".join((f"Tick {when}, {one.kind} ({one.level})", f"{one.text}{done}", *one.evidence))
    return Row(
        text, whole, "error" if one.level == "stop" else "warning", t=one.t, module=one.module, firing=one.firing
    )


def _evidence(line: str, modules: Sequence[str]) -> Row:
    said = plain_line(line)
    before = said.split("«", 1)[0]  # what is quoted may name anything
    module = max((one for one in modules if before.startswith(f"{one} ")), key=len, default="")
    tick = _TICK.search(before)
    return Row(said, line, t=int(tick[1]) if tick else -1, module=module)


def _under(heading: str, rows: list[Row]) -> list[Row]:
    return [Row(heading, is_heading=True), *rows] if rows else []
