"""Requests to stop that nothing has answered since: a verdict must not forget them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from studio.dynamics.detecting.terms import Terms
from studio.dynamics.verdict import Alarm

LEAST_TERMS = 3
"""Terms taken up, from which uptake speaks for work: one word that comes again does not."""
UPTAKE_SHOWN = 0.2
"""Share of terms taken up from which uptake speaks for a productive run."""
_KINDS: Final = ("stall", "procrastination", "circle")
"""Failures that can ask to stop, in their priority. An alarm about waiting blames nobody, so it needs no answer."""


@dataclass(frozen=True, slots=True)
class _Request:
    alarm: Alarm
    introduced: int
    taken: int


class Outstanding:
    """Keeps the last request to stop of each kind until something that counts comes after it.

    A signal of progress answers all; what answers one kind only is for those to say who know it.  Without either, terms
    that came up after the request and were taken up are an answer too.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._requests: dict[str, _Request] = {}
        self.stands = False  # whether there is any: the watch looks at each firing

    def rang(self, alarms: list[Alarm]) -> None:
        """Take alarms; those that ask to stop are kept."""
        for alarm in alarms:
            if alarm.level == "stop" and alarm.kind in _KINDS:
                terms = self._terms
                self._requests[alarm.kind] = _Request(alarm, terms.total_introduced, terms.total_taken)
                self.stands = True

    def answered(self, *kinds: str) -> None:
        """Take that the requests of these kinds were answered, of all kinds if none is named."""
        for kind in kinds or _KINDS:
            self._requests.pop(kind, None)
        self.stands = bool(self._requests)

    def first(self) -> Alarm | None:
        """Return the request of the gravest kind that nothing has answered."""
        for kind in _KINDS:
            request = self._requests.get(kind)
            if request is not None and not self._taken_up(request):
                return request.alarm
        return None

    def _taken_up(self, request: _Request) -> bool:
        introduced = self._terms.total_introduced - request.introduced
        taken = self._terms.total_taken - request.taken
        return introduced >= LEAST_TERMS and taken >= max(LEAST_TERMS, UPTAKE_SHOWN * introduced)
