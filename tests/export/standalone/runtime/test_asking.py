"""What a script's firing asks is asked, answered and recorded as the studio's engine does it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from studio import arun
from studio.engine.firing import Failure, RunHalted
from studio.export.standalone.runtime.clocks import Clock
from studio.export.standalone.runtime.graph import Graph as ScriptGraph
from studio.export.standalone.runtime.humans import Person
from studio.export.standalone.runtime.models.catalog import Models
from studio.export.standalone.runtime.models.embedding import Embedders
from studio.export.standalone.runtime.models.tools import Tools
from studio.export.standalone.runtime.once import Once
from studio.export.standalone.runtime.outside import AskingFiring, Outside
from studio.export.standalone.runtime.region import Region
from studio.export.standalone.runtime.run import Run
from studio.graph.model import Graph
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.calls import ChatReply, ModelInfo, ToolOffer
from studio.spec.registry import Registry
from studio.support.errors import EnvironmentProblem, ModelError, NodeError, StudioError, UsageError
from studio.support.values import Json
from studio.trace import open_run
from studio.trace.writer import close_writer
from tests.export.standalone.runtime.both_logs import recorder_of, rows_of
from tests.trace.runs import start_of

Work = Callable[[Any], Awaitable[Json]]

WORK: dict[str, Work] = {}

GRAPH = """
studio: 1
name: asker
nodes:
  asker: {type: toy.asker}
