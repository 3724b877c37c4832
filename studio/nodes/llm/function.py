"""`llm.function`, the magic function: declaration here, one mode per `_module` beside it."""

from __future__ import annotations

from collections.abc import Iterable

from studio.nodes.llm import _shape
from studio.nodes.llm._params import FunctionParams
from studio.nodes.llm._problems import problems_of
from studio.nodes.llm._work import job_of, work_of, written_job
from studio.spec import Fields, Node, RunContext, node
from studio.spec.plain import Plain
from studio.support.errors import UsageError
from studio.support.schema_sentences import plain_problem


@node(
    "llm.function",
    title="Model function",
    category="Models",
    icon="function",
    effects="network",
    live=False,
    needs_approval=False,
    library="litellm, xllamacpp",
    limits="`repairs` and `fallback`, `max_tokens`, `cost_usd`; 100 labels, 500 spans",
)
class Function(Node):
    """Let a model do one narrow job: its answer is held to a form, checked, repaired, and never passed on unchecked.

    Write `instructions` with the inputs in braces, `Judge: {draft}`; every name becomes an input port. `{{` and `}}`
    stand for braces. The params decide the mode, and the mode decides the outputs.

    **Decide** (`labels`): one label of a closed list. Outputs `label`, `confidence` (0 to 1), `scores` of all.
    Models that show log-probabilities are asked for a single token, and a label's probability is divided by its
    probability on empty inputs; inputs longer than `split_words` are judged sentence by sentence and the surest
    sentence counts. Give 8 to 12 examples, as long as the inputs, some for every label. Other models state the label;
    then `confidence` is the share of `votes` that agree, and absent with a single vote.

    **Extract** (`schema` and `spans: true`): texts and numbers copied from the inputs, never invented. Each text is
    one of the spans of up to `span_words` words; `pattern`, `format: email`, `minLength` and `maxLength` narrow them.
    A property of type `["string", "null"]` may be missing from the input: its port is then absent. One with a
    `default` may take that too: `city: {type: string, default: ""}`. With `spans: [city, name]` only these properties
    are copied, and the others follow the schema alone. `candidates: products` adds an input `products`, a list of
    texts that takes the place of the spans (as long as it is not empty): what a pattern found, or a list of yours. A
    text wired there gives its own spans: `candidates: note` copies from the note, and never from the question.

    **Route** (`routes`): the route whose description or examples lie nearest to the inputs, by embedding, without a
    model call. Outputs as in Decide. Each route stands at the centre of its texts or, with `compare: closest`, counts
    as near as the closest of them. Confidence is the softmax of the cosines at temperature `sharpness`: at 0.05 a
    lead of 0.1 over one other route gives 0.88.

    **Generate** (none of these): a text on the port named by `output`, or with a `schema` one port per property and
    the whole as `value`. A property that is null or missing leaves its port absent.

    **Examples** give every input by name and the right `output`; chat models see them as earlier turns.

    **Checks** say what each answer must satisfy:

        checks:
          - {name: short, expression: len(words(text)) <= 20, message: Use at most 20 words.}
          - {name: kind, judge: "Is this reply kind? {text}", labels: [yes, no], pass: yes}

    An expression may use every output and input by name; where both share a name it means the output, and
    `inputs.text` the input. A `judge` is a decision of its own, by `model` if it names one, with its own `examples`;
    names in it that nothing else supplies become inputs. Judges are asked only about answers that keep all
    expressions.

    **When a check is violated** the model answers again, up to `repairs` times, and is shown its answer and the rules
    broken so far. (Where all labels were weighed, the next surest is taken instead.) Then the `fallback` model tries
    in the same way; it also answers when the first model fails or its confidence is below `min_confidence`. If
    nothing helps the node fails, naming the check, the answer and what to do. Below `min_confidence` the label is
    `unsure`, or absent, so that what is wired to it is skipped: send the rest to a person.

    **Limits**: `max_tokens` bounds each answer, and a text cut off there is a fault unless `allow_cut`, an empty one
    unless `allow_empty`; once a firing has spent `cost_usd` it makes no further call and fails.
    """

    class Params(FunctionParams):
        """What the function is told; see `_params`."""

    @classmethod
    def inputs(cls, params: FunctionParams) -> type[Fields]:
        return _shape.input_ports(params)

    @classmethod
    def outputs(cls, params: FunctionParams) -> type[Fields]:
        return _shape.output_ports(params)

    @classmethod
    def problems(cls, params: FunctionParams) -> Iterable[str]:
        return problems_of(params)

    @classmethod
    def plain(cls, params: FunctionParams) -> Plain:
        if problem := plain_problem(params.schema or {}):
            raise UsageError(problem)
        work = work_of(params)
        return Plain(work.function, {"job": written_job(params, work.job)}, inputs="mapping")

    async def run(self, ctx: RunContext, params: FunctionParams, inputs: Fields) -> Fields:
        work = work_of(params)
        outputs = await work.function(ctx, inputs.as_dict(), job=job_of(params, work.job))
        return self.outputs(params)(**outputs)
