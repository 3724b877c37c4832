"""Why something of ours cannot go into a standalone script: one error, whose reason is a phrase for people."""

from __future__ import annotations

from studio.support.errors import UsageError


class NotStandalone(UsageError):
    """A definition cannot leave the studio.

    `reason` goes on from "it cannot, since": `it uses the library pypdf`.
    """

    code = "standalone"

    def __init__(self, reason: str, *, where: str = "") -> None:
        super().__init__(f"This cannot go into a standalone script: {reason}.", where=where)
        self.reason = reason


class NeedsPlainFunction(NotStandalone):
    """The `run` of a node type does something that cannot be written out for given params.

    The type says what it is outside of the studio by `Node.plain`.
    """
