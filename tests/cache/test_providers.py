"""Whose answers may be kept, and what answers beyond its name."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from studio.models import weights
from studio.models.embedded import Embedded
from studio.models.embedders import LiteLLMEmbedder, StaticEmbedder, ToyEmbedder
from studio.models.litellm.access import Endpoint
from studio.models.litellm.provider import LiteLLM
from studio.models.model_host import HostSpec
from studio.models.scripted import Scripted
from studio.spec.calls import Repeatable


def print_of(provider: Repeatable) -> str:
    return asyncio.run(provider.fingerprint())


def gguf(path: Path, content: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"GGUF" + content)
    return path


@pytest.mark.parametrize("provider", [Scripted(["x"]), ToyEmbedder(), StaticEmbedder()])
def test_scripts_and_tables_do_not_offer_to_be_kept(provider: Any) -> None:
    assert not isinstance(provider, Repeatable)


def test_a_recorded_run_does_not_either() -> None:
    from studio.models.replayed import Replayed, ReplayedEmbedder

    assert not issubclass(Replayed, Repeatable)
    assert not issubclass(ReplayedEmbedder, Repeatable)
    assert issubclass(LiteLLM, Repeatable)


@pytest.mark.parametrize(("temperature", "repeats"), [(0.0, True), (0.2, False)])
def test_a_remote_model_repeats_at_temperature_0_and_the_embedded_one_always(temperature: float, repeats: bool) -> None:
    assert LiteLLM("openai/x").repeats(temperature) is repeats
    assert Embedded("embedded/m", HostSpec(Path("m.gguf"))).repeats(temperature)


def test_an_embedded_model_is_known_by_its_weights_and_not_by_its_name(tmp_path: Path) -> None:
    one, other = gguf(tmp_path / "a" / "m.gguf", b"one"), gguf(tmp_path / "b" / "m.gguf", b"two")
    copy = gguf(tmp_path / "c" / "renamed.gguf", b"one")
    prints = [print_of(Embedded("embedded/m", HostSpec(path))) for path in (one, other, copy)]

    assert prints[0] == prints[2] != prints[1]


def test_another_file_in_the_place_of_the_weights_is_noticed(tmp_path: Path) -> None:
    path = gguf(tmp_path / "a" / "m.gguf", b"one")
    before = print_of(Embedded("embedded/m", HostSpec(path)))
    replaced = gguf(tmp_path / "a" / "new.gguf", b"two")
    replaced.replace(path)

    assert print_of(Embedded("embedded/m", HostSpec(path))) != before


@pytest.mark.parametrize("change", [{"context": 4096}, {"exact": False}])
def test_settings_that_change_an_embedded_answer_count_and_others_do_not(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    path = gguf(tmp_path / "a" / "m.gguf", b"one")
    plain = print_of(Embedded("embedded/m", HostSpec(path)))

    assert print_of(Embedded("embedded/m", HostSpec(path, **change))) != plain
    assert print_of(Embedded("embedded/m", HostSpec(path, slots=2, threads=3))) == plain


def test_weights_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = gguf(tmp_path / "a" / "m.gguf", b"once")
    known = weights.content_hash_of(path)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("read again"))

    assert weights.content_hash_of(path) == known


def test_two_servers_of_one_model_name_are_two_models(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoints = [None, Endpoint("http://localhost:1/v1"), Endpoint("http://localhost:2/v1")]
    prints = {print_of(LiteLLM("openai/x", endpoint=endpoint)) for endpoint in endpoints}
    monkeypatch.setenv("OPENAI_API_BASE", "http://localhost:3/v1")
    elsewhere = LiteLLM("openai/x")

    assert len({*prints, print_of(elsewhere)}) == 4
    assert print_of(LiteLLMEmbedder(elsewhere)) == print_of(elsewhere)


def test_keys_are_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = print_of(LiteLLM("openai/x"))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789abcdefghij")

    assert print_of(LiteLLM("openai/x")) == before
