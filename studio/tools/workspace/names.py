"""Which names stay inside a folder, and which files of a project nobody may read or change through a node.

A name is refused on every system if it would lead elsewhere on one of them, since graphs travel: `..`, absolute names,
drives (`C:x`), network shares (`\\\\host\\share`), devices of Windows (`CON`), NUL and other control characters.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from studio.support.errors import NodeError

MOST_CHARACTERS: Final = 1_000
MOST_BYTES_OF_A_PART: Final = 255
WORKTREES: Final = (".studio", "worktrees")
"""Where copies of the project are checked out; inside of one of them the same rules hold as in the project itself."""

_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_GIT_SHORT = re.compile(r"git~\d+|gi[0-9a-f]{4}~\d")
"""What Windows may call `.git` besides."""

SECRETS: Final = (
    ".env", ".env.*", ".netrc", "_netrc", ".git-credentials", ".npmrc", ".pypirc", ".htpasswd", ".pgpass", "id_rsa",
    "id_dsa", "id_ecdsa", "id_ed25519", "*.pem", "*.p12", "*.pfx", "*.key", "*.keystore", "*.jks",
)  # fmt: skip
"""Names of files that are made to hold secrets. What a node reads goes into prompts and into the trace."""
NO_SECRETS: Final = (".env.example", ".env.sample", ".env.template", ".env.dist")


def name_problem(name: str) -> str:
    """Return why a name cannot stand for a file inside a folder, as the end of a sentence; "" if it can."""
    if len(name) > MOST_CHARACTERS:
        return f"is longer than {MOST_CHARACTERS} characters"
    if _CONTROL.search(name):
        return "holds a control character"
    if "\\" in name:
        return "holds a backslash: folders are separated by `/`"
    if name.startswith("/"):
        return "is absolute: files are named relative to the folder"
    if _DRIVE.match(name):
        return "names a drive"
    for part in name.split("/"):
        if part == "..":
            return "leads upwards (`..`)"
        if len(part.encode("utf-8", "replace")) > MOST_BYTES_OF_A_PART:
            return f"has a part longer than {MOST_BYTES_OF_A_PART} bytes"
        if _DEVICE.fullmatch(part.split(".")[0].rstrip(" ")):
            return f"means a device on Windows (`{part}`)"
        if part not in (".", "") and part[-1] in ". ":
            return "has a part that ends in a dot or a space, which Windows leaves out"
        if os.name == "nt" and any(sign in part for sign in ':*?"<>|'):
            return 'holds one of : * ? " < > |'
    return ""


def safe_path(root: Path, name: str, *, follow: bool = True) -> Path:
    """Return the real path of a file named relative to a folder, which nothing need stand at.

    Links are followed as far as they stay inside; with `follow=False` the last part is taken as it is, for what is
    done to a link itself.  Raises `NodeError` for names that lead outside, on this system or another.
    """
    problem = name_problem(name)
    if problem:
        raise NodeError(
            f"the name {_shown(name)} {problem}.", hint="Name a file inside the folder.", code="unsafe_name"
        )
    real_root = Path(os.path.realpath(root))
    full = real_root / name
    path = Path(os.path.realpath(full)) if follow else Path(os.path.realpath(full.parent)) / full.name
    if not path.is_relative_to(real_root):
        raise NodeError(
            f"{_shown(name)} leads outside of the folder through a link.",
            hint="Name a file inside the folder.",
            code="unsafe_name",
        )
    return path


def read_problem(parts: Sequence[str]) -> str:
    """Return why the file with these parts, relative to the project, is not read; "" if it may be."""
    inner = _in_its_worktree(parts)
    own = _own_problem(inner)
    if own:
        return own
    if inner and is_secret(inner[-1]):
        return (
            "has the name of a file that holds secrets, and what a node reads goes into prompts and the trace. "
            "Put secrets in the keyring and name them where a node takes `secret:NAME`"
        )
    return ""


def write_problem(parts: Sequence[str]) -> str:
    """Return why the file with these parts, relative to the project, is not changed; "" if it may be."""
    inner = _in_its_worktree(parts)
    own = _own_problem(inner)
    if own:
        return own
    if inner and is_secret(inner[-1]):
        return "has the name of a file that holds secrets, which nodes leave alone"
    return studio_problem(inner)


def tree_problem(name: str) -> str:
    """Return why a file of this name is not made or changed in a person's repository, as the end of a sentence; "" if
    it may be."""
    parts = name.split("/")
    problem = name_problem(name)
    if not problem and any(part in ("", ".") for part in parts):
        problem = "has an empty part"
    if not problem and any(map(is_own, parts)):
        problem = "belongs to git or the studio"
    if not problem and is_secret(parts[-1]):
        problem = "has the name of a file that holds secrets"
    return problem


def studio_problem(parts: Sequence[str]) -> str:
    """Return why a file of the project is the studio's own: it decides what code the studio runs; "" if it is not."""
    folded = [_folded(part) for part in _in_its_worktree(parts)]
    if folded[:1] == ["studio.toml"]:
        return "says where the project begins and how it is set, so nodes do not change it"
    if folded[:1] == ["nodes"]:
        return "lies in the project's `nodes` folder, whose code runs as part of the studio, so nodes do not change it"
    return ""


def nodes_folders(parts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the folders called `nodes` that a file of Python lies in, but for the project's own."""
    if not _folded(parts[-1]).endswith(".py"):
        return
    for length in range(2, len(parts)):
        if _folded(parts[length - 1]) == "nodes":
            yield parts[:length]


def is_secret(name: str) -> bool:
    """Whether a file of this name is made to hold secrets."""
    folded = _folded(name)
    return any(fnmatchcase(folded, pattern) for pattern in SECRETS) and folded not in NO_SECRETS


def is_own(name: str) -> bool:
    """Whether a file or folder of this name belongs to git or the studio, not to the person's work."""
    folded = _folded(name)
    return folded in (".git", ".studio") or _GIT_SHORT.fullmatch(folded) is not None


def _own_problem(parts: Sequence[str]) -> str:
    for part in parts:
        if is_own(part):
            if _folded(part) == ".studio":
                return "belongs to the studio (stores, worktrees), not to the files of the project"
            return "belongs to git, which runs what stands there; use the node types of git"
    return ""


def _in_its_worktree(parts: Sequence[str]) -> Sequence[str]:
    length = len(WORKTREES) + 1
    return parts[length:] if tuple(parts[: len(WORKTREES)]) == WORKTREES and len(parts) >= length else parts


def _folded(part: str) -> str:
    """Return a name as the most forgiving file system reads it: case and invisible characters make no difference."""
    plain = unicodedata.normalize("NFKC", part)
    visible = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    return visible.casefold().split(":")[0].rstrip(". ")


def _shown(name: str) -> str:
    clean = _CONTROL.sub("?", name)
    return f"`{clean[:80]}…`" if len(clean) > 80 else f"`{clean}`"
