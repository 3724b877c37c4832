"""Changes apart from the files they were made on: `edit.changes` and `edit.overlay` undo each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.edit.changes import Changes
from studio.nodes.edit.overlay import Overlay
from tests.support.fake_context import run_node

FILES = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "x", "y"]))


@given(FILES, FILES)
async def test_changes_put_over_the_files_give_those_after_them(before: dict[str, str], after: dict[str, str]) -> None:
    found = await run_node(Changes, {}, {"before": before, "after": after})
    put = await run_node(Overlay, {}, {"files": before, "changes": found.changes})

    assert put.files == after
    assert found.differs == (before != after)
    assert found.names == sorted(name for name in "abcd" if before.get(name) != after.get(name))
