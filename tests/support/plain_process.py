"""The plain engine beside a batch: runs of one graph, one after the other, with no more imported than they need.

python -m tests.support.plain_process DB COUNT GRAPH MODEL

It tells the seconds from the end of the first run to that of the last.
"""

from __future__ import annotations

import sys
import time

from studio import Graph, run


def main() -> None:
    db, count, file, model = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    graph = Graph.load(file)
    ends = []
    for _ in range(count):
        run(graph, model=model, db=db)
        ends.append(time.perf_counter())
    print(ends[-1] - ends[0])


if __name__ == "__main__":
    main()
