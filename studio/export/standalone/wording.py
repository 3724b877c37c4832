"""The wiring of one graph as the source of a coroutine."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from studio.engine.plan import InputPlan, NodePlan, Wire
from studio.export.literals import comment, docstring, literal
from studio.export.naming import parameter
from studio.export.standalone.names import Names, owner, snake
from studio.export.standalone.outline import Step, Wiring
from studio.export.standalone.telling import contenders, is_told, ports_of, read_nodes
from studio.spec.types import accepts, value_check
from studio.support.values import Json

INDENT: Final = "    "

WIDTH: Final = 100
"""Columns of a comment, and of a statement with one behind it."""


class Words:
    """What the runtime's names are in the script, `meant` by name; keeps which of them were used."""

    def __init__(self, meant: Mapping[str, str] | None = None) -> None:
        self.meant = meant or {}
        self.used: set[str] = set()

    def __call__(self, name: str) -> str:
        self.used.add(name)
        return self.meant.get(name, name)


class Coroutine:
    """Words the coroutine of one graph."""

    def __init__(self, wiring: Wiring, names: Names, words: Words) -> None:
        self.wiring = wiring
        self.words = words
        self.plan = wiring.plan
        self.names = names
        self._read = read_nodes(wiring)
        local = names.local()
        self._outs: dict[int, str] = {}
        """Variable of what each node gave, for nodes of which something is read."""
        self.constants: dict[str, str] = {}
        """Long texts that stand before the coroutine: name → source."""
        self._registers: dict[int, str] = {}
        """Variable of each feedback wire that is read."""
        for step in wiring.steps:
            for node in step.nodes:
                if node.index in self._read:
                    name = snake(node.name)
                    wanted = (name, f"{name}_in") if node.role == "input" else (f"{name}_out",)
                    self._outs[node.index] = local.take(*wanted)
        for node in self.plan.nodes:
            for port, wires in ports_of(node):
                for wire in wires:
                    if wire.feedback >= 0 and is_told(node, port):
                        self._registers[wire.feedback] = local.take(snake(f"{node.name}_{port}"))

    def source(self) -> str:
        """Return the source of the coroutine, yet to be laid out."""
        plan = self.plan
        kind = f"{self.words('AsyncGenerator')}[None, None]" if plan.is_shared else "None"
        lines = [f"async def {self.names.coroutines[id(plan)]}(region: {self.words('Region')}) -> {kind}:"]
        lines += _indented([docstring(self._about()), *self._initials(), *self._statements()])
        constants = [f"{name} = {written}\n" for name, written in self.constants.items()]
        return "\n".join([*constants, *lines])

    def _about(self) -> str:
        graph = self.plan.graph
        return graph.about.strip() or f"The wiring of `{self.plan.scope.name or graph.name}`."

    # -- statements ------------------------------------------------------------------------------

    def _initials(self) -> Iterator[str]:
        """Yield what feedback wires carry in the first tick."""
        for number, register in enumerate(self.plan.registers):
            name = self._registers.get(number)
            if name is not None and register.initial_from is None:
                start = f"initial({self._value(name, register.initial)})" if register.has_initial else "nothing_yet()"
                yield f"{name} = region.{start}"

    def _statements(self) -> Iterator[str]:
        for step in self.wiring.opening:
            yield from self._step(step, looped=False)
        if not self.wiring.loops:
            return
        yield "while True:" if self.plan.is_shared else "while region.next_tick():"
        yield from _indented(list(self._tick()) or ["pass"])

    def _tick(self) -> Iterator[str]:
        once: list[str] = []
        for step in self.wiring.ticks:
            lines = list(self._step(step, looped=True))
            if step.once:
                once += lines
                continue
            yield from _in_first_tick(once)
            once = []
            yield from lines
        yield from _in_first_tick(once)
        yield from self._feed_back()
        if self.plan.is_shared:
            yield "yield"

    def _step(self, step: Step, *, looped: bool) -> Iterator[str]:
        starts = [self._start(start.register) for start in step.starts if start.register in self._registers]
        yield from _in_first_tick(starts) if looped and not step.once else starts
        calls = [self._call(node) for node in step.nodes]
        outs = [self._outs.get(node.index, "_") for node in step.nodes]
        if len(calls) == 1:
            yield from self._unasked(step.nodes[0])
            waits = "" if step.nodes[0].role in ("input", "output", "stop") or step.nodes[0].knockout else "await "
            yield from self._comments(step.nodes[0])
            yield f"{'' if outs == ['_'] else f'{outs[0]} = '}{waits}{calls[0]}"
            return
        given = "" if set(outs) == {"_"} else f"{', '.join(outs)} = "
        yield f"{given}await region.together("
        for node, call in zip(step.nodes, calls, strict=True):
            yield from _indented([*self._comments(node), f"{call},"])
        yield ")"

    def _start(self, register: int) -> str:
        source = self.plan.registers[register].initial_from
        assert source is not None
        return f"{self._registers[register]} = {self._output(*source)}"

    def _comments(self, node: NodePlan) -> Iterator[str]:
        """Yield what the author wrote before a node in the file."""
        for line in self.plan.graph.comments.get(f"nodes.{node.name}", ()):
            for part in textwrap.wrap(line.strip().lstrip("#"), WIDTH):
                yield f"# {comment(part)}"

    def _feed_back(self) -> Iterator[str]:
        if not self.wiring.loops:
            return
        for number, register in enumerate(self.plan.registers):
            name = self._registers.get(number)
            held = f", hold={name}" if register.hold and name else ""
            if register.hold and name is None:
                continue
            target = f"{self.plan.nodes[register.source].name}.{register.port} ~> {self._target(number)}"
            call = f"region.feed_back({self._output(register.source, register.port)}{held})"
            said = f"{name} = {call}" if name else call
            yield f"{said}  # {comment(target)}" if len(said) + len(target) < WIDTH else said

    def _target(self, register: int) -> str:
        node = self.plan.nodes[self.plan.registers[register].target]
        for port, wires in ports_of(node):
            if any(wire.feedback == register for wire in wires):
                return f"{node.name}.{port}"
        return node.name

    # -- nodes -----------------------------------------------------------------------------------

    def _call(self, node: NodePlan) -> str:
        said = name_literal(node.name)
        if node.knockout:
            return self._knocked_out(node, said)
        if node.role == "input":
            return f"region.given({_arguments([said, *self._default(node)], self._when(node))})"
        if node.role == "output":
            entry = node.inputs[0]
            value = [self._joined(node, entry)] if entry.wires else ["()"] if self._policy(node) else []
            more = ["collect=True"] if node.name in self.plan.collects else []
            more += [f"kind={name_literal(entry.type)}"] if entry.check is not None else []
            return f"region.output({_arguments([said, *value, *self._policy(node)], [*self._when(node), *more])})"
        if node.role == "stop":
            return f"region.stop({_arguments([said], [*self._when(node), *self._policy(node)])})"
        return self._fired(node, said)

    def _fired(self, node: NodePlan, said: str) -> str:
        module = self.names.modules[owner(self.plan, node)] if node.role == "" else self._body(node)
        wires = [*self._when(node), *self._wires(node, node.inputs)]
        return f"region.fire({_arguments([said, module, *self._policy(node)], wires)})"

    def _body(self, node: NodePlan) -> str:
        """Return the module that runs another graph."""
        assert node.body is not None
        params: Any = node.params
        graph = self.names.graphs[id(self.wiring.bodies[node.index].plan)]
        if node.role == "subgraph":
            return f"{self.words('Organ' if node.body.shared else 'Subgraph')}({graph})"
        default = type(params)(graph="")
        facts = []
        for name in ("key", "each", "concurrency", "on_item_error", "sequential"):
            value = getattr(params, name)
            if name == "on_item_error" and value is None:
                value = "null"  # as YAML reads a bare null
            if value != getattr(default, name):
                facts.append(f"{name}={literal(list(value) if isinstance(value, tuple) else value)}")
        return f"{self.words('Population' if node.body.shared else 'Map')}({_arguments([graph], facts)})"

    def _policy(self, node: NodePlan) -> list[str]:
        facts = []
        if node.retries:
            facts.append(f"retries={literal(node.retries)}")
        if node.timeout_s is not None:
            facts.append(f"timeout_s={literal(node.timeout_s)}")
        if node.on_error != "fail":
            facts.append(f"on_error={literal(node.on_error)}")
        if node.on_error == "default":
            facts.append(f"default={literal(node.default)}")
        if node.limits:
            facts.append(f"limits={literal(dict(node.limits))}")
        if node.contends and node.on_error == "fail":
            facts.append("contends=True")
        if node.blocking and not node.knockout:
            facts.append("in_thread=True")
        return [f"{self.words('Policy')}({', '.join(facts)})"] if facts else []

    def _knocked_out(self, node: NodePlan, said: str) -> str:
        """A node that is switched off; one that lets its input through says on which port, and which inputs may."""
        positional = ["region", said]
        keywords = self._when(node)
        if node.name in self.plan.collects:
            keywords.append("collect=True")
        port, kind = next(iter(node.out_types.items()), ("", ""))
        fitting = [entry for entry in node.inputs if entry.wires and accepts(entry.type, kind)]
        if node.knockout == "pass" and port and fitting:
            positional.append(name_literal(port))
            if value_check(kind) is not None:
                keywords.append(f"kind={name_literal(kind)}")
            keywords += self._wires(node, fitting)
        return f"{self.words('knocked_out')}({_arguments(positional, keywords)})"

    def _unasked(self, node: NodePlan) -> Iterator[str]:
        """A race at a node that is switched off: nobody takes what wins, and yet it counts whether one delivers."""
        if node.knockout is True:
            for entry in node.inputs:
                if entry.name in node.race_inputs and contenders(self.plan, node, entry.name):
                    yield self._joined(node, entry)

    # -- wires -----------------------------------------------------------------------------------

    def _default(self, node: NodePlan) -> list[str]:
        params: Any = node.params
        return [self._value(node.name, params.value)] if "value" in node.instance.params else []

    def _value(self, wanted: str, value: Json) -> str:
        """Return a value as it stands in the coroutine; a text of several lines has a name there."""
        written = literal(value)
        if "\n" not in written:
            return written
        name = self.names.constant(self.plan, snake(wanted).upper())
        self.constants[name] = written
        return name

    def _when(self, node: NodePlan) -> list[str]:
        if not node.when:
            return []
        read = ", ".join(self._wire(wire) for wire in node.when)
        return [f"when={read}" if len(node.when) == 1 else f"when=({read})"]

    def _wires(self, node: NodePlan, entries: Sequence[InputPlan]) -> list[str]:
        """Return the inputs of a call as keyword arguments; what Python takes for no name comes last, as a mapping."""
        keywords: list[str] = []
        others: dict[str, str] = {}
        for entry in entries:
            if not entry.wires:
                continue
            name = parameter(entry.name)
            if name:
                keywords.append(f"{name}={self._joined(node, entry)}")
            else:
                others[entry.name] = self._joined(node, entry)
        if others:
            inside = ", ".join(f"{name_literal(port)}: {read}" for port, read in others.items())
            keywords.append(f"**{{{inside}}}")
        return keywords

    def _joined(self, node: NodePlan, entry: InputPlan) -> str:
        read = [self._wire(wire) for wire in entry.wires]
        if entry.join == "many":
            return f"[{', '.join(read)}]"
        if entry.passes_absence:
            read = [f"{self.words('even_absent')}({one})" for one in read]
        if entry.join == "first":
            return self._first(node, entry, read)
        if len(read) == 1:
            return read[0]
        return f"({', '.join(read)})"

    def _first(self, node: NodePlan, entry: InputPlan, read: Sequence[str]) -> str:
        """A race: the first with a value in the order of the file, and whose failure counts if nobody delivers."""
        names = contenders(self.plan, node, entry.name)
        more = [f"contenders={literal(tuple(names))}"] if names else []
        return f"{self.words('first')}({_arguments(['region', *read], more)})"

    def _wire(self, wire: Wire) -> str:
        return self._registers[wire.feedback] if wire.feedback >= 0 else self._output(wire.source, wire.port)

    def _output(self, source: int, port: str) -> str:
        return f"{self._outs[source]}[{name_literal(port)}]"


def name_literal(name: str) -> str:
    """Return a name as a literal."""
    return literal(name, block=False)


def _arguments(positional: Sequence[str], keywords: Sequence[str]) -> str:
    return ", ".join([*positional, *keywords])


def _indented(lines: Iterator[str] | Sequence[str]) -> list[str]:
    """Indent statements; the inner lines of a literal stay where they are."""
    return [INDENT + line for line in lines]


def _in_first_tick(lines: Sequence[str]) -> list[str]:
    return ["if region.tick == 0:", *_indented(lines)] if lines else []
