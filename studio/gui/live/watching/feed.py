"""`RunView`: what the window knows of one run, gathered from what the engine tells. No Qt, one thread.

The engine's threads only append to a deque; whoever shows the run takes from it and calls `take`. Nothing here looks
at a value more than a preview needs, so that ten thousand events a second leave the window time to paint.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from studio.control.events import Frontier, Hit, Note, State
from studio.control.waiting import Held
from studio.editing.document.ops import TOP, At
from studio.graph.model import Graph
from studio.gui.live.watching.human import Question
from studio.gui.live.watching.parts import FilePart, file_key, part_of
from studio.gui.live.watching.places import Places, Spot
from studio.gui.live.watching.tracks import RECENT, TAIL, Asked, NodeTrack, Opened, PlaceTrack, RegionTrack, Told
from studio.gui.live.watching.values import WHOLE_BYTES, Shot
from studio.support.errors import StudioError
from studio.support.ticks import tick_path
from studio.trace.log import ERROR, EXECUTED, OK, SKIPPED
from studio.trace.records import AlarmRecord

MESSAGE: Final = 20_000
"""Signs kept of each message of a prompt; the trace has all."""

REGIONS: Final = 5000
"""Items of maps that can be picked; a run of more still shows all of them together."""


KEPT_BYTES: Final = 64 * 2**20
"""Bytes of values that a view keeps; beyond it the oldest are kept by their beginnings."""

ALARMS: Final = 500
"""Alarms that are kept; the trace has all."""

BACK: Final = 100
"""Lines of the list that are gone through for what an output node took."""

HEAVY: Final = 4096
"""Values of a firing that together take more count for that."""


class RunView:
    """The states of all nodes of one run. `dirty` collects the nodes that changed since it was taken."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.run_id = ""
        self.places = Places(graph)
        self.regions: dict[str, RegionTrack] = {}
        self.by_place: dict[At, list[RegionTrack]] = {}
        self.tracks: dict[int, NodeTrack] = {}
        self.by_path: dict[str, NodeTrack] = {}
        self.spots: dict[Spot, PlaceTrack] = {}
        self.opened: dict[int, Opened] = {}
        self.dirty: set[Spot] = set()
        self.recent: deque[Told | Shot] = deque(maxlen=RECENT)
        self.told = 0
        """How many lines were ever added to `recent`."""
        self.state = State("running")
        self.frontier: tuple[Held, ...] = ()
        self.notes: list[str] = []
        self.alarms: deque[AlarmRecord] = deque(maxlen=ALARMS)
        """What was noticed in the run's dynamics, in order."""
        self.alarmed = 0
        """How many alarms there were."""
        self.questions: dict[int, Question] = {}
        self.inputs: dict[str, bytes] = {}
        self.tick = ""
        self.fired = self.skipped = self.failed = self.calls = self.tokens = 0
        self.cost: float | None = 0.0
        self.first_error: tuple[str, str, str] | None = None
        """Path, tick and message of the first failure."""
        self.ended = False
        self._asked: dict[int, Asked] = {}
        self._early_text: dict[tuple[str, str], str] = {}
        self._elsewhere = PlaceTrack()
        self.parts: dict[str, FilePart | None] = {}
        """What goes on in other files, by their names (`parts.file_key`); None: one that could not be read."""
        self._heavy: deque[tuple[Shot, int]] = deque()
        self._weight = 0

    # -- taking -------------------------------------------------------------------------------

    def take(self, records: Iterable[Any]) -> None:
        """Take a batch of committed records (`trace.records`)."""
        fired = self._fired
        for record in records:
            name = type(record).__name__
            if name == "FiringRecord":
                fired(record)
            elif (known := _TAKE.get(name)) is not None:
                known(self, record)

    def say(self, node: str, tick: str, text: str) -> None:
        """Take text that streams from a firing under way."""
        track = self.by_path.get(node)
        if track is None:  # told before its region was: at most a moment
            self._early_text[node, tick] = (self._early_text.get((node, tick), "") + text)[-TAIL:]
            return
        track.place.say(node, tick, text)
        self.touch(track)

    def hear(self, events: Iterable[Any]) -> None:
        """Take events of the control."""
        for event in events:
            if isinstance(event, State):
                self.state = event
                if event.name in ("running", "stepping", "ended"):
                    self._unhold()
                if event.name == "paused":
                    self._tell("paused", "", "", event.why)
            elif isinstance(event, Frontier):
                self._hold(event)
            elif isinstance(event, Hit):
                self._tell("stopped", event.node, event.tick, f"breakpoint: {event.breakpoint}")
            elif isinstance(event, Note):
                self.notes.append(event.text)
                self._tell("note", "", "", event.text)

    def ask(self, question: Question, is_open: bool) -> None:
        """A question to a person was asked, or is over."""
        call = question.call
        track = self.by_path.get(call.node)
        if is_open:
            self.questions[question.number] = question
            self._tell("asks you", call.node, call.tick, call.question)
        else:
            self.questions.pop(question.number, None)
        if track is not None:
            self._wait(track, question, is_open)

    def end(self, how: str = "") -> None:
        """The run is over: what was under way stays undecided."""
        self.ended = True
        if how:
            self._tell("ended", "", "", how)
        self._unhold()
        for opened in self.opened.values():
            opened.track.place.opened.pop(opened.firing, None)
            opened.track.place.said.clear()
            self.touch(opened.track)
        self.opened.clear()
        for question in list(self.questions.values()):
            self.ask(question, False)

    def take_dirty(self) -> set[Spot]:
        """Return the nodes that changed since this was asked before."""
        dirty, self.dirty = self.dirty, set()
        return dirty

    # -- records ------------------------------------------------------------------------------

    def _started(self, record: Any) -> None:
        self.run_id = record.start.run_id
        self.inputs = dict(record.start.inputs)

    def _declared(self, record: Any) -> None:
        part, at = self._where(self.tracks.get(record.parent_path))
        region = self.regions.get(record.prefix)
        if region is None:
            region = self.regions[record.prefix] = RegionTrack(record.prefix, at if part is self else None)
            if part is not None:
                known = part.by_place.setdefault(at, [])
                if len(known) < REGIONS:
                    known.append(region)
        for number, (name, _, _) in enumerate(record.nodes):
            spot = Spot(at, name)
            place = self._elsewhere
            if part is not None:
                place = part.spots.setdefault(spot, PlaceTrack())
                place.paths += 1
            there = (part, spot) if isinstance(part, FilePart) else None
            own = spot if part is self else None
            track = self.tracks[record.first_id + number] = NodeTrack(region, name, own, place, there)
            self.by_path[track.path] = track
        if self._early_text:
            for (node, tick), text in list(self._early_text.items()):
                if node in self.by_path:
                    del self._early_text[node, tick]
                    self.say(node, tick, text)
        for question in self.questions.values():
            asker = self.by_path.get(question.call.node)
            if asker is not None:
                self._wait(asker, question, True)
        self._mark_held()

    def _where(self, parent: NodeTrack | None) -> tuple[RunView | FilePart | None, At]:
        """Return in which file the body of a region node stands, and where in it; None if that is not known."""
        if parent is None:
            return self, TOP
        part, spot = (self, parent.spot) if parent.spot is not None else parent.there or (None, None)
        if part is None or spot is None:
            return None, TOP
        at = part.places.body(spot.at, spot.name)
        if at is not None:
            return part, at
        file = part.places.file(spot.at, spot.name)
        if file is None:
            return None, TOP
        key = file_key(file)
        if key not in self.parts:
            self.parts[key] = part_of(self, Path(key))
        return self.parts[key], TOP

    def _opened(self, record: Any) -> None:
        track = self.tracks.get(record.path_id)
        if track is None:
            return
        opened = Opened(record.id, track, record.tick, record.parent, record.started_at / 1e9)
        self.opened[record.id] = track.place.opened[record.id] = opened
        self._see_tick(track.region, record.tick)
        self.touch(track)

    def _fired(self, record: Any) -> None:
        track = self.tracks.get(record.path_id)
        if track is None:
            return
        place = track.place
        region = track.region
        status, tick = record.status, record.tick
        shot = Shot(
            record.id, region.prefix, track.name, tick, status, record.reason, record.origin,
            record.duration, record.attempt, record.outputs, record.absent,
        )  # fmt: skip
        if self.opened and (opened := self.opened.pop(record.id, None)) is not None:
            place.opened.pop(record.id, None)
            shot.cost, shot.tokens, shot.calls = opened.cost, opened.tokens, opened.calls
        if place.said:
            place.said.pop((track.path, tick_path(record.tick)), None)
        place.shots.append(shot)
        if status == SKIPPED:
            place.skipped += 1
            self.skipped += 1
        else:
            self.fired += 1
            if status == ERROR:
                place.failed += 1
                self.failed += 1
                if self.first_error is None:
                    self.first_error = (track.path, tick_path(record.tick), record.reason)
            else:
                place.fired += 1
        if not record.parent:
            self.tick = tick
        if tick != region.last_tick:
            self._see_tick(region, tick)
        outputs = shot.outputs
        if not outputs and record.inputs and status == OK:
            shot.took = self._taken(record.inputs)
        self.recent.append(shot)
        self.told += 1
        weight = 0
        for data in outputs.values():
            weight += len(data)
        if weight > HEAVY:
            self._weigh(shot, weight)
        if track.spot is not None:
            self.dirty.add(track.spot)
        elif track.there is not None:
            track.there[0].dirty.add(track.there[1])

    def _asked_for(self, record: Any) -> None:
        opened = self.opened.get(record.firing)
        if opened is None or record.messages is None:
            return
        track = opened.track
        asked = Asked(record.key, record.firing, track.path, opened.tick, record.name, _messages(record.messages))
        self._asked[record.key] = asked
        prompts = track.place.prompts
        if prompts and prompts[-1].firing != record.firing:
            prompts.clear()
        prompts.append(asked)

    def _answered(self, record: Any) -> None:
        asked = self._asked.pop(record.key, None)
        tokens = (record.tokens_in or 0) + (record.tokens_out or 0)
        if asked is not None:
            asked.reply = None if record.reply is None else _cut(record.reply)
            asked.error = record.error[:MESSAGE]
            asked.tokens = tokens
        if record.origin != EXECUTED:
            return
        is_call = asked is not None
        self.calls += is_call
        self.tokens += tokens
        is_priced = record.tokens_in is not None or record.tokens_out is not None
        self.cost = _plus(self.cost, record.cost_usd) if is_priced else self.cost
        at = self.opened.get(record.firing)
        while at is not None:  # a region's cost is that of all inside
            at.calls += is_call
            at.tokens += tokens
            at.cost = _plus(at.cost, record.cost_usd) if is_priced else at.cost
            at = self.opened.get(at.parent)

    def _alarmed(self, record: AlarmRecord) -> None:
        self.alarms.append(record)
        self.alarmed += 1
        self._tell("alarm", "", "", record.message)

    # -- inside -------------------------------------------------------------------------------

    def _taken(self, inputs: Mapping[str, Any]) -> tuple[tuple[Shot, str], ...]:
        """Return the firings, and their outputs, that inputs came from: those among the latest lines."""
        wanted: dict[int, list[str]] = {}
        for wires in inputs.values():
            for firing, port in wires if wires and isinstance(wires[0], list) else [wires]:
                wanted.setdefault(firing, []).append(port)
        wanted.pop(0, None)  # an initial value
        found: list[tuple[Shot, str]] = []
        for line in islice(reversed(self.recent), BACK):
            if not wanted:
                break
            if isinstance(line, Shot) and line.firing in wanted:
                found += [(line, port) for port in wanted.pop(line.firing) if port in line.outputs]
        return tuple(reversed(found))

    def _weigh(self, shot: Shot, weight: int) -> None:
        shot.shed(WHOLE_BYTES)
        weight = shot.weight()
        self._heavy.append((shot, weight))
        self._weight += weight
        while self._weight > KEPT_BYTES:
            oldest, freed = self._heavy.popleft()
            oldest.shed()
            self._weight -= freed

    def _see_tick(self, region: RegionTrack, tick: str) -> None:
        if tick != region.last_tick:
            region.last_tick = tick
            region.ticks[tick] = None

    def touch(self, track: NodeTrack) -> None:
        """A node is to be shown anew."""
        if track.spot is not None:
            self.dirty.add(track.spot)
        elif track.there is not None:
            track.there[0].dirty.add(track.there[1])

    def _tell(self, kind: str, path: str, tick: str, text: str) -> None:
        self.recent.append(Told(kind, path, tick, " ".join(text[:400].split())))
        self.told += 1

    def _hold(self, event: Frontier) -> None:
        self._unhold()
        self.frontier = event.waiting
        self._mark_held()

    def _mark_held(self) -> None:
        for held in self.frontier:
            track = self.by_path.get(held.node)
            if track is not None:
                track.place.held[held.node, held.tick] = None
                self.touch(track)

    def _unhold(self) -> None:
        for held in self.frontier:
            track = self.by_path.get(held.node)
            if track is not None:
                track.place.held.clear()
                self.touch(track)
        self.frontier = ()

    def _wait(self, track: NodeTrack, question: Question, is_open: bool) -> None:
        call = question.call
        if is_open:
            track.place.waits[question.number] = (call.node, call.tick, call.question)
        else:
            track.place.waits.pop(question.number, None)
        self.touch(track)


def _messages(parts: list[tuple[str | bytes, str | None]]) -> list[tuple[str, str]]:
    """Role and text of each message; one with more than that as its JSON."""
    made = []
    for role, text in parts:
        if isinstance(role, bytes):
            made.append(("message", _cut(role[:MESSAGE].decode("utf-8", "replace") if text is None else text)))
        else:
            made.append((role, _cut(text or "")))
    return made


def _cut(text: str) -> str:
    return text if len(text) <= MESSAGE else text[:MESSAGE] + f"\n… ({len(text):,} signs in all)"


def _plus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def told_problem(raised: BaseException) -> StudioError:
    """Return what is told to the person of anything that a run can raise."""
    if isinstance(raised, StudioError):
        return raised
    return StudioError(
        f"The run broke off by a fault of this program: {type(raised).__name__}: {raised}.",
        hint="What it did so far is recorded. The log has the details.",
    )


_TAKE: Final[dict[str, Callable[[RunView, Any], None]]] = {
    "StartRecord": RunView._started,
    "PathsRecord": RunView._declared,
    "OpenRecord": RunView._opened,
    "AskRecord": RunView._asked_for,
    "AnswerRecord": RunView._answered,
    "AlarmRecord": RunView._alarmed,
}
