"""Thresholds may be set by name; a wrong name or value is refused with what it should be."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from studio.dynamics.settings import DEFAULTS, Settings
from studio.support.errors import UsageError


def test_what_is_not_set_has_the_default() -> None:
    settings = Settings.from_mapping({"stall_ticks": 20, "known_warn": 0.5})

    assert settings == Settings(stall_ticks=20, known_warn=0.5)
    assert Settings.from_mapping({}) == DEFAULTS
    assert Settings.from_mapping(json.loads(json.dumps(settings.as_mapping()))) == settings


def test_a_whole_number_may_be_written_as_a_float_and_stays_whole() -> None:
    assert isinstance(Settings.from_mapping({"leaders": 16.0}).leaders, int)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stall_ticks", 0),
        ("stall_ticks", 2.5),
        ("stall_ticks", "ten"),
        ("stall_ticks", True),
        ("stall_ticks", None),
        ("known_warn", 1.1),
        ("known_warn", float("nan")),
        ("longest_period", 10**400),
        ("same_cosine", float("inf")),
    ],
)
def test_a_wrong_value_is_refused_with_the_range_and_the_meaning(name: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"`{name}` should be a") as refused:
        Settings.from_mapping({name: value}, where="graph.yaml")

    assert str(refused.value).startswith("graph.yaml")


def test_a_misspelt_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="stall_ticks"):
        Settings.from_mapping({"stall_tick": 3})


def test_every_setting_says_what_it_means_and_its_default_lies_in_its_range() -> None:
    for each in fields(Settings):
        assert each.metadata["help"].endswith(".")
        assert Settings.from_mapping({each.name: each.default}) == DEFAULTS
