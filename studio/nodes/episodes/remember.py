"""`episodes.remember`: a memory of what was, asked by rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from studio.nodes.rules._firing import Names
from studio.nodes.rules._matching import Facts
from studio.nodes.rules._memories import facts_of
from studio.nodes.rules._terms import is_identifier, same
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node(
    "episodes.remember", title="Episodic memory", category="Facts", icon="episodes",
    stores={"facts": "write", "episodes": "write", "last": "write"},
)  # fmt: skip
class Remember(Node):
    """Keep a snapshot of all that the top state leads to, and find an earlier one again by a cue.

    Commands, as *facts.asked* gives them: `query` (the episode in which the most of the cue's ends stand, the newest of
    equals; `neg-query` counts against; `before`, `after` and `prohibit` take numbers of episodes), `retrieve` (by its
    number), `next` and `previous` (of the one retrieved last in that state).  The answer, `^result.retrieved` with
    `^memory-id`, `^match-score`, `^cue-size` and `^graph-match`, stands as long as the command does.
    Source: Soar manual 9.6, section 7.
    """

    class Params(Fields):
        facts: str = store_param("facts")
        episodes: str = store_param("list")
        last: str = store_param("kv")
        leave_out: list[str] = param(
            ("epmem", "smem", "reward-link"), help="Attributes of the top state that are no part of an episode."
        )

    class In(Fields):
        keep: bool = port(False, help="True to keep a snapshot now.")
        commands: list[Any] = port((), help="New commands, of *facts.asked*.")
        withdrawn: list[Any] = port((), help="Answers to withdraw, of *facts.asked*.")

    class Out(Fields):
        count: int = port(help="How many episodes are kept.")
        answers: list[Any] = port(help="What was answered: `state`, `done`, `found` (the number of an episode).")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if inputs.withdrawn:
            ask(ctx, params.facts, "facts", "change", gone=list(inputs.withdrawn))
        if inputs.keep:
            facts = facts_of(ctx, params.facts)
            snapshot = {"root": facts.stack[0], "facts": whole(facts, facts.stack[0], params.leave_out)}
            ask(ctx, params.episodes, "list", "append", value=snapshot)
        episodes: list[Any] = ask(ctx, params.episodes, "list", "items")
        answers = []
        for command in inputs.commands:
            names = Names(ask(ctx, params.facts, "facts", "names"))
            facts = facts_of(ctx, params.facts)
            last = ask(ctx, params.last, "kv", "get", key=command["state"]).get("value")
            done, found, told = found_by(command, facts, episodes, last)
            key, result = command["key"], command["result"]
            asked = command["ids"].get(done, "nil")
            add = [[result, "success" if found else "failure", asked]]
            if found:
                ask(ctx, params.last, "kv", "set", key=command["state"], value=found)
                add += [*copied(result, episodes[found - 1], names), [result, "memory-id", found]]
                add += [
                    [result, "present-id", len(episodes) + 1],
                    *([result, name, value] for name, value in told.items()),
                ]
            ask(
                ctx, params.facts, "facts", "change", reasons={key: {"state": command["state"], "answer": True}},
                add=[[*fact, False, key, False] for fact in add],
            )  # fmt: skip
            answers.append({"state": command["state"], "done": done, "found": found, **told})
        return self.Out(count=len(episodes), answers=answers)


def whole(facts: Facts, root: str, leave_out: Sequence[str]) -> list[list[Any]]:
    """Return all facts that a state leads to, but for some of its attributes."""
    found: list[list[Any]] = []
    seen, waiting = {root}, [root]
    while waiting:
        id = waiting.pop(0)
        for fact in facts.by_id.get(id, ()):
            if id == root and fact.attribute in leave_out:
                continue
            found.append([fact.id, fact.attribute, fact.value, fact.proposal])
            if is_identifier(fact.value) and fact.value not in seen and fact.value not in facts.depth:
                seen.add(str(fact.value))
                waiting.append(str(fact.value))
    return found


def found_by(
    command: Mapping[str, Any], facts: Facts, episodes: Sequence[Any], last: int | None
) -> tuple[str, int | None, dict[str, Any]]:
    """Return what was asked for, the number of the episode found (from 1), and what is told of the match."""
    ids = command["ids"]
    if "retrieve" in ids:
        number = ids["retrieve"]
        return "retrieve", number if isinstance(number, int) and 1 <= number <= len(episodes) else None, {}
    for word, step in (("next", 1), ("previous", -1)):
        if word in ids:
            there = (last or 0) + step
            return word, there if last and 1 <= there <= len(episodes) else None, {}
    if "query" not in ids and "neg-query" not in ids:
        return "nothing", None, {}
    cue = ends(facts, str(ids["query"])) if "query" in ids else []
    against = ends(facts, str(ids["neg-query"])) if "neg-query" in ids else []
    best, score = None, 0
    for number, episode in enumerate(episodes, 1):
        if not _allowed(number, ids):
            continue
        now = sum(stands(episode, way) for way in cue) - sum(stands(episode, way) for way in against)
        if now > 0 and now >= score:
            best, score = number, now
    done = "query" if "query" in ids else "neg-query"
    size = len(cue) + len(against)
    told = {"match-score": float(score), "cue-size": size, "normalized-match-score": score / size if size else 0.0}
    full = best is not None and score == len(cue)
    return done, best, {**told, "graph-match": int(full)} if best else {}


def _allowed(number: int, ids: Mapping[str, Any]) -> bool:
    before, after = ids.get("before"), ids.get("after")
    return (
        (not isinstance(before, int) or number < before)
        and (not isinstance(after, int) or number > after)
        and number != ids.get("prohibit")
    )


def ends(facts: Facts, root: str) -> list[list[tuple[Any, Any]]]:
    """Return the ends of a cue: the way to each, as pairs of attribute and value (None: a thing, whichever it is)."""
    found: list[list[tuple[Any, Any]]] = []

    def walk(id: str, way: list[tuple[Any, Any]], above: tuple[str, ...]) -> None:
        for fact in facts.by_id.get(id, ()):
            thing = is_identifier(fact.value)
            here = [*way, (fact.attribute, None if thing else fact.value)]
            if thing and fact.value in facts.by_id and fact.value not in above and len(above) < 10:
                walk(str(fact.value), here, (*above, str(fact.value)))
            else:
                found.append(here)

    walk(root, [], (root,))
    return found


def stands(episode: Mapping[str, Any], way: Sequence[tuple[Any, Any]]) -> bool:
    """Tell whether an end of a cue stands in an episode."""
    here = {str(episode["root"])}
    for place, (attribute, value) in enumerate(way):
        there = [
            other
            for id, name, other, proposal in episode["facts"]
            if id in here and not proposal and same(name, attribute) and (value is None or same(other, value))
        ]
        if not there:
            return False
        if place + 1 < len(way):
            here = {str(one) for one in there}
    return True


def copied(result: str, episode: Mapping[str, Any], names: Names) -> list[list[Any]]:
    """Return the facts of an episode about new identifiers, below `^retrieved`."""
    new = {str(episode["root"]): names.next("R")}
    for _, attribute, value, _ in episode["facts"]:
        if is_identifier(value) and value not in new:
            new[value] = names.next(str(attribute))
    made = [[result, "retrieved", new[str(episode["root"])]]]
    made += [
        [new[id], attribute, new.get(value, value) if isinstance(value, str) else value]
        for id, attribute, value, proposal in episode["facts"]
        if id in new and not proposal
    ]
    return made
