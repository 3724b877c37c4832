"""What a batch shows, in plain sentences: each states n, effect and interval, also where nothing is shown.

A sentence says no more than the test behind it. No difference shown is not no difference, so such a sentence says how
large a difference still fits what was seen; that two are alike is said only within a margin that was named before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from studio.batch.analysing.conclusions import Arm, Conclusions
from studio.batch.analysing.differences import Difference
from studio.batch.analysing.table import Table
from studio.batch.reporting.wording import counted, interval_words, number, one_line, p_words, units_words
from studio.batch.statistics import Module, Modules, Verdict

Kind = Literal["better", "worse", "alike", "undecided", "told"]

MOST: Final = 6
"""Sentences about single arms; the tables have all."""

NAME: Final = 80
"""Signs of a name in a sentence."""

UNSHOWN: Final = " seen, which is not shown to be more than chance,"

COUNTED: Final[Mapping[Kind, str]] = {
    "better": "better", "worse": "worse", "alike": "alike within the margin", "undecided": "undecided",
}  # fmt: skip

VERDICTS: Final[Mapping[Verdict, tuple[str, str]]] = {
    "matters": ("matters", "matter"), "poison": ("is poison", "are poison"),
    "dead weight": ("is dead weight", "are dead weight"), "undecided": ("is undecided", "are undecided"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence. `kind` is what it claims of an arm (or module), `told` if it claims nothing; `arms` are those it is
    about, whose runs stand behind it."""

    kind: Kind
    text: str
    arms: tuple[str, ...] = ()


def claims(table: Table, found: Conclusions) -> tuple[Claim, ...]:
    """Return what the batch shows, the answer first."""
    made = [*_answer(table, found), *_failures(found)]
    if table.batch.status != "complete":
        done = f"{len(table.lines):,} of {table.batch.planned:,}"
        text = f"The batch is {table.batch.status}: this is what {done} runs show so far, and it may change."
        made.append(Claim("told", text))
    return tuple(made)


def compared_arms(found: Conclusions) -> list[Arm]:
    """Return the arms that are compared in the main score; runs without a module have verdicts instead."""
    return [one for one in shown_arms(found) if found.main in one.differences]


def shown_arms(found: Conclusions) -> list[Arm]:
    """Return the arms that are told one by one: all but those of which verdicts on modules tell."""
    return [one for one in found.arms if not (one.switched_off and one.graph in found.modules)]


def kind_of(difference: Difference, found: Conclusions) -> Kind:
    """Return what a difference in the main score amounts to."""
    effect = difference.comparison.effect
    if difference.is_shown and effect:
        return "better" if (effect > 0) == (found.method.better == "higher") else "worse"
    return "alike" if difference.alike else "undecided"


def _answer(table: Table, found: Conclusions) -> list[Claim]:
    if not table.lines:
        return [Claim("told", "No run has ended yet, so there is nothing to tell.")]
    runs = counted(len(table.lines), "run")
    if not found.main:
        return [Claim("told", f"Nothing was scored: {runs}, of which {_failed(found):,} failed.")]
    if all(one.scores[found.main].count == 0 for one in found.arms):
        why = f"{_failed(found):,} of them failed" if _failed(found) else "the reasons are told below"
        text = f"None of {runs} has a score in {_name(found.main)}, so nothing can be concluded: {why}."
        return [Claim("told", text)]
    made = [_of_modules(graph, one, found) for graph, one in found.modules.items()]
    compared = compared_arms(found)
    if len(compared) == 1:
        made.append(_of_arm(compared[0], found))
    elif compared:
        made += _of_arms(compared, found)
    return made or [_of_score(one, found) for one in shown_arms(found)[:MOST]]


def _of_score(arm: Arm, found: Conclusions) -> Claim:
    score = arm.scores[found.main]
    if score.mean is None:
        return Claim("told", f"{_name(arm.name)} has no {_name(found.main)}.", (arm.name,))
    n = f"n = {counted(score.units, score.unit)}, {counted(score.count, 'run')}"
    mean = f"a mean {_name(found.main)} of {number(score.mean)}"
    return Claim("told", f"{_name(arm.name)} has {mean} ({interval_words(score.interval)}; {n}).", (arm.name,))


def _of_arm(arm: Arm, found: Conclusions) -> Claim:
    difference = arm.differences[found.main]
    comparison, kind = difference.comparison, kind_of(difference, found)
    names = _name(arm.name), _name(arm.compared_with)
    arms = (arm.name, arm.compared_with)
    score = _name(found.main)
    if comparison.effect is None:
        text = f"{names[0]} and {names[1]} cannot be compared: no row and seed has a score in both."
        return Claim("undecided", text, arms)
    basis = f"({interval_words(comparison.interval)}; {units_words(comparison)}; {p_words(difference.p_adjusted)})"
    by = f"{score} is {_by(comparison.effect)} {basis}"
    if kind in ("better", "worse"):
        slight = f", though by less than the margin of {number(found.margin)}" if difference.alike else ""
        return Claim(kind, f"{names[0]} is {kind} than {names[1]}: {by}{slight}.", arms)
    if kind == "alike":
        alike = f"{names[0]} and {names[1]} are alike within the margin of {number(found.margin)}"
        return Claim(kind, f"{alike}: {by}.", arms)
    text = f"No difference between {names[0]} and {names[1]} is shown: {by}.{_still(difference)}"
    return Claim(kind, text, arms)


