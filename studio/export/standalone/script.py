"""A graph as the source of a script that needs nothing of ours."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from studio.engine.prepared import Prepared, prepare
from studio.export.formatting import formatted
from studio.export.literals import comment, literal
from studio.export.standalone.choosing import pruning_for
from studio.export.standalone.commanding import Asked, command_source
from studio.export.standalone.facts import graph_sources
from studio.export.standalone.gathering import Definition, Gathered, Imported, NodeFunction, gather, specialise
from studio.export.standalone.gathering.twins import ASKING, FIRING
from studio.export.standalone.names import Names, Owner, is_module, owner
from studio.export.standalone.opening import FILES, opening
from studio.export.standalone.outline import Wiring
from studio.export.standalone.planning import outline
from studio.export.standalone.problems import require_standalone
from studio.export.standalone.runtime_names import is_ours, runtime_names
from studio.export.standalone.schema import trace_schema
from studio.export.standalone.wording import Coroutine, Words
from studio.graph.model import Graph
from studio.spec.registry import Registry

OWN_NAMES: Final = ("main", "MODELS", "LIMITS", "GRAPH_TEXT", "TRACE_SCHEMA")
"""What a script calls its own parts; nothing of a graph is called so."""

OWN_IMPORTS: Final = (
    (Imported("argparse"), "argparse"),
    (Imported("sys"), "sys"),
    (Imported("collections.abc", "Sequence"), "Sequence"),
    (Imported("collections.abc", "AsyncGenerator"), "AsyncGenerator"),
)
"""What a script's own part may import."""

STYLE: Final = (
    "# Expressions of the graph stand as they were written.\n"
    "# ruff: noqa: B905, C416, C419, RUF005, RUF015, RUF100, SIM103, SIM118, SIM300"
)
"""What linters would have otherwise in expressions of graphs, which are kept as their authors wrote them."""

COLUMNS: Final = 120

NARROW: Final = 88
"""Columns of a line where nothing else is said."""

RULE: Final = "# ".ljust(COLUMNS, "-")
"""The line between a graph's own code and the runtime."""


@dataclass(slots=True)
class Script:
    """A script in the making."""

    prepared: Prepared
    file: str
    wirings: list[Wiring]
    names: Names
    functions: dict[Owner, NodeFunction] = field(default_factory=dict)
    """Each node's function."""

    @property
    def top(self) -> Wiring:
        """The graph itself, after the bodies of its region nodes."""
        return self.wirings[-1]


def standalone_script(
    graph: Graph, registry: Registry, *, file: str = "", tell: Callable[[str], None] | None = None
) -> str:
    """Return the source of a script that does what the graph does; `file` is where the graph was read from.

    `tell` takes sentences about what to mind when it is run elsewhere.
    Raises `GraphError` for a graph that cannot run, and `UsageError` naming every node that cannot leave the studio.
    """
    prepared = prepare(graph, registry)
    wirings = outline(prepared.plan(True))
    require_standalone(wirings)
    own = {name for _, name in OWN_IMPORTS}
    script = Script(prepared, file, wirings, Names(wirings, {*OWN_NAMES, *own, *runtime_names()}))
    _write_functions(script)
    return _assembled(script, tell)


def _write_functions(script: Script) -> None:
    """Write each node as a function, once for all plans of its graph."""
    for wiring in script.wirings:
        for node in wiring.plan.nodes:
            known = owner(wiring.plan, node)
            if not is_module(node) or known in script.functions:
                continue
            name = script.names.modules[known]
            made = specialise(
                node.cls, node.params, name,
                inputs=node.in_fields.fields(), outputs=node.cls.outputs(node.params).fields(),
                taken=script.names.taken - {name.upper()}, about=node.instance.title.strip(),
            )  # fmt: skip
            script.functions[known] = made
            script.names.taken.update(made.names)


# -- from parts to a whole -----------------------------------------------------------------------------


