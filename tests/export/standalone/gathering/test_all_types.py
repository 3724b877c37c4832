"""Every node type that ships with the studio: which can go into a script, and that all of these stand in one file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from studio.export.formatting import formatted
from studio.export.standalone.gathering import gather, specialise, standalone_problem
from studio.export.standalone.gathering.problems import sample_params
from studio.export.standalone.script import _wrapped
from studio.spec import Fields, Node
from studio.spec.params import parse_params
from studio.spec.registry import default_registry

STAY: Final[Mapping[str, str]] = {
    "chunk.code": "it uses the library tree_sitter",
    "chunk.pack": "it uses the library tokenizers",
    "chunk.structure": "it counts tokens by the library tokenizers; measure in words",
    "chunk.tokens": "it counts tokens by the library tokenizers",
    "code.check": "it uses the library tree_sitter",
    "code.lint": "it uses the library tree_sitter",
    "code.outline": "it uses the library tree_sitter",
    "code.python": "it asks the sandbox",
    "documents.parse": "it uses the library pypdf",
    "documents.read": "it reads PDF and HTML by libraries, in the sandbox",
    "edit.search_replace": "it changes files of the project",
    "edit.unified_diff": "it changes files of the project",
    "files.delete": "it changes files of the project",
    "files.move": "it changes files of the project",
    "files.search": "it searches files through the studio",
    "files.write": "it changes files of the project",
    "flow.placeholder": "it is not made yet",
    "git.begin": "it runs git",
    "git.branch": "it runs git",
    "git.commit": "it runs git",
    "git.deliver": "it runs git",
    "git.diff": "it runs git",
    "git.files_at": "it runs git",
    "git.log": "it runs git",
    "git.run_in_copy": "it runs git and asks the sandbox",
    "git.show": "it runs git",
    "git.status": "it runs git",
    "git.worktree": "it runs git",
    "http.request": "it asks the web",
    "llm.agent": "it lets a model choose among node types",
    "mcp.tool": "it asks tool servers",
    "messages.append": "its store, `messages`, stays behind: it uses the library tokenizers",
    "messages.items": "its store, `messages`, stays behind: it uses the library tokenizers",
    "messages.pack": "it uses the library tokenizers",
    "messages.window": "its store, `messages`, stays behind: it uses the library tokenizers",
    "monitor.alarms": "a script has no guard that watches how it behaves",
    "monitor.lamps": "a script has no measures of how it behaves",
    "patch.apply": "it uses the library unidiff",
    "prompt.cut": "it counts tokens by the library tokenizers; count words or code",
    "prompt.like_last": "it counts tokens by the library tokenizers; count words or code",
    "prompt.pack": "it counts tokens by the library tokenizers; count words or code",
    "prompt.wishlist": "it counts tokens by the library tokenizers; count words or code",
    "repo.map": "it uses the library tree_sitter",
    "shell.run": "it asks the sandbox",
    "shell.scratch": "it asks the sandbox",
    "stream.add": "its store, `stream`, stays behind: it uses the library numpy",
    "stream.items": "its store, `stream`, stays behind: it uses the library numpy",
    "stream.retrieve": "its store, `stream`, stays behind: it uses the library numpy",
    "tests.run": "it runs git and asks the sandbox",
    "text.cut": "it counts tokens by the library tokenizers",
    "text.jinja": "it asks the sandbox",
    "vector.add": "its store, `vector`, stays behind: it uses the library numpy",
    "vector.count": "its store, `vector`, stays behind: it uses the library numpy",
    "vector.delete": "its store, `vector`, stays behind: it uses the library numpy",
    "vector.get": "its store, `vector`, stays behind: it uses the library numpy",
    "vector.items": "its store, `vector`, stays behind: it uses the library numpy",
    "vector.search": "its store, `vector`, stays behind: it uses the library numpy",
    "web.page": "it asks the web",
}
"""Types that cannot leave the studio, and why. This list changes on purpose only: read what changes."""

EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "chunk.structure": {"measure": "words"},
    "board.changes": {"store": "board", "slots": ["news", "plan"]},
    "flow.switch": {"cases": {"mend": ["vague", "wrong"], "good": "good"}},
    "human.ask": {"question": "Is {draft} good?", "choices": ["yes", "no"]},
    "json.build": {"names": ["one", "other"]},
    "json.get": {"path": "a.b", "fallback": []},
    "list.filter": {"condition": "item.size > most"},
    "list.unpack": {"names": ["one", "other"]},
    "llm.chat": {"system": "Answer kindly."},
    "llm.function": {"instructions": "Judge: {draft}", "labels": ["good", "vague"], "checks": ["confidence > 0.5"]},
    "logic.expression": {"expression": "score >= 0.8 and label == 'spam'"},
    "logic.require": {"expression": "score >= 0.8", "otherwise": "`score` is {score}."},
    "math.expression": {"expression": "round(price * count, 2)"},
    "score.logistic": {"weights": {"length": 0.5, "accepted": 1.0}, "intercept": -0.3},
    "table.delete": {"store": "rows", "filter": {"kind": "{kind}"}},
    "table.select": {"store": "rows", "filter": {"kind": "{kind}"}, "sort": "size"},
    "text.regex": {"pattern": "(?P<name>[a-z]+)=(?P<value>[0-9]+)"},
    "text.template": {"template": "Dear {name},\nplease look at {thing} once more,\nand tell us what you think.\n"},
}
"""Params for types whose defaults show little."""


def types() -> list[type[Node]]:
    return [cls for cls in default_registry().all_types() if cls.__module__.startswith("studio.nodes.")]


def params_of(cls: type[Node]) -> Fields:
    given = EXAMPLES.get(cls.spec.type)
    read, problems = parse_params(cls.Params, given) if given is not None else (sample_params(cls), [])
    assert read is not None
    problems += list(cls.problems(read))
    assert not problems, f"{cls.spec.type}: {problems}"
    return read


def test_which_types_stay_and_why() -> None:
    found = {cls.spec.type: why for cls in types() if (why := standalone_problem(cls))}

    assert found == STAY


@cache
def everything() -> str:
    """One script with a function for every type that can leave; what linters and mypy say of it, and whether it can be
    imported, is asked in `tests/export/standalone/test_examples.py`."""
    snippets = [
        specialise(cls, params_of(cls), f"node_{cls.spec.type.replace('.', '_')}").snippet
        for cls in types()
        if cls.spec.type not in STAY and not cls.spec.role
    ]
    gathered = gather((), snippets)
    parts = [
        *(one.source for one in gathered.definitions if one.early),
        *gathered.snippets,
        *(one.source for one in gathered.definitions if not one.early),
    ]
    assert gathered.libraries == []
    head = "\n".join(map(_wrapped, gathered.import_lines()))
    return formatted(f'"""All."""\n\nfrom __future__ import annotations\n\n{head}\n\n' + "\n\n\n".join(parts))
