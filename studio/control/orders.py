"""Orders as data: `{"do": "break", "at": "critic:label == 'x'"}`. Other processes and the terminal speak so.

`read_words` makes an order of what a person typed, `obey` gives it to a controller and says what came of it. Every
order is described once, in `ORDERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from studio.control.breakpoints import Breakpoint
from studio.control.overrides import AS_LAST
from studio.graph.paths import split_port
from studio.support.errors import UsageError
from studio.support.nearest import did_you_mean
from studio.support.values import Json, NotJson, decode, preview, typed_value

if TYPE_CHECKING:
    from studio.control.controller import Controller

Order = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of order. `usage` shows what follows the word, `words` reads it; `act` gives it to a controller."""

    usage: str
    help: str
    words: Callable[[Sequence[str]], dict[str, Json]]
    act: Callable[[Controller, Order], Future[Any]]


def read_words(words: Sequence[str]) -> dict[str, Json]:
    """Return the order that words stand for. Raises UsageError."""
    if not words:
        raise UsageError("That is no order.", hint=f"Orders: {', '.join(ORDERS)}.")
    kind = _kind(words[0])
    return {"do": words[0], **kind.words(words[1:])}


def read_order(text: Any) -> Order:
    """Return the order in a stranger's JSON text. Raises UsageError."""
    if not isinstance(text, str):
        raise UsageError("A command is JSON text.")
    try:
        order = decode(text.encode())
    except (NotJson, ValueError, UnicodeEncodeError) as error:
        raise UsageError(f"The command is no JSON: {error}.") from None
    if not isinstance(order, dict) or not isinstance(order.get("do"), str):
        raise UsageError('A command is a JSON object that says what to "do".')
    return order


def obey(controller: Controller, order: Order) -> Future[Json]:
    """Give an order; the result says what came of it, as JSON. Never raises: a refusal is the future's exception."""
    told: Future[Json] = Future()
    try:
        done = _kind(str(order.get("do"))).act(controller, order)
    except UsageError as refused:
        told.set_exception(refused)
        return told

    def tell(done: Future[Any]) -> None:
        refused = done.exception()
        if refused is not None:
            told.set_exception(refused)
        else:
            result = done.result()
            told.set_result(result.to_json() if isinstance(result, Breakpoint) else result)

    done.add_done_callback(tell)
    return told


def _kind(name: str) -> Kind:
    kind = ORDERS.get(name)
    if kind is None:
        hint = did_you_mean(name, ORDERS) or f"Orders: {', '.join(ORDERS)}."
        raise UsageError(f"`{name}` is no order.", hint=hint)
    return kind


# -- reading words ---------------------------------------------------------------------------------


def _nothing(words: Sequence[str]) -> dict[str, Json]:
    if words:
        raise UsageError(f"Nothing follows this order, not `{words[0]}`.")
    return {}


def _one(name: str) -> Callable[[Sequence[str]], dict[str, Json]]:
    def read(words: Sequence[str]) -> dict[str, Json]:
        if len(words) != 1:
            raise UsageError(f"One {name} follows this order.")
        return {name: words[0]}

    return read


def _number(name: str, default: int | None = None) -> Callable[[Sequence[str]], dict[str, Json]]:
    def read(words: Sequence[str]) -> dict[str, Json]:
        if not words and default is not None:
            return {name: default}
        if len(words) != 1 or not words[0].isdecimal():
            raise UsageError("One number follows this order.")
        return {name: int(words[0])}

    return read


def _region(words: Sequence[str]) -> dict[str, Json]:
    if not words:
        return {}
    return {"region": "" if words[0] == "top" else words[0], **_nothing(words[1:])}


def _breakpoint(words: Sequence[str]) -> dict[str, Json]:
    rest = list(words)
    order: dict[str, Json] = {}
    while rest and rest[0] in ("--once", "--hits"):
        option = rest.pop(0)
        if option == "--once":
            order["once"] = True
        else:
            order["from_hit"] = _number("hit")(rest[:1])["hit"]
            rest = rest[1:]
    if not rest:
        raise UsageError("A breakpoint needs a place.", hint="`NODE`, `NODE:CONDITION`, `NODE:error`, `:error`.")
    return {"at": " ".join(rest), **order}


def _output(words: Sequence[str]) -> dict[str, Json]:
    if len(words) != 1:
        raise UsageError("One output follows this order.", hint="`NODE.PORT`, or `NODE` for all of its outputs.")
    node, port = split_port(words[0])
    return {"node": node, **({"port": port} if port else {})}


