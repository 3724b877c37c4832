"""What an instance of a node type would do beyond computing: the list that a person approves before it may.

A node type says it in `Node.permissions`; `studio.trust` gathers the lists of a graph, hashes them and compares them
with what was approved in this profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["code", "command", "server", "host", "read", "write", "secret", "model", "base_url", "other"]

KIND_WORDS: Final[dict[Kind, str]] = {
    "code": "run this code",
    "command": "run the command",
    "server": "start and call the tool server",
    "host": "connect to",
    "read": "read files in",
    "write": "change files in",
    "secret": "use the secret",
    "model": "ask the model",
    "base_url": "send prompts to",
    "other": "do this",
}
"""How sentences say what a permission allows; the permission's `what` follows."""

OUTBOUND: Final[frozenset[Kind]] = frozenset({"command", "server", "host"})
"""What can carry texts out of this machine, to somebody the graph chooses."""

ANY: Final = "*"
"""`what` of a permission whose target a wire decides while the graph runs."""


_ANY_WORDS: Final[dict[Kind, str]] = {
    "host": "any server",
    "read": "any folder of the project",
    "write": "any folder of the project",
}


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One thing that an instance may do. `what` is the whole of it, since approval is by hash: all the code, the whole
    command, the host, the folder; `ANY` where a wire decides. `note` explains and is no part of the approval."""

    kind: Kind
    what: str
    note: str = ""

    @property
    def is_outbound(self) -> bool:
        """True if texts can leave the machine this way."""
        return self.kind in OUTBOUND

    @property
    def told(self) -> str:
        """Say it as a phrase: `connect to api.example.org`."""
        what = self.what
        if what == ANY:
            what = _ANY_WORDS.get(self.kind, "whatever the wires say")
        elif what == "." and self.kind in ("read", "write"):
            what = "the project's folder"
        between = ":" if self.kind == "other" else ""
        return f"{KIND_WORDS[self.kind]}{between} {what}" + (f" ({self.note})" if self.note else "")
