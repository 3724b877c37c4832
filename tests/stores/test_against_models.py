"""Every kind of store does what a plain model of it does, also through forks and through dump and load."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.stores import Store, make_store
from studio.support.filters import matches
from tests.support.thorough import draws

Op = tuple[str, dict[str, Any]]
Model = Callable[[list[Op]], tuple[Any, Any]]

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "a", "é"]), st.just([1, {"b": 2}])
)
NAMES = st.sampled_from(["a", "b", "c"])
PRIORITIES = st.sampled_from([-1, 0, 0.5, 1, 2])


def op(name: str, **args: st.SearchStrategy[Any]) -> st.SearchStrategy[Op]:
    return st.tuples(st.just(name), st.fixed_dictionaries(args))


# -- the models: what a store must answer and hold after its operations, written down as plainly as possible -----


class PriorityModel:
    """A list that is sorted anew whenever somebody looks."""

    writes = st.one_of(
        op("push", value=VALUES, priority=PRIORITIES, key=st.none() | NAMES),
        op("change", key=NAMES, priority=PRIORITIES),
        op("remove", key=NAMES),
        op("clear"),
    )
    takes = op("pop")
    reads = st.one_of(op("peek"), op("items"), op("length"))
    params: ClassVar[dict[str, Any]] = {"first": "highest"}

    def __init__(self) -> None:
        self.all: list[dict[str, Any]] = []
        self.arrivals = 0

    def do(self, op: str, args: dict[str, Any]) -> Any:
        ordered = sorted(self.all, key=lambda one: (-one["priority"], one["arrival"]))
        known = next((one for one in self.all if args.get("key") is not None and one["key"] == args["key"]), None)
        if op == "push":
            if known is None:
                self.all.append({**args, "arrival": self.arrivals})
                self.arrivals += 1
            else:
                known.update(args)
            return len(self.all)
        if op in ("change", "remove"):
            if known is not None and op == "change":
                known["priority"] = args["priority"]
            elif known is not None:
                self.all.remove(known)
            return known is not None
        if op == "clear":
            self.all = []
            return 0
        if op in ("pop", "peek"):
            if not ordered:
                return {}
            if op == "pop":
                self.all = [one for one in self.all if one is not ordered[0]]
            return self.told(ordered[0], "item")
        return [self.told(one, "value") for one in ordered] if op == "items" else len(self.all)

    @staticmethod
    def told(one: dict[str, Any], name: str) -> dict[str, Any]:
        made = {name: one["value"], "priority": one["priority"]}
        return made if one["key"] is None else made | {"key": one["key"]}


class TableModel:
    """A list of rows."""

    ROWS = st.lists(
        st.fixed_dictionaries({"id": NAMES | st.integers(0, 2)}, optional={"n": VALUES, "m": VALUES}), max_size=3
    )
    FILTERS = st.sampled_from([None, {}, {"id": "a"}, {"n": {"gte": 0}}, {"or": [{"m": None}, {"n": True}]}])
    writes = st.one_of(
        op("put", rows=ROWS, if_there=st.sampled_from(["merge", "replace", "keep"])),
        op("update", filter=FILTERS, values=st.fixed_dictionaries({}, optional={"n": VALUES, "m": VALUES})),
        op("delete", filter=st.sampled_from([{"id": "a"}, {"n": {"lt": 0}}, {"m": {"exists": False}}])),
        op("clear"),
    )
    takes = st.nothing()
    reads = st.one_of(
        op(
            "select",
            filter=FILTERS,
            sort=st.sampled_from(["", "n"]),
            descending=st.booleans(),
            limit=st.none() | st.integers(0, 3),
        ),
        op("get", key=NAMES | st.integers(0, 2)),
        op(
            "aggregate",
            function=st.sampled_from(["count", "sum", "min", "max", "mean"]),
            column=st.just("n"),
            group=st.sampled_from(["", "m"]),
        ),
        op("length"),
    )
    params: ClassVar[dict[str, Any]] = {"key": "id"}

    def __init__(self) -> None:
        self.all: list[dict[str, Any]] = []

    def do(self, op: str, args: dict[str, Any]) -> Any:
        if op == "put":
            before = len(self.all)
            for row in args["rows"]:
                at = next((place for place, one in enumerate(self.all) if same_key(one["id"], row["id"])), None)
                if at is None:
                    self.all.append(row)
                elif args["if_there"] != "keep":
                    self.all[at] = row if args["if_there"] == "replace" else {**self.all[at], **row}
            return len(self.all) - before
        passing = [row for row in self.all if matches(args.get("filter"), row)]
        if op == "update":
            self.all = [{**row, **args["values"]} if row in passing else row for row in self.all]
            return len(passing)
        if op == "delete":
            self.all = [row for row in self.all if row not in passing]
            return len(passing)
        if op == "clear":
            self.all = []
            return 0
        if op == "get":
            return next(({"row": row} for row in self.all if same_key(row["id"], args["key"])), {})
        if op == "select":
            if args["sort"]:
                lacking = [row for row in passing if row.get("n") is None]
                numbers = [row for row in passing if type(row.get("n")) is int]
                texts = [row for row in passing if type(row.get("n")) is str]
                rest = [row for row in passing if row not in lacking and row not in numbers and row not in texts]
                sign = -1 if args["descending"] else 1
                parts = [by_insertion(numbers, sign), by_insertion(texts, sign), by_insertion(rest, sign)]
                passing = [row for part in parts[::sign] for row in part] + lacking
            return passing if args["limit"] is None else passing[: args["limit"]]
        if op == "aggregate":
            groups: list[tuple[Any, list[Any]]] = []
            for row in passing:
                name = row.get("m") if args["group"] else None
                for known, inside in groups:
                    if repr(known) == repr(name):
                        inside.append(row)
                        break
                else:
                    groups.append((name, [row]))
            if not args["group"] and not groups:
                groups = [(None, [])]
            return [{"group": name, "value": total(args["function"], inside)} for name, inside in groups]
        return len(self.all)


def same_key(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def by_insertion(rows: list[Any], sign: int) -> list[Any]:
    """Stable, by `n`; what has no order of its own goes by its JSON text."""
    made: list[Any] = []
    for row in rows:
        at = len(made)
        while at and goes_before(row["n"], made[at - 1]["n"], sign):
            at -= 1
        made.insert(at, row)
    return made


def goes_before(one: Any, other: Any, sign: int) -> bool:
    if not isinstance(one, int | str) or isinstance(one, bool):
        one, other = (str(value).lower().replace("'", '"').replace(" ", "") for value in (one, other))
    return bool(one < other) if sign > 0 else bool(one > other)


def total(how: str, rows: list[Any]) -> Any:
    values = [row["n"] for row in rows if "n" in row]
    numbers = [value for value in values if type(value) is int]
    texts = [value for value in values if type(value) is str]
    if how == "count":
        return len(values)
    if how == "sum":
        return sum(numbers)
    if how == "mean":
        return sum(numbers) / len(numbers) if numbers else None
    pick = sorted(numbers or texts)
    return None if not pick else pick[0 if how == "min" else -1]


class BoardModel:
    """A diary of all that was written, and of who looked when."""

    writes = st.one_of(
        op("write", slot=NAMES, value=VALUES, by=st.just("w"), again=st.booleans()),
        op("wipe", slot=NAMES, by=st.just("w")),
        op("look", reader=st.sampled_from(["r", "s"]), versions=st.dictionaries(NAMES, st.integers(1, 3), max_size=2)),
        op("clear"),
    )
    takes = st.nothing()
    reads = st.one_of(
        op("read", slot=NAMES),
        op("all"),
        op("changes", reader=st.sampled_from(["r", "s"]), slots=st.lists(NAMES, max_size=2)),
    )
    params: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        self.diary: dict[str, list[Any]] = {}
        self.seen: dict[tuple[str, str], int] = {}

    def do(self, op: str, args: dict[str, Any]) -> Any:
        now = {slot: pages[-1] for slot, pages in self.diary.items()}
        if op == "write":
            pages = self.diary.setdefault(args["slot"], [])
            changed = args["again"] or not pages or repr(pages[-1]) != repr((args["value"], "w"))
            if changed:
                pages.append((args["value"], "w"))
            return {"version": len(pages), "changed": changed}
        if op in ("wipe", "clear"):
            slots = [args["slot"]] if op == "wipe" else list(now)
            there = [slot for slot in slots if slot in now and now[slot][0] is not GONE]
            for slot in there:
                self.diary[slot].append((GONE, args.get("by", "")))
            return 0 if op == "clear" else bool(there)
        if op == "look":
            self.seen |= {(args["reader"], slot): version for slot, version in args["versions"].items()}
            return None
        if op == "all":
            return {slot: value for slot, (value, _) in now.items() if value is not GONE}
        if op == "read":
            return self.told(args["slot"]) if now.get(args["slot"], (GONE,))[0] is not GONE else {}
        changed = {}
        for slot, pages in self.diary.items():
            seen = self.seen.get((args["reader"], slot), 0)
            gone_unseen = pages[-1][0] is GONE and (args["reader"], slot) not in self.seen
            if (not args["slots"] or slot in args["slots"]) and seen != len(pages) and not gone_unseen:
                changed[slot] = self.told(slot)
        return changed

    def told(self, slot: str) -> dict[str, Any]:
        value, by = self.diary[slot][-1]
        made = {"version": len(self.diary[slot]), "by": by}
        return made if value is GONE else {"value": value} | made


GONE = object()


class MessagesModel:
    """A list; the window is found by trying every number of the newest turns."""

    MESSAGES = st.lists(
        st.fixed_dictionaries(
            {
                "role": st.sampled_from(["system", "user", "assistant"]),
                "content": st.sampled_from(["", "one", "one two three"]),
            }
        ),
        max_size=3,
    )
    writes = st.one_of(op("extend", messages=MESSAGES), op("clear"))
    takes = st.nothing()
    reads = st.one_of(
        op("items", last=st.none() | st.integers(0, 3)),
        op("length"),
        op("window", budget=st.just(60), count=st.just("words"), per_message=st.integers(5, 20), first=st.just(0)),
    )
    params: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        self.all: list[dict[str, Any]] = []

    def do(self, op: str, args: dict[str, Any]) -> Any:
        if op == "extend":
            self.all += args["messages"]
        elif op == "clear":
            self.all = []
        elif op == "items":
            return self.all if args["last"] is None else self.all[len(self.all) - min(args["last"], len(self.all)) :]
        elif op == "window":
            others = [at for at, one in enumerate(self.all) if one["role"] != "system"]
            for most in range(len(others), -1, -1):
                left_out = others[: len(others) - most]
                kept = [one for at, one in enumerate(self.all) if at not in left_out]
                size = sum(len(one["content"].split()) + args["per_message"] for one in kept)
                if size <= args["budget"] and (most or not others):
                    return {"messages": kept, "size": size, "left_out": len(left_out)}
            return "refused"
        return len(self.all)


class StreamModel:
    """The paper's formula over a list."""

    VECTORS = st.sampled_from([None, [1, 0], [0, 2], [3, 3], [0, 0]])
    writes = st.one_of(
        op(
            "add",
            id=NAMES,
            text=st.sampled_from(["x", "y"]),
            now=st.integers(0, 5),
            importance=st.integers(1, 10),
            vector=VECTORS,
        ),
        op("touch", ids=st.lists(NAMES | st.just("a~2"), max_size=2), now=st.integers(5, 9)),
        op("forget", filter=st.sampled_from([{"text": "x"}, {"importance": {"lt": 3}}])),
        op("clear"),
    )
    takes = st.nothing()
    reads = st.one_of(
        op("items", last=st.none() | st.integers(0, 3)),
        op("length"),
        op(
            "retrieve",
            now=st.integers(9, 12),
            vector=VECTORS,
            limit=st.integers(0, 4),
            filter=st.sampled_from([None, {"text": "x"}]),
        ),
    )
    params: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        self.all: list[dict[str, Any]] = []

    def do(self, op: str, args: dict[str, Any]) -> Any:
        if op == "add":
            taken = [one["id"] for one in self.all]
            id = next(name for n in range(1, 1000) if (name := args["id"] + (f"~{n}" if n > 1 else "")) not in taken)
            self.all.append({**args, "id": id, "created": args["now"], "accessed": args["now"]})
            return {"id": id, "length": len(self.all)}
        if op == "touch":
            found = [one for id in args["ids"] for one in self.all if one["id"] == id]
            for one in found:
                one["accessed"] = args["now"]
            return len(found)
        if op in ("forget", "clear"):
            gone = [one for one in self.all if op == "clear" or matches(args["filter"], one)]
            self.all = [one for one in self.all if one not in gone]
            return 0 if op == "clear" else len(gone)
        if op == "length":
            return len(self.all)
        if op == "items":
            last = len(self.all) if args["last"] is None else min(args["last"], len(self.all))
            return [self.told(one) for one in self.all[len(self.all) - last :]]
        found = [one for one in self.all if matches(args["filter"], one)]
        terms = [
            scaled([0.995 ** (args["now"] - one["accessed"]) for one in found]),
            scaled([float(one["importance"]) for one in found]),
            scaled([round(cosine(one["vector"], args["vector"]), 12) for one in found]),
        ]
        rows = [
            {**self.told(one), "score": a + b + c, "recency": a, "importance": b, "relevance": c}
            for one, a, b, c in zip(found, *terms, strict=True)
        ]
        rows.reverse()  # of equal scores the newest first
        return sorted(rows, key=lambda row: -row["score"])[: args["limit"]]

    @staticmethod
    def told(one: dict[str, Any]) -> dict[str, Any]:
        names = ("id", "text", "importance", "created", "accessed")
        return {name: one[name] for name in names} | {"kind": "", "meta": {}}


