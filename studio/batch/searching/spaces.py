"""What a search may set, as a person writes it: `--vary node.param=0..1`, `model=a,b`, `input:tone=@tones.json`.

A range alone (`LOW..HIGH`, `LOW..HIGH..STEP`, with `log` behind it for orders of magnitude) is searched as numbers;
all else is a closed list, read as batches read it (`design.axes`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from studio.batch.design.axes import INPUT, MODEL, Choice, FileReader, choices
from studio.batch.design.expanding import Bodied
from studio.batch.design.fitting import inputs_of
from studio.batch.design.variants import Variant, declared_param, found_setting
from studio.spec.given import read_as
from studio.support.errors import UsageError
from studio.support.nearest import near
from studio.support.values import Json

_NUMBER: Final = r"-?\d{1,15}(?:\.\d{1,15})?"
_RANGE: Final = re.compile(rf"\s*({_NUMBER})\.\.({_NUMBER})(?:\.\.({_NUMBER}))?\s*(log)?\s*")


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, ends included; whole ones, in steps, or by orders of magnitude."""

    target: str
    low: float
    high: float
    step: float | None = None
    whole: bool = False
    log: bool = False

    def suggested(self, trial: Any) -> Json:
        """Return the value that a trial of the library tries."""
        if self.whole:
            step = 1 if self.step is None else int(self.step)
            return int(trial.suggest_int(self.target, int(self.low), int(self.high), step=step, log=self.log))
        return float(trial.suggest_float(self.target, self.low, self.high, step=self.step, log=self.log))


@dataclass(frozen=True)
class Values:
    """A closed list."""

    target: str
    choices: tuple[Choice, ...]

    def suggested(self, trial: Any) -> Json:
        """Return the value that a trial of the library tries."""
        return self.choices[trial.suggest_categorical(self.target, list(range(len(self.choices))))].value


Space = Range | Values


def spaces_of(vary: Mapping[str, str], whole: Bodied, read: FileReader) -> list[Space]:
    """Return what is searched. Raises UsageError for what is not there or cannot be read, and if there is nothing."""
    if not vary:
        raise UsageError("Nothing is varied, so there is nothing to search.", hint="Give `--vary node.param=0..1`.")
    return [_space(target, said, _kind(target, whole), read) for target, said in vary.items()]


def variant_of(name: str, values: Mapping[str, Json]) -> Variant:
    """Return the variant that sets these values, by what is varied."""
    made = Variant(name)
    for target, value in values.items():
        if target == MODEL:
            made = replace(made, model=str(value))
        elif target.startswith(INPUT):
            made = replace(made, inputs={**made.inputs, target.removeprefix(INPUT): value})
        else:
            made = replace(made, settings={**made.settings, target: value})
    return made


def _space(target: str, said: str, kind: str, read: FileReader) -> Space:
    found = _RANGE.fullmatch(said)
    if found is None or kind == "text":
        listed = choices(target, said, kind=kind, read=read)
        if len(listed) < 2:
            raise UsageError(f"`{target}` has one value only.", hint="Give several, or set it in the graph.")
        return Values(target, tuple(listed))
    low, high = float(found[1]), float(found[2])
    step = float(found[3]) if found[3] else None
    whole = kind == "integer" or (kind != "number" and all("." not in part for part in found.groups()[:3] if part))
    made = Range(target, low, high, step, whole, bool(found[4]))
    if problem := _wrong(made):
        raise UsageError(f"The range `{said.strip()}` of `{target}` {problem}.", hint="Write it as LOW..HIGH..STEP.")
    return made


def _wrong(one: Range) -> str:
    if not one.low < one.high:
        return "holds nothing"
    if one.step is not None and not 0 < one.step <= one.high - one.low:
        return "has a step that does not fit"
    if one.log and one.step is not None:
        return "goes by orders of magnitude, which have no step"
    if one.log and one.low <= 0:
        return "goes by orders of magnitude, which begin above 0"
    if one.whole and any(not math.isclose(end, round(end)) for end in (one.low, one.high, one.step or 1)):
        return "is of whole numbers, and its ends and step are not"
    return ""


def _kind(target: str, whole: Bodied) -> str:
    if target == MODEL:
        return "text"
    if target.startswith(INPUT):
        inputs, name = inputs_of(whole.graph, whole.registry), target.removeprefix(INPUT)
        if name not in inputs:
            raise UsageError(f"There is no input `{name}`.", hint=near(name, inputs))
        return read_as(inputs[name])
    _, _, node, key = found_setting(whole.graph, target, whole.registry)
    declared = declared_param(node, key, whole.registry)
    return declared.type if declared is not None else "any"
