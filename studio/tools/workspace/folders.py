"""Open folders: files are reached from the folder that holds them, part by part, and no part may be a link.

`safe_path` has followed the links it allows, so a link met here was put in place since then: it is refused, not
followed (`openat` with `O_NOFOLLOW`, part by part; a check of the path alone can be outrun).  Windows has no such
calls: there the real path is looked at before and after.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from studio.support.errors import NodeError
from studio.support.values import hash_bytes

HAS_FOLDER_HANDLES: Final = {os.open, os.stat, os.unlink, os.mkdir, os.rename} <= os.supports_dir_fd
_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FILE: Final = _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Not blocking: a pipe put in the place of a file is not waited for."""
_FOLDER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _NO_FOLLOW


@dataclass(frozen=True, slots=True)
class Content:
    """What a file held: its bytes, and their hash as blobs have it."""

    name: str
    data: bytes
    hash: str

    def text(self) -> str:
        """Return the text with `\\n` as line end. Raises `NodeError` if it is not UTF-8."""
        return self.exact_text().replace("\r\n", "\n")

    def exact_text(self, *, keep_mark: bool = False) -> str:
        """Return the text with its line ends, and with the mark at its beginning if asked. Raises as `text` does."""
        try:
            return self.data.decode("utf-8" if keep_mark else "utf-8-sig")
        except UnicodeDecodeError as error:
            raise NodeError(
                f"`{self.name}` is no UTF-8 text (byte {error.start}).", hint="Save it as UTF-8.", code="files"
            ) from None


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder in a folder; links are neither. Pipes and devices count as files, and reading them fails."""

    name: str
    is_file: bool
    is_folder: bool
    size: int


class OpenFolder:
    """A folder that was reached without a link, and what can be done in it. `path` is for messages and for Windows."""

    def __init__(self, path: Path, handle: int | None) -> None:
        self.path = path
        self._handle = handle

    def _at(self, name: str) -> str | Path:
        return name if self._handle is not None else self.path / name

    @property
    def _where(self) -> dict[str, Any]:
        return {} if self._handle is None else {"dir_fd": self._handle}

    def _still_here(self) -> None:
        if self._handle is None and os.path.realpath(self.path) != str(self.path):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(self.path))

    def open(self, name: str, flags: int, mode: int = 0o666) -> int:
        """Return a descriptor of a file in this folder."""
        self._still_here()
        if self._handle is None and self.is_link(name):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
        made = os.open(self._at(name), flags | _FILE, mode, **self._where)
        try:
            self._still_here()
        except OSError:
            os.close(made)
            raise
        return made

    @contextmanager
    def folder(self, name: str) -> Iterator[OpenFolder]:
        """Open a folder in this folder."""
        if self._handle is None:
            inner = OpenFolder(self.path / name, None)
            inner._still_here()
            if not stat.S_ISDIR(inner.path.lstat().st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), name)
            yield inner
            return
        handle = os.open(name, _FOLDER, dir_fd=self._handle)
        try:
            yield OpenFolder(self.path / name, handle)
        finally:
            os.close(handle)

    def status(self, name: str) -> os.stat_result | None:
        """Return what stands under a name, itself if it is a link; None if nothing does."""
        self._still_here()
        try:
            return os.stat(self._at(name), follow_symlinks=False, **self._where)  # noqa: PTH116
        except FileNotFoundError:
            return None

    def is_link(self, name: str) -> bool:
        found = self.status(name)
        return found is not None and stat.S_ISLNK(found.st_mode)

    def make_folder(self, name: str) -> None:
        """Make a folder; one that is there is no mistake."""
        self._still_here()
        try:
            os.mkdir(self._at(name), **self._where)  # noqa: PTH102 - only this one takes a handle
        except FileExistsError:
            return

    def remove(self, name: str) -> None:
        """Delete a file or a link."""
        self._still_here()
        os.unlink(self._at(name), **self._where)

    def rename(self, name: str, to: OpenFolder, new: str) -> None:
        """Move a file, over one that stands there."""
        self._still_here()
        to._still_here()
        if self._handle is None or to._handle is None:
            Path(self._at(name)).replace(to._at(new))
        else:
            os.rename(name, new, src_dir_fd=self._handle, dst_dir_fd=to._handle)

    def entries(self) -> list[Entry]:
        """Return what the folder holds, in order of names."""
        self._still_here()
        found = []
        with os.scandir(self.path if self._handle is None else self._handle) as entries:
            for entry in entries:
                is_folder = entry.is_dir(follow_symlinks=False)
                is_file = not is_folder and not entry.is_symlink()
                size = entry.stat(follow_symlinks=False).st_size if is_file else 0
                found.append(Entry(entry.name, is_file, is_folder, size))
        return sorted(found, key=lambda entry: entry.name)

    def sync(self) -> None:
        """Make renames durable, where the system can."""
        if self._handle is not None:
            os.fsync(self._handle)

    def read(self, name: str, most_bytes: int, shown: str) -> Content:
        """Return what a file holds. Raises `NodeError` if it is no file, or larger."""
        with os.fdopen(self.open(name, os.O_RDONLY), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NodeError(f"`{shown}` is no ordinary file.", hint="Name a file.", code="files")
            data = file.read(most_bytes + 1)
        if len(data) > most_bytes:
            raise NodeError(
                f"`{shown}` holds more than {most_bytes} bytes.", hint="Raise the limit or read less.", code="too_large"
            )
        return Content(shown, data, hash_bytes(data))


@contextmanager
def open_folder(top: Path, parts: tuple[str, ...], *, make: bool = False) -> Iterator[OpenFolder]:
    """Open the folder at these parts below one that is trusted; with `make`, folders that are missing are made."""
    if not HAS_FOLDER_HANDLES:
        here = OpenFolder(top, None)
        for part in parts:
            if make:
                here.make_folder(part)
            with here.folder(part) as inner:
                here = inner
        yield here
        return
    handle = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        path = top
        for part in parts:
            if make:
                OpenFolder(path, handle).make_folder(part)
            path = path / part
            inner_handle = os.open(part, _FOLDER, dir_fd=handle)
            os.close(handle)
            handle = inner_handle
        yield OpenFolder(path, handle)
    finally:
        os.close(handle)
