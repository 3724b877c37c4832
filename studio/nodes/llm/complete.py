"""`llm.complete`: a model goes on with a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from studio.nodes._changed import changed_params
from studio.nodes.llm._standing import model_param, stop_param, stop_problems, system_param, temperature_param
from studio.spec import Fields, Message, Node, RunContext, node, param, port
from studio.spec.plain import Plain
from studio.support.errors import NodeError
from studio.support.values import Json

SYSTEM = "Go on with the code where it ends. Write only what comes next, no remarks."


@node(
    "llm.complete",
    title="Go on with a text",
    category="Models",
    icon="chat",
    effects="network",
    live=False,
    needs_approval=False,
    library="litellm, xllamacpp",
    limits="`most_choices`, one call each; 900 s; `max_tokens`",
)
class Complete(Node):
    """Let a model go on with a text, as code completion does, and take what it writes as it is.

    Nothing is checked or trimmed: blanks at the ends stay, and an empty answer is one; it ends before the first of the
    texts in `stop`, also if the model wrote on. With a `suffix` the model is shown what stands behind the gap. Several
    `choices` are as many calls. It is for systems whose other modules read the answer; for a narrow, checked job take
    *llm.function*.
    """

    class Params(Fields):
        model: str = model_param()
        system: str = system_param(SYSTEM)
        gap: str = param("\n<gap>\n", help="What marks the gap between `prompt` and `suffix`.")
        most_choices: int = param(1, ge=1, le=20, help="At most so many answers; more are refused.")
        max_tokens: int = param(100, ge=1, help="Longest answer in tokens.")
        temperature: float = temperature_param("Higher is more varied, if nothing is wired.")
        stop: tuple[str, ...] = stop_param("Texts at which the answer ends, if nothing is wired.")

    class In(Fields):
        prompt: str = port(help="The text so far.")
        suffix: str = port("", help="What stands behind the gap.")
        choices: int = port(1, help="How many answers to ask for.")
        temperature: float = port(None, help="Higher is more varied; else the param of that name.")
        most_tokens: int = port(None, help="Longest answer in tokens; else `max_tokens`.")
        stop: list[Any] = port(None, help="Texts at which the answer ends; else the param of that name.")

    class Out(Fields):
        text: str = port(help="The first answer.")
        choices: list[Any] = port(help="Objects with `text`, `finish_reason` and `tokens`, in the order of the calls.")
        texts: list[Any] = port(help="Only the texts of all answers.")

    @classmethod
    def problems(cls, params: Params) -> Iterable[str]:
        """Yield what is wrong with `stop`."""
        yield from stop_problems(params.stop)

    @classmethod
    def plain(cls, params: Params) -> Plain:
        return Plain(complete, changed_params(params), "mapping")

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**await complete(ctx, vars(inputs), **params.as_dict()))


async def complete(
    firing: RunContext,
    values: Mapping[str, Any],
    *,
    model: str = "default",
    system: str = SYSTEM,
    gap: str = "\n<gap>\n",
    most_choices: int = 1,
    max_tokens: int = 100,
    temperature: float = 0.0,
    stop: Sequence[str] = (),
) -> dict[str, Json]:
    """Return what a model writes after a text, as it is. `values` are the inputs by port; they win over settings."""
    choices, suffix = values["choices"], values["suffix"]
    warmth = temperature if values["temperature"] is None else values["temperature"]
    longest = max_tokens if values["most_tokens"] is None else values["most_tokens"]
    ends = stop if values["stop"] is None else values["stop"]
    if not 1 <= choices <= most_choices:
        raise NodeError(
            f"`choices` is {choices}, but it goes from 1 to {most_choices}.",
            hint="Correct it, or raise `most_choices`.",
            code="input",
        )
    if longest < 1:
        raise NodeError(f"`most_tokens` is {longest}, but an answer has at least 1.", hint="Correct it.", code="input")
    standing = [Message(role="system", content=system)] if system.strip() else []
    asked = Message(role="user", content=values["prompt"] + (gap + suffix if suffix else ""))
    answers: list[Json] = []
    for _ in range(choices):
        reply = await firing.model(model).chat([*standing, asked], max_tokens=longest, temperature=warmth, stop=ends)
        text = _until(reply.text, ends)
        reason = reply.finish_reason if text == reply.text else "stop"
        answers.append({"text": text, "finish_reason": reason, "tokens": reply.tokens_out})
    texts: list[Json] = [answer["text"] for answer in answers if isinstance(answer, dict)]
    return {"text": texts[0], "choices": answers, "texts": texts}


def _until(text: str, ends: Sequence[str]) -> str:
    """Return what stands before the first of these ends: not every model (and no script) stops by itself."""
    return text[: min((place for place in map(text.find, ends) if place >= 0), default=len(text))]
