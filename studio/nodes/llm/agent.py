"""`llm.agent`: a model that calls tools, within limits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Literal

from studio.nodes._ports import any_ports, name_problems
from studio.nodes.llm._asking import Asker
from studio.nodes.llm._cap import Cap
from studio.nodes.llm._standing import model_param, system_param, temperature_param
from studio.nodes.llm._tools import FINISH, Tool, answer_text, outcome_of, read_tools, tool_problems
from studio.nodes.llm._turns import next_turn
from studio.spec import Fields, Message, Node, Permission, RunContext, node, param, port
from studio.spec.calls import ToolCall, ToolOffer
from studio.spec.node import StoreUse
from studio.support.errors import NodeError
from studio.support.schemas import schema_faults, schema_problem
from studio.support.templates import placeholders, render
from studio.support.values import Absent, Json, preview, sorted_encode

_TOOLS = {"group": "Tools", "open": True}
_LIMITS = {"group": "Limits"}
_MODEL = {"group": "Model"}
_NONE = Absent("the agent has no `schema`")


@node(
    "llm.agent",
    title="Agent with tools",
    category="Models",
    icon="bulb",
    effects="executes",
    library="litellm, xllamacpp",
    standalone="it lets a model choose among node types",
    limits="8 turns, 16 calls of tools, 2 equal ones, 8,000 characters of a result; all by param",
)
class Agent(Node):
    """Let a model work with tools until it answers, within hard limits.

    **Tools** are node types: each entry of `tools` names one in `use`. `set` gives its params and `give` inputs with a
    fixed value, both hidden from the model (a `folder` that is set stays that folder); what is left of its inputs is
    what the model writes. `as` and `about` say how the model knows it (else the type's own name and summary), `most`
    how often it may be called, and with `ask: true` a person says yes to every call. A tool server's tool is a
    `mcp.tool`, code of yours a `code.python`.

    **The answer** is the first turn without a call. With a `schema` it is an object of that form, given through a tool
    `finish`, and taken only if it fits; `value` holds it.

    **Limits**: after `max_turns` the node fails, saying what was called; after `max_calls` every further call is
    refused, and one with the very arguments of earlier ones after `repeats` of them: going in circles is how agents
    fail. Take it for short, bounded work with a checkable end. Where you can draw the steps, draw them: nodes that each
    do one thing can be tested, replayed and mended one by one.

    An error of a tool is told to the model, which may do better. Models without tool calls choose by a schema.
    """

    class Params(Fields):
        instructions: str = param(
            help="What to achieve, with {inputs} in braces; each name becomes an input port.",
            editor={"kind": "template", "rows": 8},
        )
        tools: list[Any] = param(
            (),
            help="Node types the model may call: {use: files.read, as: read_file, set: {…}, give: {…}, most: 5}.",
            editor={**_TOOLS, "kind": "tools"},
        )
        schema: dict[str, Any] | None = param(
            None, help="JSON Schema of the answer, an object; empty: the answer is text.", editor={"kind": "schema"}
        )
        system: str = system_param(editor=_MODEL)
        model: str = model_param(_MODEL)
        max_turns: int = param(8, ge=1, le=200, help="Model calls of one firing at most.", editor=_LIMITS)
        max_calls: int = param(16, ge=0, le=1000, help="Calls of tools in one firing at most.", editor=_LIMITS)
        repeats: int = param(
            2, ge=1, le=100, help="How often a tool may be called with the very same arguments.", editor=_LIMITS
        )
        on_limit: Literal["fail", "answer"] = param(
            "fail",
            choices=("fail", "answer"),
            help="After the last turn: fail, or ask once more for an answer without tools.",
            editor=_LIMITS,
        )
        result_chars: int = param(
            8_000, ge=200, le=200_000, help="Characters of a result that the model sees; the middle is left out.",
            editor=_LIMITS,
        )  # fmt: skip
        cost_usd: float | None = param(None, ge=0, help="Cap per firing in USD.", editor=_LIMITS)
        max_tokens: int | None = param(None, ge=1, help="Longest turn in tokens.", editor=_LIMITS)
        temperature: float = temperature_param("Higher is more varied.", _MODEL)

    class Out(Fields):
        text: str = port(help="The answer in words; with a schema: as JSON.")
        value: Any = port(type="json", help="The answer as the schema has it; absent without one.")
        calls: list[Any] = port(help="Each call: {tool, arguments, result} or {tool, arguments, error}.")
        messages: list[Any] = port(type="messages", help="The whole conversation.")
        turns: int = port(help="How many turns it took.")

    @classmethod
    def inputs(cls, params: Params) -> type[Fields]:
        return any_ports(_gaps(params.instructions), "A gap in the instructions.")

    @classmethod
    def problems(cls, params: Params) -> Iterator[str]:
        yield from name_problems(_gaps(params.instructions), "input")
        yield from tool_problems(params.tools, finishes=params.schema is not None)
        if params.schema is not None and (problem := schema_problem(params.schema)):
            yield f"`schema`: {problem}"
        if not params.tools and params.schema is None:
            yield "An agent without tools has nothing to do that `llm.function` does not do better. Add a tool."

    @classmethod
    def permissions(cls, params: Params, wired: Collection[str]) -> Iterable[Permission]:
        """Yield what its tools may do: inputs that the model writes, or that are given, count as wired. What is given
        is told, too, as it decides what a tool does."""
        for tool in read_tools(params.tools):
            cls_of_tool = tool.node_type()
            given = f", given {_canonical(tool.give)}" if tool.give else ""
            if cls_of_tool is None:
                yield Permission("other", f"use the node type {tool.use} as a tool, {_canonical(tool.set)}{given}")
                continue
            inputs = frozenset((*tool.open_inputs(cls_of_tool), *tool.give))
            asked = tuple(cls_of_tool.permissions(tool.params(cls_of_tool), inputs))
            yield from asked
            asks = ", after a yes of yours to each call" if tool.ask else ""
            if asked and (given or asks):
                yield Permission("other", f"use {tool.use} as the tool {tool.name}{given}{asks}")

    @classmethod
    def uses_stores(cls, params: Params) -> dict[str, StoreUse]:
        """Return the stores that its tools use; the strongest use counts."""
        uses: dict[str, StoreUse] = {}
        for tool in read_tools(params.tools):
            cls_of_tool = tool.node_type()
            for store, use in cls_of_tool.uses_stores(tool.params(cls_of_tool)).items() if cls_of_tool else ():
                uses[store] = max(uses.get(store, "read"), use, key=("read", "write", "take").index)
        return uses

    async def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        work = _Work(ctx, params)
        standing = [Message(role="system", content=params.system)] if params.system.strip() else []
        asked = render(params.instructions, inputs.as_dict()).strip()
        text, value = await work.done([*standing, Message(role="user", content=asked)])
        return self.Out(
            text=text,
            value=value,
            calls=work.calls,
            messages=[dict(message) for message in work.messages],
            turns=work.turns,
        )


class _Work:
    """One firing's work: the conversation so far, what was called, and what is left of the limits."""

    def __init__(self, ctx: RunContext, params: Agent.Params) -> None:
        self.ctx = ctx
        self.params = params
        self.asker = Asker(ctx, None if params.cost_usd is None else Cap(params.cost_usd))
        self.tools = {tool.name: tool for tool in read_tools(params.tools)}
        self.messages: list[Message] = []
        self.calls: list[Json] = []
        self.turns = 0
        self._made: dict[bytes, int] = {}
        self._used: dict[str, int] = {}

    async def done(self, messages: list[Message]) -> tuple[str, Any]:
        """Take turns until there is an answer: its text, and its value if there is a schema."""
        self.messages = messages
        offers = await self._offers()
        finishes = self.params.schema is not None
        while self.turns < self.params.max_turns:
            text, calls = await self._turn(offers, must_call=finishes)
            if not calls and not finishes and text.strip():
                self._say(text)
                return text.strip(), _NONE
            if not calls:
                self._say(text)
                wanted = f"Call `{FINISH}` with the answer." if finishes else "The answer is empty. Say it in words."
                self.messages.append(Message(role="user", content=wanted))
                continue
            self._say(text, calls)
            for call in calls:
                told, answer = await self._result(call)
                self.messages.append(Message(role="tool", content=told, tool_call_id=call.id))
                if answer is not None:
                    return told, answer
        if self.params.on_limit == "answer":
            return await self._last_word(offers)
        raise self._over()

    async def _offers(self) -> list[ToolOffer]:
        offers = []
        for tool in self.tools.values():
            cls = self.ctx.node_type(tool.use)
            if cls is None:
                raise NodeError(f"there is no node type `{tool.use}` to use as a tool.", code="tool")
            offers.append(tool.offer(cls))
        if self.params.schema is not None:
            offers.append(ToolOffer(FINISH, "Give the answer. This ends the work.", self.params.schema))
        return offers

    async def _turn(self, offers: list[ToolOffer], *, must_call: bool) -> tuple[str, tuple[ToolCall, ...]]:
        self.turns += 1
        return await next_turn(
            self.asker, self.params.model, self.messages, offers, must_call=must_call,
            max_tokens=self.params.max_tokens, temperature=self.params.temperature,
        )  # fmt: skip

    def _say(self, text: str, calls: tuple[ToolCall, ...] = ()) -> None:
        message = Message(role="assistant", content=text)
        if calls:
            message["tool_calls"] = [call.to_message() for call in calls]
        self.messages.append(message)

    async def _result(self, call: ToolCall) -> tuple[str, Any]:
        """Return what the model is told of a call, and the answer if it was given by it."""
        arguments = call.arguments
        if call.name == FINISH and self.params.schema is not None:
            faults = schema_faults(self.params.schema, arguments)
            if not faults:
                return _canonical(arguments), arguments
            return "Error: this is not the answer asked for. " + " ".join(faults[:5]), None
        entry: dict[str, Json] = {"tool": call.name, "arguments": arguments}
        try:
            entry["result"] = outputs = await self._called(call)
            told = answer_text(outputs, self.params.result_chars)
        except NodeError as error:
            told = outcome_of(error)
            entry["error"] = str(error)
        self.calls.append(entry)
        return told, None

    async def _called(self, call: ToolCall) -> dict[str, Json]:
        tool = self.tools.get(call.name)
        if tool is None:
            raise NodeError(
                f"there is no tool `{call.name}`.", hint=f"The tools: {', '.join(self.tools)}.", code="tool"
            )
        if not isinstance(call.arguments, Mapping):
            raise NodeError("the arguments are no JSON object.", code="tool_input")
        self._count(tool, call)
        self._check(tool, call.arguments)
        if tool.ask:
            question = f"May `{self.ctx.node}` call {tool.name} with {_canonical(call.arguments)}?"
            if await self.ctx.ask_human(question, ("yes", "no")) != "yes":
                raise NodeError("the person said no to this call.", code="refused")
        self.ctx.log("tool", {"tool": tool.name, "use": tool.use, "arguments": dict(call.arguments)})
        return await self.ctx.use(tool.use, tool.set, {**call.arguments, **tool.give})

    def _check(self, tool: Tool, arguments: Mapping[str, Json]) -> None:
        """Raise `NodeError` if the model gives what is fixed, and was not offered to it."""
        cls = self.ctx.node_type(tool.use)
        fixed = {*tool.give, *tool.set} - set(tool.open_inputs(cls) if cls is not None else ())
        for name in arguments:
            if name in fixed:
                raise NodeError(f"`{tool.name}` has no argument `{name}`.", code="tool_input")

    def _count(self, tool: Tool, call: ToolCall) -> None:
        key = sorted_encode([call.name, call.arguments])
        self._made[key] = self._made.get(key, 0) + 1
        self._used[call.name] = self._used.get(call.name, 0) + 1
        if self._made[key] > self.params.repeats:
            raise NodeError(
                f"this very call was made {self._made[key] - 1} times before. Do something else.", code="circles"
            )
        if len(self.calls) >= self.params.max_calls:
            raise NodeError("no calls of tools are left. Answer with what you know.", code="tool_limit")
        if tool.most is not None and self._used[call.name] > tool.most:
            raise NodeError(f"`{call.name}` may be called {tool.most} times, which it was.", code="tool_limit")

    async def _last_word(self, offers: list[ToolOffer]) -> tuple[str, Any]:
        """Ask once more, for an answer and nothing else."""
        self.messages.append(Message(role="user", content="The limit is reached. Give the best answer you can now."))
        finish = [offer for offer in offers if self.params.schema is not None and offer.name == FINISH]
        text, calls = await self._turn(finish, must_call=bool(finish))
        self._say(text, calls)
        for call in calls:
            told, answer = await self._result(call)
            if answer is not None:
                return told, answer
        if finish or not text.strip():
            raise self._over()
        return text.strip(), _NONE

    def _over(self) -> NodeError:
        named = ", ".join(f"{name} {count}×" for name, count in self._used.items()) or "no tool"
        return NodeError(
            f"No answer after {self.turns} turns and {len(self.calls)} calls ({named}). "
            f"The model last said “{preview(self.messages[-1]['content'], 120)}”.",
            hint="Narrow the task, give better tools, or raise `max_turns` and `max_calls`.",
            code="limit",
        )


def _gaps(instructions: Any) -> tuple[str, ...]:
    return tuple(placeholders(instructions)) if isinstance(instructions, str) else ()


def _canonical(value: Json) -> str:
    return sorted_encode(value).decode()
