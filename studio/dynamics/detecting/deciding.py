"""From the state of a watch to a verdict: the first detector that holds, else what speaks for a productive run."""

from __future__ import annotations

from typing import cast

from studio.dynamics.detecting.outstanding import LEAST_TERMS, UPTAKE_SHOWN
from studio.dynamics.detecting.step import Detector, strength
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.verdict import Kind

MOSTLY = 0.5
"""Share of a run over which a failure held, from which it is judged by it even if its last firings look better."""
RELATED_SHOWN = 0.5
"""Share of outputs that speak of the goal from which they do so, if fewer repeat others; the weakest evidence."""


def decide(watch: Watch) -> tuple[Kind, float, tuple[str, ...]]:
    """Return the verdict, its confidence in 0..1 and the evidence (dynamics notes, section 6).

    The confidence of a failure is its own strength times (1 − half of the strongest rival's); that of a productive run
    is 1 − the strongest detector's.  A request to stop that nothing has answered stands, at the strength of the
    threshold at least, though what caused it has ended.
    """
    strengths = [_strength(each) for each in watch.detectors]
    failing = [index for index, each in enumerate(watch.detectors) if each.holds]
    failing = failing or [index for index, each in enumerate(watch.detectors) if each.share >= MOSTLY]
    if failing:
        index = failing[1] if _opens_goals(watch, failing) or _turns(watch, failing) else failing[0]
        detector = watch.detectors[index]
        confidence = _against(strengths[index], index, strengths)
        return cast("Kind", detector.name), confidence, tuple(detector.evidence())
    if watch.contentful < watch.settings.least_firings:
        said = f"only {watch.contentful} outputs say something; {watch.settings.least_firings} are needed"
        return "undetermined", 1 - max(strengths), (said,)
    request = watch.outstanding.first()
    if request is not None:
        index = [each.name for each in watch.detectors].index(request.kind)
        said = f"it was asked to stop at tick {request.t}, and nothing that counts as progress has come since"
        confidence = _against(max(strengths[index], strength(1)), index, strengths)
        return cast("Kind", request.kind), confidence, (said, *request.evidence)
    positive = evidence_of_work(watch)
    if not positive:
        return "undetermined", 1 - max(strengths), ("no sign of failure, and none of progress or uptake",)
    return "productive", 1 - max(strengths), positive


def _opens_goals(watch: Watch, failing: list[int]) -> bool:
    """Whether a run that seems to stall goes on to open goals that restate each other: then it puts its work off."""
    named = [watch.detectors[index].name for index in failing[:2]]
    blamed = watch.procrastination.blamed_at
    return named == ["stall", "procrastination"] and blamed is not None and blamed >= watch.stall.since


def _turns(watch: Watch, failing: list[int]) -> bool:
    """Whether a run that seems to stall says several things over in one order: filler comes as it comes."""
    return [watch.detectors[index].name for index in failing[:2]] == ["stall", "circle"] and watch.circle.in_order


def _against(own: float, index: int, strengths: list[float]) -> float:
    """Return a detector's own strength, less for its strongest rival."""
    return own * (1 - max(value for at, value in enumerate(strengths) if at != index) / 2)


def _strength(detector: Detector) -> float:
    """Return the strength now; of what held for most of the run at least that of the threshold."""
    value = strength(detector.ratio)
    return max(value, strength(1 + detector.share - MOSTLY)) if detector.share >= MOSTLY else value


def evidence_of_work(watch: Watch) -> tuple[str, ...]:
    """Return what speaks for a productive run: signals of progress, terms taken up, flow between modules."""
    lines = []
    progress = watch.progress
    if progress.count:
        first, last = progress.signals[0], progress.signals[-1]
        line = f"{progress.count} signals of progress, the first at tick {first.t}: {first.text}"
        lines.append(line if first == last else f"{line}; a later one at tick {last.t}: {last.text}")
    terms = watch.terms
    if terms.total_taken >= max(LEAST_TERMS, UPTAKE_SHOWN * terms.total_introduced):
        lines.append(f"{terms.total_taken} of {terms.total_introduced} introduced terms were taken up again")
    if terms.flow:
        (source, target), count = min(terms.flow.items(), key=lambda item: (-item[1], item[0]))
        if count >= max(LEAST_TERMS, UPTAKE_SHOWN * terms.first[source]):
            lines.append(f"{count} of {terms.first[source]} terms of {source} were said by {target} soon after")
    related, total = watch.related, max(watch.contentful, 1)
    if not lines and related >= RELATED_SHOWN * total and watch.repeated < RELATED_SHOWN * total:
        lines.append(f"{related} of {total} outputs speak of the goal, and {total - watch.repeated} say something new")
    return tuple(lines)