def _frozen(words: Sequence[str]) -> dict[str, Json]:
    target, equals, value = " ".join(words).partition("=")
    order = _output([target.strip()] if target.strip() else [])
    return {**order, "value": typed_value(value)} if equals else order


def _knockout(words: Sequence[str]) -> dict[str, Json]:
    node, _, how = " ".join(words).replace("=", " ", 1).strip().partition(" ")
    if not node or how.strip() not in ("", "pass"):
        raise UsageError(
            f"`{preview(' '.join(words), 80)}` cannot be switched off.",
            hint="Name a node, and `pass` where its input shall pass through.",
        )
    return {"node": node, "pass": how.strip() == "pass"}


# -- giving orders ---------------------------------------------------------------------------------


def _text(order: Order, name: str) -> str:
    value = order.get(name)
    if not isinstance(value, str):
        raise UsageError(f"This order needs `{name}`, a text.")
    return value


def _maybe_text(order: Order, name: str) -> str | None:
    return None if order.get(name) is None else _text(order, name)


def _int(order: Order, name: str, default: int | None = None) -> int:
    value = order.get(name, default)
    if type(value) is not int:
        raise UsageError(f"This order needs `{name}`, a whole number.")
    return value


ORDERS: Final[Mapping[str, Kind]] = {
    "status": Kind("", "state, who waits, breakpoints, what is frozen", _nothing, lambda c, o: c.status()),
    "pause": Kind("", "start nothing new; hold it when what is under way is done", _nothing, lambda c, o: c.pause()),
    "resume": Kind("", "let the run go on", _nothing, lambda c, o: c.resume()),
    "step": Kind(
        "[N]", "one firing (or N), in outline order", _number("count", 1), lambda c, o: c.step(_int(o, "count", 1))
    ),
    "into": Kind("", "open the region that is next", _nothing, lambda c, o: c.into()),
    "over": Kind("", "the next firing with all inside it", _nothing, lambda c, o: c.over()),
    "out": Kind("", "to the end of the region around", _nothing, lambda c, o: c.out()),
    "tick": Kind(
        "[REGION]", "to the end of the tick; `top`: of the graph", _region,
        lambda c, o: c.tick(_maybe_text(o, "region")),
    ),
    "to": Kind("NODE", "until it has fired; first what it needs", _one("node"), lambda c, o: c.to(_text(o, "node"))),
    "only": Kind("NODE", "until it has fired, then leave the run", _one("node"), lambda c, o: c.only(_text(o, "node"))),
    "break": Kind(
        "[--once] [--hits N] NODE[:CONDITION]", "stop there; also NODE:error, :error, :alarm", _breakpoint,
        lambda c, o: c.add_breakpoint(_text(o, "at"), once=o.get("once") is True, from_hit=_int(o, "from_hit", 1)),
    ),
    "unbreak": Kind("N", "take breakpoint N away", _number("id"), lambda c, o: c.remove_breakpoint(_int(o, "id"))),
    "enable": Kind(
        "N", "let breakpoint N stop the run again", _number("id"), lambda c, o: c.enable_breakpoint(_int(o, "id"))
    ),
    "disable": Kind(
        "N", "let breakpoint N stop nothing", _number("id"), lambda c, o: c.enable_breakpoint(_int(o, "id"), False)
    ),
    "freeze": Kind(
        "NODE.PORT[=VALUE]", "let this stand in place of what it gives; no value: as it was last", _frozen,
        lambda c, o: c.freeze(_text(o, "node"), _maybe_text(o, "port"), o.get("value", AS_LAST)),
    ),
    "unfreeze": Kind(
        "NODE[.PORT]", "let it give what it gives", _output,
        lambda c, o: c.unfreeze(_text(o, "node"), _maybe_text(o, "port")),
    ),
    "knockout": Kind(
        "NODE [pass]", "switch it off; `pass`: its input passes through", _knockout,
        lambda c, o: c.knock_out(_text(o, "node"), pass_through=o.get("pass") is True),
    ),
    "back": Kind("NODE", "switch it on again", _one("node"), lambda c, o: c.bring_back(_text(o, "node"))),
    "print": Kind("NODE", "what it gave last", _one("node"), lambda c, o: c.last_outputs(_text(o, "node"))),
    "leave": Kind("", "end the run as paused, to be resumed", _nothing, lambda c, o: c.leave()),
    "abort": Kind("", "cancel the run at once", _nothing, lambda c, o: c.abort()),
}  # fmt: skip
