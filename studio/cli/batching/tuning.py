"""`studio tune` in the terminal: the trials as a table, and what the best of them are worth on rows held out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.batch.reporting.wording import MEASURE_WORDS, ends, number, percent
from studio.cli.differing import print_texts
from studio.cli.output import Output
from studio.cli.text import Piece, money, plural
from studio.support.plain import plain_line
from studio.support.values import preview

if TYPE_CHECKING:
    from studio.batch.searching.tuning import Elsewhere, Trial, Tuned

MOST = 12
"""Trials that are shown; `studio report` shows all."""


def tell(made: Tuned, diffs: Sequence[tuple[str, str]], out: Output) -> None:
    """Print what came of a search; `diffs` are the graph's texts without and with each of the best settings."""
    _trials(made, out)
    for place, (one, texts) in enumerate(zip(made.best, diffs, strict=True), 1):
        _best(place, one, texts, made, out)
    out.say()
    shown = [place for place, one in enumerate(made.best, 1) if one.is_better]
    if shown:
        out.say(("green", f"Finding {shown[0]} is better"), " on rows that no trial has seen.")
        out.note(
            ("dim", f"`--apply {shown[0]} -o FILE` writes a copy of the graph with it; nothing is changed by itself.")
        )
    elif made.best:
        out.say(("yellow", "None is shown to be better"), " on held-out rows. Leave the settings as they are.")
    else:
        out.say(("yellow", "None is better"), ": no trial did better than the graph as it is.")
    if made.stopped:
        out.note(("yellow", made.stopped), ("dim", " The search ended before all trials were made."))
    used, paid = made.used, made.paid
    out.note(("dim", f"{used['runs']:,.0f} runs, {used['calls']:,.0f} calls, {money(used['cost_usd'])}, of which now "
              f"{paid['runs']:,.0f} runs, {money(paid['cost_usd'])}"))  # fmt: skip
    out.note(("dim", f"all trials: `studio report {made.record}`  held out: `studio report {made.held_out_batch}`"))


def _trials(made: Tuned, out: Output) -> None:
    given_up = sum(one.given_up for one in made.trials)
    out.say(
        ("bold", plural(len(made.trials), "trial")), f" on {plural(made.training_rows, 'training row')}",
        ("dim", f", {given_up} given up early" if given_up else ""),
    )  # fmt: skip
    best = {one.trial.number for one in made.best}
    sign = made.best[0].sign if made.best else 1.0
    order = sorted(made.trials, key=lambda one: (one.given_up, one.number not in best, -sign * one.mean))[:MOST]
    headers = ["trial", "score", "rows", *([_cost_word(made)] if made.aims.cost else []), "settings"]
    rows: list[list[Piece]] = [_row("as it is", made.now, made, "")]
    rows += [_row(str(one.number), one, made, "bold" if one.number in best else "") for one in order]
    out.table(headers, rows, right=range(1, len(headers) - 1))
    if len(order) < len(made.trials):
        out.note(("dim", f"and {len(made.trials) - len(order)} more"))


def _row(name: str, one: Trial, made: Tuned, style: str) -> list[Piece]:
    look = "dim" if one.given_up else style
    cells = [name, number(one.mean), f"{one.rows:,}"]
    cells += [number(one.cost)] if made.aims.cost else []
    told = ", ".join(f"{target}={preview(value, 40)}" for target, value in one.values.items())
    return [(look, cell) for cell in [*cells, plain_line(told)]]


def _best(place: int, one: Elsewhere, texts: tuple[str, str], made: Tuned, out: Output) -> None:
    style, word = ("green", "better") if one.is_better else ("yellow", "not shown to be better")
    interval = one.gain.interval
    reach = f"  {percent(interval.level)} interval {ends(interval, sign=True)}" if interval.known else ""
    out.say()
    out.say(("bold", f"finding {place}"), f"  trial {one.trial.number}  ", (style, word))
    out.say(
        f"  held out  {number(made.now_elsewhere[0])} → ", ("bold", number(one.mean)),
        f"  {number(one.gain.effect, sign=True)}", reach, ("dim", f"  {plural(made.held_out_rows, 'row')}"),
    )  # fmt: skip
    out.say(("dim", f"  where it was found  {number(made.now.mean)} → {number(one.trial.mean)}, "
             f"too good by {number(one.optimism)}"))  # fmt: skip
    if made.aims.cost:
        out.say(("dim", f"  {_cost_word(made)} of a run  {number(made.now_elsewhere[1])} → {number(one.cost)}"))
    for target, value in one.trial.values.items():
        out.say("  ", ("cyan", target), f" = {plain_line(preview(value, 200))}")
    if texts[0] != texts[1]:
        print_texts(*texts, out, full=False, indent="    ")


def _cost_word(made: Tuned) -> str:
    return MEASURE_WORDS[made.aims.cost]
