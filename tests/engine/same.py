"""Whether the engine did what the reference did, as far as the contract promises it."""

from __future__ import annotations

from collections.abc import Iterable

from tests.reference.records import Firing, Outcome


def differences(expected: Outcome, got: Outcome) -> list[str]:
    """Return what differs between two outcomes, one line each.

    Rule 2.10: "Only firings concurrent with a failure or pause may differ": a region's tick in which a node failed is
    left out, everything outside of it is compared.
    """
    found: list[str] = []
    if (expected.status, expected.ended) != (got.status, got.ended):
        found.append(f"{expected.status} {expected.ended} expected, got {got.status} {got.ended} {got.failure}")
    if expected.status == "ok" and expected.outputs != got.outputs:
        found.append(f"outputs {expected.outputs} expected, got {got.outputs}")
    here = [plain(firing) for firing in expected.outline if not is_torn(firing, expected)]
    there = [plain(firing) for firing in got.outline if not is_torn(firing, expected)]
    if here != there:
        found.extend(first_difference(here, there))
    return found


def is_torn(firing: Firing, outcome: Outcome) -> bool:
    """True if the firing belongs to a tick of a region in which a node failed."""
    return any(
        (not path or firing.path.startswith(path + "/")) and (firing.tick == tick or firing.tick.startswith(tick + "."))
        for path, tick in outcome.torn
    )


def plain(firing: Firing) -> Firing:
    """Return the firing without what nothing promises: the text of an error, and which wire opened `when`."""
    outputs = {port: "…" if port == "error" else value for port, value in firing.outputs.items()}
    inputs = {port: origin for port, origin in firing.inputs.items() if port != "when"}
    return Firing(firing.path, firing.tick, firing.status, firing.cause, outputs, inputs)


def first_difference(here: list[Firing], there: list[Firing]) -> Iterable[str]:
    """Yield the first line at which two outlines part."""
    for one, other in zip(here, there, strict=False):
        if one != other:
            yield f"{one} expected, got {other}"
            return
    longer, name = (here, "missing") if len(here) > len(there) else (there, "too many")
    yield f"{name}: {longer[min(len(here), len(there))]}"