"""


@node("toy.asker", category="Toys")
class Asker(Node):
    """Asks what the test says."""

    class Out(Fields):
        said: object = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Asker.Out:
        return self.Out(said=await WORK["asker"](ctx))


async def in_the_studio(
    folder: Path, work: Work, script: Path, answers: Path | None, clock: str | None
) -> tuple[dict[str, Any], str]:
    """Run the work as a node of the studio; return what is recorded of it and how the run ended."""
    WORK["asker"] = work
    file = folder / "studio.sqlite"
    graph = folder / "asker.yaml"
    graph.write_text(GRAPH)
    result = await arun(
        Graph.load(graph), model=f"scripted:{script}", embedder="toy", answers=answers, clock=clock,
        registry=Registry(extra=(Asker,)), log=open_run(file, start_of()),
    )  # fmt: skip
    close_writer(file)
    return asked_in(file), result.ended


async def in_a_script(
    folder: Path, work: Work, script: Path, answers: Path | None, clock: str | None
) -> tuple[dict[str, Any], str]:
    """Run the work as a module of a script."""
    file = folder / "script.sqlite"

    async def asker(firing: Any) -> dict[str, Json]:
        return {"said": await work(firing)}

    async def body(region: Region) -> None:
        await region.fire("asker", asker)

    log = recorder_of(file, start_of())
    outside = Outside(
        Models({}, model=f"scripted:{script}", tools=Tools()), Person(None if answers is None else str(answers)),
        Clock(clock), embedders=Embedders({}, embedder="toy"), once=Once(),
    )  # fmt: skip
    run = Run(log.run_id, log)
    outside.begin(run)
    graph = ScriptGraph(body, "asker", {"asker": ("toy.asker", 1)})
    try:
        await Region(run, graph, run.meter).play()
        ended = "quiet"
    except Failure:
        ended = "error"
    except RunHalted:
        ended = f"limit:{run.paused[0]}" if run.paused else "halted"
    await outside.close()
    log.close()
    return asked_in(file), ended


def asked_in(file: Path) -> dict[str, Any]:
    """Return what was asked and answered, without when and for how long."""
    rows = rows_of(file)
    unlike = {"asked_at", "duration", "sum"}
    return {
        table: [{key: value for key, value in row.items() if key not in unlike} for row in rows[table]]
        for table in ("_effect", "_answer", "_message", "_message_use", "_blob")
    }


async def asks_models(ctx: Any) -> Json:
    model = ctx.model()
    offered = [ToolOffer("look", "Looks.", {"type": "object"})]
    said = await model.chat(
        [{"role": "user", "content": "hello"}], schema={"type": "object"}, max_tokens=9, temperature=0.5, stop=["x"],
        tools=offered, must_call=True,
    )  # fmt: skip
    once = [await model.complete("one of", top=5, once=True) for _ in range(2)]
    told = [[one.text, [[choice.token, choice.logprob] for choice in one.choices]] for one in once]
    return [said.text, [call.to_json() for call in said.tool_calls], told, model.info.name]


async def asks_models_at_once(ctx: Any) -> Json:
    strong, fast = ctx.model("strong"), ctx.model("fast")
    both = await asyncio.gather(strong.complete("same", once=True), fast.complete("same", once=True))
    return [one.text for one in both]


async def embeds(ctx: Any) -> Json:
    return await ctx.embed(["tide pools", "crabs and crabs"])


async def sleeps(ctx: Any) -> Json:
    before = await ctx.now()
    await ctx.sleep(90)
    await ctx.sleep(0.5)
    return [before, await ctx.now()]


async def asks_people(ctx: Any) -> Json:
    return [await ctx.ask_human("Go on?", ["yes", "no"]), await ctx.ask_human("And then?", default="nothing")]


async def leaves_notes(ctx: Any) -> Json:
    ctx.log("seen", {"x": [1, 2.5]})
    return await ctx.effect("tool", "look", {"word": "tide"}, answer_tide)


async def answer_tide() -> Json:
    return {"found": True}


async def fail_strangely() -> Json:
    raise KeyError("tide")


async def fails_strangely(ctx: Any) -> Json:
    try:
        await ctx.effect("tool", "look", None, fail_strangely)
    except NodeError as error:
        return str(error)
    return None


async def asks_too_often(ctx: Any) -> Json:
    replies = []
    for _ in range(9):
        try:
            replies.append((await ctx.model().chat([{"role": "user", "content": "again"}])).text)
        except ModelError as error:
            replies.append([error.kind, str(error)])
    return replies


async def names_what_is_not_there(ctx: Any) -> Json:
    await ctx.model().chat([{"role": "user", "content": "again"}])
    return None


CASES: dict[str, Work] = {
    "models": asks_models,
    "models at once": asks_models_at_once,
    "embedders": embeds,
    "the clock": sleeps,
    "people": asks_people,
    "notes and tools": leaves_notes,
    "a tool that raises": fails_strangely,
    "a script that ends": asks_too_often,
}

LINES = (
    {"tool_calls": [{"name": "look", "arguments": {"word": "tide"}}], "reply": "let me see", "tokens_in": 3},
    {"reply": "yes", "choices": {"yes": 0.7, "no": 0.3}, "tokens_out": 2, "cost_usd": 0.25, "entropy": 0.5},
    {"error": "rate_limit", "retry_after_s": 2},
    {"reply": "fine", "cost_usd": None, "finish_reason": "length"},
)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "replies.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in LINES))
    return path


@pytest.mark.parametrize("case", CASES)
async def test_what_is_asked_is_recorded_alike(tmp_path: Path, script: Path, case: str) -> None:
    answers = tmp_path / "answers.txt"
    answers.write_text("yes\nthe rest\n")
    asks = (CASES[case], script, answers, "2026-01-31T09:30:00")

    studio = await in_the_studio(tmp_path, *asks)
    told = await in_a_script(tmp_path, *asks)

    assert told == studio
    assert studio[0]["_answer"]


async def test_the_comparison_sees_another_question(tmp_path: Path, script: Path) -> None:
    asked = await in_the_studio(tmp_path, leaves_notes, script, None, None)
    other = await in_a_script(tmp_path, sleeps, script, None, "2026-01-31T09:30:00")

    assert other != asked


async def test_where_nobody_is_there_to_ask_the_run_pauses(
    tmp_path: Path, script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stream in ("stdin", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: False, raising=False)
    asks = (asks_people, script, None, None)

    studio = await in_the_studio(tmp_path, *asks)
    told = await in_a_script(tmp_path, *asks)

    assert told == studio
    assert told[1] == "limit:human"


class Paid:
    """A model that costs money, and notes what is on disk while it is asked."""

    retry_transient = 0
    deterministic_order = False

    def __init__(self, file: Path, *, billable: bool) -> None:
        self.file = file
        self.info = ModelInfo("paid", billable=billable)
        self.seen: list[tuple[int, int]] = []

    async def chat(self, request: Json, by: object, timeout_s: float | None) -> dict[str, Json]:
        rows = rows_of(self.file)
        self.seen.append((len(rows["_effect"]), len(rows["_answer"])))
        return ChatReply("fine").to_json()


async def asks_twice(ctx: Any) -> Json:
    return [(await ctx.model("paid").chat([{"role": "user", "content": "hi"}])).text for _ in range(2)]


async def paid_run(file: Path, model: Paid, broken: type[EnvironmentProblem] | None = None) -> Run:
    log = recorder_of(file, start_of())
    log.flush()
    models = Models({})
    models._providers["paid"] = model
    run = Run(log.run_id, log, make_firing=AskingFiring)
    run.world = Outside(models)

    async def asker(firing: Any) -> dict[str, Json]:
        return {"said": await asks_twice(firing)}

    async def body(region: Region) -> None:
        await region.fire("asker", asker)

    if broken is not None:
        log._file.transaction = refuse  # type: ignore[union-attr, method-assign]
    with contextlib.suppress(RunHalted):
        await Region(run, ScriptGraph(body, "asker", {"asker": ("toy.asker", 1)}), run.meter).play()
    with contextlib.suppress(EnvironmentProblem):
        log.close()
    return run


def refuse() -> Any:
    raise EnvironmentProblem("The disk is full.")


@pytest.mark.parametrize(
    ("billable", "seen"),
    [(True, [(2, 1), (3, 2)]), (False, [(0, 0), (0, 0)])],
    ids=["money is spent", "control: it is free"],
)
async def test_what_costs_money_is_on_disk_before_it_is_asked_and_when_it_is_answered(
    tmp_path: Path, billable: bool, seen: list[tuple[int, int]]
) -> None:
    model = Paid(tmp_path / "runs.sqlite", billable=billable)

    await paid_run(model.file, model)

    assert model.seen == seen


async def test_a_run_that_cannot_be_recorded_spends_nothing_more(tmp_path: Path) -> None:
    model = Paid(tmp_path / "runs.sqlite", billable=True)

    run = await paid_run(model.file, model, EnvironmentProblem)

    assert model.seen == []
    assert run.broken is not None
    assert "disk is full" in str(run.broken)


@pytest.mark.parametrize("text", ["soon", "2026-13-01", ""])
def test_a_clock_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no time"):
        Clock(text)


async def test_a_real_clock_tells_the_time_with_its_offset() -> None:
    from datetime import UTC, datetime

    told = datetime.fromisoformat(Clock().now(0))

    assert abs((datetime.now(UTC) - told).total_seconds()) < 60


class TestModels:
    """Which model a name stands for in a script."""

    def test_roles_stand_for_what_the_table_says_and_default_for_the_rest(self) -> None:
        models = Models({"default": "a/b", "fast": "", "strong": "c/d"})

        assert [models.resolve(name) for name in ("default", "fast", "strong", "e/f")] == ["a/b", "a/b", "c/d", "e/f"]

    def test_one_model_can_take_all_three_roles(self) -> None:
        models = Models({"default": "a/b", "strong": "c/d"}, model="g/h")

        assert [models.resolve(name) for name in ("default", "fast", "strong", "e/f")] == ["g/h", "g/h", "g/h", "e/f"]

    def test_two_names_of_one_script_draw_from_one_list(self, script: Path) -> None:
        models = Models({"default": f"scripted:{script}", "strong": f"scripted:{script}"})

        assert models.provider("default") is models.provider("strong")

    def test_nothing_chosen_is_one_sentence_with_the_next_step(self) -> None:
        with pytest.raises(UsageError, match="none is chosen") as refused:
            Models({"default": ""}).provider("fast")

        assert refused.value.exit_code == 2
        assert "--model openai/gpt-4o-mini" in refused.value.hint

    @pytest.mark.parametrize("name", ["embedded/smollm2", "replay:last", "replay:last+openai/gpt-4o-mini"])
    def test_what_only_the_studio_has_is_refused_with_the_next_step(self, name: str) -> None:
        with pytest.raises(UsageError, match="in the studio only") as refused:
            Models({}).provider(name)

        assert "--model openai/gpt-4o-mini" in refused.value.hint

    @pytest.mark.parametrize("name", ["default", "embedded", "embedded/wordllama-256", "replay:last", "scripted:x"])
    def test_embedders_are_refused_likewise(self, name: str) -> None:
        with pytest.raises(UsageError) as refused:
            Embedders({}).provider(name)

        assert "--embedder openai/text-embedding-3-small" in refused.value.hint

    def test_a_script_that_is_not_there_is_a_mistake_of_the_command_line(self) -> None:
        with pytest.raises(UsageError, match=r"nowhere\.jsonl: The script file cannot be read"):
            Models({}, model="scripted:nowhere.jsonl").provider()

    def test_only_scripts_that_the_graph_asks_decide_about_order(self, script: Path, tmp_path: Path) -> None:
        addressed = tmp_path / "addressed.jsonl"
        addressed.write_text('{"node": "a", "reply": "x"}\n')
        table = {"default": f"scripted:{script}", "fast": f"scripted:{addressed}", "strong": "openai/x"}

        found = [
            [one.deterministic_order for one in Models(table, [name]).scripts()]
            for name in ("default", "fast", "strong")
        ]

        assert found == [[True], [False], []]


def test_refusals_are_errors_for_people() -> None:
    assert issubclass(UsageError, StudioError)
