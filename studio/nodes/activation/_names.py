"""The names that ACT-R's two programs give to the constants, and what they mean here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from studio.nodes.chunks._buffers import buffer_of
from studio.support.errors import NodeError
from studio.support.values import Json, preview

LISP: Final = {
    "esc": "subsymbolic", "blc": "base_constant", "rt": "threshold", "lf": "latency_factor", "le": "latency_exponent",
    "mas": "strength", "ans": "noise", "mp": "penalty", "egs": "utility_noise", "alpha": "utility_rate",
    "ul": "utility_learning", "epl": "compilation", "dat": "production_time",
    "declarative_num_finsts": "finst_count", "declarative_finst_span": "finst_seconds",
    "visual_attention_latency": "visual_delay",
}  # fmt: skip
"""Parameters of ACT-R's own program (ACT-R 7 reference manual), without their colon."""
PYACTR: Final = {
    "rule_firing": "production_time", "retrieval_threshold": "threshold", "instantaneous_noise": "noise",
    "strength_of_association": "strength", "mismatch_penalty": "penalty", "utility_alpha": "utility_rate",
    "production_compilation": "compilation", "strict_harvesting": "strict",
}  # fmt: skip
"""Parameters of pyactr 0.3.2."""
COMPOUND: Final = (
    "bll", "ol", "baselevel_learning", "optimized_learning", "partial_matching", "ga", "buffer_spreading_activation",
)  # fmt: skip
"""Names that set more than one constant, or only part of one."""
LOGICAL: Final = ("esc", "ul", "epl")
"""Those for which the Lisp word nil is false; for others it is nothing."""


def ours(given: Mapping[str, Json]) -> dict[str, Json]:
    """Return settings under our names, from those of either program; what is ours already stays, and goes first.

    `bll` turns the base level on with that decay, in its optimised form unless `ol` is false; `baselevel_learning` and
    `optimized_learning` are pyactr's, whose optimised form takes the last use; `partial_matching` turns the penalty on
    (1) or off; `ga` is the weight of the goal, `buffer_spreading_activation` the weights of buffers.
    """
    plain = {plain_name(name): value for name, value in given.items()}
    made: dict[str, Json] = {}
    for name, value in plain.items():
        word = LISP.get(name, PYACTR.get(name))
        if word is not None:
            made[word] = _said(value, name in LOGICAL)
    if "bll" in plain:
        decay = _said(plain["bll"], False)
        made |= {"base_level": "off"} if decay is None else {"decay": decay, "base_level": "optimised"}
    if "ol" in plain and made.get("base_level") != "off" and _truth("ol", plain["ol"]) is False:
        made["base_level"] = "exact"
    if "baselevel_learning" in plain:
        made["base_level"] = "exact" if _truth("baselevel_learning", plain["baselevel_learning"]) else "off"
    if "optimized_learning" in plain and _truth("optimized_learning", plain["optimized_learning"]):
        made["base_level"] = "optimised_last"
    if "partial_matching" in plain:
        on = _truth("partial_matching", plain["partial_matching"])
        made["penalty"] = made.get("penalty", 1.0) if on else None
    if "ga" in plain:
        made["weights"] = {"goal": plain["ga"]}
    weights: Any = plain.get("buffer_spreading_activation")
    if isinstance(weights, Mapping):
        made["weights"] = {buffer_of(buffer): weight for buffer, weight in weights.items()}
    foreign = {*LISP, *PYACTR, *COMPOUND}
    return made | {name: value for name, value in plain.items() if name not in foreign}


def plain_name(name: str) -> str:
    """Return a name as it is written here: `:imaginal-delay` is `imaginal_delay`."""
    return name.lower().lstrip(":").replace("-", "_")


def _said(value: Json, logical: bool) -> Json:
    if value == "t":
        return True
    if value == "nil":
        return False if logical else None
    return value


def _truth(name: str, value: Json) -> bool:
    found = _said(value, True)
    if not isinstance(found, bool):
        raise NodeError(f"the setting `{name}` is {preview(value, 40)}, but it must be true or false.", code="settings")
    return found
