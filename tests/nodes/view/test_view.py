"""The file viewer, the searches and the commands of an agent that works one command a turn."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.edit.lines import Lines
from studio.nodes.view.command import ReadCommand
from studio.nodes.view.search import Search
from studio.nodes.view.window import Window
from studio.tools.viewer import replaced, view
from tests.support.fake_context import present, run_node

LONG = "".join(f"line {n}\n" for n in range(1, 301))
FILES = {"a.py": LONG, "b.py": "one\ntwo\n", "src/c.py": "two\n", "empty": ""}


async def look(move: str, at: int = 0, **inputs: Any) -> Any:
    return await run_node(Window, {}, {"files": FILES, "name": "a.py", "move": move, "at": at, **inputs})


def seen(out: Any) -> tuple[int, int]:
    """The first and the last line that are seen."""
    numbers = [int(line.split(":")[0]) for line in out.text.split("\n") if line[0].isdigit()]
    return numbers[0], numbers[-1]


async def test_a_file_opens_with_its_first_hundred_lines() -> None:
    out = await look("open")

    assert seen(out) == (1, 100)
    assert out.text.startswith("[File: a.py (300 lines)]\n1:line 1\n")
    assert out.text.endswith("(200 more lines below)")
    assert (out.at, out.name) == (50, "a.py")


async def test_scrolling_keeps_two_lines_in_sight_and_stays_in_the_file() -> None:
    first = await look("scroll_down", 50)
    second = await look("scroll_down", first.at)
    third = await look("scroll_down", second.at)
    back = await look("scroll_up", third.at)
    top = await look("scroll_up", 60)

    assert [seen(one) for one in (first, second, third, back, top)] == [
        (99, 198), (197, 296), (201, 300), (103, 202), (1, 100),
    ]  # fmt: skip
    assert "(98 more lines above)" in first.text


async def test_goto_and_open_at_a_line_put_it_a_sixth_below_the_top() -> None:
    assert seen(await look("goto", 50, line=150)) == (135, 234)
    assert seen(await look("open", 0, line=150)) == (135, 234)
    assert seen(await look("goto", 50, line=3)) == (1, 100)
    assert seen(await look("goto", 50, line=300)) == (201, 300)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [({"move": "goto", "line": 301}, "there is no line 301"), ({"move": "goto"}, "Say which line"),
     ({"move": "open", "name": "x"}, "There is no file `x`"), ({"move": "scroll_up", "name": ""}, "No file is open"),
     ({"move": "open", "line": 0}, "no line 0")],
)  # fmt: skip
async def test_what_is_not_possible_is_said(inputs: dict[str, Any], said: str) -> None:
    out = await run_node(Window, {}, {"files": FILES, "name": "a.py", "at": 70, **inputs})

    assert said in out.problem
    assert out.text == out.problem
    assert out.at == 70


async def test_a_short_file_and_an_empty_one_are_seen_whole() -> None:
    short = await look("open", name="b.py")
    empty = await look("open", name="empty")

    assert short.text == "[File: b.py (2 lines)]\n1:one\n2:two"
    assert empty.text == "[File: empty (0 lines)]"


@given(st.integers(0, 300), st.lists(st.sampled_from(["scroll_down", "scroll_up"]), max_size=9), st.integers(6, 40))
def test_the_window_never_leaves_the_file(count: int, moves: list[str], window: int) -> None:
    text, at = "x\n" * count, 0
    for move in ["open", *moves]:
        found = view("f", text, move, at, None, window=window, overlap=2)
        at = found.at
        shown = [line for line in found.text.split("\n") if line[0].isdigit()]
        assert len(shown) == min(count, window)


async def search(kind: str, term: str, where: str = "", most: int = 100) -> Any:
    return await run_node(Search, {"most": most}, {"files": FILES, "kind": kind, "term": term, "where": where})


async def test_searches_find_and_say_where() -> None:
    assert (await search("find_file", "*.py")).text.split("\n")[1:] == ["a.py", "b.py", "src/c.py"]
    assert (await search("find_file", "c.py", "src")).length == 1
    assert (await search("search_dir", "two")).text.split("\n")[1:] == ["b.py (1 matches)", "src/c.py (1 matches)"]
    assert (await search("search_dir", "two", "./src/")).length == 1
    assert (await search("search_file", "two", "b.py")).text.split("\n")[1:] == ["Line 2:two"]
    assert (await search("search_dir", "nowhere")).text.startswith("Nothing was found")
    assert (await search("search_file", "x", "none")).text == "There is no file `none`."


async def test_more_than_a_hundred_hits_are_not_listed() -> None:
    hundred = {f"f{n}.py": "x\n" for n in range(100)}
    many = {**hundred, "g.py": "x\n"}

    for kind, term in (("search_dir", "x"), ("find_file", "*.py")):
        few = await run_node(Search, {}, {"files": hundred, "kind": kind, "term": term})
        out = await run_node(Search, {}, {"files": many, "kind": kind, "term": term})
        assert few.length == 100
        assert "Narrow your search" not in few.text
        assert "Narrow your search" in out.text
    assert "Narrow your search" in (await search("search_file", "line", "a.py")).text


async def read(reply: str) -> Any:
    return await run_node(ReadCommand, {}, {"text": reply})


async def test_one_thought_and_one_command_are_read() -> None:
    out = await read('I look.\n```\nsearch_dir "def add" src\n```\n')
    shell = await read("Run it.\n```bash\npython -m unittest\necho done\n```")
    edit = await read("Mend.\n```\nedit 2:3\n    return a + b\n\n    # end\nend_of_edit\n```")

    assert (out.thought, out.name, out.arguments, out.first) == ("I look.", "search_dir", ["def add", "src"], "def add")
    assert (shell.name, shell.line) == ("shell", "python -m unittest\necho done")
    assert (edit.name, edit.numbers, edit.body) == ("edit", [2, 3], "    return a + b\n\n    # end")
    assert (await read("```\ngoto 12\n```")).numbers == [12]


@pytest.mark.parametrize(
    "reply",
    ["", "no command", "```\n```", "```\nls\n```\n```\nls\n```", "```\nedit 2\nx\nend_of_edit\n```",
     "```\nedit 2:3\nx\n```", '```\nopen "a\n```'],
)  # fmt: skip
async def test_a_reply_without_exactly_one_command_is_told(reply: str) -> None:
    out = await read(reply)

    assert out.problem
    assert "name" not in present(out)


async def edit(name: str = "b.py", **inputs: Any) -> Any:
    return await run_node(Lines, {}, {"files": FILES, "name": name, **inputs})


async def test_lines_are_replaced_deleted_and_files_made() -> None:
    assert (await edit(numbers=[2, 2], new="three\nfour")).files["b.py"] == "one\nthree\nfour\n"
    assert (await edit(numbers=[1, 1], new="")).files["b.py"] == "two\n"
    assert (await edit("new.py", is_new=True)).files["new.py"] == "\n"
    assert (await edit("./b.py", numbers=[1, 2], new="x")).files["b.py"] == "x\n"


@pytest.mark.parametrize(
    ("inputs", "said"),
    [({"numbers": [2, 3]}, "has 2 lines"), ({"numbers": [2, 1]}, "has 2 lines"), ({"numbers": [1]}, "Say which"),
     ({"name": ""}, "No file is open"), ({"name": "x", "numbers": [1, 1]}, "no file `x`"),
     ({"is_new": True}, "already a file"), ({"name": "", "is_new": True}, "Name the file")],
)  # fmt: skip
async def test_an_edit_that_does_not_fit_changes_nothing(inputs: dict[str, Any], said: str) -> None:
    out = await edit(**{"new": "x", **inputs})

    assert said in out.problem
    assert (out.files, out.applied) == (FILES, False)


@given(st.lists(st.sampled_from(["a", "b", ""]), min_size=1, max_size=6), st.data())
def test_replacing_lines_by_themselves_changes_nothing(lines: list[str], data: st.DataObject) -> None:
    text = "".join(f"{line}\n" for line in lines)
    first = data.draw(st.integers(1, len(lines)))
    last = data.draw(st.integers(first, len(lines)))

    assert replaced(text, first, last, "\n".join(lines[first - 1 : last]) + "\n") == (text, "")
