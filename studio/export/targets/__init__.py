"""What a graph or a run can be exported as: each module in here declares one `TARGET`, found by walking the folder.

A module says what it makes and how it is asked for; the work is imported when it is done, so that listing all targets
costs little. The command line, the window and the help take titles, options and suffixes from here:

    TARGET = GraphTarget(
        name="mermaid",
        title="Mermaid flow chart",
        summary="A flow chart in Mermaid's language, which GitHub and many wikis draw.",
        suffixes=(".mmd",),
        media_type="text/vnd.mermaid",
        make=make,
        options=(Option("direction", "which way it runs", kind="choice", default="LR", choices=("LR", "TB")),),
    )
"""

from studio.export.targets.declaring import (
    GraphSource,
    GraphTarget,
    Option,
    Options,
    Problem,
    RunSource,
    RunTarget,
    Target,
    Tell,
    graph_of_run,
    settled,
)
from studio.export.targets.finding import all_targets, find_target, guess_target

__all__ = [
    "GraphSource",
    "GraphTarget",
    "Option",
    "Options",
    "Problem",
    "RunSource",
    "RunTarget",
    "Target",
    "Tell",
    "all_targets",
    "find_target",
    "graph_of_run",
    "guess_target",
    "settled",
]
