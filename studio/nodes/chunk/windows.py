"""`chunk.windows`: sliding windows of lines, as RepoCoder and Copilot make them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from studio.nodes.chunk._cutting import LIMITS, Chunks, Documents
from studio.nodes.chunk._windows import cut_into_windows
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("chunk.windows", title="Sliding windows", category="Documents", icon="windows", blocking=True, limits=LIMITS)
class Windows(Node):
    """Cut texts into windows of lines that overlap.

    - *repocoder*: windows centred on every step-th line, the step being `lines // slices` (20 lines, 2 slices: every
      10 lines). Equal windows of all files are merged into one with all its `places`.
    - *copilot*: a window from every line on (60 lines); files of 10,000 characters and more are left out, and so is
      the last possible window, as in the extension of 2022.
    - *plain*: windows that begin every `step` lines.
    """

    class Params(Fields):
        way: Literal["repocoder", "copilot", "plain"] = param(
            "repocoder", choices=("repocoder", "copilot", "plain"), help="Whose windows."
        )
        lines: int = param(0, ge=0, le=10_000, help="How many lines a window has; 0: 20, or 60 for *copilot*.")
        slices: int = param(2, ge=1, le=1_000, help="*repocoder*: the step is `lines // slices`, at least 1.")
        step: int = param(10, ge=1, le=10_000, help="*plain*: a window begins every so many lines.")
        leave_out_last: bool = param(True, help="*copilot*: without the last possible window, as in version 1.57.")
        show_next: bool = param(
            False,
            help="*repocoder*: each place also has `moved`, the window one step further down, which round 1 shows.",
        )

    class In(Documents):
        size: int = port(None, help="How many lines a window has; else `lines`.")
        parts: int = port(None, help="*repocoder*: how many steps a window is long; else `slices`.")

    class Out(Chunks):
        pass

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if params.show_next and params.way != "repocoder":
            yield "`show_next` is for windows of *repocoder*."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Any:
        return self.Out(**cut_into_windows(inputs.documents, inputs.size, inputs.parts, **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(cut_into_windows, changed(params), takes_firing=False)
