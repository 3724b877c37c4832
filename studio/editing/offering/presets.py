"""What the palette knows beyond the declarations of node types: other words for them, and ready-made beginnings.

All of it is data. A preset is a node type with params that are right for one common job; what a type itself
declares is never repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from studio.support.values import Json


@dataclass(frozen=True)
class Preset:
    """A beginning for a node of `type`: its `params`, and how the palette calls it.

    `slot` is the placeholder or name in the params that stands for the first input; where a wire is dragged into
    empty space it gets the name of what the wire brings. `takes` are port types that the job is made for.
    """

    type: str
    name: str
    """What the new node is called, with a number behind it if the name is taken."""
    title: str
    summary: str
    words: str = ""
    params: Mapping[str, Json] = field(default_factory=dict)
    slot: str = ""
    takes: tuple[str, ...] = ()


PRESETS: Final[tuple[Preset, ...]] = (
    Preset(
        "llm.function", "decide", "Decide",
        "Let a model choose one label of a closed list, with a confidence.",
        "classify classification label category judge yes no choose sort triage moderate sentiment grade",
        {"instructions": "Does this text ask for something?\n\n{text}", "labels": ["yes", "no"]},
        "text", ("text",),
    ),
    Preset(
        "llm.function", "extract", "Extract",
        "Copy facts out of a text: every answer is a span of the input, none is invented.",
        "entities fields parse pull out facts structured information copy span",
        {
            "instructions": "Copy the name and the date from the text.\n\n{text}",
            "schema": {
                "type": "object",
                "properties": {"name": {"type": ["string", "null"]}, "date": {"type": ["string", "null"]}},
                "required": ["name", "date"],
            },
            "spans": True,
        },
        "text", ("text",),
    ),
    Preset(
        "llm.function", "route", "Route by meaning",
        "Send a text to the nearest of several descriptions, by embedding, without a model call.",
        "router intent classify nearest similar embedding semantic topic",
        {
            "instructions": "{text}",
            "routes": {"question": "Somebody asks for something.", "complaint": "Somebody is not content."},
        },
        "text", ("text",),
    ),
    Preset(
        "llm.function", "write", "Write",
        "Let a model write a text by instructions, within checks.",
        "generate generation prompt completion text answer summarise summarize summary translate rewrite draft gpt",
        {
            "instructions": "Write two plain sentences about {topic}.",
            "output": "text",
            "checks": [
                {"name": "short", "expression": "len(words(text)) <= 60", "message": "Use at most 60 words."}
            ],
        },
        "topic", ("text", "json"),
    ),
    Preset(
        "llm.function", "structure", "Answer in a form",
        "Let a model give an object with the fields of a schema, one port for each.",
        "json schema structured output object fields generate",
        {
            "instructions": "Give a headline and three keywords for this text.\n\n{text}",
            "schema": {
                "type": "object",
                "properties": {
                    "headline": {"type": "string"},
                    "keywords": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["headline", "keywords"],
            },
        },
        "text", ("text",),
    ),
    Preset(
        "flow.gate", "sure_enough", "Only if sure",
        "Let a value through where the confidence is high enough; the rest goes the other way.",
        "threshold confidence score filter if escalate",
        {"condition": "confidence >= 0.8"}, "confidence", ("number",),
    ),
    Preset(
        "logic.expression", "compare", "Compare a number",
        "True if a number reaches a limit; wire it to the `when` of what should happen then.",
        "threshold greater less than equals if condition test",
        {"expression": "score >= 0.8"}, "score", ("number", "integer"),
    ),
    Preset(
        "flow.merge", "gather", "Gather all",
        "Gather what several wires bring into one list, in the order of the wires.",
        "collect join wait all list fan in",
        {"take": "all"},
    ),
    Preset(
        "flow.merge", "race", "First to arrive",
        "Take whichever value arrives first; model calls that only feed the others are cancelled.",
        "race fastest first arrival hedge",
        {"take": "first_arrival"},
    ),
    Preset(
        "flow.input", "constant_input", "Input with a default",
        "A value that enters from outside, with a default for when none is given.",
        "parameter argument optional variable",
        {"value": "tide pools", "kind": "text"},
    ),
    Preset(
        "flow.output", "history", "Collect over time",
        "A result that lists the values of all ticks, not only the last.",
        "collect log history list accumulate",
        {"collect": True},
    ),
    Preset(
        "human.ask", "approve", "Ask for approval",
        "Show something to a person, who says yes or no.",
        "human in the loop confirm review approval yes no",
        {"question": "May this go out?\n\n{text}", "choices": ["yes", "no"]}, "text", ("text",),
    ),
    Preset(
        "text.regex", "find_all", "Find all matches",
        "Every place in a text that a pattern fits, as a list.",
        "regex search grep numbers match all",
        {"pattern": "[0-9]+", "find": "all"},
    ),
    Preset(
        "text.split", "lines", "Split into lines",
        "The lines of a text, as a list.",
        "lines newline split list",
        {"by": "lines"},
    ),
)  # fmt: skip
"""The ready-made beginnings, best known first."""


STARTERS: Final[Mapping[str, tuple[str, Mapping[str, Json]]]] = {
    "llm.function": ("topic", {"instructions": "Answer in one sentence: {topic}"}),
    "llm.agent": ("task", {"instructions": "{task}", "tools": [{"use": "files.read"}, {"use": "files.search"}]}),
    "shell.run": ("text", {"argv": ["echo", "{text}"]}),
    "flow.switch": ("", {"cases": ["yes", "no"]}),
    "text.template": ("text", {"template": "{text}"}),
    "text.constant": ("", {"text": ""}),
    "text.jinja": ("text", {"template": "{{ text }}"}),
    "text.regex": ("", {"pattern": "[0-9]+"}),
    "logic.expression": ("value", {"expression": "value == true"}),
    "math.expression": ("value", {"expression": "value"}),
    "json.get": ("", {"path": "value"}),
    "json.build": ("value", {"names": ["value"]}),
    "json.validate": ("", {"schema": {"type": "object"}}),
    "list.filter": ("", {"condition": "item != null"}),
    "list.unpack": ("", {"names": ["first", "second"]}),
    "logic.require": ("value", {"expression": "value != null", "otherwise": "nothing came"}),
    "planning.cost": ("", {"expression": "[abs(state - goal)]"}),
    "planning.discomfort": ("", {"expression": "[abs(state - goal)]"}),
    "planning.rollout": ("", {"next": "state + action"}),
    "planning.transition": ("", {"next": "state + action"}),
    "score.logistic": ("", {"weights": {"length": 1}}),
    "list.zip": ("items", {"names": ["items"]}),
    "human.ask": ("text", {"question": "{text}"}),
    "table.delete": ("key", {"filter": {"id": "{key}"}}),
}
"""What a new node of a type begins with, so that it has ports and no finding at once: the slot (as in `Preset`) and
the params."""


UNFINISHED: Final = frozenset({"mcp.tool"})
"""Types that nothing can begin: their ports follow from what a person has to look at first, and they say so. They are
offered by name, and not for the end of a wire."""


SPECIALISED: Final = frozenset({
    "Activation", "Automata", "Chunks", "Facts", "Planning", "Preferences", "Productions", "Prompts", "Rules",
    "Schedules", "Scores", "Utilities", "Worlds",
})  # fmt: skip
"""Categories of one school or trade. A word such as *memory* or *prompt* means them only where nothing common fits."""


SYNONYMS: Final[Mapping[str, str]] = {
    "llm.agent": "tools react function calling autonomous loop assistant",
    "board.changes": "blackboard working memory watch notify observe subscribe",
    "board.write": "blackboard working memory post publish set",
    "clock.now": "date today timestamp time",
    "code.check": "syntax parse lint compile gate",
    "messages.append": "chat history conversation say",
    "messages.window": "chat history context truncate pack budget trim",
    "priority_queue.pop": "urgent heap next task agenda",
    "priority_queue.push": "urgent heap task agenda schedule",
    "stream.add": "remember memory generative agents episodic",
    "stream.retrieve": "recall remember memory generative agents recency importance relevance",
    "table.insert": "row record upsert database",
    "table.select": "rows query where find database",
    "debug.log": "print console trace inspect watch tap",
    "edit.diff": "compare difference changes unified",
    "edit.search_replace": "patch change code aider blocks",
    "edit.unified_diff": "patch change code hunks",
    "files.delete": "remove unlink",
    "files.list": "directory glob tree find",
    "files.move": "rename",
    "files.read": "load open file text cat",
    "files.read_folder": "load documents directory import corpus",
    "files.search": "grep find regex code",
    "files.write": "save store create file",
    "flow.delay": "sleep wait pause timer throttle",
    "flow.gate": "condition if filter allow block guard threshold",
    "flow.input": "start begin source argument parameter variable prompt entry",
    "flow.map": "loop for each foreach iterate repeat batch parallel fan out items",
    "flow.merge": "join combine union first or either fan in",
    "flow.output": "end result return finish sink answer",
    "flow.stop": "end halt break exit quit finish terminate",
    "flow.subgraph": "function group component call nested module organ loop refine",
    "flow.switch": "if else case branch route condition match when select",
    "git.commit": "save version history",
    "git.worktree": "checkout copy clone sandbox",
    "human.ask": "person user question human in the loop approve confirm chat input",
    "json.build": "object dict dictionary record pack struct",
    "json.get": "field property key path pick unpack extract",
    "json.parse": "read decode text to json loads",
    "json.validate": "schema check verify valid",
    "list.append": "add push accumulate history",
    "list.concat": "join extend merge lists",
    "list.count": "tally vote majority histogram frequency",
    "list.filter": "where select keep remove",
    "list.get": "index item nth element first last",
    "list.length": "count size how many",
    "list.range": "loop repeat numbers sequence times counter",
    "list.slice": "head tail take first last part window",
    "list.sort": "order rank top arrange",
    "list.unique": "distinct deduplicate duplicates",
    "list.zip": "pair rows columns combine",
    "llm.chat": "conversation dialogue assistant history gpt claude model messages prompt",
    "llm.embed": "embedding vector similarity semantic",
    "llm.function": "prompt model gpt claude ai ask generate classify judge evaluate agent",
    "logic.expression": "condition boolean test if compare equals and or not",
    "math.expression": "calculate compute formula python code transform add multiply",
    "patch.apply": "edits diff texts",
    "queue.items": "list todo tasks read",
    "queue.peek": "next look todo tasks",
    "queue.pop": "take next todo tasks dequeue",
    "queue.push": "add todo tasks enqueue",
    "queue.set": "replace todo tasks",
    "random.choice": "pick sample dice",
    "random.number": "dice chance probability",
    "random.shuffle": "permute mix order",
    "store.append": "log history add remember memory",
    "store.clear": "forget reset empty memory",
    "store.delete": "forget remove memory",
    "store.get": "memory recall read lookup",
    "store.items": "list all recall memory",
    "store.keys": "list names memory",
    "store.set": "memory remember write save variable",
    "table.show": "print grid rows markdown report",
    "text.constant": "string literal fixed value note",
    "text.join": "concat concatenate combine strings",
    "text.regex": "search find match grep replace pattern",
    "text.split": "lines words chunk chunks tokenize",
    "text.template": "prompt format string fill interpolate f-string",
}
"""Words by which people look for a type that do not stand in its declaration."""


LIKES: Final[Mapping[str, tuple[str, ...]]] = {
    "debug.log": (),
    "flow.output": ("text", "json", "list", "number"),
    "flow.switch": ("text", "boolean", "integer"),
    "human.ask": ("text",),
    "json.build": ("text", "number", "integer", "boolean", "json", "list"),
    "json.get": ("json", "list"),
    "json.validate": ("json",),
    "llm.embed": ("text", "list"),
    "llm.function": ("text", "json"),
    "logic.expression": ("number", "integer", "boolean"),
    "math.expression": ("number", "integer", "json", "list"),
    "store.set": ("text", "json"),
    "table.show": ("list",),
    "text.join": ("text", "list"),
    "text.template": ("text", "number", "integer", "json"),
}
"""What kinds of values the inputs of a type are made for, where they are declared as `any`."""


ADVICE: Final[tuple[tuple[str, str], ...]] = (
    (
        "loop while repeat iterate cycle again feedback",
        "A loop is drawn with a wire that arrives at the next tick: drag from the last node back to the first. "
        "`flow.map` repeats a subgraph for each item of a list.",
    ),
    (
        "if else branch condition",
        "Every node has an input `when`: it runs only if what is wired there is present and not false.",
    ),
    ("error catch try except retry", "Each node has `retries` and `on_error`; `route` gives it a port `error`."),
    ("parallel concurrent async thread", "Nodes that do not wait for each other run at the same time by themselves."),
    ("comment note frame", "Comments and frames belong to the canvas: see its menu."),
)
"""What to say to people who look for something that is no node: words, and the sentence."""
