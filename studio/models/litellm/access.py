"""Where a call of litellm goes and with which key: found before anything is sent, and named when it is missing."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from studio.models.failures import MissingModel
from studio.models.names import LOCAL_PROVIDERS
from studio.support import keys

_SERVER_NAMES = ("_API_BASE", "_BASE_URL", "_API_VERSION", "_ENDPOINT", "_REGION_NAME", "_LOCATION", "OLLAMA_HOST")
_NO_KEY = "none"
_PARAMS = {"_API_KEY": "api_key", "_API_BASE": "api_base", "_API_VERSION": "api_version"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server the person named in the settings for one model. It gets the key named there and no other."""

    base: str
    key_env: str = ""
    schema: bool | None = None
    context: int | None = None

    @property
    def loopback(self) -> bool:
        """True if the server is on this machine."""
        host = urlsplit(self.base).hostname or ""
        return host in ("localhost", "::1") or host.startswith("127.")


def server_of(endpoint: Endpoint | None) -> str:
    """Return which server answers, and by which form of its interface: the endpoint, or what the environment says.

    All variables that lead a provider of litellm elsewhere count, whosever they are. No keys.
    """
    if endpoint is not None:
        return f"endpoint {endpoint.base} schema={endpoint.schema}"
    return " ".join(f"{name}={value}" for name, value in sorted(os.environ.items()) if name.endswith(_SERVER_NAMES))


async def access_for(library: Any, name: str, endpoint: Endpoint | None, *, keyring: bool) -> dict[str, str]:
    """Return address and key for calls of the model `name`, as far as litellm does not find them itself.

    Raises `MissingModel` naming the variable that is not set, or the provider that does not exist.
    """
    if endpoint is not None:
        return {"api_base": endpoint.base, "api_key": await _endpoint_key(name, endpoint, keyring)}
    if "://" in name:
        # Names stand in graphs, and providers such as huggingface take one that is a URL for where to send the key.
        raise MissingModel(
            f"The model name {name!r} holds an address, and no graph says where keys are sent.",
            hint="Name the server in your settings: an entry of [endpoints] with `base` and `key_env`.",
            code="auth",
        )
    try:
        _, provider, _, _ = library.get_llm_provider(name)
    except library.BadRequestError:
        raise MissingModel(
            f"There is no model provider for {name!r}.",
            hint="Write provider/model, as in openai/gpt-4o-mini, anthropic/…, ollama/…, or use an embedded model; "
            "`studio models` lists what is ready.",
            code="not_found",
        ) from None
    if provider in LOCAL_PROVIDERS:
        return {}
    missing = library.validate_environment(name)["missing_keys"]
    if any(os.environ.get(key) for key in missing if key.endswith("_API_KEY")) and len(missing) > 1:
        missing = [key for key in missing if not key.endswith("_API_KEY")]  # either of two names will do
    found: dict[str, str] = {}
    for key in missing:
        if param := _param(key):
            value = await asyncio.to_thread(keys.lookup, key, keyring=keyring)
            if value:
                found[param] = value
    if absent := [key for key in missing if _param(key) not in found]:
        raise _missing(name, absent)
    return found


async def _endpoint_key(name: str, endpoint: Endpoint, keyring: bool) -> str:
    if not endpoint.key_env:
        return _NO_KEY  # else litellm would send the key it finds in the environment
    value = await asyncio.to_thread(keys.lookup, endpoint.key_env, keyring=keyring)
    if not value:
        raise _missing(name, [endpoint.key_env])
    return value


def _param(key: str) -> str:
    return next((param for ending, param in _PARAMS.items() if key.endswith(ending)), "")


def _missing(name: str, absent: list[str]) -> MissingModel:
    kind = "key" if any("KEY" in key for key in absent) else "setting"
    either = " or ".join(absent) if all("API_KEY" in key for key in absent) else " and ".join(absent)
    return MissingModel(
        f"No {kind} for {name}: the environment variable {either} is not set.",
        hint=f"Set {either}, store the key in the system's keyring, or choose another model: by --model, or in the "
        "node that names it.",
        code="auth",
    )
