"""An editor without a window: keystrokes, tabs, suggestions and what became of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.code.still_there import still_there, word_distance, words_of
from studio.nodes.edit.follow_up import FollowUp
from studio.nodes.edit.ghost_text import GhostText
from studio.nodes.edit.keystroke import Keystroke
from studio.nodes.edit.other_tabs import OtherTabs
from studio.support.errors import NodeError
from studio.support.values import Absent
from tests.support.fake_context import run_node

FILES = [{"source": "a.py", "text": "x = 1\ny = 2\n"}, {"source": "b.ts", "text": "let z;"}]


async def press(event: dict[str, Any], state: Any = None, **more: Any) -> Any:
    return await run_node(Keystroke, {}, {"event": event, "files": FILES, "state": state, **more})


async def test_the_cursor_moves_and_what_is_typed_stands_before_it() -> None:
    out = await press({"at": 3, "file": "a.py", "line": 1, "column": 4, "insert": "1"})
    again = await press({"delete": 2, "insert": "-"}, out.state)

    assert (out.before, out.after, out.rest) == ("x = 1\ny = 1", "2\n", "2")
    assert (out.language, out.offset, out.at) == ("python", 11, 3.0)
    assert out.change == {"file": "a.py", "offset": 10, "removed": 0, "inserted": "1"}
    assert again.before == "x = 1\ny =-"
    assert again.at == 13.0
    assert again.change == {"file": "a.py", "offset": 9, "removed": 2, "inserted": "-"}


async def test_files_are_listed_most_recently_used_first() -> None:
    first = await press({"file": "b.ts"})
    second = await press({"file": "a.py"}, first.state)

    assert [tab["source"] for tab in first.tabs] == ["b.ts", "a.py"]
    assert [tab["source"] for tab in second.tabs] == ["a.py", "b.ts"]
    assert [tab["language"] for tab in second.tabs] == ["python", "typescript"]


async def test_a_text_makes_a_file_anew_with_the_cursor_at_its_end_or_where_it_is_put() -> None:
    out = await press({"file": "new.go", "text": "func f() {\n}"})
    put = await press({"file": "new.go", "text": "func f() {\n}", "line": 0}, out.state)

    assert (out.offset, out.language) == (12, "go")
    assert (put.before, put.rest) == ("func f() {", "")


async def test_what_is_accepted_is_inserted_and_what_is_rejected_is_not() -> None:
    state = (await press({"file": "a.py", "line": 0})).state
    shown = {"text": "0", "file": "a.py", "offset": 5}
    accepted = await press({"decide": "accept"}, state, shown=shown)
    rejected = await press({"decide": "reject", "asks": True}, state, shown=shown)
    nothing = await press({"decide": "accept"}, state)

    assert (accepted.before, accepted.asks, accepted.decision["accepted"]) == ("x = 10", False, True)
    assert (rejected.before, rejected.asks, rejected.decision["accepted"]) == ("x = 1", True, False)
    assert isinstance(nothing.decision, Absent)


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ("x", "An event is an object"),
        ({"key": 1}, "An event has no `key`"),
        ({"at": "now"}, "`at` of an event is number"),
        ({"line": True}, "`line` of an event is integer"),
        ({"decide": "maybe"}, "`accept` or `reject`"),
        ({"file": "c.py"}, "There is no file `c.py`"),
        ({"file": "a.py", "line": 9}, "There is no line 9"),
        ({"file": "a.py", "offset": 999}, "There is no place 999"),
        ({"file": "a.py", "offset": -1}, "There is no place -1"),
        ({"file": "a.py", "offset": 1, "column": 1}, "both `offset` and a line or column"),
    ],
)
async def test_an_event_that_cannot_be_is_refused(event: Any, says: str) -> None:
    with pytest.raises(NodeError, match=says):
        await press(event)


async def test_the_cursor_may_be_put_by_its_offset() -> None:
    out = await press({"file": "a.py", "text": "x = 1\ny = 2", "offset": 7})

    assert (out.before, out.rest) == ("x = 1\ny", " = 2")


async def test_events_go_on_in_time() -> None:
    state = (await press({"file": "a.py", "at": 5})).state

    assert (await press({"at": 5}, state)).at == 5
    with pytest.raises(NodeError, match="at 4 seconds, but the one before it was at 5"):
        await press({"at": 4}, state)


_EVENTS = st.lists(
    st.fixed_dictionaries(
        {"file": st.sampled_from(["a.py", "b.ts"])},
        optional={"insert": st.text("ab\n", max_size=3), "delete": st.integers(0, 5), "column": st.integers(0, 9)},
    ),
    max_size=8,
)


@given(_EVENTS)
async def test_the_text_is_always_what_is_before_and_behind_the_cursor(events: list[dict[str, Any]]) -> None:
    state: Any = None
    for event in events:
        out = await press(event, state)
        state = out.state
        assert out.before + out.after == out.text == state["files"][out.file]
        assert out.offset == len(out.before)
        assert out.rest == out.after.split("\n")[0]


def tab(name: str, text: str = "", language: str = "python") -> dict[str, str]:
    return {"source": name, "text": text, "language": language}


async def test_other_tabs_of_the_language_until_there_are_enough() -> None:
    tabs = [tab("me.py"), tab("a.py"), tab("b.ts", language="typescript"), tab("c.py"), tab("d.py")]
    out = await run_node(OtherTabs, {"most": 2}, {"tabs": tabs, "file": "me.py", "language": "python"})
    every = await run_node(OtherTabs, {}, {"tabs": tabs, "file": "me.py", "language": "python"})

    assert [one["source"] for one in out.files] == ["a.py", "c.py"]
    assert every.length == 3


async def test_it_ends_at_the_first_file_that_is_too_long_of_whatever_language() -> None:
    tabs = [tab("a.py", "x" * 6), tab("b.ts", "x" * 5, "typescript"), tab("c.py", "x")]
    given = {"tabs": tabs, "file": "me.py", "language": "python"}
    cut = await run_node(OtherTabs, {"characters": 10}, given)
    fits = await run_node(OtherTabs, {"characters": 11}, given)

    assert [one["source"] for one in cut.files] == ["a.py"]
    assert [one["source"] for one in fits.files] == ["a.py", "c.py"]


@pytest.mark.parametrize(
    ("text", "blanks", "shown"),
    [
        ("    x", "    ", "x"),
        ("        x", "    ", "    x"),
        ("  x", "    ", "x"),
        ("\tx", "    ", "\tx"),
        ("x", "    ", "x"),
        ("  x", "", "  x"),
    ],
)
async def test_blanks_that_are_there_already_are_not_shown_again(text: str, blanks: str, shown: str) -> None:
    out = await run_node(GhostText, {}, {"text": text, "blanks": blanks, "file": "a.py", "offset": 4})

    assert out.shown == {"text": shown, "file": "a.py", "offset": 4}
    assert out.text == shown


DECISION = {"accepted": True, "text": " percent_off(cart, percent)", "file": "a.py", "offset": 3, "at": 100.0}


def state_of(text: str) -> dict[str, Any]:
    return {"files": {"a.py": text}}


async def test_checks_come_after_15_30_120_300_and_600_seconds() -> None:
    given = {"state": state_of("y =" + DECISION["text"]), "decision": DECISION}  # type: ignore[operator]
    later = await run_node(FollowUp, {}, {**given, "until": 130.0})
    end = await run_node(FollowUp, {}, {"state": given["state"], "pending": later.pending})

    assert [check["after"] for check in later.checks] == [15.0]
    assert [check["after"] for check in end.checks] == [30.0, 120.0, 300.0, 600.0]
    assert all(check["found"] and check["share"] == 0 for check in end.checks)
    assert (end.pending, [check["due"] for check in end.checks]) == ([], [130.0, 220.0, 400.0, 700.0])


async def test_what_was_rewritten_is_no_longer_there() -> None:
    kept = await run_node(FollowUp, {}, {"state": state_of("y = percent_off(basket, 5)"), "decision": DECISION})
    gone = await run_node(FollowUp, {}, {"state": state_of("y = 3\n"), "decision": DECISION})
    closed = await run_node(FollowUp, {}, {"state": {"files": {}}, "decision": DECISION})

    assert [check["found"] for check in kept.checks] == [True] * 5
    assert kept.checks[0]["share"] == pytest.approx(2 / 6)
    assert [check["found"] for check in (*gone.checks, *closed.checks)] == [False] * 10


async def test_the_place_moves_with_what_is_typed_before_it() -> None:
    first = await run_node(FollowUp, {}, {"state": state_of("y"), "decision": DECISION, "until": 101.0})
    change = {"file": "a.py", "offset": 0, "removed": 1, "inserted": "import"}
    moved = await run_node(
        FollowUp, {}, {"state": state_of("y"), "pending": first.pending, "change": change, "until": 101.0}
    )
    behind = await run_node(
        FollowUp,
        {},
        {"state": state_of("y"), "pending": first.pending, "change": {**change, "offset": 3}, "until": 101.0},
    )

    assert {one["offset"] for one in moved.pending} == {8}
    assert {one["offset"] for one in behind.pending} == {3}


async def test_code_is_captured_after_30_seconds_only_if_allowed_and_for_rejected_ones_too() -> None:
    rejected = {**DECISION, "accepted": False}
    given = {"state": state_of("y = 3"), "decision": rejected}
    silent = await run_node(FollowUp, {}, given)
    allowed = await run_node(FollowUp, {"capture": True}, given)

    assert silent.checks == []
    assert allowed.checks == [{"due": 130.0, "after": 30.0, "accepted": False, "code": " 3"}]


def test_words_are_laid_over_the_nearest_place() -> None:
    assert words_of("a  b.c d") == ["a", "  ", "b", ".", "c", "d"]
    assert word_distance(["x", "a", "b", "y"], ["a", "b"]) == 0
    assert word_distance(["prefixed_a", "b"], ["a", "b"]) == 0
    assert word_distance([], ["a", "b"]) == 2


def test_far_away_it_is_looked_for_within_1500_characters() -> None:
    code = "x" * 1_000 + " total_price ( cart )"

    near, far = still_there(code, "total_price ( cart )", 1_000), still_there(code, "total_price ( cart )", 5)
    assert (near["found"], near["within"]) == (True, 50)
    assert (far["found"], far["within"]) == (True, 1_500)
    assert not still_there("x" * 2_000 + code, "total_price ( cart )", 5)["found"]
