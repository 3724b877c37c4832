"""`NAME.tests.yaml` → cases. A tests file names no path outside its project and runs nothing.

Read by the same machinery as graphs: no tags, no aliases, bounded; every refusal with file and line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.cases.case import Case, Expectation, Recorded, StoreAnswer
from studio.cases.keeping import Kept
from studio.cases.words import Unreadable, answer_of, place_of, stood_for
from studio.graph.model import Place
from studio.graph.names import name_problem
from studio.graph.scope import project_folder
from studio.graph.tree import MAX_BYTES, Tree, parse
from studio.importers.opening import GRAPH_SUFFIXES
from studio.support.errors import EnvironmentProblem, GraphError, UsageError
from studio.support.expressions import Expression, ExpressionError
from studio.support.nearest import near
from studio.support.paths import inside
from studio.support.resources import TESTS
from studio.support.values import Json

FORMAT = 1
"""Version of the file format."""

MOST_CASES = 10_000

_FILE_KEYS = ("studio_tests", "graph", "cases")
_CASE_KEYS = ("about", "node", "inputs", "expect", "equal", "recorded")
_RECORDED_KEYS = (
    "run", "status", "seed", "clock", "races", "models", "embedders", "answers", "stores", "lost", "outputs",
)  # fmt: skip


@dataclass
class CasesFile:
    """A file of cases: `graph` is the file they test, `trees` the cases as they stand in the text."""

    path: Path
    text: str = ""
    graph: Path = field(default_factory=Path)
    cases: dict[str, Case] = field(default_factory=dict)
    trees: dict[str, Tree] = field(default_factory=dict)

    @property
    def db(self) -> Path:
        """Where its bulky values lie."""
        return database_of(self.path)


def cases_beside(graph: Path) -> Path:
    """Return where the tests of a graph file stand: `critic_loop.yaml` → `critic_loop.tests.yaml`."""
    return graph.with_name(graph.name.removesuffix(".yml").removesuffix(".yaml").removesuffix(".py") + TESTS)


def database_of(tests: Path) -> Path:
    """Return where the bulky values of a tests file lie."""
    return tests.with_name(tests.name.removesuffix(TESTS) + ".cases.db")


def is_tests_file(path: Path) -> bool:
    """True if a file's name says that it holds cases."""
    return path.name.endswith(TESTS)


