"""The page of a firing: what a node of a recorded run did at the step that is shown.

`page` follows the session; each section shows a part of `FiringFacts` and keeps its widgets from step to step.
"""
