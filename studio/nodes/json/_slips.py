"""The slips that programs of 2023 mended in what a model wrote as JSON, and in which order they tried.

After `json_fix_general.py` and `json_fix_llm.py` of AutoGPT v0.2.2 (April 2023): parse; take backslashes away that
begin no escape; put quotes round names; balance the number of braces; cut to the first and the last brace.  Each step
is tried only for the fault that it mends, which the standard library's message tells.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from studio.support.values import Json

SLIPS = ("tabs", "escapes", "names", "braces", "around")
"""In the order in which they are tried: what may be mended."""
MAX_CHARACTERS = 200_000
"""Longest text that is mended. Each wrong backslash means another reading of the whole."""
MAX_ESCAPES = 200
"""Most wrong backslashes that are taken away."""

LARGEST = (1 << 63) - 1
"""Largest whole number of a value."""

_NAME = re.compile(r"(\w+):")


def read_mending(text: str, slips: tuple[str, ...] = SLIPS) -> dict[str, Any]:
    """Return `value` and `how` it was read (`as_it_is`, `mended`, `cut_out`), or `unreadable`.

    The last is the text as far as it was mended, for whoever repairs it.
    """
    if len(text) > MAX_CHARACTERS:
        return {"unreadable": text}
    if "tabs" in slips:
        text = text.replace("\t", "")
    found = _read(text)
    if found is not None:
        return {"value": found[0], "how": "as_it_is"}
    text = _mended(text, slips)
    found = _read(text)
    if found is not None:
        return {"value": found[0], "how": "mended"}
    if "around" in slips:
        first, last = text.find("{"), text.rfind("}")
        found = _read(text[first : last + 1]) if 0 <= first < last else None
        if found is not None:
            return {"value": found[0], "how": "cut_out"}
    return {"unreadable": text}


def _read(text: str) -> tuple[Json] | None:
    """Return what the text says, in a tuple of its own since it may be null; None if it is no JSON."""
    try:
        return (json.loads(text, parse_constant=_nothing, parse_float=_finite, parse_int=_whole),)
    except (ValueError, RecursionError):  # also numbers of thousands of digits
        return None


def _nothing(name: str) -> Json:
    """NaN and the infinities, which that program's reader takes, say nothing here: no value of a graph holds them."""
    return None


def _finite(digits: str) -> Json:
    found = float(digits)
    return found if math.isfinite(found) else None


def _whole(digits: str) -> Json:
    """Return a whole number, as a number with a point if it is larger than a value of a graph may be."""
    found = int(digits)
    return found if -LARGEST - 1 <= found <= LARGEST else _finite(digits)


def _fault(text: str) -> tuple[str, int]:
    """Return what is wrong with a text, in the words of the standard library, and where; "" if it is none of those."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.msg, error.pos
    except (ValueError, RecursionError):
        pass
    return "", 0


def _mended(text: str, slips: tuple[str, ...]) -> str:
    """Return the text with the slips mended that its first fault points to, as far as that goes."""
    fault, _ = _fault(text)
    if fault.startswith("Invalid \\escape") and "escapes" in slips:
        text = _without_wrong_escapes(text)
    elif fault.startswith("Expecting property name") and "names" in slips:
        named = _NAME.sub(r'"\1":', text)
        # What quotes do not mend is left as it was, unbalanced braces too: there the program gave up.
        return named if _read(named) is not None else text
    if "braces" in slips:
        balanced = _balanced(text)
        if _read(balanced) is not None:
            return balanced
    return text


def _without_wrong_escapes(text: str) -> str:
    for _ in range(MAX_ESCAPES):
        fault, place = _fault(text)
        if not fault.startswith("Invalid \\escape"):
            break
        text = text[:place] + text[place + 1 :]
    return text


def _balanced(text: str) -> str:
    """Return the text with closing braces put to its end, or those at its end taken away, if the numbers differ."""
    more = text.count("{") - text.count("}")
    return text + "}" * more if more > 0 else text.rstrip("}") if more < 0 else text
