"""Where this person's settings, data and cache are. `STUDIO_HOME` puts all into one folder."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

APP = "ganglia-studio"


def config_folder() -> Path:
    """Return the folder of the settings file (not created)."""
    return _folder("config", *_asked())


def data_folder() -> Path:
    """Return the folder of the trace and of fetched weights (not created)."""
    return _folder("data", *_asked())


def cache_folder() -> Path:
    """Return the folder of what may be thrown away at any time (not created)."""
    return _folder("cache", *_asked())


def _asked() -> tuple[str | None, ...]:
    """What the environment says of folders; a change of it is heeded at once."""
    names = ("STUDIO_HOME", "HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "APPDATA", "LOCALAPPDATA")
    return tuple(map(os.environ.get, names))


@lru_cache(maxsize=16)
def _folder(kind: str, home: str | None, *_: str | None) -> Path:
    if home:
        return Path(home).expanduser()
    import platformdirs

    find = {
        "config": platformdirs.user_config_dir,
        "data": platformdirs.user_data_dir,
        "cache": platformdirs.user_cache_dir,
    }
    return Path(find[kind](APP, appauthor=False))
