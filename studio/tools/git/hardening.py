"""What git is told so that a repository cannot make it run a program, use the network or read another configuration.

Sources: git-config(1), git(1), gitattributes(5), and the security notes of git 2.35 to 2.45 (`safe.directory`,
`safe.bareRepository`, `protocol.allow`, `GIT_NO_LAZY_FETCH`).  Settings given by `GIT_CONFIG_COUNT` win over those of
the repository.  Filters have names of the repository's choosing, so they are listed first and switched off one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from studio.support.errors import NodeError

MARK: Final = "studio.ismarked"
"""A setting of ours: if git does not list it, this git is too old to be told anything."""

SETTINGS: Final[Mapping[str, str]] = {
    MARK: "true",
    # Programs that git starts by itself.
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.pager": "cat",
    "core.editor": ":",
    "core.askPass": "",
    "core.sshCommand": "false",
    "core.gitProxy": "",
    "core.alternateRefsCommand": "",
    "credential.helper": "",
    "gpg.program": "false",
    "gpg.ssh.program": "false",
    "gpg.x509.program": "false",
    "gpg.ssh.defaultKeyCommand": "",
    "commit.gpgSign": "false",
    "tag.gpgSign": "false",
    "log.showSignature": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "uploadpack.packObjectsHook": "",
    # The network: also `GIT_ALLOW_PROTOCOL`, which no `protocol.NAME.allow` of a repository overrules.
    "protocol.allow": "never",
    # Other repositories and other folders.
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
    "diff.ignoreSubmodules": "all",
    "status.submoduleSummary": "false",
    "core.attributesFile": "/dev/null",
    "core.excludesFile": "/dev/null",
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    "diff.orderFile": "/dev/null",
    "log.mailmap": "false",
    # What would change the form of what is read from git.
    "core.quotePath": "false",
    "core.commentChar": "#",
    "color.ui": "false",
    "i18n.logOutputEncoding": "UTF-8",
    "i18n.commitEncoding": "UTF-8",
    "diff.noprefix": "false",
    "diff.mnemonicPrefix": "false",
    "diff.relative": "false",
    "diff.renames": "true",
    "diff.interHunkContext": "0",
    "diff.wsErrorHighlight": "none",
    "branch.autoSetupMerge": "false",
    "worktree.guessRemote": "false",
}

VARIABLES: Final[Mapping[str, str]] = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_ALLOW_PROTOCOL": ":",  # a list of names, all of them empty: no transport at all
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "GIT_EDITOR": ":",
    "GIT_SEQUENCE_EDITOR": ":",
    "GIT_PAGER": "cat",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_FLUSH": "1",
    "LC_ALL": "C.UTF-8",
}

DIFF_OPTIONS: Final = (
    "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=all", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip
"""For every command that shows changes: external diffs and text conversions are programs, too."""

MOST_FILTERS: Final = 200
_FILTER = re.compile(r"filter\..*\.(clean|smudge|process|required)", re.DOTALL)
_PLAIN = re.compile(r"[ -~]*")


def variables(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that tells git these settings and nothing else."""
    made = dict(VARIABLES)
    for number, (name, value) in enumerate(settings.items()):
        made[f"GIT_CONFIG_KEY_{number}"] = name
        made[f"GIT_CONFIG_VALUE_{number}"] = value
    made["GIT_CONFIG_COUNT"] = str(len(settings))
    return made


def switched_off(names: Iterable[str]) -> dict[str, str]:
    """Return the settings that switch off the filters among these names of a repository's settings.

    Raises `NodeError` for a git that did not take our settings, and for filters that cannot be named in turn.
    """
    known = set(names)
    if MARK not in known:
        raise NodeError(
            "this git is too old to be kept from running what a repository names.",
            hint="Install git 2.31 or newer.",
            code="old_git",
        )
    filters = sorted(name for name in known if _FILTER.fullmatch(name))
    if len(filters) > MOST_FILTERS or not all(_PLAIN.fullmatch(name) for name in filters):
        raise NodeError(
            "the settings of the repository name filters that cannot be switched off.",
            hint="Take them out of `.git/config`.",
            code="unsafe_repository",
        )
    return {name: "false" if name.endswith(".required") else "" for name in filters}
