"""Unified diffs of texts, as git writes them."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Final

from studio.tools.lines import lines_of

MOST_LINES_MATCHED: Final = 4_000
"""If more lines than these differ in one stretch, it is shown as replaced whole: matching takes quadratic time."""
NO_END: Final = "\\ No newline at end of file\n"

Step = tuple[str, int, int, int, int]


def diff_of_files(before: Mapping[str, str], after: Mapping[str, str], *, context: int = 3) -> str:
    """Return the diff between two sets of texts by name, "" if they are the same."""
    return "".join(
        diff_of_texts(before.get(name), after.get(name), name, context=context) for name in sorted({*before, *after})
    )


def diff_of_texts(before: str | None, after: str | None, name: str, *, context: int = 3) -> str:
    """Return the diff of one file; None stands for no file. `""` if nothing differs."""
    if before == after:
        return ""
    old, new = _quoted(f"a/{name}"), _quoted(f"b/{name}")
    head = f"diff --git {old} {new}\n"
    if before is None:
        head += "new file mode 100644\n"
    if after is None:
        head += "deleted file mode 100644\n"
    body = _hunks(lines_of(before or ""), lines_of(after or ""), context)
    if not body:
        return head
    return f"{head}--- {'/dev/null' if before is None else _ended(old)}\n" + (
        f"+++ {'/dev/null' if after is None else _ended(new)}\n{body}"
    )


def _hunks(old: list[str], new: list[str], context: int) -> str:
    out = []
    for group in _groups(_steps(old, new), context):
        first, last = group[0], group[-1]
        out.append(f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n")
        for tag, a, b, c, d in group:
            if tag == "equal":
                out += [_line(" ", line) for line in old[a:b]]
            else:
                out += [_line("-", line) for line in old[a:b]]
                out += [_line("+", line) for line in new[c:d]]
    return "".join(out)


def _steps(old: list[str], new: list[str]) -> list[Step]:
    """Return the steps from one list of lines to the other. Equal beginnings and ends come first: linear."""
    short = min(len(old), len(new))
    start = next((n for n in range(short) if old[n] != new[n]), short)
    end = next((n for n in range(short - start) if old[-1 - n] != new[-1 - n]), short - start)
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    steps: list[Step] = [("equal", 0, start, 0, start)] if start else []
    if max(len(middle_old), len(middle_new)) > MOST_LINES_MATCHED:
        steps.append(("replace", start, len(old) - end, start, len(new) - end))
    else:
        steps += [
            (tag, a + start, b + start, c + start, d + start)
            for tag, a, b, c, d in SequenceMatcher(None, middle_old, middle_new).get_opcodes()
        ]
    if end:
        steps.append(("equal", len(old) - end, len(old), len(new) - end, len(new)))
    return steps


def _groups(steps: list[Step], context: int) -> list[list[Step]]:
    """Return the steps by hunk: changes with up to `context` equal lines around them."""
    groups: list[list[Step]] = []
    group: list[Step] = []
    for at, (tag, a, b, c, d) in enumerate(steps):
        if tag != "equal":
            group.append((tag, a, b, c, d))
            continue
        is_first, is_last = at == 0, at == len(steps) - 1
        if is_first or is_last or b - a > 2 * context:
            if not is_first:
                group.append((tag, a, min(b, a + context), c, min(d, c + context)))
                groups.append(group)
                group = []
            if not is_last:
                group = [(tag, max(a, b - context), b, max(c, d - context), d)]
        else:
            group.append((tag, a, b, c, d))
    if any(tag != "equal" for tag, *_ in group):
        groups.append(group)
    return groups


def _range(start: int, stop: int) -> str:
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _line(sign: str, line: str) -> str:
    return sign + line if line.endswith("\n") else f"{sign}{line}\n{NO_END}"


def _quoted(name: str) -> str:
    return f'"{name.replace(chr(34), chr(92) + chr(34))}"' if '"' in name else name


def _ended(name: str) -> str:
    """Return a name for the `---` line: after one with spaces, git writes a tab."""
    return f"{name}\t" if " " in name and not name.startswith('"') else name
