"""Names of models: the roles, and the beginnings that say whose a model is. The one place that knows them."""

from __future__ import annotations

ROLES = ("default", "fast", "strong")
SCRIPTED = "scripted:"
EMBEDDED = "embedded/"
REPLAY = "replay:"
LOCAL_PROVIDERS = frozenset({"ollama", "ollama_chat", "lm_studio", "llamafile"})
"""Providers on the person's own machine: they need no key and cost nothing."""


def replay_parts(name: str) -> tuple[str, str]:
    """Return the run that `replay:RUN` or `replay:RUN+MODEL` names, and the model for what was not recorded or ""."""
    run, _, fallback = name.removeprefix(REPLAY).partition("+")
    return run, fallback


def is_scripted(name: str) -> bool:
    """True if all answers of this model are given beforehand: then what a run does may not depend on latencies.

    Design rules 2.3 and 2.10: such runs decide races by edge order and wait for nothing. `replay:RUN` is so, as its
    answers stand in a trace. `replay:RUN+MODEL` is what MODEL is: with a real one, answers arrive when they arrive,
    and a rate limit has to be waited out.
    """
    if name.startswith(REPLAY):
        fallback = replay_parts(name)[1]
        return not fallback or is_scripted(fallback)
    return name.startswith(SCRIPTED)
