"""Names and roles lead to one provider each, and a name that leads nowhere says what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from studio.models import weights
from studio.models.catalog import Catalog
from studio.models.litellm.provider import LiteLLM
from studio.models.scripted import Scripted
from studio.settings import Settings
from studio.spec.calls import ChatCall, ModelProvider
from studio.support.errors import ModelError, UsageError


def gguf(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"GGUF....")
    return path


def test_with_nothing_configured_all_roles_are_the_embedded_model() -> None:
    catalog = Catalog(Settings())

    assert {catalog.resolve(role) for role in ("default", "fast", "strong")} == {"embedded/smollm2-135m"}


def test_settings_map_roles_and_an_empty_role_falls_back_to_the_default() -> None:
    catalog = Catalog(Settings({"models": {"default": "openai/a", "strong": "anthropic/b"}}))

    assert [catalog.resolve(role) for role in ("default", "fast", "strong")] == ["openai/a", "openai/a", "anthropic/b"]
    assert catalog.resolve("ollama/x") == "ollama/x"


def test_a_role_given_as_the_model_is_the_model_that_is_set_for_it() -> None:
    settings = Settings({"models": {"default": "openai/a", "strong": "anthropic/b"}})

    for given, meant in (("default", "openai/a"), ("fast", "openai/a"), ("strong", "anthropic/b"), ("x/y", "x/y")):
        catalog = Catalog(settings, model=given)
        assert {catalog.resolve(role) for role in ("default", "fast", "strong")} == {meant}


async def test_one_script_serves_all_roles_in_turn(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text('"one"\n"two"\n')
    catalog = Catalog(Settings(), model=f"scripted:{tmp_path / 'r.jsonl'}")
    call = ChatCall(messages=({"role": "user", "content": "?"},))

    texts = [(await catalog.provider(role).chat(call)).text for role in ("fast", "strong")]

    assert texts == ["one", "two"]


def test_a_program_made_model_answers_for_the_roles_and_no_other_name() -> None:
    model: ModelProvider = Scripted(["x"])
    catalog = Catalog(Settings(), model=model)

    assert catalog.provider("strong") is model
    assert catalog.resolve("default") == "scripted:list"
    assert isinstance(catalog.provider("openai/gpt-4o"), LiteLLM)
    assert catalog.provider("openai/gpt-4o") is catalog.provider("openai/gpt-4o")


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("scripted:none.jsonl", UsageError, "cannot be read"),
        ("replay:", UsageError, "names no run"),
        ("", UsageError, "--model NAME"),
        ("embedded/gpt-9", ModelError, "no embedded model 'gpt-9'"),
        ("embedded/none.gguf", ModelError, "model file 'none.gguf' does not exist"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused_in_words(name: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        Catalog(Settings()).provider(name)


def test_a_gguf_path_is_looked_up_in_the_graphs_folder_first(tmp_path: Path, own_home: Path) -> None:
    mine, shared = gguf(tmp_path / "graphs" / "m.gguf"), gguf(own_home / "models" / "m.gguf")

    assert weights.find("embedded/m.gguf", data_folder=own_home, base=tmp_path / "graphs") == mine.resolve()
    assert weights.find("embedded/m.gguf", data_folder=own_home) == shared.resolve()
    assert weights.find(f"embedded/{mine}", data_folder=own_home) == mine.resolve()
    assert Catalog(Settings(), base=mine.parent).provider("embedded/m.gguf").info.name == "embedded/m.gguf"


def test_other_weights_in_place_of_the_default_ones_do_not_pass_for_them(tmp_path: Path) -> None:
    path = gguf(tmp_path / "bigger.gguf")

    provider = Catalog(Settings({"models": {"gguf": str(path), "context": 512}})).provider()

    assert provider.info.name == "embedded/bigger.gguf"
    assert provider.info.context_tokens == 512


def test_missing_weights_tell_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    monkeypatch.setattr(weights, "installed", lambda: None)
    with pytest.raises(ModelError, match="studio models --fetch") as caught:
        Catalog(Settings()).provider()
    fetched = gguf(own_home / "models" / weights.SMOLLM2.file)

    assert caught.value.exit_code == 5
    assert weights.find("embedded/smollm2-135m", data_folder=own_home) == fetched.resolve()


def test_a_file_that_is_no_gguf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"PK\x03\x04")
    with pytest.raises(ModelError, match="is not a GGUF model file"):
        Catalog(Settings(), base=tmp_path).provider("embedded/x.gguf")


async def test_preparing_checks_keys_before_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    catalog = Catalog(Settings({"keys": {"keyring": False}}), model=Scripted([]))

    await catalog.prepare(["default"])
    with pytest.raises(ModelError, match="OPENAI_API_KEY is not set"):
        await catalog.prepare(["default", "openai/gpt-4o"])


def test_a_scripted_or_embedded_catalog_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text('"one"\n')
    gguf(tmp_path / "m.gguf")
    program = (
        "import sys; from pathlib import Path; from studio.models.catalog import Catalog; base = Path(sys.argv[1]);"
        "c = Catalog(model=f'scripted:{base}/r.jsonl', base=base); c.provider(); c.provider('embedded/m.gguf');"
        "c.embedder(); c.embedder('toy'); c.human();"
        "print(sorted({'litellm', 'numpy', 'tokenizers', 'keyring', 'pydantic', 'httpx'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False, timeout=60
    )

    assert (result.stdout, result.stderr) == ("[]\n", "")
