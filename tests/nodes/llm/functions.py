"""Model functions of all kinds, drawn at random, with models that answer them well and badly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from studio.nodes.llm.function import Function
from studio.spec import ChatReply, ModelInfo
from studio.spec.params import parse_params
from studio.support.errors import ModelError
from studio.support.values import Absent, Json
from tests.support.fake_context import FULL_INFO, Effect, FakeContext, FakeModel

TEXTS = (
    "Call Ann Lee at 17:30, gate 4.",
    "Late.\n{odd} }}",
    "Ann wrote 12 letters. Bob wrote none! Who (if any) read them?",
    "",
)
SCHEMAS: tuple[dict[str, Any], ...] = (
    {
        "type": "object",
        "properties": {"name": {"type": "string"}, "size": {"type": ["integer", "null"]}},
        "required": ["name"],
    },
    {"type": "object", "properties": {"name": {"type": "string", "maxLength": 12, "default": "nobody"}}},
)  # fmt: skip
INFOS = (
    FULL_INFO,
    FULL_INFO,
    replace(FULL_INFO, supports_logprobs=False),
    replace(FULL_INFO, supports_logprobs=False, supports_completion=False),
    replace(FULL_INFO, supports_logprobs=False, supports_completion=False, supports_schema=False),
)
REPLIES = (
    "good", "“Bad.”", '{"label": "good"}', "yes", "no", "", "Ann Lee", '{"name": "Ann"}', '{"name": "Ann", "size": 12}',
    '```json\n{"name": "Bob", "size": null}\n```', '{"name": 3}', '{"value": {"name": "Eve"}}', "[1",
    ChatReply("Ann", finish_reason="length", cost_usd=0.01), ChatReply("Bob", cost_usd=None, model="dear"),
    ModelError("The model is busy.", code="rate_limit"), ModelError("There is no key.", code="auth"),
)  # fmt: skip
GOOD = {
    "text": ("Ann Lee", " ", ChatReply("Bob.", finish_reason="length")),
    "object": ('{"name": "Ann", "size": 12}', '{"name": "Bob", "size": 2}'),
    "extract": ('{"name": "Ann", "size": 12}', '{"name": "Ann Lee"}'),
    "decide": ("good", '{"label": "bad"}'),
    "route": ("good", '{"label": "bad"}'),
}
COMPLETIONS = (
    {" good": -0.1, " bad": -2.5},
    {" go": -0.5, " bad": -1.0},
    {"\n": -0.1},
    {" yes": -0.3, " no": -1.2},
)
CHECKS: tuple[Json, ...] = (
    "true",
    {"name": "told", "expression": "inputs.text != 'Late.'", "message": "Say more than {text}."},
    {"name": "short", "expression": "len(str(outputs)) < 60"},
    {"name": "sized", "expression": "outputs.size > 3"},
    {"name": "sized too", "expression": "outputs.size > 3", "message": "Give {text} a size."},
)  # fmt: skip
JUDGES: tuple[dict[str, Json], ...] = (
    {"name": "kind"},
    {"name": "fair", "labels": {"fair": "To all.", "unfair": ""}, "pass": "fair", "message": "Be fair to {text}."},
    {"name": "calm", "labels": ["good", "bad"], "pass": ["bad"], "model": "strong", "examples": [{"output": "bad"}]},
)


@dataclass(frozen=True)
class Asked:
    """What came of a firing: its outputs or error, and all that it asked of the world, in order."""

    outputs: Mapping[str, Json]
    error: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class Case:
    """One function with inputs and what its models will say."""

    params: dict[str, Json]
    inputs: dict[str, Json]
    replies: tuple[Any, ...]
    completions: tuple[dict[str, float], ...]
    info: ModelInfo

    def parsed(self) -> Any:
        """Return the params, which must be sound."""
        made, problems = parse_params(Function.Params, self.params)
        assert not (found := [*problems, *(Function.problems(made) if not problems else ())]), (found, self.params)
        return made

    def context(self) -> FakeContext:
        """Return a world in which the models say it."""
        strong = FakeModel(self.replies[::-1] * 30, self.completions * 60, INFOS[3])
        return FakeContext(
            replies=self.replies * 30, completions=self.completions * 60, info=self.info, models={"strong": strong}
        )


async def outcome(case: Case, work: Any) -> Asked:
    """Return what comes of `await work(context, inputs)`, a mapping of outputs."""
    ctx = case.context()
    outputs: dict[str, Json] = {}
    error = ""
    try:
        outputs = dict(await work(ctx, dict(case.inputs)))
    except AssertionError:
        raise
    except Exception as failure:  # noqa: BLE001 - those of a script are classes of its own
        error = f"{type(failure).__name__} {getattr(failure, 'kind', '')}: {failure}"
    shown = {name: f"absent: {value.reason}" if _is_absent(value) else value for name, value in outputs.items()}
    return Asked(shown, error, tuple(ctx.effects))


def _is_absent(value: Any) -> bool:
    return type(value).__name__ == Absent.__name__


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a function whose params are sound, with inputs and answers."""

    def some(**options: st.SearchStrategy[Any]) -> dict[str, Any]:
        return {name: draw(option) for name, option in options.items() if draw(st.booleans())}

    mode = draw(st.sampled_from(["text", "object", "decide", "extract", "route"]))
    instructions = draw(
        st.sampled_from(["Judge: {text}", "Text: {text}\nIs {note} in it? Say so in {{braces}}.", "Read {text}"])
    )
    names = ["text", "note"] if "{note}" in instructions else ["text"]
    params: dict[str, Any] = {"instructions": instructions}
    answers: st.SearchStrategy[Any] = st.sampled_from(["good", "bad"])
    port = "label"
    if mode in ("decide", "route"):
        if mode == "decide":
            params["labels"] = draw(
                st.sampled_from([["good", "bad"], {"good": "Well done.", "bad": None}, ["go", "good", "bad"]])
            )
        else:
            params["routes"] = draw(st.sampled_from([{"good": "Ann", "bad": ["late", "Bob"]}]))
            params |= some(compare=st.just("closest"), sharpness=st.just(0.5), embedder=st.just("other"))
        params |= some(min_confidence=st.sampled_from([0.4, 0.7]))
        params |= some(unsure=st.just("who knows")) if "min_confidence" in params else {}
        params |= some(votes=st.integers(1, 4)) if mode == "decide" else {}
        params |= some(split_words=st.just(3))
    elif mode == "text":
        port = draw(st.sampled_from(["text", "reply"]))
        params |= {"output": port} if port != "text" else {}
        params |= some(allow_cut=st.just(True), allow_empty=st.just(True))
        answers = st.sampled_from(["Ann.", "Bob"])
    else:
        port = "name"
        params["schema"] = draw(st.sampled_from(SCHEMAS))
        answers = st.sampled_from([{"name": "Ann"}, {"name": "Bob"}])
        if mode == "extract":
            params["spans"] = draw(st.sampled_from([True, ["name"]]))
            params |= some(candidates=st.just("people"), span_words=st.integers(1, 3), max_spans=st.just(10))
    if "note" in names and draw(st.booleans()):
        params["optional"] = {"note": "nothing"}
    examples = draw(st.lists(st.tuples(st.sampled_from(TEXTS), answers), max_size=2))
    if examples:
        shown = ["text"] if "optional" in params else names
        params["examples"] = [dict.fromkeys(shown, text) | {"output": answer} for text, answer in examples]
    checks = draw(st.lists(st.sampled_from(range(len(CHECKS) + len(JUDGES))), max_size=3, unique=True))
    judge = f"Is this kind? {{{port}}}"
    if checks:
        params["checks"] = [
            CHECKS[at] if at < len(CHECKS) else {**JUDGES[at - len(CHECKS)], "judge": judge} for at in checks
        ]  # fmt: skip
        for one in params["checks"]:
            if isinstance(one, dict) and "examples" in one:
                one["examples"] = [{port: "Hm.", "output": "bad"}]
    params |= some(
        repairs=st.integers(0, 3), fallback=st.just("strong"), system=st.just("Be brief."), max_tokens=st.just(40),
        temperature=st.just(0.5), cost_usd=st.sampled_from([0.005, 5.0]), model=st.just("fast"),
    )  # fmt: skip
    inputs = {"text": draw(st.sampled_from(TEXTS)), "note": draw(st.sampled_from(["Ann", 3, {"a": None}]))}
    given_names = {name: inputs[name] for name in names}
    if "candidates" in params:
        given_names["people"] = draw(st.sampled_from([["Ann", "Bob "], "Ann or Eve", [], [7]]))
    return Case(
        params,
        given_names,
        tuple(draw(st.lists(st.sampled_from(GOOD[mode]) | st.sampled_from(REPLIES), min_size=1, max_size=6))),
        tuple(draw(st.lists(st.sampled_from(COMPLETIONS), min_size=1, max_size=5))),
        draw(st.sampled_from(INFOS)),
    )
