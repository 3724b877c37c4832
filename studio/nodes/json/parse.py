"""`json.parse`: text becomes a JSON value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Json, NotJson, decode, encode, preview

MAX_TRIES = 200
"""How many places of a text are tried in lenient mode."""


@node("json.parse", category="JSON", icon="json", library="orjson", limits="200 places where JSON may begin")
class Parse(Node):
    """Read a text as JSON.

    *Lenient* looks for the first object or list anywhere in the text, as models like to wrap their answer in words or
    in a code block.  If the text is no JSON the node fails and says where.
    """

    class Params(Fields):
        lenient: bool = param(False, help="Take the first object or list found in the text.")

    class In(Fields):
        text: str = port(help="The text to read.")

    class Out(Fields):
        value: Any = port(help="The value.", type="json")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        try:
            return self.Out(value=decode(inputs.text))
        except ValueError:
            if params.lenient:
                for value in _found_in(inputs.text):
                    return self.Out(value=value)
                raise NodeError(
                    f"no JSON object or list was found in the text “{preview(inputs.text, 80)}”.", code="not_json"
                ) from None
            raise NodeError(_why(inputs.text), hint=_hint(inputs.text), code="not_json") from None


def _found_in(text: str) -> Iterator[Json]:
    """Yield the first object or list in a text that is otherwise no JSON."""
    decoder = json.JSONDecoder(parse_constant=_refuse_constant)
    tries, at = 0, -1
    while tries < MAX_TRIES:
        starts = [place for place in (text.find("{", at + 1), text.find("[", at + 1)) if place >= 0]
        if not starts:
            return
        at = min(starts)
        tries += 1
        try:
            value, _ = decoder.raw_decode(text, at)
            encode(value)
        except (ValueError, RecursionError):  # also NotJson: half a character, a number that is too large
            continue
        yield value
        return


def _refuse_constant(name: str) -> Json:
    raise NotJson(f"{name} is no JSON")


def _why(text: str) -> str:
    """Return what is wrong with a text that is no JSON, in words of the standard library, which scripts have too."""
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        near = preview(text[max(0, error.pos - 20) : error.pos + 20], 40)
        reason = error.msg[:1].lower() + error.msg[1:]
        return f"the text is no JSON: {reason} at line {error.lineno}, column {error.colno}, near “{near}”."
    except NotJson as error:
        return f"the text is no JSON: {error}."
    except RecursionError:
        return "the text is no JSON that can be read: it is nested too deeply."
    except ValueError:
        pass  # a number of thousands of digits
    return "the text is no JSON: there is half a character or too large a number in it."


def _hint(text: str) -> str:
    return "Set `lenient` to find the JSON inside it." if "{" in text or "[" in text else ""
