"""`Workspace`: the files of one folder of a project, read and changed by name."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from studio.support.errors import NodeError
from studio.support.values import hash_bytes
from studio.tools.workspace.folders import Content, OpenFolder, open_folder
from studio.tools.workspace.listing import Found, Wanted, find
from studio.tools.workspace.names import nodes_folders, read_problem, safe_path, write_problem
from studio.tools.workspace.own_types import is_run_from
from studio.tools.workspace.root import root_of

MOST_BYTES: Final = 20_000_000
"""The largest file that is read or written, whatever a node asks for."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a write left: the hash of the content, its size in bytes, and whether there was no such file before."""

    name: str
    hash: str
    size: int
    is_new: bool


class Workspace:
    """The files of a folder of the project. All names are relative to the folder and written with `/`.

    Files of git and the studio are neither read nor changed, nor are files made to hold secrets; own node types and
    `studio.toml` are not changed.  Every method raises `NodeError` with one sentence for what it refuses or cannot do.
    """

    def __init__(self, project: Path, folder: str = ".", *, is_copy: bool = False) -> None:
        """`is_copy`: these files are a copy that goes away, from which the studio runs nothing."""
        self.is_copy = is_copy
        self.project = Path(os.path.realpath(project))
        self.root = root_of(self.project, folder)
        self.folder = folder

    def read(self, name: str, *, most_bytes: int = MOST_BYTES) -> Content:
        """Return what a file holds."""
        path = self.path(name)
        self._allowed(name, read_problem(self._parts(path)))
        with _told(name, "read"), self._holding(path) as folder:
            return folder.read(path.name, min(most_bytes, MOST_BYTES), name)

    def exists(self, name: str) -> bool:
        """Whether a file stands under a name (a folder is none)."""
        path = self.path(name)
        try:
            with self._holding(path) as folder:
                found = folder.status(path.name)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _refusal(name, "looked at", error) from None
        return found is not None and not stat.S_ISDIR(found.st_mode)

    def write(self, name: str, data: bytes, *, if_hash: str | None = None, is_new: bool = False) -> Written:
        """Put a whole file in place at once: readers see the old content or the new, also after a power cut.

        Folders that are missing are made.  `if_hash` writes only if the file holds just what this hash is of; `is_new`
        only if there is no such file.
        """
        if len(data) > MOST_BYTES:
            raise NodeError(f"`{name}` would hold more than {MOST_BYTES} bytes.", hint="Split it.", code="too_large")
        path = self._writable(name)
        with _told(name, "written"), self._holding(path, make=True) as folder:
            before = folder.status(path.name)
            _check_before(folder, path.name, name, before, if_hash, is_new)
            temporary = f".{path.name[:40]}.{secrets.token_hex(6)}.tmp"
            try:
                _write_new(folder, temporary, data, None if before is None else stat.S_IMODE(before.st_mode))
                _check_before(folder, path.name, name, folder.status(path.name), if_hash, is_new)
                folder.rename(temporary, folder, path.name)
            except BaseException:
                with suppress(FileNotFoundError):
                    folder.remove(temporary)
                raise
            folder.sync()
        return Written(name, hash_bytes(data), len(data), before is None)

    def delete(self, name: str) -> None:
        """Delete a file, or a link and not what it leads to."""
        path = self._writable(name, follow=False)
        with _told(name, "deleted"), self._holding(path) as folder:
            _check_is_file(folder, path.name, name)
            folder.remove(path.name)
            folder.sync()

    def move(self, name: str, to: str, *, replace: bool = False) -> None:
        """Move a file to another name; over a file that is there only with `replace`."""
        path, new = self._writable(name, follow=False), self._writable(to, follow=False)
        self._allowed(name, read_problem(self._parts(path)))
        with _told(name, "moved"), self._holding(path) as source:
            _check_is_file(source, path.name, name)
            with _told(to, "written"), self._holding(new, make=True) as target:
                there = target.status(new.name)
                if there is not None and (not replace or stat.S_ISDIR(there.st_mode)):
                    raise NodeError(f"there is already a `{to}`.", hint="Choose another name.", code="exists")
                source.rename(path.name, target, new.name)
                target.sync()

    def change(self, files: Mapping[str, bytes | None]) -> None:
        """Write (or with None delete) several files: all, or none if one of them is refused or cannot be written.

        What was changed before the one that failed is put back.  Only a crash in between leaves some changed.
        """
        before = {}
        for name, data in files.items():
            self._writable(name, follow=data is not None)
            before[name] = self.read(name).data if self.exists(name) else None
            if data is None and before[name] is None:
                raise NodeError(f"there is no file `{name}` to delete.", code="files")
        done = []
        try:
            for name, data in sorted(files.items(), key=lambda item: item[1] is None):
                done.append(name)
                self._put(name, data)
        except BaseException:
            for name in done:
                if self._content(name) != before[name]:
                    self._put(name, before[name])
            raise

    def find(self, wanted: Wanted) -> list[Found]:
        """Return the files that are wanted, in order of their names; links are left out."""
        with _told(self.folder, "listed"), open_folder(self.project, self._parts(self.root)) as top:
            return find(top, wanted)

    # -- names -------------------------------------------------------------------------------

    def path(self, name: str, *, follow: bool = True) -> Path:
        """Return the real path of a file of the workspace. Raises `NodeError` if the name leads outside."""
        path = safe_path(self.root, name, follow=follow)
        if path == self.root:
            raise NodeError("the folder itself is no file.", hint="Name a file in it.", code="files")
        return path

    def _parts(self, path: Path) -> tuple[str, ...]:
        return path.relative_to(self.project).parts

    def _writable(self, name: str, *, follow: bool = True) -> Path:
        path = self.path(name, follow=follow)
        parts = self._parts(path)
        self._allowed(name, write_problem(parts))
        if not self.is_copy and any(is_run_from(self.project.joinpath(*folder)) for folder in nodes_folders(parts)):
            self._allowed(name, "lies in a `nodes` folder whose code runs as part of the studio, for a graph beside it")
        return path

    def _allowed(self, name: str, problem: str) -> None:
        if problem:
            raise NodeError(f"`{name}` {problem}.", code="protected")

    @contextmanager
    def _holding(self, path: Path, *, make: bool = False) -> Iterator[OpenFolder]:
        with open_folder(self.project, self._parts(path)[:-1], make=make) as folder:
            yield folder

    def _content(self, name: str) -> bytes | None:
        return self.read(name).data if self.exists(name) else None

    def _put(self, name: str, data: bytes | None) -> None:
        if data is None:
            self.delete(name)
        else:
            self.write(name, data)


