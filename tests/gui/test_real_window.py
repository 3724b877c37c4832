"""The program itself on a real X server (a virtual one): its window comes up, shows the graph, and goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from studio.export.drawing.style import colours
from tests.support.graphs import CRITIC_LOOP
from tests.support.virtual_screen import Screen, missing, virtual_screen

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

PATIENCE_S = 60.0


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """An empty screen."""
    with virtual_screen(tmp_path) as made:
        yield made


@pytest.fixture
def start(screen: Screen, own_home: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the program on the screen; what still runs at the end is ended."""
    begun: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        there = {**os.environ, "DISPLAY": screen.display, "QT_QPA_PLATFORM": "xcb", "STUDIO_HOME": str(own_home)}
        process = subprocess.Popen(
            [sys.executable, "-m", "studio", *arguments],
            env=there, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        begun.append(process)
        return process

    yield begin
    for process in begun:
        if process.poll() is None:
            process.kill()
            process.wait()


def seen(screen: Screen) -> Counter[str]:
    """Return how often each colour is on the screen, in every third pixel of every third row."""
    width, height, pixels = screen.picture()
    rows = np.frombuffer(pixels, np.uint8).reshape(height, width, 4)[::3, ::3, :3].astype(np.uint32)
    colours, counts = np.unique(rows[..., 2] << 16 | rows[..., 1] << 8 | rows[..., 0], return_counts=True)
    return Counter({f"#{colour:06x}": int(count) for colour, count in zip(colours, counts, strict=True)})


DOTS = 50
"""Pixels in the colour of the canvas's dots, of which even an empty canvas has hundreds."""


def wait_for(what: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not what():
        if process.poll() is not None:
            pytest.fail(f"the program ended: {process.communicate()[0]}")
        if time.monotonic() > ends:
            process.kill()
            pytest.fail(f"the window did not come up: {process.communicate()[0]}")
        time.sleep(0.05)


def test_the_program_opens_a_window_with_a_graph_and_closes_it(
    screen: Screen, start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    path = tmp_path / "critic_loop.yaml"
    path.write_text(CRITIC_LOOP, encoding="utf-8")
    light = colours("light")
    assert set(seen(screen)) == {"#000000"}, "nothing is shown before"

    process = start("gui", str(path))
    # The dots of the canvas: the welcome page, which comes first, has none.
    wait_for(lambda: seen(screen)[light["grid"]] > DOTS, process)
    found = seen(screen)
    _keep(screen, tmp_path / "window.png")

    assert found[light["window"]] > 5_000, "panels"
    assert found[light["paper"]] > 5_000, "the canvas"
    assert found["#000000"] < 0.3 * found.total(), "the window takes most of the screen"
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert "fault" not in said
    assert seen(screen)[light["card"]] == 0, "the window is gone"


@pytest.mark.thorough
def test_without_a_graph_the_welcome_page_is_shown(screen: Screen, start: Callable[..., subprocess.Popen[str]]) -> None:
    process = start()
    light = colours("light")

    wait_for(lambda: seen(screen)[light["accent"]] > 100, process)
    assert seen(screen)[light["grid"]] < DOTS, "no canvas; a pixel of some letter's edge may have that colour"

    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_S) == 0


def _keep(screen: Screen, path: Path) -> None:
    from PySide6.QtGui import QImage

    width, height, pixels = screen.picture()
    image = QImage(pixels, width, height, 4 * width, QImage.Format.Format_RGB32)
    assert image.save(str(path))
