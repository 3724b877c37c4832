"""What a box sees of the file system: the system's programs and libraries, Python, and what it is given besides.

Nothing of the user's home folder but the folders of programs that `PATH` names, and nothing of `/etc` that is not
needed to run programs: no keys, no mail, no configuration.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store", "/gnu/store")
_ETC = (
    *("alternatives", "ca-certificates", "crypto-policies", "fonts", "gitconfig", "group", "java", "ld.so.cache"),
    *("ld.so.conf", "ld.so.conf.d", "localtime", "mime.types", "nsswitch.conf", "passwd", "pki", "ssl", "timezone"),
)
_NETWORK = (
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/services",
    "/run/systemd/resolve",
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
INSIDE = Path(__file__).resolve().with_name("inside")
STUDIO = INSIDE.parents[1]
"""The package itself: workers run our own readers of documents, also where it is not among the installed packages."""


@dataclass(frozen=True)
class View:
    """`read` and `write` are absolute paths that the box sees; `scratch` is its home and working folder, or none if
    the boundary makes one."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    network: bool = False


def system(*, network: bool = False) -> tuple[str, ...]:
    """Return what every box may read: files and folders that exist on this machine."""
    return (*_always(os.environ.get("PATH", "")), *(path for path in _NETWORK if network and Path(path).exists()))


@lru_cache(maxsize=4)
def _always(path: str) -> tuple[str, ...]:
    wanted = [*_SYSTEM, *(f"/etc/{name}" for name in _ETC), str(STUDIO)]
    wanted += [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
    wanted += _programs(path)
    return tuple(dict.fromkeys(name for name in wanted if Path(name).exists()))


def chosen(folders: str) -> tuple[str, ...]:
    """Return the folders that a person lets boxes read besides, written as in `PATH`; `~` is their home."""
    found = (Path(entry).expanduser() for entry in folders.split(os.pathsep) if entry.strip())
    return tuple(str(folder) for folder in found if folder.is_absolute() and folder.exists())


def _programs(path: str) -> list[str]:
    """The folders of `PATH`; of one that is the `bin` of a whole installation (`lib` beside it), or the `shims` of a
    keeper of versions (pyenv, rbenv, asdf, mise), all of that."""
    home = Path.home()
    found = []
    for entry in path.split(os.pathsep):
        folder = Path(entry)
        if not folder.is_absolute() or folder == home or folder in home.parents:
            continue
        whole = folder.parent
        is_installation = folder.name == "shims" or (folder.name == "bin" and (whole / "lib").is_dir())
        is_own = whole == home or whole in home.parents or whole.name == ".local"
        found.append(str(whole if is_installation and not is_own else folder))
    return found
