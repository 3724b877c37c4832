"""The player of seed graphs tells what a run did, in the order of the outline."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.support.resources import bundled_graphs
from tests.support.example_settings import FOLDER, settings_of
from tests.support.seeds import play

LINES = ["One.", "vague", "Two.", "good"]


def test_modules_outputs_and_prompts_are_told_in_order(tmp_path: Path) -> None:
    played = play("critic_loop", {"topic": "kelp"}, replies=LINES, tmp_path=tmp_path)

    assert played.fired("writer", "critic", "done") == ["writer", "critic", "writer", "critic", "done"]
    assert [one["text"] for one in played.outputs("writer")] == ["One.", "Two."]
    assert played.output("critic", "label", 1) == "good"
    assert [(one.node, one.reply) for one in played.prompts] == list(
        zip(["writer", "critic"] * 2, LINES, strict=True)
    )  # fmt: skip
    assert "kelp" in played.prompts[0].text
    assert "vague" in played.prompts[2].text
    assert [one.status for one in played.firings("done")] == ["skipped", "ok"]
    played.verify()


def test_a_run_that_ends_otherwise_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="script"):
        play("critic_loop", replies=["One."], tmp_path=tmp_path)
    play("critic_loop", replies=["One."], status="failed", tmp_path=tmp_path)


def test_every_file_of_settings_is_of_an_example() -> None:
    names = {path.stem for path in bundled_graphs()}

    assert {path.stem for path in FOLDER.glob("*.yaml")} <= names
    for name in names:
        settings_of(name)


def test_a_setting_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd.yaml").write_text("anwers: [yes]\n")
    monkeypatch.setattr("tests.support.example_settings.FOLDER", tmp_path)

    with pytest.raises(ValueError, match="anwers is no setting"):
        settings_of("odd")
