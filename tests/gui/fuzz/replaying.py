"""What is done to recorded runs: opened, stepped, played, searched, lit, forked, compared, closed meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit

from studio.gui.base.action import all_actions
from studio.gui.replay.session import Session, Source
from studio.replay.drafts import Key, Piece
from studio.support.resources import bundled_graphs
from studio.trace import Trace
from tests.gui.fuzz.machine import Machine

if TYPE_CHECKING:
    from studio.gui.replay.service import Replays

MOST_OPEN = 5
"""Runs that are open at the same time: with more, one is closed first."""

_NONE = Qt.KeyboardModifier.NoModifier
_SHIFT, _CTRL, _ALT = (
    Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
_K = Qt.Key
_STEPS = (
    *((_K.Key_Right, _NONE),) * 6, *((_K.Key_Left, _NONE),) * 4, (_K.Key_Home, _NONE), (_K.Key_End, _NONE),
    (_K.Key_Right, _SHIFT), (_K.Key_Left, _SHIFT), (_K.Key_Down, _CTRL), (_K.Key_Up, _CTRL), (_K.Key_Right, _CTRL),
    (_K.Key_Left, _CTRL), (_K.Key_T, _NONE), (_K.Key_T, _SHIFT), (_K.Key_E, _NONE), (_K.Key_E, _SHIFT),
    (_K.Key_P, _NONE), (_K.Key_P, _SHIFT), (_K.Key_A, _ALT), (_K.Key_A, _ALT | _SHIFT), (_K.Key_N, _NONE),
    (_K.Key_N, _SHIFT), (_K.Key_I, _NONE), (_K.Key_I, _SHIFT), (_K.Key_V, _NONE), (_K.Key_Comma, _NONE),
    (_K.Key_Period, _NONE), (_K.Key_F3, _CTRL), (_K.Key_F3, _CTRL | _SHIFT),
)  # fmt: skip
_LOOKED_FOR = ("a", "good", "error", "topic", "no such text", "{", "%", "שלום", '"', "0")
_OF_RUNS = ("replay.", "causes.", "fork.", "runs.", "tests.", "firing.", "panel.")
_LEFT_OUT = ("tests.open_file", "fork.run")
"""Actions that leave the window, or have a step of their own."""


def replays_of(machine: Machine) -> Replays:
    """Return the service that opens runs."""
    replays: Replays = machine.workbench.part("replay")
    return replays


def in_front(machine: Machine) -> Session | None:
    """Return the run that is in front; brings one there if another graph is, None if none is open."""
    replays = replays_of(machine)
    if replays.current is None and replays.sessions:
        machine.workbench.show(machine.random.choice(replays.sessions).document)
        machine.held = Qt.MouseButton.NoButton
    return replays.current


# -- opening and closing --------------------------------------------------------------------------


def open_bundled(machine: Machine) -> str:
    """Open the recorded run of an example, at its beginning or at some step."""
    _make_room(machine)
    found = [one for path in bundled_graphs() if (one := path.with_suffix(".run.db")).is_file()]
    db = machine.random.choice(found)
    seq = machine.random.choice((None, 1, machine.random.randrange(1, 200), 10**9))
    replays_of(machine).open(Source(db, "last"), seq=seq)
    return f"{db.stem} at {seq}"


def open_own(machine: Machine) -> str:
    """Open a run that was made here."""
    _make_room(machine)
    db = machine.workbench.part("live").trace_file()
    if not db.is_file():
        return ""
    with Trace(db) as trace:
        runs = list(trace.runs(limit=20))
    if not runs:
        return ""
    replays_of(machine).open(Source(db, machine.random.choice(runs).id))
    return "one of this window"


def open_again(machine: Machine) -> str:
    """Open a run that is open."""
    replays = replays_of(machine)
    if not replays.sessions:
        return ""
    session = machine.random.choice(replays.sessions)
    replays.open(session.source, seq=machine.random.choice((None, 1, 3)))
    return session.document.title


def open_damaged(machine: Machine) -> str:
    """Open a copy of a trace file that was cut off, or has bytes changed."""
    if machine.folder is None:
        return ""
    _make_room(machine)
    found = [one for path in bundled_graphs() if (one := path.with_suffix(".run.db")).is_file()]
    source = machine.random.choice([one for one in found if one.stat().st_size < 300_000] or found)
    data = bytearray(source.read_bytes())
    kind = machine.random.choice(("cut", "cut", "bytes", "whole", "nothing"))
    if kind == "cut":
        del data[machine.random.randrange(len(data)) :]
    elif kind == "bytes":
        for _ in range(20):
            data[machine.random.randrange(100, len(data))] ^= 0xFF
    elif kind == "nothing":
        data.clear()
    path = Path(machine.folder) / f"theirs{machine.random.randrange(6)}.db"
    path.write_bytes(data)
    files = machine.workbench.part("trace_files")
    files.open(path)
    if machine.random.random() < 0.7:
        machine.wait_for(lambda: not files.errands.is_busy)
    return f"{kind}, {len(data)} bytes of {source.stem}"


def close_run(machine: Machine) -> str:
    """Close the run in front by its tab: in mid-play, while look-ups are under way, or just so."""
    session = in_front(machine)
    if session is None:
        return ""
    busy = machine.random.choice(("", "playing", "looking", "lighting"))
    if busy == "playing":
        machine.workbench.trigger("replay.play")
        QTest.qWait(30)
    elif busy == "looking":
        replays_of(machine).searched = "no such text"
        machine.workbench.trigger("replay.search_next")
    elif busy == "lighting":
        machine.workbench.trigger("causes.why")
    title = session.document.title
    pages = machine.window.pages
    pages.tabCloseRequested.emit(pages.currentIndex())
    machine.held = Qt.MouseButton.NoButton
    return f"{title} {busy}".strip()


def _make_room(machine: Machine) -> None:
    sessions = replays_of(machine).sessions
    if len(sessions) >= MOST_OPEN:
        machine.workbench.remove(machine.random.choice(sessions).document)
    machine.held = Qt.MouseButton.NoButton


# -- moving ---------------------------------------------------------------------------------------


def step_key(machine: Machine) -> str:
    """Press one of the keys that step, jump, and go in and out, some times, on the canvas."""
    if in_front(machine) is None or machine.view is None:
        return ""
    which, keys = machine.random.choice(_STEPS)
    times = machine.random.choice((1, 1, 1, 2, 5))
    for _ in range(times):
        if machine.view is None:
            break
        QTest.keyClick(machine.view, which, keys)
    return f"{keys.name} {which.name} {times} times"


def seek(machine: Machine) -> str:
    """Go to some step, also to none that there is."""
    session = in_front(machine)
    if session is None:
        return ""
    seq = machine.random.choice((0, -5, session.last + 3, *(machine.random.randint(1, session.last) for _ in range(6))))
    session.seek(seq)
    return f"to {seq} of {session.last}"


def go_to(machine: Machine) -> str:
    """Type the number of a step, or a text that is looked for, into the field that asks for it."""
    session = in_front(machine)
    if session is None or machine.view is None:
        return ""
    action, text = machine.random.choice(
        (
            ("replay.go_to", str(machine.random.randint(0, session.last + 1))),
            ("replay.go_to", "twelve"),
            ("replay.search", machine.random.choice(_LOOKED_FOR)),
        )
    )
    machine.workbench.trigger(action)
    field = QApplication.focusWidget()
    if not isinstance(field, QLineEdit):
        return f"{action}: no field"
    field.setText(text)
    QTest.keyClick(field, machine.random.choice((_K.Key_Return, _K.Key_Return, _K.Key_Escape)))
    return f"{action} {text!r}"


def play(machine: Machine) -> str:
    """Play, forwards or backwards, for a moment or on."""
    if in_front(machine) is None or machine.view is None:
        return ""
    keys = machine.random.choice((_NONE, _NONE, _SHIFT))
    QTest.keyClick(machine.view, _K.Key_Space, keys)
    milliseconds = machine.random.choice((0, 0, 20, 120))
    QTest.qWait(milliseconds)
    return f"{keys.name} for {milliseconds} ms"


def run_action(machine: Machine) -> str:
    """Do something with a run from the menus."""
    in_front(machine)
    known = [name for name in sorted(all_actions()) if name.startswith(_OF_RUNS) and name not in _LEFT_OUT]
    name = machine.random.choice(known)
    machine.workbench.trigger(name)
    return name


def tab(machine: Machine) -> str:
    """Show another graph of a run that is open, with a node selected or none."""
    replays = replays_of(machine)
    if not replays.sessions:
        return ""
    session = machine.random.choice(replays.sessions)
    at = machine.random.choice([at for at, _ in session.document.walk()])
    names = list(session.document.at(at).nodes)
    chosen = machine.random.sample(names, min(len(names), machine.random.choice((0, 1, 1, 2))))
    machine.workbench.show(session.document, at, chosen)
    machine.held = Qt.MouseButton.NoButton
    return f"{session.document.title} {'.'.join(at)} {chosen}"


def item(machine: Machine) -> str:
    """Pick another item of the map whose body is shown, also one that never was."""
    session, canvas = in_front(machine), machine.canvas
    if session is None or canvas is None or canvas.document is not session.document:
        return ""
    items = session.items_in(canvas.at, 20)
    key: str = machine.random.choice([*(items.keys if items is not None else ()), "99", "none"])
    session.pick(canvas.at, key)
    return key


# -- causes ---------------------------------------------------------------------------------------


def causes(machine: Machine) -> str:
    """Ask why, or what it led to; go along what is lit; light nothing."""
    if in_front(machine) is None or machine.view is None:
        return ""
    which, keys = machine.random.choice(
        ((_K.Key_Y, _NONE), (_K.Key_Y, _NONE), (_K.Key_Y, _SHIFT), (_K.Key_Y, _ALT), (_K.Key_Y, _ALT | _SHIFT),
         (_K.Key_Escape, _NONE))
    )  # fmt: skip
    QTest.keyClick(machine.view, which, keys)
    if machine.random.random() < 0.5:
        QTest.qWait(60)
    return f"{keys.name} {which.name}"


# -- forks ----------------------------------------------------------------------------------------


def fork(machine: Machine) -> str:
    """Gather a change for a fork of the run in front: a param, an output, once more, or a step to begin at."""
    session = in_front(machine)
    if session is None:
        return ""
    machine.workbench.trigger("fork.here")
    QApplication.processEvents()
    forks = machine.workbench.part("forks")
    draft, here = forks.begin(session), session.here
    kind = machine.random.choice(("param", "output", "redo", "again", "undo", "clear", "start", "by hand", "model"))
    spot = session.spot(here.node)
    if kind == "param" and spot is not None:
        params = session.document.node(spot.at, spot.name).params
        name = machine.random.choice(sorted(params) or ["template"])
        value = machine.random.choice(("{a} else", "", 7, None, ["x"]))
        draft.put(Piece(Key("param", here.node, name), value, params.get(name)))
    elif kind == "output":
        draft.put(Piece(Key("output", here.node, machine.random.choice(("text", "value", "label"))), "else", None,
                        session.seq))  # fmt: skip
    elif kind == "redo":
        draft.put(Piece(Key("redo", here.node)))
    elif kind == "again":
        draft.set_ask_again(not draft.ask_again)
    elif kind == "undo":
        machine.random.choice((draft.undo, draft.redo))()
    elif kind == "clear":
        draft.clear()
    elif kind == "start":
        draft.start_at(session.seq)
    elif kind == "by hand":
        box = machine.window.panel("fork").findChild(QCheckBox, "fork.again")
        if isinstance(box, QCheckBox) and box.isVisible():
            QTest.keyClick(box, _K.Key_Space)
    elif kind == "model":
        draft.set_option("model", machine.random.choice((machine.model, machine.model, "scripted:no such file", "")))
    return f"{kind} at step {session.seq} of {session.document.title}"


def run_fork(machine: Machine) -> str:
    """Run the fork that was gathered; stop it, or wait a moment, or go on meanwhile."""
    session = in_front(machine)
    if session is None:
        return ""
    forks = machine.workbench.part("forks")
    if not forks.begin(session).option("model"):
        forks.begin(session).set_option("model", machine.model)  # whatever the run was answered by
    machine.workbench.trigger("fork.run")
    way = machine.random.choice(("go on", "stop", "wait", "wait"))
    if way == "stop":
        forks.stop()
    elif way == "wait":
        machine.wait_for(lambda: not forks.is_going, seconds=3.0)
    machine.held = Qt.MouseButton.NoButton
    return f"{way}, {'going' if forks.is_going else 'not going'}"


def compare(machine: Machine) -> str:
    """Show two runs that are open side by side, also a run beside itself."""
    replays = replays_of(machine)
    if not replays.sessions:
        return ""
    a, b = (machine.random.choice(replays.sessions).source for _ in range(2))
    machine.workbench.part("comparing").open(a, b)
    machine.held = Qt.MouseButton.NoButton
    if machine.random.random() < 0.5:
        QTest.qWait(80)
    return f"{a.run[:12]} and {b.run[:12]}"


STEPS = [
    (4, open_bundled), (2, open_own), (1, open_again), (1, open_damaged), (2, close_run), (16, step_key), (5, seek),
    (3, go_to), (3, play), (8, run_action), (5, tab), (2, item), (5, causes), (4, fork), (2, run_fork), (2, compare),
]  # fmt: skip
"""What is done to runs, each with a weight."""
