"""No graph says which server gets a provider's key: only the person's environment and settings do."""

from __future__ import annotations

from typing import Any

import pytest

from studio.models.failures import MissingModel
from studio.models.litellm.access import Endpoint, access_for
from studio.spec.params import parse_params
from studio.spec.registry import Registry

MODEL_TYPES = [cls for cls in Registry().all_types() if cls.__module__.startswith("studio.nodes.llm.")]
EVIL = "huggingface/http://127.0.0.1:8000/v1"


class Library:
    """Stands for litellm, which must not even be asked."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"litellm.{name} was asked")


@pytest.mark.parametrize("name", [EVIL, "openai/https://evil.example/v1", "http://evil.example", "x/ftp://evil/y"])
async def test_a_model_name_that_holds_an_address_gets_no_key(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUGGINGFACE_API_KEY", "hf_canary_0123456789")

    with pytest.raises(MissingModel, match="no graph says where keys are sent"):
        await access_for(Library(), name, None, keyring=False)


async def test_an_endpoint_of_the_settings_gets_the_key_named_there_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUGGINGFACE_API_KEY", "hf_canary_0123456789")
    monkeypatch.setenv("MY_KEY", "mine-0123456789")

    bare = await access_for(Library(), EVIL, Endpoint("http://127.0.0.1:8000/v1"), keyring=False)
    keyed = await access_for(Library(), EVIL, Endpoint("http://127.0.0.1:8000/v1", "MY_KEY"), keyring=False)

    assert bare == {"api_base": "http://127.0.0.1:8000/v1", "api_key": "none"}
    assert keyed["api_key"] == "mine-0123456789"


def test_the_library_itself_would_send_it_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what a name that is a URL means to litellm."""
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    from litellm.llms.huggingface.chat.transformation import HuggingFaceChatConfig

    url = HuggingFaceChatConfig().get_complete_url(
        None, "hf_canary_0123456789", EVIL.removeprefix("huggingface/"), {}, {}
    )  # fmt: skip

    assert url.startswith("http://127.0.0.1:8000/v1")


@pytest.mark.parametrize("cls", MODEL_TYPES, ids=lambda cls: cls.spec.type)
@pytest.mark.parametrize("name", ["api_base", "base_url", "api_key", "endpoint", "headers", "organization"])
def test_no_node_that_asks_a_model_takes_an_address_or_a_key(cls: Any, name: str) -> None:
    _, problems = parse_params(cls.Params, {name: "http://127.0.0.1:8000"})

    assert any(f"There is no param `{name}`" in problem for problem in problems)
