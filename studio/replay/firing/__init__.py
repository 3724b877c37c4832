"""One firing of a recorded run, as a person looks at it: facts, prompts and checks, differences, where it all went.

- `facts`: what is shown at once (`FiringFacts`); a new fact that is light to read goes there.
- `asking`: calls of models in rounds with their checks; `prompts`: the values of inputs found in them.
- `comparing`: a firing beside another. `whole`: all of it, for a thread that may take its time.
"""

from __future__ import annotations

from studio.replay.firing.facts import FiringFacts, InputFact, OutputFact, Reading, facts_of

__all__ = ["FiringFacts", "InputFact", "OutputFact", "Reading", "facts_of"]
