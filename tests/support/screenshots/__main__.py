"""The command: see the package."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from tests.support.screenshots import OUT, SCENES, THEMES, Scene, Stage, file_of
from tests.support.screenshots.stage import FONT, SCREEN


def main() -> int:
    """Make the pictures that the command line names, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="scenes; all by default")
    parser.add_argument("--out", type=Path, default=OUT, help="another folder")
    parser.add_argument("--theme", choices=THEMES, action="append")
    asked = parser.parse_args()
    unknown = set(asked.names) - {scene.name for scene in SCENES}
    if unknown:
        parser.error(f"there is no scene {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="studio_screenshots_") as name:
        folder = Path(name)
        screen = folder / "screen.json"
        screen.write_text(json.dumps({"screens": [{"name": "one", "x": 0, "y": 0, **SCREEN}]}), encoding="utf-8")
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={screen}"
        os.environ["STUDIO_DB"] = str(folder / "trace.db")
        os.environ.pop("STUDIO_MODEL", None)
        back, out = Path.cwd(), asked.out.absolute()
        total = sum(
            shoot(scene, theme, folder, out)
            for scene in SCENES
            if not asked.names or scene.name in asked.names
            for theme in asked.theme or THEMES
        )
        os.chdir(back)
    print(f"{total / 1e6:.2f} MB")
    return 0


def shoot(scene: Scene, theme: str, folder: Path, out: Path) -> int:
    """Make one picture; return its size in bytes."""
    from PySide6.QtGui import QFont
    from PySide6.QtWidgets import QApplication

    from tests.support.small_png import save_small

    application = QApplication.instance() or QApplication(["studio"])
    assert isinstance(application, QApplication)
    application.setFont(QFont(*FONT))
    application.setCursorFlashTime(0)
    place = folder / f"{scene.name}-{theme}"
    place.mkdir(parents=True, exist_ok=True)
    os.environ["STUDIO_HOME"] = "home"  # shown in the settings
    os.chdir(place)
    stage = Stage(place, theme)
    try:
        scene.play(stage)
        file = file_of(scene, theme, out)
        size = save_small(stage.picture().toImage(), file)
    finally:
        stage.close()
    print(f"{file.name}: {size / 1000:.0f} KB")
    return size


if __name__ == "__main__":
    sys.exit(main())
