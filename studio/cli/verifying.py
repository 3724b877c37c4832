"""`studio replay --verify`: what came of executing a run again, told to a person or a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.output import Output
from studio.cli.text import plural

if TYPE_CHECKING:
    from studio.trace import Trace


def verify_command(trace: Trace, run: str, out: Output) -> int:
    """Verify a run and report; 0 if it repeats, 4 at the first difference."""
    from studio.replay.verify import verify

    made = verify(trace, run)
    same = made.difference is None
    if out.as_json:
        out.json({
            "run": made.run, "identical": same, "firings": made.firings, "pure": made.pure, "effects": made.effects,
            "difference": None if made.difference is None else made.difference.to_json(), "notes": made.notes,
        })  # fmt: skip
        return exits.OK if same else exits.FINDING
    for note in made.notes:
        out.note(("yellow", note))
    counts = (
        f"{plural(made.firings, 'firing')} compared, {made.pure:,} of them pure and executed again, "
        f"{plural(made.effects, 'effect')} answered from the record"
    )
    if made.difference is None:
        out.say(("green", "identical"), f"  {counts}")
        return exits.OK
    out.say(("red", "different"), f"  {made.difference}")
    out.note(("dim", f"{counts} before it"))
    return exits.FINDING
