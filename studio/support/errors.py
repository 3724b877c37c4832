"""The errors a person can meet: one clear sentence with the place and the next step.

An error class says *whose* fault it is through its exit code (design section 8):
2 usage (the graph, an input, an option), 1 a run that failed, 3 a limit, 4 a finding,
5 the environment (disk, database, missing model).  Anything that is not a `StudioError`
is a bug of ours and is reported as one.
"""

from __future__ import annotations

from typing import ClassVar


class StudioError(Exception):
    """Base of all errors meant for people.

    `message` says what is wrong, `where` names the place (file:line, node, option),
    `hint` says what to do next.  `str()` joins the three into one sentence or two.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        if not self.hint:
            return text
        return text + self.hint if self.hint.startswith("\n") else f"{text} {self.hint}"


class UsageError(StudioError):
    """Something the person asked for cannot be done as asked."""

    code = "usage"


class GraphError(StudioError):
    """A graph file or document breaks a rule of the format or of the semantics."""

    code = "graph"


class EnvironmentProblem(StudioError):
    """The machine refuses: disk full, read-only database, missing weights."""

    code = "environment"
    exit_code = 5


class NodeError(StudioError):
    """A node's firing failed; the engine applies the node's `on_error` to it.

    `transient` marks failures that may pass by themselves (rate limit, time-out, server).
    """

    code = "node"
    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        hint: str = "",
        transient: bool = False,
        code: str = "",
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.transient = transient
        self.kind = code or type(self).code


class ModelError(NodeError):
    """A model call failed.

    `kind` is one of `studio.models.failures.KINDS`.
    """

    code = "model"

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        hint: str = "",
        transient: bool = False,
        code: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, where=where, hint=hint, transient=transient, code=code)
        self.retry_after_s = retry_after_s