def scaled(column: list[float]) -> list[float]:
    low, high = min(column, default=0), max(column, default=0)
    return [0.5 if low == high else (value - low) / (high - low) for value in column]


def cosine(one: list[float] | None, other: list[float] | None) -> float:
    if one is None or other is None or not any(one) or not any(other):
        return 0.0
    return sum(a * b for a, b in zip(one, other, strict=True)) / (math.hypot(*one) * math.hypot(*other))


MODELS: dict[str, Any] = {
    "priority_queue": PriorityModel, "table": TableModel, "board": BoardModel, "messages": MessagesModel,
    "stream": StreamModel,
}  # fmt: skip

kinds = pytest.mark.parametrize("kind", sorted(MODELS))


def answer(store: Any, op: str, args: dict[str, Any]) -> Any:
    from studio.support.errors import NodeError

    try:
        return store.do(op, args)
    except NodeError as error:
        if error.kind != "context_window":
            raise
        return "refused"


@kinds
@given(data=st.data())
@settings(max_examples=draws(12, 60), deadline=None)
def test_it_answers_like_its_model_whatever_is_done_and_wherever_it_is_saved(kind: str, data: st.DataObject) -> None:
    cls = MODELS[kind]
    model, store = cls(), make_store(kind, cls.params, "memory")
    for name, args in data.draw(st.lists(cls.writes | cls.takes | cls.reads, max_size=14)):
        if data.draw(st.integers(0, 4)) == 0:
            loaded = make_store(kind, cls.params, "memory")
            loaded.load(store.dump())
            store = loaded

        assert answer(store, name, args) == model.do(name, dict(args))
        if kind == "board" and name == "changes":
            seen = {slot: one["version"] for slot, one in store.do(name, args).items()}
            for one in (store, model):
                one.do("look", {"reader": args["reader"], "versions": seen})


@kinds
@given(data=st.data())
@settings(max_examples=draws(9, 40), deadline=None)
def test_items_of_a_map_see_the_past_and_themselves_and_then_write_one_after_the_other(
    kind: str, data: st.DataObject
) -> None:
    cls = MODELS[kind]
    store: Store = make_store(kind, cls.params, "memory")
    past = data.draw(st.lists(cls.writes, max_size=5))
    items = data.draw(st.lists(st.lists(cls.writes | cls.reads, max_size=5), max_size=3))
    everything = [*past, *(one for item in items for one in item)]
    for name, args in past:
        store.do(name, args)

    forks = [store.fork() for _ in items]
    for fork, item in zip(forks, items, strict=True):
        alone = cls()
        for name, args in past:
            alone.do(name, dict(args))
        for name, args in item:
            assert answer(fork, name, args) == alone.do(name, dict(args))
    before = store.dump()
    for fork in forks:
        fork.apply_to(store)

    if not any(item for item in items):
        assert store.dump() == before
    plain = make_store(kind, cls.params, "memory")
    for name, args in everything:
        if plain.ops[name] != "read":
            plain.do(name, args)
    assert store.dump() == plain.dump()
