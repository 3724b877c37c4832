"""Modules as texts: each is read once, however many are."""

from __future__ import annotations

from studio.export.standalone.gathering.sources import ROOT, source_of


def test_a_module_is_the_same_however_many_others_were_read() -> None:
    """What is found in it is known by identity: read twice, one class would stand in a script twice."""
    first = source_of("studio.support.expression_errors")
    many = 2 * sum(1 for _ in ROOT.rglob("*.py"))
    assert many > 1200
    for number in range(many):
        assert source_of(f"studio.no_module_{number}") is None  # which is kept like one that is there, and costs less

    assert first is not None
    assert source_of("studio.support.expression_errors") is first
