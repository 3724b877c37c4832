"""Stepping through a recorded run that is shown: both ways, from error to error, in and out of regions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from studio.gui.base.action import Action
from studio.gui.replay.in_front import session_in_front, shows_run, why_no_run
from studio.gui.workbench import Workbench
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.gui.replay.service import Replays
    from studio.gui.replay.session import Session
    from studio.replay.cursor import Cursor

Move = Callable[["Session"], bool]


def _replays(workbench: Workbench) -> Replays:
    replays: Replays = workbench.part("replay")
    return replays


def _moving(move: Move, nothing: str) -> Callable[[Workbench], None]:
    """Make a move; where there is nowhere to go, say so."""

    def run(workbench: Workbench) -> None:
        session = session_in_front(workbench)
        if session is not None:
            _replays(workbench).player.stop()
            if not move(session):
                workbench.say(nothing)

    return run


def _going(move: Callable[[Cursor], bool], nothing: str) -> Callable[[Workbench], None]:
    return _moving(lambda session: session.go(move), nothing)


def _looking(move: Callable[[Cursor], bool], nothing: str) -> Callable[[Workbench], None]:
    """The same for a move that may have to look through the whole run: in a thread of its own."""

    def run(workbench: Workbench) -> None:
        session = session_in_front(workbench)
        if session is not None:
            _replays(workbench).player.stop()
            _replays(workbench).go_later(session, lambda cursor: cursor.seq if move(cursor) else None, nothing)

    return run


def _node(workbench: Workbench, back: bool) -> None:
    """Go to the next firing of the selected node, as the tab shows it; with none selected, of the step's own."""
    from studio.gui.live.watching.places import Spot

    session, tab = session_in_front(workbench), workbench.current
    if session is None or tab is None:
        return
    chosen = workbench.selection
    node = session.node_at(Spot(tab.at, chosen[0])) if len(chosen) == 1 else None
    path = session.here.path if node is None else node.path.path
    _replays(workbench).player.stop()
    if not session.next_of(path, back=back):
        workbench.say(f"This node does not fire {'before' if back else 'again'}.")


def _item(back: bool) -> Callable[[Workbench], None]:
    def run(workbench: Workbench) -> None:
        from studio.replay.items import beside

        session = session_in_front(workbench)
        if session is None:
            return
        _replays(workbench).player.stop()
        seq = beside(session.cursor, back=back)
        if seq is None or not session.seek(seq):
            workbench.say("There is no other item that way, or this step is in no map.")

    return run


def _out(workbench: Workbench) -> None:
    session = session_in_front(workbench)
    if session is None:
        return
    _replays(workbench).player.stop()
    if session.go(lambda cursor: cursor.out()):
        return
    around = session.cursor.region().node
    workbench.say(
        "This step is in the graph of the run itself."
        if around is None
        else f"`{plain_line(around.node[:200])}` around this step was never decided: there is no step to go to."
    )


# -- asking -------------------------------------------------------------------------------------


def _go_to(workbench: Workbench) -> None:
    session = session_in_front(workbench)
    if session is None:
        return
    last = session.last

    def check(text: str) -> str:
        number = text.replace(",", "").replace(" ", "")
        return "" if number.isdecimal() and 1 <= int(number[:12]) <= last else f"A step from 1 to {last:,}."

    def done(text: str) -> None:
        if session not in _replays(workbench).sessions:
            return  # it was closed meanwhile
        _replays(workbench).player.stop()
        session.seek(int(text.replace(",", "").replace(" ", "")[:12]))

    workbench.part("popups").naming.ask(
        "Go to step", str(session.seq), check, done, hint=f"1 to {last:,}. Enter goes there, Esc leaves."
    )


def _search(workbench: Workbench) -> None:
    session = session_in_front(workbench)
    if session is None:
        return
    replays = _replays(workbench)

    def done(text: str) -> None:
        if text:
            replays.searched = text
            _search_on(workbench, back=False)

    workbench.part("popups").naming.ask(
        "Search in this run", replays.searched, lambda text: "", done,
        hint="Nodes, reasons, values, prompts and replies. Enter goes to the next step that holds the text.",
    )  # fmt: skip


def _search_on(workbench: Workbench, *, back: bool) -> None:
    replays = _replays(workbench)
    session, text = replays.current, replays.searched
    if session is None:
        return
    if not text:
        _search(workbench)
        return
    replays.player.stop()
    replays.go_later(
        session, lambda cursor: cursor.seq if cursor.search(text, back=back) else None,
        f"No step of this run holds “{plain_line(text[:60])}”.",
    )  # fmt: skip


def _was_searched(workbench: Workbench) -> bool:
    return shows_run(workbench) and bool(_replays(workbench).searched)


