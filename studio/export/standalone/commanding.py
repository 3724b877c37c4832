"""`main` of a script: options after the graph's inputs, the models of its roles, and how it is called."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from studio.engine.plan import NodePlan, RegionPlan
from studio.export.literals import literal, text_literal
from studio.export.naming import fresh
from studio.export.standalone.outline import Wiring
from studio.export.standalone.wording import Words
from studio.models.names import ROLES
from studio.settings.settings import Settings
from studio.spec.choices import told_choices
from studio.spec.types import BLOB_TYPES
from studio.support.plain import plain_line
from studio.support.values import Json, encode, preview

OPTIONS: Final = ("model", "embedder", "db", "seed", "limit", "answers", "files", "clock", "json", "help")
"""The options of every script; an input of such a name is asked for as `--input-model`."""

_METAVARS: Final[Mapping[str, str]] = {
    "text": "TEXT", "number": "NUMBER", "integer": "N", "boolean": "true|false", "json": "JSON", "list": "LIST",
    "message": "JSON", "messages": "JSON", "vector": "LIST", "image": "@FILE", "audio": "@FILE", "file": "@FILE",
}  # fmt: skip

_SAMPLES: Final[Mapping[str, str]] = {
    "text": "…", "number": "0.5", "integer": "1", "boolean": "true", "json": "{}", "list": "[]", "messages": "[]",
    "message": '{"role": "user", "content": "…"}', "vector": "[0.0]",
}  # fmt: skip

MOST_COLUMNS: Final = 96
"""Columns of the command that a script's docstring shows."""

SHOWN: Final = 60
"""Characters of a default that help shows."""


@dataclass(frozen=True, slots=True)
class InputOption:
    """An input of the graph as an option of the command line. `attribute` is where argparse puts it."""

    name: str
    option: str
    attribute: str
    kind: str
    help: str
    required: bool
    default: Json = None
    choices: tuple[Json, ...] = ()

    @property
    def metavar(self) -> str:
        return _METAVARS.get(self.kind, "VALUE")

    def sample(self) -> str:
        """The option with a value it takes, as typed in a shell."""
        if self.kind in BLOB_TYPES:
            return f"{self.option} @FILE"
        value: Json = self.choices[0] if self.choices else _SAMPLES.get(self.kind, "…")
        if self.default is not None:
            value = self.default
        return f"{self.option} {shlex.quote(value if isinstance(value, str) else encode(value).decode())}"


def input_options(plan: RegionPlan) -> list[InputOption]:
    """Return the options for the inputs of a graph, in the order of its file."""
    options = {f"--{name}" for name in OPTIONS}
    attributes = {*OPTIONS}
    made = []
    for name in plan.graph.nodes:
        if name in plan.input_nodes:
            node = plan.nodes[plan.input_nodes[name]]
            written = name.strip("_").replace("_", "-") or "input"
            option = f"--input-{written}" if f"--{written}" in options else f"--{written}"
            number = 2
            while option in options:
                option, number = f"--input-{written}-{number}", number + 1
            attribute = fresh(option.removeprefix("--").replace("-", "_"), attributes)
            options.add(option)
            attributes.add(attribute)
            made.append(_option(node, name, option, attribute))
    return made


