"""`studio improve` in the terminal: what it has to go by, how far it is, and each proposal as a diff with its gain."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from studio.batch.reporting.wording import ends, number, percent
from studio.cli.batching.searching import budget_from, watching
from studio.cli.database import database
from studio.cli.differing import print_texts
from studio.cli.output import Output
from studio.cli.text import money, plural
from studio.support.errors import UsageError
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.batch.improving.improvement import Improvement, Proposal, Scores, Wishes
    from studio.batch.improving.node_cases import Gathered, Subject
    from studio.batch.searching.rounds import Rounds
    from studio.batch.statistics import Interval
    from studio.graph.model import Graph

CALLS = 500
"""Calls of models that a search may make where nothing else is said."""


def wishes_from(args: argparse.Namespace) -> Wishes:
    """Return what the arguments ask for."""
    from studio.batch.improving.improvement import HELD_OUT, MOST_ROUNDS, Wishes

    held_out = HELD_OUT if args.held_out is None else args.held_out
    rounds = MOST_ROUNDS if args.rounds is None else args.rounds
    return Wishes(args.model or "", args.embedder or "", args.reflect_with, held_out, rounds, args.seed)


def rounds_for(
    args: argparse.Namespace, graph: Graph, subject: Subject, approve: Collection[str], out: Output
) -> Rounds:  # fmt: skip
    """Return what drives the batches of the search. Raises NotApproved for a foreign graph that may not run here."""
    from studio.batch.improving.bench import graph_alone
    from studio.batch.searching.rounds import Rounds
    from studio.batch.sessions import Ways
    from studio.trust.gate import require_approved
    from studio.trust.survey import survey_whole

    require_approved(graph, subject.registry, approve)
    if args.workers is not None and args.workers < 1:
        raise UsageError(f"`--workers {args.workers}` makes no run.", hint="Give 1 or more.")
    alone, _ = graph_alone(subject)  # what the graph may do, its node may do alone
    hashes = {*approve, survey_whole(alone, subject.registry).hash}
    ways = Ways(workers=args.workers, approve=frozenset(hashes))
    return Rounds(database(args), ways, budget_from(args.budget, CALLS), watching(out))


def tell_cases(found: Gathered, out: Output) -> None:
    """Print what is measured by, and what is not and why."""
    sources = {name: sum(case.source == name for case in found.cases) for name in ("test", "correction", "recorded")}
    words = {"test": "from tests", "correction": "corrected by hand", "recorded": "recorded, by checks alone"}
    told = ", ".join(f"{count} {words[name]}" for name, count in sources.items() if count)
    out.note(("bold", plural(len(found.cases), "case")), ("dim", f"  {told}" if told else ""))
    for why, count in found.left_out.most_common():
        out.note(("dim", f"  {plural(count, 'more')} left out: {plain_line(why)}".replace("mores", "more")))


def tell(made: Improvement, out: Output) -> None:
    """Print what came of it."""
    out.say(
        ("heading", made.subject.path), "  as it is: ", ("bold", percent_of(made.held_out)), " of what is expected on ",
        plural(made.held_out_cases, "held-out case"), ("dim", f", {percent_of(made.feedback)} on the other "
        f"{made.feedback_cases}; {_price(made.held_out)}"),
    )  # fmt: skip
    for place, one in enumerate(made.proposals, 1):
        _proposal(place, one, made, out)
    out.say()
    if made.better:
        best = made.proposals.index(made.better[0]) + 1
        out.say(("green", f"Proposal {best} is better"), " on cases that it was not made from.")
        out.note(("dim", f"`--apply {best} -o FILE` writes a copy of the graph with it; nothing is changed by itself."))
    elif made.proposals:
        out.say(("yellow", "None is shown to be better"), " on held-out cases. Leave the prompt as it is.")
    else:
        out.say(("yellow", "None is better"), ": no proposal did better on the cases that it was made from.")
    if not made.could_show:
        out.note(("yellow", f"{plural(made.held_out_cases, 'held-out case')} are too few to show anything, whatever is "
                  "proposed."))  # fmt: skip
    if made.stopped:
        out.note(("yellow", made.stopped), ("dim", " The search ended before all proposals were asked for."))
    used, paid = made.used, made.paid
    out.note(("dim", f"{plural(made.asked, 'proposal')} asked of {made.proposer} · {used['calls']:,.0f} calls, "
              f"{used['tokens']:,.0f} tokens, {money(used['cost_usd'])}, of which now {paid['calls']:,.0f} calls, "
              f"{money(paid['cost_usd'])}"))  # fmt: skip
    if made.batches:
        out.note(("dim", f"held-out batch {made.batches[-1]}  `studio report {made.batches[-1]}` shows all runs of it"))


def percent_of(scores: Scores) -> str:
    """Return a mean share as a percentage."""
    return percent(scores.mean)


def _proposal(place: int, one: Proposal, made: Improvement, out: Output) -> None:
    out.say()
    style, word = ("green", "better") if one.is_better else ("yellow", "not shown to be better")
    effect = number(None if one.gain.effect is None else 100 * one.gain.effect, sign=True)
    interval = one.gain.interval
    reach = f"  {percent(interval.level)} interval {_points(interval)}" if interval.known else ""
    out.say(("bold", f"proposal {place}"), f"  {one.kind}  ", (style, word))
    now = percent_of(made.held_out)
    out.say("  held out  ", f"{now} → ", ("bold", percent_of(one.held_out)), f"  {effect} points", reach)
    out.say(("dim", f"  where it was found  {percent_of(made.feedback)} → {percent_of(one.feedback)}"))
    out.say(("dim", f"  a case takes  {_price(made.held_out)} → {_price(one.held_out)}"))
    print_texts(made.now.text(), one.candidate.text(), out, full=True, indent="    ")


def _points(interval: Interval) -> str:
    """Return the ends of an interval of shares in points of a hundred."""
    low, high = (None if end is None else 100 * end for end in (interval.low, interval.high))
    return ends(replace(interval, low=low, high=high), sign=True)


def _price(scores: Scores) -> str:
    cost = "" if not scores.cost_usd else f", {money(scores.cost_usd)}"
    return f"{number(scores.calls)} {'call' if scores.calls == 1 else 'calls'}, {number(scores.tokens)} tokens{cost}"