def _still(difference: Difference) -> str:
    """Say how large a difference still fits what was seen."""
    low, high = difference.comparison.interval.low, difference.comparison.interval.high
    if low is None or high is None:
        return " That is no sign that there is none."
    if low > 0 or high < 0:
        return f" Its own interval leaves out 0, but {_why_unshown(difference)}."
    fitting = f"differences from {number(low, sign=True)} to {number(high, sign=True)} fit what was seen"
    return f" That is no sign that there is none: {fitting}."


def _why_unshown(difference: Difference) -> str:
    """Say why a difference is not shown though its interval leaves out 0."""
    if difference.comparison.differs:
        return "p, which allows for all variants that were compared, says that it may be chance"
    if difference.comparison.p is None:
        return "there are too few for a test"
    return "the test says that it may be chance"


def _of_arms(compared: Sequence[Arm], found: Conclusions) -> list[Claim]:
    kinds = [kind_of(one.differences[found.main], found) for one in compared]
    others = list(dict.fromkeys(one.compared_with for one in compared))
    against = _name(others[0]) if len(others) == 1 else "what each is compared with"
    counts = ", ".join(f"{kinds.count(kind)} {words}" for kind, words in COUNTED.items() if kind in kinds)
    shown = [one for one, kind in zip(compared, kinds, strict=True) if kind in ("better", "worse")]
    ranked = sorted(compared, key=lambda one: (one not in shown, -abs(_effect(one, found) or 0)))
    text = f"Of {counted(len(compared), 'variant')} compared with {against} in {_name(found.main)}, {counts}"
    effect = _effect(ranked[0], found)
    if effect is not None:
        comparison = ranked[0].differences[found.main].comparison
        text += (
            f"; the largest difference{'' if shown else UNSHOWN} is that of {_name(ranked[0].name)}, "
            f"{number(effect, sign=True)} ({interval_words(comparison.interval)}; {units_words(comparison)})"
        )
    kind: Kind = kinds[0] if len(set(kinds)) == 1 else "told"
    head = Claim(kind, f"{text}.", tuple(one.name for one in compared))
    return [head, *(_of_arm(one, found) for one in ranked[:MOST])]


def _effect(arm: Arm, found: Conclusions) -> float | None:
    return arm.differences[found.main].comparison.effect


def _of_modules(graph: str, modules: Modules, found: Conclusions) -> Claim:
    parts = []
    for verdict, (one, several) in VERDICTS.items():
        names = modules.named(verdict)
        if not names:
            continue
        part = f"{len(names)} {one if len(names) == 1 else several}"
        if verdict != "undecided":
            part += f" ({', '.join(map(_name, names[:4]))}{' and others' if len(names) > 4 else ''})"
        parts.append(part)
    largest = max(
        modules.modules, key=lambda one: (one.verdict in ("matters", "poison"), abs(one.comparison.effect or 0))
    )
    of = f" of {_name(graph)}" if len(found.modules) > 1 else ""
    text = f"Of {counted(len(modules.modules), 'module')}{of}, {', '.join(parts)}; {_largest(largest, found)}."
    alone = [one.name for one in found.arms if one.graph == graph and len(one.switched_off) == 1]
    return Claim("told", text, tuple(alone))


def _largest(module: Module, found: Conclusions) -> str:
    comparison = module.comparison
    if comparison.effect is None:
        return "no run with a module has a partner without it"
    unshown = "" if module.verdict in ("matters", "poison") else UNSHOWN
    basis = f"{interval_words(module.adjusted, 'adjusted')}; {units_words(comparison)}; {p_words(module.p_adjusted)}"
    effect = f"with it {_name(found.main)} is {_by(comparison.effect)}"
    return f"the largest effect{unshown} is that of {_name(module.name)}: {effect} ({basis})"


def _failures(found: Conclusions) -> list[Claim]:
    failed = _failed(found)
    if not failed or not found.main:
        return []
    runs = sum(one.runs for one in found.arms)
    how = "count as the worst score" if found.method.failures == "worst" else "are left out"
    lacking = sum(sum(one.unscored.values()) for one in found.arms)
    text = f"{failed:,} of {counted(runs, 'run')} failed; the {lacking:,} without a score {how}."
    return [Claim("told", text, tuple(one.name for one in found.arms if one.failed))]


def _failed(found: Conclusions) -> int:
    return sum(one.failed for one in found.arms)


def _by(effect: float) -> str:
    if not effect:
        return "the same on average"
    return f"{number(abs(effect))} {'higher' if effect > 0 else 'lower'} on average"


def _name(text: str) -> str:
    return f"“{one_line(text, NAME)}”"