def _write_new(folder: OpenFolder, name: str, data: bytes, mode: int | None) -> None:
    with os.fdopen(folder.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        if mode is not None and hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), mode & 0o777)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _check_before(
    folder: OpenFolder, name: str, shown: str, found: os.stat_result | None, if_hash: str | None, is_new: bool
) -> None:
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise NodeError(f"`{shown}` is no ordinary file.", hint="Choose another name.", code="files")
    if is_new and found is not None:
        raise NodeError(f"there is already a `{shown}`.", hint="Choose another name.", code="exists")
    if if_hash is None:
        return
    if found is None:
        raise NodeError(f"`{shown}` is not there any more.", hint="Read again, then decide.", code="changed")
    if folder.read(name, MOST_BYTES, shown).hash != if_hash:
        raise NodeError(f"`{shown}` has changed since it was read.", hint="Read it again, then decide.", code="changed")


def _check_is_file(folder: OpenFolder, name: str, shown: str) -> None:
    found = folder.status(name)
    if found is None:
        raise NodeError(f"there is no file `{shown}`.", hint="Look for its name in a list of files.", code="files")
    if stat.S_ISDIR(found.st_mode):
        raise NodeError(f"`{shown}` is a folder.", hint="Name a file.", code="files")


@contextmanager
def _told(name: str, done: str) -> Iterator[None]:
    """Say what the system refused as a sentence with the name that was asked for, not with a path of the machine."""
    try:
        yield
    except OSError as error:
        raise _refusal(name, done, error) from None


def _refusal(name: str, done: str, error: OSError) -> NodeError:
    if isinstance(error, FileNotFoundError):
        return NodeError(f"there is no file `{name}`.", hint="Look for its name in a list of files.", code="files")
    return NodeError(f"`{name}` cannot be {done}: {error.strerror or type(error).__name__}.", code="files")


def put_if_missing(folder: OpenFolder, name: str, data: bytes) -> None:
    """Make a file with this content unless something stands there."""
    with suppress(FileExistsError):
        _write_new(folder, name, data, None)
