"""Does a test notice when a rule is switched off?  Small faults put into a copy of the engine, one at a time.

    python -m tests.bench.mutants               all of them (minutes)
    python -m tests.bench.mutants 2.3 2.9       those of some rules
    python -m tests.bench.mutants --list        what there is

Each mutant changes one line of one file; the engine's tests then run against the copy until the first failure. A
mutant that no test notices survives and is a hole in the tests (or in the engine). A mutant whose text is no longer
there is stale: the engine has changed, mend the list. The exit code is 0 if all were killed, else 1.
"""

# ruff: noqa: E501 - a mutant is one line, however long

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTED = ("tests/__init__.py", "tests/conftest.py", "tests/engine", "tests/reference", "tests/support", "tests/replay")
GOING_ON = ("test_going_on.py", "test_lineage.py", "test_resume.py", "test_fork.py")
"""Tests of runs that continue others: what mutants of `GOING_ON_RULE` (design section 7) must not survive."""
GOING_ON_RULE = "7"
PROPERTY = "tests/engine/test_property.py"
TIMEOUT_S = 120
"""A mutant that hangs is killed by that."""


@dataclass(frozen=True)
class Mutant:
    """One fault: the rule it breaks, the file (in studio/engine) and the text it replaces there, once."""

    rule: str
    says: str
    file: str
    old: str
    new: str


