"""AutoGPT played with scripted replies: its commands in words, and what it held and wrote down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.seeds import Played, play

MODULES = (
    "profile", "system_text_builder", "clock", "history", "long_term_memory", "recall", "context_packer", "thinker",
    "reply_reader", "json_repairer", "human_gate", "dispatcher", "tools", "sub_agents", "page_summariser", "recorder",
    "loop_guard",
)  # fmt: skip
START = ["profile", "system_text_builder"]
FIRST = ["loop_guard", "clock", "history", "context_packer", "thinker", "reply_reader"]
THINK = ["loop_guard", "clock", "history", "recall", "context_packer", "thinker", "reply_reader"]
ACT = ["dispatcher", "tools", "recorder", "long_term_memory"]
THOUGHTS = {"text": "t", "reasoning": "r", "plan": "- p", "criticism": "c", "speak": "s"}
DONE = "done"


def reply(name: Any, /, *, thoughts: Any = THOUGHTS, **args: Any) -> str:
    return json.dumps({"thoughts": thoughts, "command": {"name": name, "args": args}})


END = reply("task_complete", reason=DONE)


def write(text: str = "hi", name: str = "a.txt") -> str:
    return reply("write_to_file", filename=name, text=text)


def read(name: str = "a.txt") -> str:
    return reply("read_file", filename=name)


def agent(replies: list[Any], tmp_path: Path, *, answers: Any = (), status: str = "ok", **inputs: Any) -> Played:
    """Play it in words; continuous and without a limit, unless a person answers."""
    given = {"continuous": not answers, "continuous_limit": 0, "count": "words", **inputs}
    return play("autogpt", given, replies=replies, answers=answers, status=status, tmp_path=tmp_path)


def memories(played: Played) -> list[str]:
    return [one["text"] for one in played.held("long_term_memory")]


def results(played: Played) -> list[str]:
    return [one["text"] for one in played.outputs("result_line")]


def commands(played: Played) -> list[Any]:
    return [one["value"] for one in played.outputs("command_name")]
