"""What `list.zip` does, in the studio and in a script."""

from __future__ import annotations

from collections.abc import Mapping

from studio.support.errors import NodeError
from studio.support.values import Json


def zip_rows(lists: Mapping[str, list[Json]]) -> dict[str, list[Json]]:
    """Return one object per place of lists of one length, by their names."""
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"`{name}` has {length}" for name, length in lengths.items())
        raise NodeError(f"the lists are not of one length: {told}.", hint="Lists of a map stay aligned; see there.")
    return {"rows": [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]}
