"""`human.ask`: a question to a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes._ports import any_ports, name_problems
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.calls import match_choice
from studio.support.errors import NodeError
from studio.support.templates import placeholders, render


@node(
    "human.ask",
    title="Ask a person",
    category="People",
    icon="person",
    effects="reads",
    needs_approval=False,
    limits="waits for a person; nobody there pauses the run",
)
class Ask(Node):
    """Ask a person and wait for the answer.

    Each `{name}` in the question is an input.  With *choices* the answer is one of them.  Answers come from the window,
    the terminal, or a file given with `--answers`; a replayed run repeats those it recorded.
    """

    class Params(Fields):
        question: str = param("{question}", help="What to ask, with `{gaps}`.", editor={"kind": "template", "rows": 3})
        choices: list[str] = param((), help="The possible answers; any text if there are none.")
        fallback: str | None = param(None, help="The answer if the person just presses Enter.")

    class Out(Fields):
        answer: str = port(help="What the person said.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return any_ports(placeholders(params.question), "Fills the gap of this name.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from name_problems(placeholders(params.question), "placeholder")
        if not all(isinstance(choice, str) and choice for choice in params.choices):
            yield "`choices` lists texts that are not empty."
        elif params.choices and params.fallback is not None and params.fallback not in params.choices:
            yield f"`fallback` must be one of the choices: {', '.join(params.choices)}."

    async def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        question = render(params.question, vars(inputs))
        answer = await ctx.ask_human(question, tuple(params.choices), params.fallback)
        chosen = match_choice(answer, tuple(params.choices)) if params.choices else answer
        if chosen is None:
            raise NodeError(
                f"the answer “{answer}” is none of the choices {', '.join(params.choices)}.",
                hint="Correct the answer, or the file of answers.",
                code="answer",
            )
        return self.Out(answer=chosen)
