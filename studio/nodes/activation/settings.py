"""`activation.settings`: the constants of a cognitive model, checked."""

from __future__ import annotations

from typing import Any

from studio.nodes.activation._settings import settings_of
from studio.spec import Fields, Node, RunContext, node, port


@node("activation.settings", title="Settings of ACT-R", category="Activation", icon="formula")
class Settings(Node):
    """Give the constants of an ACT-R model: the defaults of one of its programs, and what is changed.

    `lisp`: base level off, F 1, symbolic retrieval takes no time.  `pyactr`: base level exact, F 0.1, symbolic
    retrieval takes 0.05 s, no strict harvesting.  Both: `subsymbolic` false, `decay` 0.5, `threshold` 0,
    `latency_exponent` 1, `strength` null (no spreading), `penalty` null (no partial matching), `noise` 0,
    `utility_rate` 0.2.  A `decay` that is given turns the base level on (exact, unless `base_level` says optimised,
    optimised_last or off).  Further: `base_constant`, `weights` (by buffer, for spreading), `similarities`,
    `finst_count` 4, `finst_seconds` 3, `production_time` 0.05, `imaginal_delay` 0.2, `visual_delay` 0.085,
    `utility_noise` 0, `utility_learning`, `reward_since` (firing or choice), `compilation`, `strict`.

    The names of the programs are taken, too: `bll`, `rt`, `lf`, `mas`, `ans`, `mp`, `egs`, … of Lisp,
    `retrieval_threshold`, `optimized_learning`, `strength_of_association`, … of pyactr.  A name or value that is none
    is refused, and so is a setting of activation while memory is symbolic.
    """

    class In(Fields):
        defaults: str = port("lisp", help="Whose defaults: lisp or pyactr.")
        changes: list[Any] = port((), many=True, help="Objects with settings; later ones go over earlier ones.")

    class Out(Fields):
        settings: dict[str, Any] = port(help="All settings by name.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(settings=settings_of(inputs.defaults, inputs.changes))
