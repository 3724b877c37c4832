"""One firing of a recorded run, as a person looks at it: facts, prompts and checks, differences, where it all went.

`facts` reads what is shown at once (`FiringFacts`), `asking` tells calls of models in rounds with their checks,
`prompts` finds the values of inputs in them, `comparing` lays a firing beside another, `whole` reads all of it.
"""

from __future__ import annotations

from studio.replay.firing.facts import FiringFacts, InputFact, OutputFact, Reading, facts_of

__all__ = ["FiringFacts", "InputFact", "OutputFact", "Reading", "facts_of"]
