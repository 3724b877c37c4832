"""Words that carry no matter of their own: grammar, talk about the task, idling, waiting.

The lists are of English.  They are written as words and used as stems.  What is in none of them and not among the
common words of `assets/words` counts as rare.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from studio.dynamics.words.stems import stem
from studio.support.resources import resource_root


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GRAMMAR: Final = _words(
    """
    a an the this that these those such same other another each every either neither both all any some no none few many
    much more most several own only just also too very quite rather really even still yet again already always never
    ever often once here there where when while then than thus hence so as if unless until till since because although
    though however therefore whether or and but nor not of at by for with about against between among into onto through
    during before after above below to from up down in out on off over under within without per via toward towards upon
    i me my mine myself we us our ours ourselves you your yours yourself he him his she her hers it its itself they them
    their theirs themselves who whom whose which what why how
    am is are was were be been being have has had having do does did doing done will would shall should can could may
    might must ought need needs let lets get gets got gotten getting go goes going went gone come comes came
    isn't aren't wasn't weren't don't doesn't didn't won't wouldn't can't cannot couldn't shouldn't haven't hasn't i'm
    i've i'll i'd we're we've we'll you're you've you'll it's that's there's they're let's what's here's he's she's
    s t d ll m re ve yes oh well like etc e.g i.e vs via one ones thing things something anything nothing everything
    first second third fourth fifth last next previous further now later soon today currently finally however else
    lot bit kind sort way ways
    """
)
"""Function words: never counted."""

TASK_TALK: Final = _words(
    """
    do work works working goal goals subgoal subgoals step steps continue continues continuing proceed proceeds task
    tasks subtask subtasks objective objectives aim purpose plan plans planning planned start starting begin beginning
    try trying attempt attempts make making ensure ensuring perform performing carry execute executing complete
    completing finish finishing handle handling tackle tackling address addressing approach approaches strategy
    strategies figure think thinking thought thoughts consider considering decide deciding determine determining
    accomplish achieve achieving prepare preparing preparation arrange organise organize organising organizing outline
    outlining define defining order required requirement requirements necessary needed appropriate proper properly
    careful carefully thorough thoroughly follow following use using used take taking given want wanted would like
    able possible action actions item phase stage stages current keep keeping set setting put lay look looking
    know find help helps focus focusing move moving forward ahead round turn process proceed undertake pursue pursuing
    break breaking toward ready actually basically simply clearly clear good best better right important
    responsible effective effectively overall whole entire full fully
    """
)
"""Talk about working rather than about the work: removed from the content."""

IDLE: Final = _words(
    """
    wait waiting waits await awaits awaiting idle idling pause paused standby stand standing hold holding remain remains
    remaining stay stays staying ok okay sure yes fine thanks thank please sorry hello hi hey welcome bye goodbye noted
    note noting acknowledged acknowledge acknowledging understood understand understands understanding agreed agree
    agrees received receive receiving roger copy confirmed confirm confirming pending hmm hm um uh err nothing none null
    nil empty blank void unchanged change changed changes stable status state same update updates updated report
    reports reported reporting instruction instructions input inputs output outputs response responses respond reply
    replies answer message messages signal prompt direction directions guidance request requests command commands
    available listening listen online alive heartbeat ping pong alert attentive quiet silent silence inactive active
    rest resting sleep sleeping asleep dormant ponder pondering contemplating contemplate reflecting reflect musing
    considering moment moments second seconds minute time later shortly soon meanwhile patient patiently patience
    assist assistance assisting help happy glad pleased here tell ask let feel free anything whenever
    new activity happening happened happen add added say said saying see seen seeing until present noop no-op skip
    skipped skipping pass passing passive tick progress monitoring monitor observe observing watching watch
    queue user operator human team anyone everything operational nominal normal usual further additional
    error errors fail fails failed failing failure exception
    ai true false default undefined unknown n/a na not applicable todo tbd placeholder blah lorem
    """
)
"""What is said while nothing is done: it is content, but has no mass."""

WAITING: Final = _words(
    """
    wait waiting waits await awaits awaiting poll polling polled pending unfinished
    """
)
"""Words of waiting proper; the turns of phrase that say it stand in `words.waiting`."""

FAILING: Final = _words(
    """
    error errors fail fails failed failing failure exception traceback denied refused forbidden rejected invalid unable
    missing broken crash crashed abort aborted timeout
    """
)
"""Words of outputs that tell of a failure, where nobody marked it as one."""


@cache
def grammar() -> frozenset[str]:
    """Return the function words as they are and as stems."""
    return GRAMMAR | frozenset(map(stem, GRAMMAR))


@cache
def task_talk() -> frozenset[str]:
    """Return the stems of the talk about the task."""
    return frozenset(map(stem, TASK_TALK))


@cache
def idle() -> frozenset[str]:
    """Return the stems of idle words."""
    return frozenset(map(stem, IDLE))


@cache
def failing() -> frozenset[str]:
    """Return the stems of words about failures."""
    return frozenset(map(stem, FAILING))


@cache
def common_words() -> frozenset[str]:
    """Return the stems of about 10 000 common English words, names left out (assets/words/common_en.txt)."""
    text = (resource_root("assets") / "words" / "common_en.txt").read_text(encoding="utf-8")
    words = frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
    return frozenset(map(stem, words | GRAMMAR | TASK_TALK | IDLE | WAITING))
