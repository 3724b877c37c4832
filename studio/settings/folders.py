"""Where this person's settings and data are. `STUDIO_HOME` puts both into one folder."""

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


def _asked() -> tuple[str | None, ...]:
    """What the environment says of folders; a change of it is heeded at once."""
    return tuple(map(os.environ.get, ("STUDIO_HOME", "HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA")))


@lru_cache(maxsize=16)
def _folder(kind: str, home: str | None, *_: str | None) -> Path:
    if home:
        return Path(home).expanduser()
    import platformdirs

    find = platformdirs.user_config_dir if kind == "config" else platformdirs.user_data_dir
    return Path(find(APP, appauthor=False))
