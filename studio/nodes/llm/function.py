"""`llm.function`, the magic function: declaration here, one mode per `_module` beside it."""

from __future__ import annotations

from collections.abc import Iterable

from studio.nodes.llm import _choose, _shape
from studio.nodes.llm._asking import Asker
from studio.nodes.llm._checks import faults_of, read_checks
from studio.nodes.llm._extract import draft_extract
from studio.nodes.llm._generate import draft_object, draft_text, own_check
from studio.nodes.llm._params import FunctionParams
from studio.nodes.llm._problems import problems_of
from studio.nodes.llm._settle import Draft, Fault, Try, settle
from studio.spec import Fields, Node, RunContext, node


@node("llm.function", category="Models", icon="function", effects="network", live=False)
class Function(Node):
    """Let a model do one narrow job: its answer is held to a form, checked, repaired, and never passed on unchecked."""

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

    async def run(self, ctx: RunContext, params: FunctionParams, inputs: Fields) -> Fields:
        given = inputs.as_dict()
        values = {name: given[name] for name in _shape.instruction_inputs(params)}
        asker = Asker(ctx, params.cost_usd)
        checks = read_checks(params.checks)

        async def check(draft: Draft) -> list[Fault]:
            return await faults_of(checks, asker, params, given, draft.outputs)

        if _shape.mode_of(params) in ("decide", "route"):
            chooser = _choose.Chooser(asker, params, values)
            chosen = await settle(asker, params, chooser.attempt, check, lambda draft: _choose.sure(params, draft))
            return self.outputs(params)(**_choose.gated(params, chosen))

        async def attempt(told: Try) -> Draft:
            if _shape.mode_of(params) == "extract":
                return await draft_extract(asker, params, values, told)
            if params.schema:
                schema = params.schema
                return await draft_object(asker, params, values, told, schema=schema, check=own_check(schema))
            return await draft_text(asker, params, values, told)

        draft = await settle(asker, params, attempt, check)
        return self.outputs(params)(**draft.outputs)
