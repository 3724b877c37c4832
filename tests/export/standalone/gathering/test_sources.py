"""Modules as texts: each is read once, however many are."""

from __future__ import annotations

from studio.export.standalone.gathering.sources import ROOT, source_of


def test_a_module_is_the_same_after_all_others_were_read() -> None:
    """What is found in it is known by identity: read twice, one class would stand in a script twice."""
    first = source_of("studio.support.expression_errors")
    names = [f"studio.{'.'.join(path.relative_to(ROOT).with_suffix('').parts)}" for path in ROOT.rglob("*.py")]
    assert len(names) > 600
    for name in names:
        source_of(name)

    assert first is not None
    assert source_of("studio.support.expression_errors") is first
