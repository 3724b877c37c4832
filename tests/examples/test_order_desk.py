"""The classical half of order_desk, with a model that knows nothing; and the measurement that its page quotes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace, run
from studio.spec import ChatReply, ModelInfo
from studio.spec.calls import ChatCall, CompletionCall, CompletionReply
from studio.support.resources import resource_root
from tests.bench import heldout

GRAPHS = resource_root("graphs")
CLASSICAL = ("order_no", "contact", "quantity", "day", "name")


class FirstChoice:
    """A model that always takes the first answer it is offered, of the first property."""

    info = ModelInfo("first-choice")
    retry_transient = 0
    deterministic_order = False

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        assert call.schema is not None
        return ChatReply(json.dumps({name: one["enum"][0] for name, one in call.schema["properties"].items()}))

    async def complete(self, call: CompletionCall) -> CompletionReply:
        raise AssertionError("a model without completion is not asked for one")


@pytest.fixture(scope="module")
def graph() -> Graph:
    """The graph with its Decides voting twice, so that a model that only states labels gives scores too."""
    made = Graph.load(GRAPHS / "order_desk.yaml")
    for inner in made.graphs.values():
        for node in inner.nodes.values():
            if node.type == "llm.function" and "labels" in node.params:
                node.params["votes"] = 2
    return made


def ask(graph: Graph, text: str, tmp_path: Path) -> tuple[dict[str, Any], Trace]:
    """Return the record and, still to be closed, the trace of the run."""
    result = run(graph, message=text, model=FirstChoice(), embedder="toy", db=tmp_path / "runs.db")
    assert result.status == "ok", result.error
    return result.outputs["record"], Trace(tmp_path / "runs.db")


def test_the_classical_fields_of_the_twelve_examples_are_right(graph: Graph, tmp_path: Path) -> None:
    wrong = []
    for case in heldout.cases("examples"):
        record, trace = ask(graph, case.text, tmp_path)
        trace.close()
        wrong += [(case.id, one) for one in CLASSICAL if not heldout.is_right(one, record[one], case.want[one])]

    assert wrong == []


def test_candidates_for_the_product_stand_behind_articles_and_numbers(graph: Graph, tmp_path: Path) -> None:
    text = "We need two large party tents in Cadiz by tomorrow, and my boxes of candles never came. Diego Sanz"

    record, trace = ask(graph, text, tmp_path)

    with trace:
        [chunks] = [trace.outputs(one)["value"] for one in trace.firings("last") if one.node == "chunks"]
    assert chunks == ["large", "large party", "large party tents", "candles", "candles never"]
    assert record["quantity"] == 2


def test_a_message_of_scraps_still_gives_a_record(graph: Graph, tmp_path: Path) -> None:
    record, trace = ask(graph, "kettle broken!!", tmp_path)
    trace.close()

    assert list(record) == list(heldout.FIELDS)
    assert (record["name"], record["city"], record["quantity"], record["product"]) == ("", "", 1, "kettle")


@pytest.mark.parametrize("name", ["dev", "heldout"])
def test_what_was_measured_can_be_reckoned_again_from_the_answers(name: str) -> None:
    found = json.loads((GRAPHS / f"data/order_desk/{name}_result.json").read_text(encoding="utf-8"))["results"]
    cases = {case.id: case for case in heldout.cases(name)}

    assert [one["id"] for one in found["cases"]] == list(cases)
    for side in ("graph", "twin"):
        whole = 0
        for one in found["cases"]:
            record, want = one[side]["record"], cases[one["id"]].want
            wrong = [name for name in heldout.FIELDS if not heldout.is_right(name, record.get(name), want[name])]
            assert wrong == one[side]["wrong"]
            whole += not wrong
        share = found["differences"]["whole record"]["first" if side == "graph" else "second"]
        assert whole == round(share * len(cases))


def test_the_page_quotes_what_was_measured() -> None:
    found = json.loads((GRAPHS / "data/order_desk/heldout_result.json").read_text(encoding="utf-8"))["results"]
    page = (GRAPHS / "order_desk.md").read_text(encoding="utf-8").partition("## What to expect")[2]

    assert "**26 of 68** | **4 of 68**" in page
    for name, one in found["differences"].items():
        size = 680 if name == "fields" else 68
        row = next(line for line in page.splitlines() if line.replace("*", "").replace("`", "").startswith(f"| {name}"))
        numbers = row.replace("*", "").split(" | ")[1:3]
        assert [int(number.split()[0]) for number in numbers] == [
            round(one[side] * size) for side in ("first", "second")
        ]