MUTANTS: tuple[Mutant, ...] = (
    # 2.1 two kinds of edge
    Mutant("2.1", "a skipped source leaves its old value on the edge", "region.py",
           "                values[number] = self.absence(register.source, register.port, value)", "                pass"),
    Mutant("2.1", "hold does not hold", "region.py", "elif register.hold:", "elif False:"),
    Mutant("2.1", "initial is forgotten", "region.py", "            if register.has_initial:", "            if False:"),
    Mutant("2.1", "initial_from is forgotten", "wires.py", "            if start is not None:", "            if False:"),
    Mutant("2.1", "initial_from orders nothing", "plan.py",
           "            if register.initial_from is not None and number not in racing_registers:\n                first[register.target]",
           "            if False:\n                first[register.target]"),
    # 2.2 a tick decides every node once
    Mutant("2.2", "when is open for false", "entering.py", "elif value is not False:", "else:\n            return ref\n        if False:"),
    Mutant("2.2", "when is closed for 0 and null", "entering.py", "elif value is not False:", "elif value:"),
    Mutant("2.2", "when needs all its wires", "entering.py",
           "        elif value is not False:\n            return ref", "        elif value is not False:\n            continue"),
    Mutant("2.2", "done is never there", "deciding.py", '    held["done"] = True\n    region.outs[index] = held\n    region.fids',
           "    region.outs[index] = held\n    region.fids"),
    Mutant("2.2", "absence has no reason", "deciding.py", '    return Absent(f"{why} at `{node.name}`")', '    return Absent("gone")'),
    # 2.3 joins and races
    Mutant("2.3", "a plain join ignores fresh and held", "entering.py",
           'elif entry.join == "first" or len(wires) == 1 or is_fresh(region, wire):', "elif True:"),
    Mutant("2.3", "a plain join takes the last wire", "entering.py", "    for wire in wires:\n        value, ref = read_wire(region, wire)\n        if type(value) is Absent:\n            if why",
           "    for wire in reversed(wires):\n        value, ref = read_wire(region, wire)\n        if type(value) is Absent:\n            if why"),
    Mutant("2.3", "what hold repeats counts as fresh", "region.py", "                fresh[number] = False", "                fresh[number] = True"),
    Mutant("2.3", "a required input may be absent", "entering.py", "            if entry.required:\n                skip", "            if False:\n                skip"),
    Mutant("2.3", "an optional input has no default", "entering.py", "if entry.passes_absence and entry.wires else entry.default", "if entry.passes_absence and entry.wires else None"),
    Mutant("2.3", "many gathers backwards", "entering.py", "        return [value for value, _ in present], [ref for _, ref in present]",
           "        return [value for value, _ in present][::-1], [ref for _, ref in present][::-1]"),
    Mutant("2.3", "a contender's failure is a failure", "deciding.py", "        if not node.contends:", "        if True:"),
    Mutant("2.3", "nobody delivers and nothing is raised", "racing.py", "            if contender in region.deferred:", "            if False:"),
    Mutant("2.3", "a failure is forgotten if its race was not asked", "racing.py", "        if not delivered:", "        if False:"),
    Mutant("2.3", "the last failure is raised", "racing.py", "    for branch in race.branches:", "    for branch in reversed(race.branches):"),
    Mutant("2.3", "the error of a steady contender is forgotten", "racing.py", "if not nodes[index].live}", "if False}"),
    Mutant("2.3", "losers with a store are cancelled", "races.py", "    if made.stores:\n        return False", "    if False:\n        return False"),
    Mutant("2.3", "losers that execute are cancelled", "races.py", '    return made.effects == "pure" or', "    return True or"),
    Mutant("2.3", "losers are never cancelled", "racing.py", "            task.cancel()", "            pass"),
    Mutant("2.3", "whoever leads elsewhere too may lose", "races.py", "        if edges and all(", "        if edges and any("),
    # 2.4 steady and live
    Mutant("2.4", "fires overrides nothing", "plan.py", '            made.live = fires == "every_tick" if fires else live', "            made.live = live"),
    Mutant("2.4", "feedback makes nothing live", "plan.py", "nature.live or made.index in fed_back or any(wired_live.values())", "nature.live or any(port != 'x' and any(w.feedback < 0 and plan.nodes[w.source].live for w in ws) for port, ws in _all_wires(made))"),
    Mutant("2.4", "a live predecessor makes nothing live", "plan.py", "or any(wired_live.values())", ""),
    Mutant("2.4", "stores make nothing live", "plan.py", "Nature(live=made.spec.live or bool(made.stores), stores", "Nature(live=made.spec.live, stores"),
    Mutant("2.4", "everything is live", "plan.py", '            made.live = fires == "every_tick" if fires else live', '            made.live = fires != "once"'),
    Mutant("2.4", "every_tick inside makes nothing live", "liveness.py", '        live = live or instance.fires == "every_tick" or', "        live = live or"),
    Mutant("2.4", "what is inside makes nothing live", "liveness.py", '(by_itself and instance.fires != "once")', "False"),
    Mutant("2.4", "once inside takes nothing away", "liveness.py", '(by_itself and instance.fires != "once")', "by_itself"),
    Mutant("2.4", "feedback of an organ makes nothing live", "liveness.py", "    live = shared and any(edge.feedback for edge in graph.edges)", "    live = False"),
    Mutant("2.4", "feedback inside an own clock makes live", "liveness.py", "    live = shared and any(edge.feedback for edge in graph.edges)", "    live = any(edge.feedback for edge in graph.edges)"),
    Mutant("2.4", "inputs of an organ are all steady", "plan.py", "        live_inputs = frozenset(feeding) if shared else frozenset()", "        live_inputs = frozenset()"),
    # 2.5 ends
    Mutant("2.5", "a stop stops nothing", "region.py", "                if self.stopped:\n", "                if False:\n"),
    Mutant("2.5", "quiet before stop", "region.py", '                    self.ended = "stop"', '                    self.ended = "stop" if self.work_waits else "quiet"'),
    Mutant("2.5", "quiet is never noticed", "region.py", 'elif plan.until != "stop" and not self.work_waits:', "elif False:"),
    Mutant("2.5", "until: stop is not read", "region.py", 'elif plan.until != "stop" and not self.work_waits:', "elif not self.work_waits:"),
    Mutant("2.5", "a hold edge is work", "region.py", "                if not register.hold:\n                    self.work_waits = True", "                self.work_waits = True"),
    Mutant("2.5", "max_ticks is one too many", "region.py", "elif number + 1 >= (plan.max_ticks if plan.max_ticks_written else engine.patience):", "elif number >= plan.max_ticks:"),
    Mutant("2.5", "an unwritten bound ends the region", "region.py", "        if not self.plan.max_ticks_written:", "        if False:"),
    Mutant("2.5", "on_limit: fail does not fail", "region.py", '        if self.plan.on_limit == "fail":', "        if False:"),
    Mutant("2.5", "an output collects held values", "region.py", '                if name in plan.collects and held["fresh"]:', "                if name in plan.collects:"),
    Mutant("2.5", "an output forgets what it had", "region.py", "            if type(held) is dict:\n                self.last[name] = held", "            self.last.pop(name, None)\n            if type(held) is dict:\n                self.last[name] = held"),
    Mutant("2.5", "a stop in an organ does not end it", "bodies.py", "    if inner.stopped and not inner.ended_at:", "    if False:"),
    Mutant("2.5", "feedback of an organ is no work", "bodies.py", "        region.work_waits = True", "        pass"),
    # 2.6 regions
    Mutant("2.6", "an organ starts anew at every tick", "bodies.py", 'region.bodies.get(index) or _inside(context, "")', '_inside(context, "")'),
    Mutant("2.6", "a population starts anew at every tick", "bodies.py", "        inner = population.get(key) or _inside(context, key)", "        inner = _inside(context, key)"),
    Mutant("2.6", "absent data skips an organ", "entering.py", 'if body is not None and body.shared and (node.role == "subgraph" or entry.name != "items"):', "if False:"),
    Mutant("2.6", "an absent item is dropped", "bodies.py", "    return {name: [_or_null(entry, name) for entry in kept] for name in wanted}", "    return {name: [one for entry in kept if (one := _or_null(entry, name)) is not None] for name in wanted}"),
    Mutant("2.6", "skip does not drop the item", "bodies.py", 'node.params.on_item_error == "skip")', "False)"),
    Mutant("2.6", "each is not split", "bodies.py", "        if name in split and type(value) is not Absent:", "        if False:"),
    Mutant("2.6", "an item lacking a required entry runs", "bodies.py", "            if any(_is_required(body, name) for name in missing):", "            if False:"),
    Mutant("2.6", "two items may have one key", "bodies.py", "        if str(value) in seen:", "        if False:"),
    Mutant("2.6", "recursion goes one deeper", "bodies.py", "    if depth >= MAX_DEPTH:", "    if depth > MAX_DEPTH:"),
    # 2.7 identity
    Mutant("2.7", "an inner tick forgets the outer", "bodies.py", '    inner.tick_prefix = context.region.tick_key + "."', '    inner.tick_prefix = ""'),
    Mutant("2.7", "a node path forgets the key", "bodies.py", '{node.name}/{key}/" if key else', '{node.name}/" if key else'),
    Mutant("2.7", "items have no place in the outline", "bodies.py", "    inner.item = position\n", ""),
    # 2.8 concurrency
    Mutant("2.8", "branches run one after the other", "scheduling.py", "        if not node.inline and not sequential and (todo or node.cancellable):", "        if not node.inline and not sequential and node.cancellable:"),
    Mutant("2.8", "items run one after the other", "bodies.py", "    concurrency = 1 if", "    concurrency = 1 if True or"),
    Mutant("2.8", "concurrency is not bounded", "bodies.py", "for _ in range(min(concurrency, count))]", "for _ in range(count)]"),
    # 2.9 stores
    Mutant("2.9", "uses of a store are not ordered", "plan.py", "            if name in last:\n", "            if False:\n"),
    Mutant("2.9", "a body uses no outside store", "plan.py", "                made.stores = dict(nature.stores)", "                pass"),
    Mutant("2.9", "an item writes to the store at once", "region.py", "        if self.overlay is None:\n            return base", "        return base"),
    Mutant("2.9", "writes of items are lost", "bodies.py", "                mine.apply_to(base)", "                pass"),
    Mutant("2.9", "writes are applied backwards", "bodies.py", "    for inner_region in regions:\n", "    for inner_region in reversed(regions):\n"),
    Mutant("2.9", "sequential items see a snapshot", "bodies.py", "    if not node.params.sequential:\n        inner.overlay", "    if True:\n        inner.overlay"),
    Mutant("2.9", "a run store begins anew", "engine.py", "            self._wide_stores[key] = known\n", ""),
    # 2.10 determinism
    Mutant("2.10", "draws forget the seed", "context.py", 'f"{self.engine.seed}|{self.node}', 'f"0|{self.node}'),
    Mutant("2.10", "draws forget the tick", "context.py", "|{self.tick}|{self.attempt}", "|{self.attempt}"),
    Mutant("2.10", "scripted races go to the first to arrive", "run.py", "prepared.plan(ordered_races)", "prepared.plan(False)"),
    Mutant("2.10", "a replay forgets how races were decided", "run.py", "scripted if before is None else before.ordered_races", "scripted and before is None"),
    Mutant("2.10", "strangers' code shares what it is given", "firing.py", "    for name in node.copied:", "    for name in ():"),
    Mutant("2.10", "a replay tolerates requests that are no longer made", "engine.py", "        if record.last <= context.number:", "        if True:"),
    # 2.11 errors
    Mutant("2.11", "the last error is reported", "region.py", "            raise min(self.failures, key", "            raise max(self.failures, key"),
    Mutant("2.11", "a failed region goes on", "region.py", "        self.failures.append((index, failure))\n        self.halt()", "        self.failures.append((index, failure))"),
    Mutant("2.11", "there are no retries", "firing.py", "        if context.attempt > node.retries or region.halted:", "        if True:"),
    Mutant("2.11", "default gives no default", "deciding.py", "decode(encoded[port]) if port in encoded else root for", "root for"),
    Mutant("2.11", "after a route the node counts as done", "deciding.py", '        held["done"] = root\n', '        held["done"] = True\n'),
    Mutant("2.11", "time is not limited", "firing.py", "            limit = asyncio.timeout(node.timeout_s)", "            limit = asyncio.timeout(None)"),
    Mutant("2.11", "an organ that failed goes on", "bodies.py", "        inner.ended_at = tick_path(region.tick_key)\n        raise", "        raise"),
    Mutant("2.11", "a failing item fails no other", "bodies.py", "                    other.halt()", "                    pass"),
    # 2.12 limits
    Mutant("2.12", "firings are not limited", "scheduling.py", "        if engine.fired >= engine.max_firings or (", "        if False or ("),
    Mutant("2.12", "ticks are not limited", "engine.py", '        if self.ticks >= self.limits.get("ticks", float("inf")):', "        if False:"),
    Mutant("2.12", "calls, tokens and money are not limited", "engine.py", '            if used >= self.limits.get(kind, float("inf")):', "            if False:"),
    Mutant("2.12", "tokens are not counted", "engine.py", "        self.tokens_in += tokens_in\n", ""),
    Mutant("2.12", "money is not counted", "engine.py", "            self.cost_usd += cost\n", "            pass\n"),
    Mutant("2.12", "limits of nodes and regions count nothing", "limits.py", "            meter.used[kind] += amount", "            pass"),
    Mutant("2.12", "a region's limits are not read", "region.py", "        if plan.has_limits and parent is not None:", "        if False:"),
    # 2.13 knockouts
    Mutant("2.13", "a knockout is not noticed", "entering.py", "    if node.knockout:\n", "    if False:\n"),
    Mutant("2.13", "pass passes nothing", "entering.py", '    if how == "pass" and node.out_types:', "    if False:"),
    Mutant("2.13", "pass ignores types", "entering.py", "accepts(entry.type, out_type) and (check is None or check(value))", "True"),
    # 7 resume and fork
    Mutant("7", "whatever lies on the inputs, an outcome is taken over", "past.py", "or not self._twins.got(refs, outcome):", "or False:"),
    Mutant("7", "another output counts as the same", "twins.py", "        same = again == outcome.outputs.keys() == encoded.keys()", "        same = True"),
    Mutant("7", "nothing is taken over", "past.py", "        del self._under_way[key]\n        return outcome\n", "        return None\n"),
    Mutant("7", "a change changes nothing", "past.py", "if id(node.instance) in self._changed or id(node.instance) in self._redo or node.stores:", "if node.stores:"),
    Mutant("7", "a node is not fired again though asked to", "past.py", "or id(node.instance) in self._redo or node.stores:", "or node.stores:"),
    Mutant("7", "stores are not looked at", "past.py", "or id(node.instance) in self._redo or node.stores:", "or id(node.instance) in self._redo:"),
    Mutant("7", "stores are not brought up to date", "intervening.py", "    try:\n        for done in past.store_ops(outcome):\n            Handle.of(context, done.store).repeat(done)\n    except RunHalted:\n        return True\n", ""),
    Mutant("7", "what ended the run is kept", "past.py", "if outcome.seq is None or self._is_tried_again(node, outcome) or node.role:", "if outcome.seq is None or node.role:"),
    Mutant("7", "answers that came are asked for again", "past.py", "            known = record.answer(context.node, context.tick, n, kind, name, request)", "            known = None"),
    Mutant("7", "another firing's failure is told", "intervening.py", '    code = outcome.absent.get("error", "node")', '    code = "node"'),
    Mutant("7", "reasons of absence are lost", "past.py", "{port: Absent(reason) for port, reason in outcome.absent.items()}", "{}"),
    Mutant("7", "scripts begin anew", "intervening.py", "        engine.pass_over(context.node, asked)", "        pass"),
    Mutant("7", "what was spent before is forgotten", "intervening.py", "        engine.take_over(region, node, spent)", "        pass"),
    Mutant("7", "what was spent before is spent again", "engine.py", "        self.taken_over = self.taken_over.plus(spent)", "        pass"),
    Mutant("7", "an output put in place is forgotten", "intervening.py", "    if instead is not None:", "    if False:"),
    Mutant("7", "what a person froze is fired", "past.py", '        if fixed and outcome.origin == "frozen":', "        if False:"),
    Mutant("7", "a question of memory is asked again", "effects.py", "past.memory(kind, name, request) if known is None and once else known", "known"),
)  # fmt: skip


