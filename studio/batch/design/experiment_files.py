"""`NAME.experiment.yaml` ↔ `Experiment`. Read by the same machinery as graphs: no tags, no aliases, bounded; each
refusal with file and line. A stranger's file names nothing outside its project, and reading it runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from studio.batch.design.fitting import Column, Constant, Source
from studio.batch.design.score import KINDS, SCORE, Score, kind_of_name
from studio.batch.design.spec import BETTER, BUDGET, FORMAT, MOST_SEEDS, Experiment, Knockouts
from studio.batch.design.trees import MAX_NAME, TreeReader, tree_of
from studio.batch.design.variants import Variant
from studio.graph.emit import Emitter
from studio.graph.model import LIMITS
from studio.graph.tree import MAX_BYTES, Tree, parse
from studio.support.errors import EnvironmentProblem, GraphError, UsageError
from studio.support.expressions import Expression, ExpressionError
from studio.support.nearest import near
from studio.support.values import Json

ENDING: Final = ".experiment.yaml"
COMMAND_LINE: Final = "command line"
CACHE: Final = ("off", "llm", "all")
MOST_WORKERS: Final = 1_024

_KEYS: Final = (
    "experiment", "name", "about", "hypothesis", "graph", "graphs", "data", "inputs", "variants", "vary", "knockouts",
    "seeds", "score", "main_score", "better", "compare", "margin", "limits", "budget", "model", "embedder", "cache",
    "clock", "workers",
)  # fmt: skip
_VARIANT_KEYS: Final = ("set", "knockouts", "model", "inputs", "graph")
_STARTS: Final = "An experiment starts with `experiment: 1` and has a `graph:`."


def read_experiment(path: Path) -> Experiment:
    """Read an experiment file. Raises GraphError with file and line, UsageError or EnvironmentProblem."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise GraphError(f"The file is larger than {MAX_BYTES // 1_000_000} MB.", where=str(path))
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError("There is no such experiment file.", where=str(path), hint="Check the name.") from None
    except UnicodeDecodeError:
        raise GraphError("The file is not UTF-8 text.", where=str(path)) from None
    except OSError as error:
        raise EnvironmentProblem(f"The file cannot be read: {error.strerror}.", where=str(path)) from None
    return experiment_from_text(text, str(path), base=path.absolute().parent)


def experiment_from_text(text: str, file: str, *, base: Path | None = None) -> Experiment:
    """Read the text of an experiment file that stands, or will stand, at `file`. Raises GraphError."""
    return _Reader(file, base, file=file).experiment(parse(text.removeprefix("\ufeff"), file, starts=_STARTS).root)


def experiment_from_json(
    said: Mapping[str, Json],
    where: str = "",
    *,
    base: Path | None = None,
    own: frozenset[str] = frozenset(),
    file: str = "",
) -> Experiment:
    """Return the experiment of a canonical form. `own` are keys that stand on the command line, `where` is the place
    that errors name. Raises GraphError."""
    return _Reader(where, base, own, file).experiment(tree_of({"experiment": FORMAT, **said}))


def experiment_text(experiment: Experiment) -> str:
    """Return an experiment as its file says it. Raises GraphError for what no file can hold."""
    lines: list[str] = []
    emitter = Emitter(lines, {})
    for key, value in experiment.to_json().items():
        emitter.pair(0, key, value, key)
    return "\n".join(lines) + "\n"


class _Reader(TreeReader):
    def __init__(self, place: str, base: Path | None, own: frozenset[str] = frozenset(), file: str = "") -> None:
        super().__init__(place)
        self.file = file
        self.base = base
        self.own = own

    # -- the whole ------------------------------------------------------------------------------

    def experiment(self, root: Tree) -> Experiment:
        if type(root.value) is not dict or "experiment" not in root.value:
            raise self.refuse("This is no experiment: it does not say `experiment: 1`.", root, _STARTS)
        version = root.value["experiment"]
        if type(version.value) is not int or version.value != FORMAT:
            raise self.refuse(
                "This version of the format is not known here.", version, "Newer versions need a newer studio."
            )
        keys = self.mapping(root, "an experiment", _KEYS)
        scores = self.scores(keys.get("score"))
        return Experiment(
            name=self.line(keys.get("name"), "`name`"),
            about=self.text(keys.get("about"), "`about`"),
            hypothesis=self.text(keys.get("hypothesis"), "`hypothesis`"),
            graphs=self.graphs(keys, root),
            data=self.data(keys.get("data")),
            inputs={name: self.source(name, one) for name, one in self.pairs(keys.get("inputs"), "`inputs`")},
            variants=tuple(self.variant(name, one) for name, one in self.pairs(keys.get("variants"), "`variants`")),
            vary={name: self.varied(name, one) for name, one in self.pairs(keys.get("vary"), "`vary`")},
            knockouts=self.knockouts(keys.get("knockouts")),
            seeds=self.seeds(keys.get("seeds")),
            scores=scores,
            main_score=self.main_score(keys.get("main_score"), scores),
            better=self.one_of(keys.get("better"), "`better`", BETTER, BETTER[0]),
            compare=self.line(keys.get("compare"), "`compare`"),
            margin=self.margin(keys.get("margin")),
            limits=self.amounts(keys.get("limits"), "limit", LIMITS),
            budget=self.amounts(keys.get("budget"), "budget", BUDGET),
            model=self.line(keys.get("model"), "`model`"),
            embedder=self.line(keys.get("embedder"), "`embedder`"),
            cache=self.one_of(keys.get("cache"), "`cache`", CACHE, ""),
            clock=self.clock(keys.get("clock")),
            workers=self.whole(keys.get("workers"), "`workers`", 1, MOST_WORKERS),
            base=self.base,
            file=self.file,
            own=self.own,
        )

    def graphs(self, keys: Mapping[str, Tree], root: Tree) -> dict[str, str]:
        one, several = keys.get("graph"), keys.get("graphs")
        if one is not None and several is not None:
            raise self.refuse("`graph` and `graphs` both stand here.", several, "Write one of them.")
        if one is None and several is None:
            raise self.refuse("The experiment names no graph.", root, "Write `graph: FILE`.")
        found: dict[str, str] = {}
        if one is not None:
            file = self.line(one, "`graph`", needed=True)
            found[Path(file).stem] = file
        elif several is not None and type(several.value) is list:
            for each in several.value:
                file = self.line(each, "A graph", needed=True)
                if Path(file).stem in found:
                    raise self.refuse(
                        f"Two graphs would be called `{Path(file).stem}`.", each, "Write `graphs: {NAME: FILE, …}`."
                    )
                found[Path(file).stem] = file
        else:
            found = {
                self.name(name, several): self.line(each, f"The graph `{name}`", needed=True)
                for name, each in self.pairs(several, "`graphs`")
            }
        if not found:
            raise self.refuse("`graphs` names none.", several or root, "Write `graph: FILE`.")
        for name in found:
            if name in ("model", "input") or ":" in name:
                raise self.refuse(
                    f"A graph cannot be called `{name}` here.", several or one or root, "Write `graphs: {NAME: FILE}`."
                )
        return found

    def data(self, tree: Tree | None) -> str | list[dict[str, Json]] | None:
        if tree is None or tree.value is None:
            return None
        if type(tree.value) is not list:
            return self.line(tree, "`data`", needed=True)
        rows = []
        for one in tree.value:
            if type(one.value) is not dict:
                raise self.refuse("A row must be a mapping of columns.", one, "Write `- {column: value}`.")
            rows.append(one.plain())
        if not rows:
            raise self.refuse("`data` holds no rows.", tree, "Give it a row, or leave `data` out.")
        return rows

    def source(self, name: str, tree: Tree) -> Source:
        if type(tree.value) is dict:
            keys = self.mapping(tree, f"the input `{name}`", ("value",))
            if "value" in keys:
                return Constant(keys["value"].plain())
        elif type(tree.value) is str and tree.value.strip():
            return Column(tree.value)
        raise self.refuse(f"The input `{name}` needs a column, or `{{value: …}}` for one value in all rows.", tree)

    # -- variants -------------------------------------------------------------------------------

    def variant(self, name: str, tree: Tree) -> Variant:
        what = f"the variant `{name}`"
        keys = self.mapping(tree, what, _VARIANT_KEYS)
        knockouts = keys.get("knockouts")
        return Variant(
            self.name(name, tree),
            settings={path: one.plain() for path, one in self.pairs(keys.get("set"), f"`set` of {what}")},
            knockouts=() if knockouts is None else tuple(self.texts(knockouts, f"`knockouts` of {what}")),
            model=self.line(keys.get("model"), f"`model` of {what}") or None,
            inputs={path: one.plain() for path, one in self.pairs(keys.get("inputs"), f"`inputs` of {what}")},
            graph=self.line(keys.get("graph"), f"`graph` of {what}"),
        )

    def varied(self, name: str, tree: Tree) -> Json:
        value = tree.plain()
        if value is None or value in ("", []) or isinstance(value, dict):
            raise self.refuse(
                f"`{name[:MAX_NAME]}` is varied over no value.",
                tree,
                "Write a list of values, or a range such as `1..5`.",
            )
        return value

    def knockouts(self, tree: Tree | None) -> Knockouts | None:
        if tree is None or tree.value is None:
            return None
        if type(tree.value) is dict:
            keys = self.mapping(tree, "`knockouts`", ("of", "except", "pairs"))
            of = self.knockouts(keys.get("of")) or Knockouts()
            pairs = keys.get("pairs")
            if pairs is not None and type(pairs.value) is not bool:
                raise self.refuse("`pairs` must be true or false.", pairs)
            leave = keys.get("except")
            if leave is not None and of.nodes is not None:
                raise self.refuse("`except` goes with `of: all`.", leave, "Leave the nodes out of the list.")
            return Knockouts(
                of.nodes,
                leave=() if leave is None else tuple(self.texts(leave, "`except`")),
                pairs=of.pairs or (pairs is not None and bool(pairs.value)),
            )
        if tree.value in ("all", "pairs"):
            return Knockouts(pairs=tree.value == "pairs")
        groups = []
        for together in self.texts(tree, "`knockouts`"):
            parts = tuple(part.strip() for part in together.split("+"))
            if not all(parts) or len(set(parts)) < len(parts):
                raise self.refuse(f"`{together[:60]}` names no nodes.", tree, "Write `node`, or `a+b` for two at once.")
            groups.append(parts)
        if not groups:
            raise self.refuse("`knockouts` names no nodes.", tree, "Write `all`, `pairs` or a list of nodes.")
        if len({tuple(sorted(group)) for group in groups}) < len(groups):
            raise self.refuse("`knockouts` names the same nodes twice.", tree)
        return Knockouts(tuple(groups))

    def seeds(self, tree: Tree | None) -> tuple[int, ...]:
        if tree is None or tree.value is None:
            return (0,)
        if type(tree.value) is int:
            return tuple(range(self.whole(tree, "`seeds`", 1, MOST_SEEDS) or 1))
        if type(tree.value) is not list or not tree.value:
            raise self.refuse("`seeds` must be a number of seeds, or a list of them.", tree)
        if len(tree.value) > MOST_SEEDS:
            raise self.refuse(f"There are more than {MOST_SEEDS:,} seeds.", tree)
        found: dict[int, None] = {}
        for one in tree.value:
            if type(one.value) is not int or not 0 <= one.value < 2**63:
                raise self.refuse("A seed must be a whole number that is not negative.", one)
            if one.value in found:
                raise self.refuse(f"The seed {one.value} stands twice.", one, "Delete one of them.")
            found[one.value] = None
        return tuple(found)

    # -- scores ---------------------------------------------------------------------------------

    def scores(self, tree: Tree | None) -> tuple[Score, ...]:
        if tree is None or tree.value is None:
            return ()
        if type(tree.value) is not dict:
            return (self.score(SCORE, tree),)
        found = tuple(self.score(self.name(name, one), one) for name, one in self.pairs(tree, "`score`"))
        if not found:
            raise self.refuse("`score` says nothing.", tree, "Write an expression over the outputs.")
        return found

    def score(self, name: str, tree: Tree) -> Score:
        kind = kind_of_name(name)
        if type(tree.value) is dict:
            keys = self.mapping(tree, f"the score `{name}`", KINDS)
            if len(keys) != 1:
                raise self.refuse(f"The score `{name}` must be one of `expression`, `judge` and `function`.", tree)
            kind, tree = next((one, keys[one]) for one in KINDS if one in keys)
        value = tree.value
        if type(value) is bool or type(value) in (int, float):  # `score: 1` is an expression, though no useful one
            value = str(value).lower()
        if type(value) is not str or not value.strip():
            raise self.refuse(f"The score `{name}` must be an expression.", tree, "Put it in quotes.")
        if kind == "expression":
            try:
                Expression.parse(value)
            except ExpressionError as error:
                raise self.refuse(f"`{value[:80]}`: {error.message}", tree, error.hint) from None
        elif kind == "function":
            module, colon, function = value.partition(":")
            if not (colon and function.isidentifier() and all(part.isidentifier() for part in module.split("."))):
                raise self.refuse(f"`{value[:80]}` names no function.", tree, "Write `module:function`.")
        return Score(name, kind, value, own="score" in self.own, place=self.where(tree.line))

    def main_score(self, tree: Tree | None, scores: tuple[Score, ...]) -> str:
        name = self.line(tree, "`main_score`")
        if tree is not None and name and name not in [one.name for one in scores]:
            raise self.refuse(f"There is no score `{name}`.", tree, near(name, [one.name for one in scores]))
        return name

    def margin(self, tree: Tree | None) -> float | None:
        if tree is None or tree.value is None:
            return None
        return self.number(tree, "`margin`")

    # -- amounts and times ----------------------------------------------------------------------

    def amounts(self, tree: Tree | None, what: str, known: tuple[str, ...]) -> dict[str, float]:
        keys = self.mapping(tree, f"`{what if what == 'budget' else 'limits'}`", known)
        return {name: self.number(one, f"The {what} `{name}`", positive=True) for name, one in keys.items()}

    def clock(self, tree: Tree | None) -> str:
        text = self.line(tree, "`clock`")
        if tree is not None and text:
            try:
                datetime.fromisoformat(text)
            except ValueError:
                raise self.refuse(f"`{text[:40]}` is no time.", tree, "Write `2026-01-31T08:00`.") from None
        return text