def _assembled(script: Script, tell: Callable[[str], None] | None) -> str:
    snippets = [made.snippet for made in script.functions.values()]
    nodes = gather((), snippets, given=(FIRING, ASKING))
    asked = Asked.of(script.wirings, "".join([*nodes.snippets, *(one.source for one in nodes.definitions)]))
    if tell is not None and asked.files:
        tell(FILES)
    used = Words()
    beside = "\n".join(itertools.chain(*_own_parts(script, used, asked)))  # for what they use of the runtime
    modules = runtime_names()
    roots = [(modules[name], name) for name in sorted(used.used) if is_ours(modules[name])]
    gathered = gather(
        roots,
        snippets,
        taken=script.names.taken - set(modules) - {name for _, name in OWN_IMPORTS},
        pruning=pruning_for(script.wirings, nodes, beside),
    )
    words = Words({name: gathered.name(module, name) for module, name in roots})
    wiring, command, facts = _own_parts(script, words, asked)
    early = _blocks([one for one in gathered.definitions if one.early])
    late = _blocks([one for one in gathered.definitions if not one.early])
    above = [
        *_headed("What the modules are made of.", early),
        *_modules(script, gathered.snippets),
        *_headed("The wiring: who gets what from whom, in which order.", wiring),
        *_headed("The command line.", command),
    ]
    below = [
        *_headed("What there is to say of each graph beside its wiring.", facts),
        f"GRAPH_TEXT = {literal(script.prepared.text)}",
        f"TRACE_SCHEMA = {literal(trace_schema())}",
        'if __name__ == "__main__":\n    sys.exit(main())',
    ]
    heading = f"{RULE}\n# The runtime, the same in all scripts: what the statements above call.\n{RULE}"
    imports = _imports(gathered, "".join(above + below))
    expressions = any("Expression(" in one for one in gathered.snippets)
    opened = "\n\n".join([opening(script, asked, gathered.libraries), *([STYLE] if expressions else []), imports])
    # All formatters want one empty line between imports and a comment, which every heading is.
    begin = formatted("\n\n\n".join(["\n\n".join([opened, *above[:1]]), *above[1:]])).rstrip()
    # What is taken along is laid out already, and long.
    return "\n\n\n".join([begin, heading, *late, formatted("\n\n\n".join(below))])


def _blocks(definitions: Iterable[Definition]) -> list[str]:
    """Return sources of definitions, those of constants that belong together as one block each."""
    blocks: list[str] = []
    before: Definition | None = None
    for one in definitions:
        if before is None or (before.kind, before.module) != ("constant", one.module) or one.kind != "constant":
            blocks.append(one.source)
        else:
            apart = "\n" in before.source or "\n" in one.source  # a comment, several lines, words on what it means
            blocks[-1] += ("\n\n" if apart else "\n") + one.source
        before = one
    return blocks


def _own_parts(script: Script, words: Words, asked: Asked) -> tuple[list[str], list[str], list[str]]:
    """Return the wiring, the command line and the facts of the graphs, as sources."""
    names = script.names
    wiring = [Coroutine(one, names, words).source() for one in script.wirings]
    command = command_source(script.top.plan, names.graphs[id(script.top.plan)], asked, words)
    facts = graph_sources(script.wirings, names, words)
    return wiring, command, facts


def _headed(title: str, sources: Sequence[str]) -> Iterator[str]:
    """Yield sources under a heading; nothing if there are none."""
    if sources:
        yield f"# {title} ".ljust(COLUMNS, "-")
        yield from sources


def _modules(script: Script, snippets: Sequence[str]) -> Iterator[str]:
    """Yield the functions of all nodes under the names of their graphs, each with its type."""
    by_owner = dict(zip(script.functions, snippets, strict=True))
    done: set[Owner] = set()
    for wiring in script.wirings:
        sources = []
        for node in wiring.plan.nodes:
            known = owner(wiring.plan, node)
            if known in by_owner and known not in done:
                done.add(known)
                named = f"{comment(node.name)}: " if script.names.modules[known] != node.name else ""
                sources.append(f"# {named}{comment(node.spec.type)}\n{by_owner[known]}")
        several = len(script.wirings) > 1
        where = f" of {script.names.coroutines[id(wiring.plan)]}" if several else ""
        yield from _headed(f"The modules{where}, one function each.", sources)


def _imports(gathered: Gathered, body: str) -> str:
    own = [(imported, name) for imported, name in OWN_IMPORTS if re.search(rf"\b{name}\b", body)]
    lines = [_wrapped(line) for line in gathered.import_lines(own)]
    return "\n".join(["from __future__ import annotations\n", *lines])


def _wrapped(line: str) -> str:
    """Return an import with a name per line where linters that know no wider lines than 88 columns would have it so."""
    head, marker, names = line.partition(" import ")
    return f"{head} import ({names},)" if marker and len(line) > NARROW else line
