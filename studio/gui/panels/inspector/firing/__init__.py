"""The page of a firing: what a node of a recorded run did at the step that is shown.

- `page`: follows the session; each section shows a part of `FiringFacts` and keeps its widgets from step to step
  (`pool`, `scrolling`). `desk` is what the sections share: the session, going elsewhere, texts and values from afar.
- `head`; `values_section` with a `value_block` each; `calls_section` with a `call_block` each, read by `asked_part`;
  `changes_section` (beside another firing); `raw_section` (JSON).
- Small parts: `bars`, `strip` (how likely), `texts` (long ones cut), `whole_window` (all of one), `copying`.

What there is to know of a firing is `studio.replay.firing`: a new fact begins there.
"""
