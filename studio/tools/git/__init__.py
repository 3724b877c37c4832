"""Git repositories of a project, through the `git` command, without running anything that a repository names.

A repository is data of whoever made it, and its configuration names programs: file system monitors, hooks, filters,
diff drivers, signers, editors, transports.  `Repository` says which folder is one and refuses what reaches outside of
the project, `Git` runs the command with all of those switched off and without any network.
"""

from studio.tools.git.command import Git
from studio.tools.git.repository import Repository, find_repository

__all__ = ["Git", "Repository", "find_repository"]
