"""Runs as JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator

from studio.export.targets.declaring import Option, Options, RunSource, RunTarget, Tell


def make(source: RunSource, options: Options, tell: Tell) -> Iterator[bytes]:
    """Yield the records of the runs, a line each."""
    from studio.export.records.jsonl import run_lines

    return run_lines(source.trace, source.runs, blobs=options["blobs"] == "base64")


TARGET = RunTarget(
    name="jsonl",
    title="Records (JSON Lines)",
    summary="Everything a run did, a line per firing, model call and store operation, for programs of your own.",
    suffixes=(".jsonl", ".ndjson"),
    media_type="application/jsonl",
    make=make,
    many=True,
    options=(
        Option(
            "blobs",
            "what stands for images, sounds and files: their hash alone, or lines with their bytes too",
            kind="choice",
            default="hash",
            choices=("hash", "base64"),
        ),
    ),
)
