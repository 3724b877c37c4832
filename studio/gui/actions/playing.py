"""A recorded run that is shown: played by itself, followed, and the graph that it was made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from studio.gui.base.action import Action
from studio.gui.replay.in_front import NO_RUN, session_in_front, shows_run, why_no_run
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.replay.service import Replays


def _replays(workbench: Workbench) -> Replays:
    replays: Replays = workbench.part("replay")
    return replays


# -- playing ------------------------------------------------------------------------------------


def _play(back: bool) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        session = session_in_front(workbench)
        if session is not None:
            _replays(workbench).player.toggle(session, back=back)

    return run


def _plays(workbench: Workbench, back: bool) -> bool:
    session = session_in_front(workbench)
    return session is not None and (player := _replays(workbench).player).session is session and player.back == back


def _play_label(workbench: Workbench) -> str:
    return "Pause Replay" if _plays(workbench, False) else "Play"


def _faster(by: int) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        player = _replays(workbench).player
        player.shift_pace(by)
        workbench.say(f"Runs are played {_adverb(player.pace.title)}.")

    return run


def _pace_actions() -> list[Action]:
    from studio.replay.pace import PACES, Pace

    def take(pace: Pace) -> Callable[[Workbench], None]:
        return lambda workbench: _replays(workbench).player.set_pace(pace)

    def has(pace: Pace) -> Callable[[Workbench], bool]:
        return lambda workbench: "replay" in workbench.parts and _replays(workbench).player.pace == pace

    return [
        Action(
            f"replay.pace.{pace.key}", pace.title[0].upper() + pace.title[1:], "Replay/Speed", take(pace),
            order=420 + number, checked=has(pace), help=f"Play recorded runs {_adverb(pace.title)}.",
        )
        for number, pace in enumerate(PACES)
    ]  # fmt: skip


def _adverb(title: str) -> str:
    return title if title.startswith(("as ", "10")) else f"at {title}"


# -- what is shown ------------------------------------------------------------------------------


def _follow(workbench: Workbench) -> None:
    session = session_in_front(workbench)
    if session is not None:
        _replays(workbench).set_follows(session, not session.follows)


def _follows(workbench: Workbench) -> bool:
    session = session_in_front(workbench)
    return session is not None and session.follows


def _goes_on(workbench: Workbench) -> bool:
    session = session_in_front(workbench)
    return session is not None and session.run.status == "running"


def _tail(workbench: Workbench) -> None:
    session = session_in_front(workbench)
    if session is not None:
        session.follow_end(not session.tails)
        _replays(workbench).grew.emit(session)
        workbench.actions_changed.emit()


def _tails(workbench: Workbench) -> bool:
    session = session_in_front(workbench)
    return session is not None and session.tails


def _open_today(workbench: Workbench) -> None:
    session = session_in_front(workbench)
    if session is not None:
        _replays(workbench).open_today(session)


def _has_today(workbench: Workbench) -> bool:
    session = session_in_front(workbench)
    return session is not None and _replays(workbench).today(session) is not None


def _why_no_today(workbench: Workbench) -> str:
    return "The file that this run was made of is not there any more." if shows_run(workbench) else NO_RUN


def _edit_copy(workbench: Workbench) -> None:
    session = session_in_front(workbench)
    if session is not None:
        _replays(workbench).edit_copy(session)


ACTIONS = [
    Action("replay.play", "Play", "Replay", _play(False), keys=("Space",), when=shows_run, why=why_no_run, order=400,
           canvas=True, label=_play_label, help="Go from step to step by itself, or stay."),
    Action("replay.play_back", "Play Backwards", "Replay", _play(True), keys=("Shift+Space",), when=shows_run,
           why=why_no_run, order=401, canvas=True, checked=lambda w: _plays(w, True),
           help="Go from step to step towards the beginning, or stay."),
    Action("replay.slower", "Slower", "Replay", _faster(-1), keys=(",",), when=shows_run, why=why_no_run, order=402,
           canvas=True, help="Play recorded runs at the next slower speed."),
    Action("replay.faster", "Faster", "Replay", _faster(1), keys=(".",), when=shows_run, why=why_no_run, order=403,
           canvas=True, help="Play recorded runs at the next faster speed."),
    *_pace_actions(),
    Action("replay.follow", "Follow Step", "Replay", _follow, keys=("V",), when=shows_run, why=why_no_run, order=600,
           canvas=True, checked=_follows, help="Show the graph that the step is in, and its node, wherever it goes."),
    Action("replay.tail", "Follow Running Run", "Replay", _tail, keys=("Ctrl+End",), when=_goes_on, order=601,
           canvas=True, checked=_tails, why=lambda w: "This run has ended." if shows_run(w) else NO_RUN,
           help="Go along with the last step of a run that still goes on."),
    Action("replay.today", "Today's Graph", "Replay", _open_today, when=_has_today, why=_why_no_today, order=610,
           help="Open the file that the run was made of, as it is now."),
    Action("replay.edit_copy", "Edit a Copy", "Replay", _edit_copy, when=shows_run, why=why_no_run, order=611,
           help="Open the graph as it ran as a new one that can be changed."),
]  # fmt: skip
