"""Going through a recorded run in both directions, and executing it again from its record.

`cursor` finds any step of a run in milliseconds and `states` tells what lay on every wire there, `causes` what led to
what, `diff` how two runs differ; none of them knows anything of screens. `verify` re-executes, `continuing` goes on.
"""