def read_tests(path: Path) -> CasesFile:
    """Read a file of cases. Raises GraphError with file and line, UsageError or EnvironmentProblem."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise GraphError(f"The file is larger than {MAX_BYTES // 1_000_000} MB.", where=str(path))
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(
            "There is no such tests file.",
            where=str(path),
            hint="`studio test RUN --add NAME` writes a first case beside the graph.",
        ) from None
    except UnicodeDecodeError:
        raise GraphError("The file is not UTF-8 text.", where=str(path)) from None
    except OSError as error:
        raise EnvironmentProblem(f"The file cannot be read: {error.strerror}.", where=str(path)) from None
    return read_cases(text, path)


def read_cases(text: str, path: Path, kept: Kept | None = None) -> CasesFile:
    """Read the text of a tests file that stands, or will stand, at `path`; `kept` has its bulky values."""
    return _Reader(path, kept or Kept(database_of(path))).file(text)


class _Reader:
    def __init__(self, path: Path, kept: Kept) -> None:
        self.path = path
        self.kept = kept

    def refuse(self, message: str, line: int, hint: str = "") -> GraphError:
        return GraphError(message, where=f"{self.path}:{line}", hint=hint)

    def mapping(self, tree: Tree, what: str, known: tuple[str, ...] = ()) -> dict[str, Tree]:
        if tree.value is None:
            return {}
        if type(tree.value) is not dict:
            raise self.refuse(f"{what} must be a mapping of names.", tree.line)
        found: dict[str, Tree] = tree.value
        for key in found:
            if known and key not in known:
                line = tree.keys[key].line + 1
                raise self.refuse(f"`{key[:60]}` is no key of {what}.", line, near(key, known))
        return found

    def file(self, text: str) -> CasesFile:
        root = parse(
            text.removeprefix("\ufeff"), str(self.path), starts="`studio test RUN --add NAME` adds a case."
        ).root
        if type(root.value) is not dict or "studio_tests" not in root.value:
            raise self.refuse(
                "This is no file of tests: it does not say `studio_tests: 1`.",
                root.line,
                "`studio test RUN --add NAME` writes one.",
            )
        top = self.mapping(root, "a tests file", _FILE_KEYS)
        version = top["studio_tests"]
        if version.value != FORMAT or type(version.value) is not int:
            raise self.refuse(
                "This version of the format is not known here.", version.line, "Newer versions need a newer studio."
            )
        found = CasesFile(self.path, text, self._graph(top.get("graph")))
        cases = top.get("cases")
        if cases is not None:
            if len(self.mapping(cases, "`cases`")) > MOST_CASES:
                raise self.refuse(f"The file has more than {MOST_CASES:,} cases.", cases.line)
            for name, tree in self.mapping(cases, "`cases`").items():
                line = cases.keys[name].line + 1
                found.cases[name] = self._case(name, tree, line)
                found.trees[name] = tree
        return found

    def _graph(self, tree: Tree | None) -> Path:
        folder = self.path.parent
        if tree is None:
            stem = self.path.name.removesuffix(TESTS)
            known = [self.path.with_name(stem + ending) for ending in GRAPH_SUFFIXES]
            return next((path for path in known if path.is_file()), known[0])
        if type(tree.value) is not str or not tree.value:
            raise self.refuse("`graph` must name a file.", tree.line)
        project = project_folder(folder)
        path = inside(project, folder.absolute() / tree.value)
        if path is None:
            raise self.refuse(f"`{tree.value[:80]}` lies outside the project folder.", tree.line)
        return folder / tree.value

    def _case(self, name: str, tree: Tree, line: int) -> Case:
        if problem := name_problem(name):
            raise self.refuse(f"`{name[:60]}` cannot name a case: {problem}.", line)
        what = f"the case `{name}`"
        keys = self.mapping(tree, what, _CASE_KEYS)
        inputs = self._json(keys.get("inputs"), {})
        if not isinstance(inputs, dict):
            raise self.refuse(f"`inputs` of {what} must be a mapping of names.", keys["inputs"].line)
        expect = self._expect(keys.get("expect"), what)
        equal = self._equal(keys.get("equal"), what)
        recorded = self._recorded(keys.get("recorded"), what)
        if not expect and (not equal or (equal is True and not recorded.outputs and recorded.status == "ok")):
            raise self.refuse(
                f"Nothing is expected of {what}, so it cannot fail.", line, "Give it `expect:` or `equal: true`."
            )
        return Case(
            name,
            node=self._text(keys.get("node"), f"`node` of {what}"),
            inputs=inputs,
            expect=expect,
            equal=equal,
            about=self._text(keys.get("about"), f"`about` of {what}"),
            recorded=recorded,
            place=Place(str(self.path), line),
        )

    def _expect(self, tree: Tree | None, what: str) -> list[Expectation]:
        if tree is None or tree.value is None:
            return []
        listed = tree.value if type(tree.value) is list else [tree]
        found = []
        for one in listed:
            said = one.value
            if type(said) is bool:  # `expect: true` is an expression of one word, though no useful one
                said = str(said).lower()
            if type(said) is not str:
                raise self.refuse(f"What {what} expects must be an expression.", one.line, "Put it in quotes.")
            try:
                Expression.parse(said)
            except ExpressionError as error:
                raise self.refuse(f"`{said[:80]}`: {error.message}", one.line, error.hint) from None
            found.append(Expectation(said, Place(str(self.path), one.line)))
        return found

    def _equal(self, tree: Tree | None, what: str) -> bool | list[str]:
        value = None if tree is None else tree.plain()
        if value is None:
            return False
        if isinstance(value, bool) or (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            return value
        assert tree is not None
        raise self.refuse(f"`equal` of {what} must be true, false or a list of outputs.", tree.line)

    def _recorded(self, tree: Tree | None, what: str) -> Recorded:
        if tree is None:
            return Recorded()
        keys = self.mapping(tree, f"`recorded` of {what}", _RECORDED_KEYS)
        try:
            models = {name: stood_for(facts) for name, facts in self._objects(keys.get("models"), what)}
            embedders = {name: stood_for(facts) for name, facts in self._objects(keys.get("embedders"), what)}
            lost = {place_of(by): str(why) for by, why in (self._json(keys.get("lost"), {}) or {}).items()}
        except Unreadable as error:
            raise self.refuse(str(error), tree.line) from None
        answers = []
        for one in self._list(keys.get("answers"), f"`answers` of {what}"):
            try:
                answers.append(answer_of({key: self._json(inner) for key, inner in self._entry(one)}, models))
            except Unreadable as error:
                raise self.refuse(str(error), one.line) from None
        seed = self._json(keys.get("seed"), 0)
        if type(seed) is not int:
            raise self.refuse(f"`seed` of {what} must be a whole number.", keys["seed"].line)
        return Recorded(
            run=self._text(keys.get("run"), "`run`"),
            status=self._text(keys.get("status"), "`status`") or "ok",
            outputs=self._json(keys.get("outputs"), {}) or {},
            models=models,
            embedders=embedders,
            answers=answers,
            stores=[self._store(one) for one in self._list(keys.get("stores"), f"`stores` of {what}")],
            lost=lost,
            ordered_races=self._text(keys.get("races"), "`races`") != "by arrival",
            seed=seed,
            clock=self._text(keys.get("clock"), "`clock`") or None,
        )

    def _store(self, tree: Tree) -> StoreAnswer:
        said: dict[str, Any] = {key: self._json(inner) for key, inner in self._entry(tree)}
        try:
            node, tick = place_of(said.get("by"))
        except Unreadable as error:
            raise self.refuse(str(error), tree.line) from None
        if not isinstance(said.get("op"), str):
            raise self.refuse("What a store answered needs `op`, the operation.", tree.line)
        round = said.get("round", 0)
        return StoreAnswer(
            node, tick, str(said.get("store", "")), said["op"], said.get("result"), round if type(round) is int else 0
        )

    # -- small readers ------------------------------------------------------------------------------

    def _text(self, tree: Tree | None, what: str) -> str:
        if tree is None or tree.value is None:
            return ""
        if type(tree.value) is not str:
            raise self.refuse(f"{what} must be text.", tree.line, "Put it in quotes.")
        return tree.value

    def _json(self, tree: Tree | None, missing: Json = None) -> Json:
        if tree is None:
            return missing
        return self.kept.resolve(tree.plain())

    def _list(self, tree: Tree | None, what: str) -> list[Tree]:
        if tree is None or tree.value is None:
            return []
        if type(tree.value) is not list:
            raise self.refuse(f"{what} must be a list.", tree.line)
        return list(tree.value)

    def _entry(self, tree: Tree) -> list[tuple[str, Tree]]:
        if type(tree.value) is not dict:
            raise self.refuse("This entry must be a mapping such as `by: node at 0`.", tree.line)
        return list(tree.value.items())

    def _objects(self, tree: Tree | None, what: str) -> list[tuple[str, Mapping[str, Json]]]:
        if tree is None:
            return []
        found: list[tuple[str, Mapping[str, Json]]] = []
        for name, inner in self.mapping(tree, f"`models` of {what}").items():
            value = inner.plain()
            if not isinstance(value, dict):
                raise self.refuse(f"The model `{name[:60]}` must be a mapping of facts.", inner.line)
            found.append((name, value))
        return found
