"""`text.fences` and `text.fenced_files` read what models write between fences, by the rules of gpt-engineer."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.text._fences import blocks, cleaned_name, named_blocks
from studio.nodes.text.fenced_files import FencedFiles
from studio.nodes.text.fences import Fences
from tests.support.fake_context import present, run_node

REPLY = """Two files.

**src/main.py**
```python
print("hi")
```

And [notes.txt]

```
one
two
```
"""

FILE = re.compile(r"(\S+)\n\s*```[^\n]*\n(.+?)```", re.DOTALL)
BLOCK = re.compile(r"```\S*\n(.+?)```", re.DOTALL)
"""The patterns of the original: what we find in one pass is what they find."""

WRITTEN = st.lists(
    st.sampled_from(["```", "`", "\n", " ", "\t", "a", "b.py", "[x]", "**", "\u00a0", "\x1c", "```py\n", "\n```\n"])
).map("".join)


@given(WRITTEN)
def test_files_are_those_that_the_pattern_of_the_original_finds(text: str) -> None:
    assert list(named_blocks(text)) == FILE.findall(text)


@given(WRITTEN)
def test_blocks_are_those_that_the_pattern_of_the_original_finds(text: str) -> None:
    assert [held for _, held in blocks(text)] == BLOCK.findall(text)


@given(st.text("[]`x<*.", max_size=8))
def test_a_name_is_cleaned_as_the_original_cleans_it(word: str) -> None:
    path = re.sub(r'[<>"|?*]', "", word)
    path = re.sub(r"^\[(.*)\]$", r"\1", path)
    path = re.sub(r"^`(.*)`$", r"\1", path)

    assert cleaned_name(word, '<>"|?*') == re.sub(r"\]$", "", path)


async def test_each_name_gets_what_stands_in_the_block_under_it() -> None:
    out = await run_node(FencedFiles, {}, {"text": REPLY})

    assert present(out) == {
        "files": {"src/main.py": 'print("hi")\n', "notes.txt": "one\ntwo\n"},
        "names": ["src/main.py", "notes.txt"],
        "before": "Two files.\n\n**src/main.py**\n",
        "length": 2,
    }


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("a.py", "a.py"),
        ("File: src/a.py", "src/a.py"),
        ("[a.py]", "a.py"),
        ("`a.py`", "a.py"),
        ("**a.py**", "a.py"),
        ("<a>.py", "a.py"),
        ("a.py]", "a.py"),
        ("`b.py`:", "`b.py`:"),
        ("[`a.py`]", "a.py"),
        ("`[a.py]`", "[a.py"),
    ],
)
async def test_a_name_loses_what_is_put_around_it_but_no_more(line: str, name: str) -> None:
    out = await run_node(FencedFiles, {}, {"text": f"{line}\n```\nx\n```\n"})

    assert out.files == {name: "x\n"}


async def test_with_other_signs_and_trimming_it_reads_as_release_0_3_1() -> None:
    out = await run_node(
        FencedFiles,
        {"strip": ':<>"|?*', "trim": True},
        {"text": "`b.py`:\n```\n\n  x = 1\n\n```\nc: d.py:\n```\ny\n```"},
    )

    assert out.files == {"b.py": "x = 1", "d.py": "y"}


async def test_a_block_without_a_name_is_lost() -> None:
    out = await run_node(FencedFiles, {}, {"text": "```\nlost = 1\n```\n"})

    assert (out.files, out.length) == ({}, 0)


async def test_a_blank_after_the_name_loses_its_block_too() -> None:
    assert (await run_node(FencedFiles, {}, {"text": "a.py \n```\nx\n```\n"})).files == {}
    assert (await run_node(FencedFiles, {}, {"text": "a.py\n```\nx\n```\n"})).files == {"a.py": "x\n"}


async def test_the_last_word_of_a_block_without_a_name_becomes_the_name_of_what_follows() -> None:
    out = await run_node(FencedFiles, {}, {"text": "```\nlost = 1\n```\nThen this.\n```\ny = 2\n```\n"})

    assert out.files == {"1": "Then this.\n"}


async def test_the_last_of_two_blocks_with_one_name_counts() -> None:
    out = await run_node(FencedFiles, {}, {"text": "a\n```\n1\n```\nb\n```\n2\n```\na\n```\n3\n```"})

    assert out.files == {"a": "3\n", "b": "2\n"}
    assert out.names == ["a", "b", "a"]


async def test_a_name_of_which_nothing_is_left_is_passed_over() -> None:
    out = await run_node(FencedFiles, {}, {"text": "***\n```\n1\n```\n"})

    assert out.files == {}


async def test_the_text_before_and_the_whole_text_can_be_kept_as_files() -> None:
    text = "Read me.\nREADME.md\n```\nfenced\n```\n"

    out = await run_node(FencedFiles, {"before": "README.md", "whole": "all.txt"}, {"text": text})

    assert out.files == {"all.txt": text, "README.md": "Read me.\nREADME.md\n"}
    assert list(out.files) == ["all.txt", "README.md"]


async def test_without_a_fence_all_of_it_is_the_text_before() -> None:
    out = await run_node(FencedFiles, {"before": "README.md"}, {"text": "I cannot do that."})

    assert out.files == {"README.md": "I cannot do that."}


async def test_blocks_come_one_by_one_and_joined() -> None:
    out = await run_node(Fences, {}, {"text": "Do:\n```bash\npip install x\n```\nor\n```\npython a.py\n```\n"})

    assert present(out) == {
        "text": "pip install x\n\npython a.py\n",
        "texts": ["pip install x\n", "python a.py\n"],
        "words": ["bash", ""],
        "length": 2,
    }


async def test_a_block_whose_fence_has_several_words_or_no_end_is_none() -> None:
    assert (await run_node(Fences, {}, {"text": "```sh now\nls\n```"})).texts == []
    assert (await run_node(Fences, {}, {"text": "```sh\nls\n"})).texts == []
    assert (await run_node(Fences, {}, {"text": "```sh\nls\n```"})).texts == ["ls\n"]


@pytest.mark.parametrize("unit", ["`", "\n", "a", "a\n```\n", "``` ", "a\n\n", "```a"])
async def test_hostile_texts_are_read_in_one_pass(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    start = time.process_time()

    await run_node(FencedFiles, {}, {"text": text})
    await run_node(Fences, {}, {"text": text})

    assert time.process_time() - start < 3
