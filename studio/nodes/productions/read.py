"""`productions.read`: production rules written as text."""

from __future__ import annotations

from typing import Any

from studio.nodes.productions._rules import read_rules
from studio.spec import Fields, Node, RunContext, node, port


@node("productions.read", title="Read rules", category="Productions", icon="document-parse", limits="1,000 rules")
class Read(Node):
    """Read production rules from a text in the form of ACT-R.

    `rule start utility 5 reward 10`, then conditions, `==>`, and actions.  Conditions: `=goal> isa count start =x end
    nil` tests the chunk in a buffer (`=x` is a variable, `- slot value` means not, `<`, `>`, `<=`, `>=` compare
    numbers), `?retrieval> state free buffer empty` asks about it.  Actions: `=goal> start =y` changes it,
    `+retrieval> isa fact` asks a module, `-retrieval>` clears, `!output! (=x)` says something.  `(p start … )`, as in
    Lisp, is taken, too.
    """

    class In(Fields):
        source: Any = port(help="The text, or a list of rules as this node gives them.")

    class Out(Fields):
        rules: list[Any] = port(help="Objects with `name`, `if`, `then`, `utility` and `reward`.")
        length: int = port(help="How many there are.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        made = read_rules(inputs.source)
        return self.Out(rules=made, length=len(made))
