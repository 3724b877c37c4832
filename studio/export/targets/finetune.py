"""Model calls as examples for fine-tuning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from studio.export.targets.declaring import Option, Options, Problem, RunSource, RunTarget, Tell
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.export.records.finetune import Wanted


def make(source: RunSource, options: Options, tell: Tell) -> Iterator[bytes]:
    """Yield the examples, a line each. Raises UsageError if nothing is left."""
    from studio.export.records.finetune import Told, example_lines

    told, wanted = Told(), _wanted(options)
    yield from example_lines(source.trace, source.runs, wanted, told)
    missing = sorted(wanted.nodes - told.nodes)
    if missing:
        raise UsageError(f"No node `{missing[0]}` asked a model.", where="--node", hint="`studio show RUN` lists them.")
    sentence = " ".join(told.sentences())
    if not told.kept:
        raise UsageError("There is nothing to learn from.", hint=sentence)
    tell(sentence)


def problems(source: RunSource, options: Options) -> list[Problem]:
    """Say what is wrong with the score before anything is read."""
    _wanted(options)
    return []


def _wanted(options: Options) -> Wanted:
    from studio.export.records.finetune import Wanted, parsed_score

    return Wanted(
        nodes=frozenset(map(str, options["node"])),
        statuses=frozenset(map(str, options["status"])),
        passed=bool(options["checks-passed"]),
        score=parsed_score(str(options["score"])),
    )


TARGET = RunTarget(
    name="finetune",
    title="Examples for fine-tuning",
    summary="Questions and answers of models as chats, a line each, for training a model in the agent's own context.",
    suffixes=(".chat.jsonl",),
    media_type="application/jsonl",
    make=make,
    problems=problems,
    many=True,
    options=(
        Option("node", "only calls of this node; may be given again", "list", metavar="NODE"),
        Option("checks-passed", "only answers that passed every check and became what the node gave"),
        Option(
            "score", "only calls of firings for which this is true, such as `confidence >= 0.9`", "text", metavar="EXPR"
        ),
        Option(
            "status", "only calls of firings that ended so: ok, error; may be given again", "list", metavar="STATUS"
        ),
    ),
)
