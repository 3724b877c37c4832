"""Makes the pictures under `assets/screenshots/` from the real window: `python -m tests.support.screenshots [NAME …]`.

Each scene is a window of one size, in light and dark, brought there as a person would: by keys, the mouse and actions.
The font is named, so that machines that have it make the same pictures. `--out FOLDER` writes elsewhere.
"""

from __future__ import annotations

from typing import Final

from tests.support.screenshots import behaving, carrying, designing, remembering, replaying, trusting
from tests.support.screenshots.stage import OUT, SIZE, THEMES, Scene, Stage, file_of

SCENES: Final = (
    *designing.SCENES,
    *replaying.SCENES,
    *remembering.SCENES,
    *trusting.SCENES,
    *carrying.SCENES,
    *behaving.SCENES,
)

__all__ = ["OUT", "SCENES", "SIZE", "THEMES", "Scene", "Stage", "file_of"]
