"""`json.mend`: reads as JSON what a model wrote nearly as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.json._slips import MAX_CHARACTERS, SLIPS, read_mending
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed
from studio.support.values import Absent, NotJson, decode, encode

_WAYS = ("value", "how", "unreadable")


@node("json.mend", title="Read nearly JSON", category="JSON", icon="json", limits=f"{MAX_CHARACTERS:,} characters")
class Mend(Node):
    """Read as JSON what a model wrote, mending common slips; what cannot be read goes out of `unreadable`.

    Tried in this order, as AutoGPT v0.2.2 did (2023): the text as it is, without *tabs*; without backslashes that begin
    no escape (*escapes*); with quotes round names (*names*); with as many closing as opening braces (*braces*); from
    the first brace to the last (*around*).  NaN and infinities become null.  Nothing fails: wire `unreadable` to a
    model that repairs it.
    """

    class Params(Fields):
        slips: list[str] = param(SLIPS, help=f"Which slips are mended: some of {', '.join(SLIPS)}.")

    class In(Fields):
        text: str = port(help="The text to read.")

    class Out(Fields):
        value: Any = port(help="The value; absent if the text cannot be read.", type="json")
        how: str = port(help="How it was read: as_it_is, mended or cut_out.")
        unreadable: str = port(help="The text as far as it was mended, if it cannot be read.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        for slip in params.slips:
            if slip not in SLIPS:
                yield f"The slip {slip!r} is not known. There are: {', '.join(SLIPS)}."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**mend(inputs.text, slips=params.slips))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(mend, changed(params), takes_firing=False)


def mend(text: str, slips: Any = SLIPS) -> dict[str, Any]:
    """Return the outputs for a text, see `read_mending`; a value with half a character in it counts as unreadable."""
    found = read_mending(text, tuple(slips))
    if "value" in found:
        try:
            found["value"] = decode(encode(found["value"]))
        except (NotJson, RecursionError):
            found = {"unreadable": text}
    why = Absent("the text was read" if "value" in found else "the text cannot be read as JSON")
    return {name: found.get(name, why) for name in _WAYS}