def _step(
    id: str, title: str, order: int, run: Callable[[Workbench], object], help: str, *keys: str,
    when: Callable[[Workbench], bool] = shows_run,
) -> Action:  # fmt: skip
    return Action(
        f"replay.{id}", title, "Replay", run, keys=keys, when=when, why=why_no_run, order=order, help=help, canvas=True
    )


_NONE = "There is no {} {} this step."


def _none(what: str, back: bool) -> str:
    return _NONE.format(what, "before" if back else "after")


def _both(
    id: str, what: str, order: int, move: Callable[[Cursor, bool], bool], keys: tuple[str, str], help: str,
    *, looks: bool = False, title: str = "",
) -> list[Action]:  # fmt: skip
    """A move and the same one backwards."""
    made = []
    for back in (False, True):
        make = _looking if looks else _going
        run = make(lambda cursor, back=back: move(cursor, back), _none(what, back))  # type: ignore[misc]
        name = title or what[0].upper() + what[1:]
        made.append(
            _step(
                f"{'last' if back else 'next'}_{id}", f"{'Previous' if back else 'Next'} {name}", order + back, run,
                help.format("before" if back else "after"), *((keys[back],) if keys[back] else ()),
            )
        )  # fmt: skip
    return made


ACTIONS = [
    _step("next", "Next Step", 100, _going(lambda c: c.move(1), _none("step", False)),
          "Go to the next firing that was decided.", "Right"),
    _step("back", "Previous Step", 101, _going(lambda c: c.move(-1), _none("step", True)),
          "Go to the firing that was decided before.", "Left"),
    _step("first", "First Step", 102, _going(lambda c: c.first(), "This is the first step."),
          "Go to the beginning of the run.", "Ctrl+Home"),
    _step("last", "Last Step", 103, _going(lambda c: c.last(), "This is the last step."),
          "Go to the end of the run, as far as it is recorded.", "End"),
    _step("go_to", "Go to Step…", 104, _go_to, "Go to a step by its number.", "G"),
    *_both("inside", "step of this region", 200, lambda c, back: c.next_inside(back=back),
           ("Shift+Right", "Shift+Left"), title="Step in This Region",
           help="Go to the step {} this one in the same execution of its region, past what others did meanwhile."),
    _step("into", "Into Region", 202, _looking(lambda c: c.into(), "Nothing ran inside of this node."),
          "Go to the first step inside the current region node.", "Ctrl+Down"),
    _step("out", "Out of Region", 203, _out, "Go to the region node around the current step.", "Ctrl+Up"),
    _step("next_item", "Next Item", 204, _item(False), "Go to the same node in the map's next item.", "Ctrl+Right"),
    _step("last_item", "Previous Item", 205, _item(True), "Go to the same node in the item before.", "Ctrl+Left"),
    *_both("tick", "tick", 206, lambda c, back: c.next_tick(back=back), ("T", "Shift+T"),
           help="Go to the first step of the tick {} this one, of the same region."),
    *_both("error", "error", 300, lambda c, back: c.next_error(back=back), ("E", "Shift+E"),
           help="Go to the step {} this one that failed."),
    *_both("call", "model call", 302, lambda c, back: c.next_call(back=back), ("P", "Shift+P"),
           help="Go to the step {} this one that asked a model.", title="Model Call"),
    *_both("alarm", "alarm", 304, lambda c, back: c.next_alarm(back=back), ("Alt+A", "Alt+Shift+A"),
           help="Go to the step {} this one that an alarm is about."),
    _step("next_firing", "Next Firing of Node", 306, lambda w: _node(w, False),
          "Go to the next step of the selected node, in the item that is shown.", "N"),
    _step("last_firing", "Previous Firing of Node", 307, lambda w: _node(w, True),
          "Go to the step before of the selected node, in the item that is shown.", "Shift+N"),
    *_both("any", "firing of this node in any item", 308, lambda c, back: c.next_in_any_item(back=back),
           ("I", "Shift+I"), looks=True, title="Firing in Any Item",
           help="Go to the step {} this one of the same node, in whatever item of the maps around it."),
    _step("search", "Search in Run…", 310, _search,
          "Find a text in nodes, reasons, values, prompts and replies of the run.", "/"),
    _step("search_next", "Next Match", 311, lambda w: _search_on(w, back=False),
          "Go to the next step that holds what was searched for.", "Ctrl+F3", when=_was_searched),
    _step("search_last", "Previous Match", 312, lambda w: _search_on(w, back=True),
          "Go to the step before that holds what was searched for.", "Ctrl+Shift+F3", when=_was_searched),
]  # fmt: skip
