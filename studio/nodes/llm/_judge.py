"""`Judge`: a check that is the verdict of another narrow model call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._choose import drafts
from studio.nodes.llm._forms import label_table
from studio.nodes.llm._job import Fault, Job
from studio.nodes.llm._prompting import example_pairs
from studio.nodes.llm._ranking import Question
from studio.nodes.llm._rule import told
from studio.nodes.llm._settle import Try
from studio.nodes.llm._weighing import rank
from studio.support.errors import NodeError
from studio.support.templates import placeholders
from studio.support.values import Json, preview


@dataclass(frozen=True)
class Judge:
    """A check that a model decides by one of the `labels`; those in `passing` let the answer pass.

    It asks `model`, or the model of the function it checks, and as often as that may mend if no label is named.
    """

    name: str
    judge: str
    labels: Sequence[str] | Mapping[str, str | None] = ("yes", "no")
    passing: Sequence[str] = ("yes",)
    message: str = ""
    model: str = ""
    examples: Sequence[Mapping[str, Json]] = ()
    asks_a_model: ClassVar[bool] = True

    async def fault(self, asker: Asker, job: Job, values: Mapping[str, Json]) -> Fault | None:
        """Return the verdict if it is a bad one. Raises `NodeError` if there is none."""
        question = Question(
            instructions=self.judge,
            values={name: values[name] for name in placeholders(self.judge)},
            labels=label_table(self.labels),
            examples=example_pairs(self.examples, {}),
            split_words=0,
        )
        asked = self.model or job.model
        faults: tuple[Fault, ...] = ()
        said = ""
        for round in range(job.repairs + 1):
            draft = drafts(await rank(asker, question, Try(asked, round, faults, said)), question.labels)[0]
            if not draft.faults:
                label = draft.outputs["label"]
                asker.ctx.log("judged", {"check": self.name, "label": label, "confidence": draft.outputs["confidence"]})
                if label in self.passing:
                    return None
                return Fault(self.name, told(self.message, values) or f"{self.name}: the judge says {label}.")
            faults, said = tuple(draft.faults), draft.said
        raise NodeError(
            f"Check `{self.name}` could not be judged: {asked} named none of the labels {', '.join(question.labels)}"
            f" and said “{preview(said, 100)}”.",
            hint="Give the judge examples, or another `model`.",
            code="judge",
        )
