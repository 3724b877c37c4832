"""`python -m tests.support.record_soar`: ask Soar itself what the tests of the graph `soar` compare with.

Needs the package `soar-sml` (9.6), which the tests do not: what it answered stands in `tests/data/soar/reference.json`.
"""

from __future__ import annotations

import importlib
import json
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "data" / "soar"
AGENTS: dict[str, tuple[int, list[str]]] = {
    "conflict": (7, []), "constraint": (6, []), "deep": (12, []), "opsub": (16, []), "struct": (9, []),
    "neg": (5, []), "waves": (2, []), "late_rival": (4, []), "order": (2, []), "values": (2, []), "nothing": (5, []),
    "circles": (4, []), "wave_limit": (1, []),
    "rl_two": (9, ["rl --set learning on"]), "rl_gap": (11, ["rl --set learning on"]),
    "rl_halt": (5, ["rl --set learning on"]), "rl_substate": (9, ["rl --set learning on"]),
    "rl_tie": (11, ["rl --set learning on"]), "semantic": (8, ["smem --enable"]),
    "episodic": (10, ["epmem --enable", "epmem --set trigger dc"]),
}  # fmt: skip
LEARNING = ("conflict", "constraint", "deep", "opsub", "struct")
"""Agents that are also asked about with chunking."""
"""How many decisions of each agent, and what Soar is told before."""


def label(stack: str) -> str:
    """Return a printed stack in a line, as `facts.stack` has it."""
    parts: list[str] = []
    for line in stack.splitlines():
        if found := re.search(r"==>S: \S+ \((\w+) ([\w-]+)\)", line):
            parts.append(f"{found[1]} no-change" if found[2] == "no-change" else found[2])
        if found := re.search(r"O: (\S+)(?: \((\S+)\))?", line):
            parts.append(found[2] or found[1])
    return "+".join(parts)


class Soar:
    """The kernel, with one agent after the other."""

    def __init__(self) -> None:
        sml = importlib.import_module("soar_sml")
        self.kernel: Any = sml.Kernel.CreateKernelInCurrentThread(True, 0)
        self.count = 0

    def agent(self, rules: str, commands: Sequence[str]) -> Any:
        """Return a new agent with rules."""
        self.count += 1
        made = self.kernel.CreateAgent(f"agent{self.count}")
        with tempfile.NamedTemporaryFile("w", suffix=".soar") as file:
            file.write(rules)
            file.flush()
            made.ExecuteCommandLine(f"source {file.name}")
        for command in commands:
            made.ExecuteCommandLine(command)
        return made

    def decisions(self, rules: str, count: int, commands: Sequence[str]) -> dict[str, Any]:
        """Return the stacks after each decision, and the numbers that were learned."""
        agent = self.agent(rules, commands)
        stacks: list[str] = []
        for _ in range(count):
            if "halted" in agent.ExecuteCommandLine("run 1 -d").lower():
                break
            stacks.append(label(agent.ExecuteCommandLine("print --stack")))
        numbers = re.findall(r"(\S+)\s+[\d.]+\s+(-?[\d.]+)", agent.ExecuteCommandLine("print --rl"))
        chunks = agent.ExecuteCommandLine("print --chunks").split()
        self.kernel.DestroyAgent(agent)
        return {"stacks": stacks, "numbers": {name: float(value) for name, value in numbers}, "chunks": len(chunks)}

    def decided(self, operators: str, preferences: Sequence[tuple[str, str, Any]]) -> list[Any]:
        """Return what Soar decides: an outcome and the candidates."""
        agent = self.agent(agent_of(operators, preferences), ["decide indifferent-selection --first"])
        agent.ExecuteCommandLine("run 1 -d")
        stack = agent.ExecuteCommandLine("print --stack")
        if found := re.search(r"O: \S+ \((\w+)\)", stack):
            outcome: list[Any] = ["selected", [found[1]]]
        else:
            kind = re.search(r"S2 \((\w+) ([\w-]+)\)", stack)
            ids = re.findall(r"\^item (\w+)", agent.ExecuteCommandLine("print -e (s2 ^item *)"))
            names = [re.search(r"\^name (\w+)", agent.ExecuteCommandLine(f"print {id}")) for id in ids]
            outcome = [kind[2] if kind else stack, sorted(one[1] for one in names if one)]
        self.kernel.DestroyAgent(agent)
        return outcome


def agent_of(operators: str, preferences: Sequence[tuple[str, str, Any]]) -> str:
    """Return rules that propose operators (one letter each) and give them preferences."""
    proposals = "".join(f"(<s> ^operator <{one}> +) (<{one}> ^name {one})" for one in operators)
    rules = [f"sp {{propose (state <s> ^superstate nil) --> {proposals}}}"]
    for place, (operator, sign, other) in enumerate(preferences):
        tests, more = f"(<o> ^name {operator})", "" if other is None else f" {other}"
        if isinstance(other, str):
            tests, more = f"{tests} (<s> ^operator <p> +) (<p> ^name {other})", " <p>"
        rules.append(
            f"sp {{preference*{place} (state <s> ^superstate nil ^operator <o> +) {tests} "
            f"--> (<s> ^operator <o> {sign}{more})}}"
        )
    return "\n".join(rules)


def cases(count: int, seed: int) -> Iterator[tuple[str, list[tuple[str, str, Any]]]]:
    """Yield operators with preferences among them, by chance."""
    draw = random.Random(seed)
    for _ in range(count):
        operators = "ABCD"[: draw.randint(1, 4)]
        made: dict[tuple[str, str, Any], None] = {}
        for _ in range(draw.randint(0, 7)):
            sign = draw.choice([">", "<", "=", "-", "~", "!", ">o", "<o", ">o", "=o", "=n", "=", "=n"])
            other: Any = None
            if sign.endswith("o"):
                other = draw.choice(operators)
            elif sign == "=n":
                other = draw.choice([1.0, 2.5, -1.0])
            made[(draw.choice(operators), sign[0], other)] = None
        yield operators, list(made)


def main() -> None:
    """Ask, and write the answers down."""
    soar = Soar()
    agents: dict[str, Any] = {}
    for name, (count, commands) in AGENTS.items():
        rules = (DATA / f"{name}.soar").read_text()
        for learning in ("off", "always") if name in LEARNING else ("off",):
            more = ["chunk always"] if learning == "always" else []
            told = ["decide indifferent-selection --last", *commands, *more]
            agents[f"{name} {learning}"] = soar.decisions(rules, count, told)
    decided = [[operators, made, soar.decided(operators, made)] for operators, made in cases(400, 1)]
    answers = {"agents": agents, "decided": decided}
    text = json.dumps(answers, indent=None, separators=(",", ":")).replace('],["', '],\n["').replace('},"', '},\n"')
    (DATA / "reference.json").write_text(text + "\n")
    print(f"{len(agents)} agents, {len(decided)} decisions")


if __name__ == "__main__":
    main()