def judge(folder: Path, mutant: Mutant) -> tuple[str, str]:
    """Return `killed`, `survived` or `stale`, and the test that killed it."""
    path = folder / "studio" / "engine" / mutant.file
    text = path.read_text()
    if text.count(mutant.old) != 1:
        return "stale", f"found {text.count(mutant.old)} times in {mutant.file}"
    path.write_text(text.replace(mutant.old, mutant.new))
    try:
        return run_tests(folder, mutant.rule)
    finally:
        path.write_text(text)


def run_tests(folder: Path, rule: str = "") -> tuple[str, str]:
    """Run the engine's tests against the copy, the slow random graphs last; of rule 7 those of going on."""
    tests = sorted(str(p.relative_to(folder)) for p in (folder / "tests/engine").glob("test_*.py"))
    tests = [name for name in tests if name != PROPERTY] + [PROPERTY]
    if rule == GOING_ON_RULE:
        tests = [f"tests/replay/{name}" for name in GOING_ON]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return "killed", "by the clock: it hangs"
    if done.returncode == 0:
        return "survived", ""
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return "killed", failed[0].split(" - ")[0].removeprefix("FAILED ") if failed else f"pytest said {done.returncode}"


def copy_to(folder: Path) -> None:
    """Copy the package and the tests of the engine."""
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(ROOT / "studio", folder / "studio", ignore=ignore)
    for name in (*TESTED, "graphs"):  # whose folder is looked at when a run goes on
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignore)
        else:
            shutil.copy(source, target)
    shutil.copy(ROOT / "pyproject.toml", folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the mutants asked for and print one line each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("rules", nargs="*", help="rules such as 2.3 (default: all)")
    parser.add_argument("--list", action="store_true", help="only list them")
    options = parser.parse_args(arguments)
    chosen = [mutant for mutant in MUTANTS if not options.rules or mutant.rule in options.rules]
    if options.list:
        for mutant in chosen:
            print(f"{mutant.rule:5} {mutant.says} ({mutant.file})")
        return 0
    counts = {"killed": 0, "survived": 0, "stale": 0}
    with tempfile.TemporaryDirectory(prefix="studio-mutants-") as name:
        folder = Path(name)
        copy_to(folder)
        for rule in {mutant.rule if mutant.rule == GOING_ON_RULE else "" for mutant in chosen}:
            verdict, test = run_tests(folder, rule)
            if verdict != "survived":
                print(f"The tests fail without any mutant ({test}); mend that first.")
                return 1
        for mutant in chosen:
            begin = time.monotonic()
            verdict, test = judge(folder, mutant)
            counts[verdict] += 1
            print(f"{verdict:9} {mutant.rule:5} {mutant.says}  [{test}] {time.monotonic() - begin:.0f} s", flush=True)
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    return 0 if counts["killed"] == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
