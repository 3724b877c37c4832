"""`python -m tests.bench.documents [--out FILE] [--quick]`: how fast texts are read, cut, searched and mapped.

Inputs are this repository: its help pages repeated to a megabyte of Markdown, its Python files, and pages and PDFs made
from them. Milliseconds of the processor (on a busy machine these tell more than the clock), medians.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.documents.chunking.by_structure import chunk_by_structure
from studio.documents.chunking.by_symbols import chunk_by_symbols
from studio.documents.chunking.by_tokens import chunk_by_tokens
from studio.documents.chunking.chunk import Source
from studio.documents.chunking.windows import line_count, merged, repocoder_spans, windows
from studio.documents.code.outline import outline
from studio.documents.code.repo_map import repo_map
from studio.documents.ranking.bm25 import bm25_scores
from studio.documents.ranking.jaccard import jaccard_scores
from studio.documents.ranking.words import code_tokens, plain_words
from studio.documents.reading.read import read_document
from tests.bench.machine import machine_facts, median, write_report
from tests.support.small_pdf import pdf

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1_000_000
QUERY = "how does a feedback edge deliver the value of the tick before"


def timed(work: Callable[[], Any], times: int) -> tuple[float, Any]:
    """Return the median of milliseconds of the processor, and what the work gave."""
    taken = []
    given = None
    for _ in range(times):
        begun = time.process_time()
        given = work()
        taken.append((time.process_time() - begun) * 1_000)
    return round(median(taken), 1), given


def inputs(quick: bool) -> tuple[str, dict[str, str]]:
    """Return a megabyte of Markdown, and 500 Python files by path (a tenth of each if quick)."""
    size, count = (MEGABYTE // 10, 50) if quick else (MEGABYTE, 500)
    prose = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "studio" / "help").glob("*.md")))
    paths = sorted((ROOT / "studio").rglob("*.py"))[:count]
    files = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return (prose * (size // len(prose) + 1))[:size], files


def measured(quick: bool = False) -> dict[str, Any]:
    """Return milliseconds by what was done, and how much it gave."""
    times = 1 if quick else 3
    markdown, files = inputs(quick)
    code = [Source(path, text) for path, text in files.items()]
    page = f"<title>T</title><body>{''.join(f'<p>{line}</p>' for line in markdown.split(chr(10)))}".encode()
    lines = [line.encode("ascii", "ignore").decode()[:80] for line in markdown.split("\n") if line.strip()]
    results: dict[str, Any] = {"characters of prose": len(markdown), "files of code": len(files)}
    results["characters of code"] = sum(map(len, files.values()))

    def note(name: str, work: Callable[[], Any], size: Callable[[Any], int]) -> Any:
        taken, given = timed(work, times)
        results[name] = {"ms": taken, "gave": size(given)}
        return given

    note("read Markdown", lambda: read_document(markdown.encode(), "a.md", "markdown"), lambda one: len(one.parts))
    note("read HTML, main content", lambda: read_document(page, "a.html", "html"), lambda one: len(one.text))
    note("read HTML, all text", lambda: read_document(page, "a.html", "html", main=False), lambda one: len(one.text))
    note("read PDF of 100 pages", lambda: read_document(pdf(lines[:100]), "a.pdf", "pdf"), lambda one: len(one.parts))
    note("cut by tokens", lambda: list(chunk_by_tokens(markdown, "a", size=256, overlap=32)), len)
    source = Source("a.md", markdown, "markdown")
    chunks = note("cut by structure", lambda: list(chunk_by_structure(source, size=256, overlap=32)), len)
    note("outline of code", lambda: [outline(one.text, "python") for one in code], len)
    note("cut by symbols", lambda: [chunk for one in code for chunk in chunk_by_symbols(one, size=512)], len)
    found = note(
        "windows of RepoCoder",
        lambda: merged([w for one in code for w in windows(one, list(repocoder_spans(line_count(one.text))))]),
        len,
    )
    note("rank chunks by BM25", lambda: bm25_scores(QUERY, [one["text"] for one in chunks], plain_words), len)
    note("rank windows by Jaccard", lambda: jaccard_scores(QUERY, [one["text"] for one in found], code_tokens), len)
    note("map of the repository", lambda: repo_map(files), lambda one: one.shown)
    return results


def main() -> None:
    """Measure, print, and write a report if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", help="file or folder for the report")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, once")
    args = parser.parse_args()
    results = measured(args.quick)
    print(machine_facts())
    for name, value in results.items():
        said = f"{value['ms']:>9.1f} ms, gave {value['gave']}" if isinstance(value, dict) else f"{value:>9}"
        print(f"{name:<28} {said}")
    if args.out:
        write_report(args.out, "documents", results)


if __name__ == "__main__":
    main()
