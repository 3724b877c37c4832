"""gpt_engineer played with scripted replies and answers, and what it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.seeds import Played, graph_of, play

GRAPH = graph_of("gpt_engineer")
"""Loaded once: what a graph means is worked out once per graph."""
PROMPT = "Make a greeting program"
CODE = """The core class is Greeter.

main.py
```python
from util.helper import word
print(word)
```

[util/helper.py]
```python
word = "hello"
```

requirements.txt
```
none
```
"""
SCRIPT = "First:\n```bash\necho ready\n```\nthen:\n```\npython3 main.py\n```\n"
ORDER = (
    "clarifier", "clear_enough_test", "human_answer", "spec_writer", "spec_reviewer", "test_writer", "code_writer",
    "file_reader", "start_script_writer", "run_gate", "runner", "review",
)  # fmt: skip
AFTER_CODE = ["start_script_writer", "run_gate", "runner", "review"]


def engineer(tmp_path: Path, replies: Sequence[str], answers: Sequence[str] = (), **inputs: Any) -> Played:
    return play(GRAPH, {"prompt": PROMPT, **inputs}, replies=replies, answers=answers,
                clock="2023-07-01T12:34:56Z", tmp_path=tmp_path)  # fmt: skip


def files(played: Played) -> dict[str, str]:
    found: dict[str, str] = played.result.outputs["files"]
    return found


def said(played: Played, node: str, nth: int = 0) -> str:
    """Return the whole prompt of the nth call of a node."""
    return [one.text for one in played.prompts if one.node == node][nth]


def talk(played: Played, node: str, nth: int = 0) -> list[tuple[str, str]]:
    return [(one["role"], one["content"]) for one in played.outputs(node)[nth]["messages"]]