def _option(node: NodePlan, name: str, option: str, attribute: str) -> InputOption:
    params: Any = node.params
    is_text = params.kind == "any" and isinstance(params.value, str)
    return InputOption(
        name,
        option,
        attribute,
        "text" if is_text else params.kind,
        params.help or node.instance.title,
        "value" not in node.instance.params,
        params.value,
        node.choices,
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a graph asks of the outside: models and embedders by role or name, people, the time, files, anything.

    `once`: some questions are asked once for many firings. `tools`: models are offered tools.
    """

    models: tuple[str, ...]
    embedders: tuple[str, ...]
    people: bool
    time: bool
    files: bool
    once: bool
    tools: bool
    anything: bool

    @classmethod
    def of(cls, wirings: Iterable[Wiring], modules: str) -> Asked:
        """Return it for graphs whose nodes became functions; `modules` is their source and that of all they use."""
        plans = [wiring.plan for wiring in wirings]
        return cls(
            tuple(asked_names(plans, "model")),
            tuple(asked_names(plans, "embedder")),
            _asks(modules, "ask_human"),
            _asks(modules, "now") or _asks(modules, "sleep"),
            _asks(modules, "project_path"),
            "once=" in modules,
            re.search(r"\btools=", modules) is not None,
            any(node.effects != "pure" for plan in plans for node in plan.nodes),
        )


def _asks(modules: str, what: str) -> bool:
    """True if some module calls this method of its context."""
    return re.search(rf"(?:ctx|firing|context)\s*\.\s*{what}\b", modules) is not None


def command_source(plan: RegionPlan, graph: str, asked: Asked, words: Words) -> list[str]:
    """Return the sources of the models table, the limits and `main`, which runs `graph`."""
    parts = []
    if asked.models or asked.embedders:
        parts.append(_table(asked))
    parts.append(_limits())
    parts.append(_main(input_options(plan), plan.graph.about or plan.graph.name, graph, asked, words))
    return parts


def _table(asked: Asked) -> str:
    """The model of each role, for whoever runs the script to fill in."""
    roles = [role for role in ROLES if role in asked.models] or (["default"] if asked.models else [])
    lines = [f'    {text_literal(role)}: "",  # for example "openai/gpt-4o-mini"' for role in roles]
    if asked.embedders:
        lines.append('    "embedder": "",  # for example "openai/text-embedding-3-small"')
    options = ["--model"] * bool(roles) + ["--embedder"] * bool(asked.embedders)
    about = (
        f'"""Which model plays which role, as litellm calls it. They may be given by {" and ".join(options)}, too."""'
    )
    return "\n".join(["MODELS = {", *lines, "}", about])


def _limits() -> str:
    limits = Settings().limits()
    inside = ", ".join(f"{text_literal(name)}: {literal(value)}" for name, value in limits.items())
    return f'LIMITS = {{{inside}}}\n"""What a run may use before it pauses; --limit NAME=N changes one."""'


def _main(options: list[InputOption], about: str, graph: str, asked: Asked, words: Words) -> str:
    kinds = [
        ("model", asked.models),
        ("embedder", asked.embedders),
        ("answers", asked.people),
        ("files", asked.files),
        ("clock", asked.time),
    ]
    used = [text_literal(name) for name, is_used in kinds if is_used]
    if "%(prog)" in about:
        about = about.replace("%", "%%")  # only then does argparse fill in anything
    lines = [
        "def main(arguments: Sequence[str] | None = None) -> int:",
        '    """Run the graph with what the command line says; the exit code tells how it ended (0: well)."""',
        f"    parser = argparse.ArgumentParser(description={_shown(about)}, allow_abbrev=False)",
        *(f"    parser.add_argument({_argument(one)})" for one in options),
        f"    {words('add_options')}({', '.join(['parser', *used])})",
        "    args = parser.parse_args(arguments)",
        f"    given: dict[str, tuple[str, str, str | None]] = {{{', '.join(_given(one) for one in options)}}}",
    ]
    call = f"{graph}, given, args, text=GRAPH_TEXT, schema=TRACE_SCHEMA, limits=LIMITS"
    if asked.anything:
        lines += [f"    def outside() -> {words('Outside')}:", f"        return {_outside(asked, words)}"]
        call += ", outside=outside"
    if asked.files:
        call += ", file=__file__"
    return "\n".join([*lines, f"    return {words('execute')}({call})"])


def _outside(asked: Asked, words: Words) -> str:
    """What the graph asks, as an expression; what it has no use for is left out."""
    facts = []
    if asked.models:
        tools = [f"tools={words('Tools')}()"] if asked.tools else []
        facts.append(_catalog(words("Models"), asked.models, "model", tools))
    if asked.embedders:
        facts.append("embedders=" + _catalog(words("Embedders"), asked.embedders, "embedder", []))
    if asked.once:
        facts.append(f"once={words('Once')}()")
    if asked.people:
        facts.append(f"human={words('Person')}(args.answers)")
    if asked.time:
        facts.append(f"clock={words('Clock')}(args.clock)")
    return f"{words('Outside')}({', '.join(facts)})"


def _catalog(cls: str, names: tuple[str, ...], option: str, more: list[str]) -> str:
    """What gives the models, or embedders, of these names."""
    named = [f"names={literal(list(names))}"] * (names != ("default",))
    return f"{cls}({', '.join(['MODELS', *named, f'{option}=args.{option} or ' + text_literal(''), *more])})"


def _argument(one: InputOption) -> str:
    facts = [text_literal(one.option)]
    if one.attribute != one.option.removeprefix("--").replace("-", "_"):
        facts.append(f"dest={text_literal(one.attribute)}")
    if one.required:
        facts.append("required=True")
    facts.append(f"metavar={text_literal(one.metavar)}")
    help_text = one.help.strip()
    if one.choices:
        told = f"One of {told_choices(one.choices)}."
        help_text = f"{help_text} {told}" if help_text else told
    if not one.required:
        default = f"(default: {preview(one.default, SHOWN)})"
        help_text = f"{help_text} {default}" if help_text else default
    if help_text:
        facts.append(f"help={_shown(help_text.replace('%', '%%'))}")
    return ", ".join(facts)


def _given(one: InputOption) -> str:
    return f"{text_literal(one.name)}: ({text_literal(one.option)}, {text_literal(one.kind)}, args.{one.attribute})"


def _shown(text: str) -> str:
    """Return a text for a terminal as a literal: one line, without signs that steer a terminal."""
    return literal(plain_line(text), block=False)


def command_line(script: str, options: Sequence[InputOption], *, model: bool, embedder: bool) -> str:
    """Return a command that runs the script: with all inputs it needs, else with the first for which there is room."""
    chosen = [one.sample() for one in options if one.required]
    more = ["--model openai/gpt-4o-mini"] * model + ["--embedder openai/text-embedding-3-small"] * embedder
    if not chosen:
        room = MOST_COLUMNS - len(" ".join([f"python {script}", *more])) - 1
        chosen = [one.sample() for one in options if len(one.sample()) <= room and "\n" not in one.sample()][:1]
    return " ".join([f"python {shlex.quote(script)}", *chosen, *more])


def asked_names(plans: Iterable[RegionPlan], kind: str) -> list[str]:
    """Return the models (`kind` "model") or embedders ("embedder") that nodes name, roles first."""
    names: dict[str, None] = {}
    for plan in plans:
        for node in plan.nodes:
            names.update(dict.fromkeys(_named(node, kind)))
    roles = [role for role in ROLES if role in names]
    return roles + [name for name in names if name not in roles]


def _named(node: NodePlan, kind: str) -> Iterator[str]:
    params: Any = node.params
    routes = getattr(params, "routes", ...)
    if routes is not ... and not node.knockout:
        # A function that routes compares vectors and asks a model only where it must; no other compares vectors.
        if kind == ("model" if routes and not (params.checks or params.fallback) else "embedder" if not routes else ""):
            return
    for field in node.cls.Params.fields().values():
        if field.editor.get("kind") == kind:
            value = getattr(params, field.name)
            if isinstance(value, str) and value:
                yield value
