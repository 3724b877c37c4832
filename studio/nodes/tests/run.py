"""`tests.run`: the tests of a repository, each by its name, in a fresh copy."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes._limits import memory_param, seconds_param
from studio.nodes.git._anywhere import (
    ask_repository,
    changes_of_value,
    changes_port,
    commit_port,
    reading,
    repository_port,
)
from studio.spec import ANY, Fields, Node, Permission, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Json
from studio.tools.git import Git


@node(
    "tests.run",
    title="Run tests",
    category="Git",
    icon="check",
    effects="executes",
    library="git",
    limits="1,200 s and 2 GB unless set; no network",
    standalone="it runs git and asks the sandbox",
)
class RunTests(Node):
    """Run the tests of a repository in a fresh copy of a commit, with changed files put over it.

    Without a `command` these are Python tests: functions `test_*` and unittest in `test_*.py` and `*_test.py`; a file
    without either is one test, which passes if it can be run. Files that need pytest are run by it, where it is
    installed. A command is a line for `sh`; what it prints is read for the results of pytest (`-rA` or `-v`), unittest
    (`-v`), go, cargo and TAP, and if it tells of none it counts as one test.

    Changed files that `keep` names stay as they were in the commit, so that nobody passes a test by rewriting it. The
    copy is deleted afterwards. A run that takes too long has failed.
    """

    class Params(Fields):
        keep: list[Any] = param([], help="Files whose changes do not count, as in `test_*.py`.")
        limit_s: float = seconds_param(1_200.0, "The tests are")
        memory_mb: int = memory_param("Each process")

    class In(Fields):
        repository: str = repository_port()
        commit: str = commit_port()
        changes: dict[str, Any] = changes_port()
        extra: dict[str, Any] = port({}, help="Further files, put over all others whatever `keep` says.")
        command: str = port("", help="The command that runs the tests; else Python tests are looked for.")
        only: list[Any] = port(None, help="The tests that count, by name or by file; one that does not run has failed.")

    class Out(Fields):
        results: list[Any] = port(private=True, help="Objects with `test` (its name), `passed` and `said`.")
        passed: list[Any] = port(private=True, help="The names of the tests that passed.")
        failed: list[Any] = port(private=True, help="The names of the tests that failed.")
        ok: bool = port(help="True if no test failed.")
        text: str = port(private=True, help="What became of the tests: a line each, and what those said that failed.")
        output: str = port(private=True, help="The end of what the test program printed.")
        kept: list[Any] = port(private=True, help="The names of changed files that did not count.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if not all(isinstance(pattern, str) and pattern for pattern in params.keep):
            yield "`keep` lists patterns for names of files, as in `test_*.py`."

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield reading()
        yield Permission("command", ANY if "command" in wired else "the tests of the repository", "in a copy of it")

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        from studio.tools.git.trying import tests_in_copy

        changes, extra = changes_of_value(inputs.changes), changes_of_value(inputs.extra)
        only = inputs.only
        if only is not None and not all(isinstance(name, str) for name in only):
            raise NodeError("`only` holds something that is no name of a test.", hint="Wire a list of texts.")
        settings = params.as_dict()

        async def work(git: Git) -> Json:
            sandbox = ctx.outside.sandbox
            return await tests_in_copy(git, sandbox, inputs.commit, changes, extra, inputs.command, only, **settings)

        request: dict[str, Json] = {
            "commit": inputs.commit, "changes": dict(changes), "extra": dict(extra), "command": inputs.command,
            "only": only, **settings,
        }  # fmt: skip
        found = await ask_repository(ctx, "tests", inputs.repository, request, work, outbound=True)
        results = found["results"]
        return self.Out(
            results=results,
            passed=[one["test"] for one in results if one["passed"]],
            failed=[one["test"] for one in results if not one["passed"]],
            ok=all(one["passed"] for one in results),
            text=told(results),
            output=found["output"],
            kept=found["kept"],
        )


def told(results: list[dict[str, Any]]) -> str:
    """Return the results as a text for people and models."""
    if not results:
        return "There was no test to run."
    lines = [f"{'passed' if one['passed'] else 'FAILED'} {one['test']}" for one in results]
    said = [f"{one['test']}:\n{one['said'].strip()}" for one in results if not one["passed"] and one["said"].strip()]
    return "\n\n".join(["\n".join(lines), *said])
