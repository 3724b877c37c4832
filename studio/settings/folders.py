"""Where this person's settings and data are. `STUDIO_HOME` puts both into one folder."""

from __future__ import annotations

import os
from pathlib import Path

APP = "ganglia-studio"


def config_folder() -> Path:
    """Return the folder of the settings file (not created)."""
    if home := os.environ.get("STUDIO_HOME"):
        return Path(home).expanduser()
    import platformdirs

    return Path(platformdirs.user_config_dir(APP, appauthor=False))


def data_folder() -> Path:
    """Return the folder of the trace and of fetched weights (not created)."""
    if home := os.environ.get("STUDIO_HOME"):
        return Path(home).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir(APP, appauthor=False))
