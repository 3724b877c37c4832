"""The list behind `studio models`: what can be used here, and what the rest is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from studio.models import embedders, weights
from studio.models.catalog import Catalog
from studio.models.names import EMBEDDED, REPLAY, ROLES, SCRIPTED
from studio.spec.calls import ModelProvider
from studio.support.errors import StudioError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.settings import Settings


class ModelRow(NamedTuple):
    """One model. `kind` is chat or embedding; `missing` says what keeps it from being ready; prices are USD per
    million tokens, None where unknown."""

    name: str
    kind: str
    ready: bool
    missing: str = ""
    context: int | None = None
    usd_in: float | None = None
    usd_out: float | None = None
    roles: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """Return the row for `--json`."""
        return {**self._asdict(), "roles": list(self.roles)}


def list_models(settings: Settings | None = None, *, search: str = "", limit: int = 200) -> list[ModelRow]:
    """Return our models, the configured ones and, with `search`, those litellm knows by a name that contains it.

    Blocks for seconds where litellm has to be loaded: with `search`, or if a role or endpoint names one of its models.
    """
    if settings is None:
        from studio.settings import Settings

        settings = Settings.load()
    catalog = Catalog(settings)
    roles = {role: catalog.resolve(role) for role in ROLES}
    names = dict.fromkeys([EMBEDDED + weights.SMOLLM2.name, *roles.values(), *settings.endpoints()])
    rows = [_ours(catalog, name, roles) for name in names]
    rows += [ModelRow(name, "chat", True, usd_in=0.0, usd_out=0.0) for name in (f"{SCRIPTED}FILE", f"{REPLAY}RUN")]
    vectors = dict.fromkeys(["embedded", embedders.TOY, settings["models.embedder"]])
    rows += [_embedder(settings, name) for name in vectors]
    if search:
        known = {row.name for row in rows}
        rows = [row for row in rows if search.lower() in row.name.lower()]
        rows += [row for row in _litellm_rows(search, limit) if row.name not in known]
    return rows


def fetch_default_weights() -> str:
    """Download the weights of the embedded model into the data folder; return a sentence for the person."""
    from studio.settings import data_folder

    if (path := weights.installed()) is not None:
        return f"The weights are installed already: {path}"
    return f"The weights are in {weights.fetch(data_folder())}"


def _ours(catalog: Catalog, name: str, roles: dict[str, str]) -> ModelRow:
    held = tuple(role for role, full in roles.items() if full == name)
    try:
        provider = catalog.provider(name)
    except StudioError as error:
        return ModelRow(name, "chat", False, str(error), roles=held)
    if name.startswith((EMBEDDED, SCRIPTED, REPLAY)):
        return ModelRow(name, "chat", True, "", provider.info.context_tokens, 0.0, 0.0, held)
    missing = _missing(provider)
    row = _litellm_row(name)
    return row._replace(roles=held, context=provider.info.context_tokens, missing=missing, ready=not missing)


def _missing(provider: ModelProvider) -> str:
    import asyncio

    from studio.models.litellm.provider import LiteLLM

    if isinstance(provider, LiteLLM):
        try:
            asyncio.run(provider.prepare())
        except StudioError as error:
            return error.message
    return ""


def _embedder(settings: Settings, name: str) -> ModelRow:
    held = ("default",) if name == settings["models.embedder"] else ()
    if name == embedders.TOY:
        return ModelRow(name, "embedding", True, usd_in=0.0, roles=held)
    if name in ("embedded", embedders.EMBEDDED):
        try:
            embedders.table_home()
        except StudioError as error:
            return ModelRow(name, "embedding", False, str(error), roles=held)
        return ModelRow(name, "embedding", True, usd_in=0.0, roles=held)
    return _litellm_row(name, "embedding")._replace(roles=held)


def _litellm_rows(search: str, limit: int) -> list[ModelRow]:
    from studio.models.litellm.runtime import RUNTIME

    found = [
        (name, "embedding" if facts.get("mode") == "embedding" else "chat")
        for name, facts in RUNTIME.library().model_cost.items()
        if facts.get("mode") in ("chat", "completion", "embedding") and search.lower() in name.lower()
    ]
    return [_litellm_row(name, kind) for name, kind in found[:limit]]


def _litellm_row(name: str, kind: str = "chat") -> ModelRow:
    from studio.models.litellm.runtime import RUNTIME

    library = RUNTIME.library()
    facts = library.model_cost.get(name) or library.model_cost.get(name.partition("/")[2]) or {}
    missing = ", ".join(library.validate_environment(name)["missing_keys"])

    def per_million(key: str) -> float | None:
        price = facts.get(key)
        return None if price is None else round(price * 1e6, 6)

    return ModelRow(
        name,
        kind,
        not missing,
        missing,
        facts.get("max_input_tokens"),
        per_million("input_cost_per_token"),
        per_million("output_cost_per_token"),
    )
