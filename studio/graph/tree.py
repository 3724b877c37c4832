"""YAML text → a neutral tree with marks, safely: no tags, no aliases, no duplicate keys, bounded size and depth.

Works on the parser's events and never builds objects from tags, so a hostile file can only be refused.
Knows nothing of graphs; `graph.reading` gives the tree its meaning.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

import yaml

from studio.graph.scalars import resolve_plain
from studio.support.errors import GraphError
from studio.support.values import Json

MAX_BYTES: Final = 20_000_000
MAX_DEPTH: Final = 64
MAX_VALUES: Final = 150_000
"""Most keys and values in a file: fifteen for each of the 10,000 nodes that a graph may have."""

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOT_ALLOWED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


_NO_KEYS: dict[str, Any] = {}


class Tree:
    """One value of the file with its marks.

    `value` is a scalar, a list of trees or a dict of trees; `keys` (mappings) holds the mark of each key;
    `flow` says that it is written with `{}` or `[]`.
    """

    __slots__ = ("end", "flow", "keys", "start", "value")

    def __init__(self, value: Any, start: Any, end: Any) -> None:
        self.value = value
        self.start = start
        self.end = end
        self.flow = False
        self.keys: dict[str, Any] = {} if type(value) is dict else _NO_KEYS

    @property
    def line(self) -> int:
        """Return the line (from 1) on which the value starts."""
        return int(self.start.line) + 1

    def plain(self) -> Json:
        """Return the value as JSON, without marks."""
        value = self.value
        if type(value) is dict:
            return {key: child.plain() for key, child in value.items()}
        if type(value) is list:
            return [child.plain() for child in value]
        return value


class Parsed(NamedTuple):
    """A parsed file: its tree, and where scalars stand (character ranges), if it has comments to be told from them."""

    root: Tree
    scalars: list[tuple[int, int]]


def where(file: str, line: int) -> str:
    """Return `file:line` for messages."""
    return f"{file}:{line}"


GRAPH_STARTS = "A graph file starts with `studio: 1` and has `nodes:`."


def parse(text: str, file: str, *, starts: str = GRAPH_STARTS) -> Parsed:
    """Parse one YAML document. Raises GraphError with file and line; `starts` is the hint if there is nothing in it."""
    _check_text(text, file)
    try:
        parsed = _Builder(text, file).run()
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error, text, file) from None
    except yaml.YAMLError as error:
        raise GraphError(f"This is not valid YAML: {error}.", where=file) from None
    if parsed is None:
        raise GraphError("The file is empty.", where=file, hint=starts)
    return parsed


def _not_yaml(error: yaml.MarkedYAMLError, text: str, file: str) -> GraphError:
    """Return the parser's complaint as a sentence, with the hint that helps most often."""
    mark = error.problem_mark or error.context_mark
    at = mark.index if mark else 0
    last_line = len(_BREAK.findall(text.rstrip())) + 1
    line = min(mark.line + 1, last_line) if mark else 1
    message = f"This is not valid YAML: {error.problem or 'unreadable'}"
    if error.context:
        message += f" {error.context}"
        if error.context_mark and error.context_mark.line + 1 != line:
            message += f", which begins on line {error.context_mark.line + 1}"
    hint = "Look at the quotes, brackets and indentation here and on the line before."
    if text[at : at + 1] == "\t":
        hint = "Indent with spaces, not with tabs."
    elif text[at : at + 1] in ("@", "`", "%"):
        hint = f"Put a text that begins with {text[at]} in quotes."
    elif error.problem and error.problem.startswith("mapping values"):
        hint = "Put a text that holds `: ` in quotes, or look at the indentation."
    return GraphError(f"{message}.", where=where(file, line), hint=hint)


def _check_text(text: str, file: str) -> None:
    if len(text) > MAX_BYTES or (len(text) * 4 > MAX_BYTES and len(text.encode(errors="replace")) > MAX_BYTES):
        raise GraphError(
            f"The file is larger than {MAX_BYTES // 1_000_000} MB.",
            where=file,
            hint="Keep data in files of its own and read them with a node.",
        )
    bad = _NOT_ALLOWED.search(text)
    if bad:
        line = len(_BREAK.findall(text, 0, bad.start())) + 1
        code = ord(bad[0])
        what = "half a character (a lone surrogate)" if 0xD800 <= code <= 0xDFFF else "a control character"
        raise GraphError(
            f"U+{code:04X} is {what} and cannot stand in a file.",
            where=where(file, line),
            hint="Delete it" + ("." if 0xD800 <= code <= 0xDFFF else " or write it as an escape in double quotes."),
        )


class _Builder:
    """Builds the tree from events with a stack of its own, so that depth costs no recursion."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.events = yaml.parse(text, Loader=_PARSER)
        self.spans: list[tuple[int, int]] | None = [] if "#" in text else None
        self.text = text

    def refuse(self, message: str, mark: Any, hint: str = "") -> GraphError:
        return GraphError(message, where=where(self.file, mark.line + 1), hint=hint)

    def run(self) -> Parsed | None:
        """Build the tree; the loop is written for speed, refusals are made elsewhere."""
        scalar_event, mapping_start, sequence_start = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
        ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
        root: Tree | None = None
        stack: list[Tree] = []
        keys: list[str | None] = []  # for each open collection the key that waits for its value
        count = 0
        event: Any
        for event in self.events:
            kind = type(event)
            if kind is scalar_event:
                tree = self._scalar(event)
            elif kind is mapping_start or kind is sequence_start:
                tree = Tree({} if kind is mapping_start else [], event.start_mark, event.end_mark)
                tree.flow = bool(event.flow_style)
                if len(stack) >= MAX_DEPTH:
                    raise self.refuse(f"Values are nested deeper than {MAX_DEPTH} levels here.", event.start_mark)
            elif kind in ends:
                stack.pop().end = event.end_mark
                keys.pop()
                continue
            else:
                self._refuse_others(event, root)
                continue
            if event.anchor is not None or event.tag is not None:
                self._refuse_extras(event)
            count += 1
            if count > MAX_VALUES:
                message = f"The file holds more than {MAX_VALUES:,} keys and values."
                raise self.refuse(message, event.start_mark, "Keep data in files of its own.")

            if not stack:
                root = tree
            else:
                parent = stack[-1]
                holder = parent.value
                if type(holder) is list:
                    holder.append(tree)
                else:
                    key = keys[-1]
                    if key is None:
                        keys[-1] = self._key(parent, tree)
                        continue
                    holder[key] = tree
                    keys[-1] = None
            if kind is not scalar_event:
                stack.append(tree)
                keys.append(None)
        return None if root is None else Parsed(root, self.spans or [])

    def _refuse_others(self, event: Any, root: Tree | None) -> None:
        if type(event) is yaml.AliasEvent:
            message = f"`*{event.anchor}` is an alias; graph files have none."
            raise self.refuse(message, event.start_mark, "Write the value out where it is needed.")
        if type(event) is yaml.DocumentStartEvent and root is not None:
            raise self.refuse("A second document starts here.", event.start_mark, "Put it in a file of its own.")

    def _refuse_extras(self, event: Any) -> None:
        if event.anchor is not None:
            raise self.refuse(
                f"`&{event.anchor}` is an anchor; graph files have none.",
                event.start_mark,
                "Write the value out where it is needed.",
            )
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        raise self.refuse(
            f"`{tag}` is a tag; graph files have none.", event.start_mark, "Delete it, or quote the text."
        )

    def _scalar(self, event: Any) -> Tree:
        start, style = event.start_mark, event.style
        value: Json = event.value
        if self.spans is not None:
            begin = start.index
            if style in ("|", ">"):
                # The header line of a block may carry a comment behind the `|`.
                header_end = _BREAK.search(self.text, begin)
                begin = header_end.start() if header_end else event.end_mark.index
            self.spans.append((begin, event.end_mark.index))
        if event.implicit[0] and not style:
            try:
                value = resolve_plain(value)
            except GraphError as error:
                raise self.refuse(error.message, start, error.hint) from None
        elif style == '"' and not value.isascii() and _SURROGATE.search(value):
            raise self.refuse("An invalid Unicode escape stands for half a character.", start, "Delete it.")
        return Tree(value, start, event.end_mark)

    def _key(self, parent: Tree, tree: Tree) -> str:
        key = tree.value
        if type(key) is not str:
            shown = "null" if key is None else str(key).lower() if type(key) is bool else key
            if type(key) in (dict, list):
                raise self.refuse("A key must be text, not a list or mapping.", tree.start)
            raise self.refuse(f"The key {shown} is not text.", tree.start, f'Put it in quotes: "{shown}".')
        if key in parent.value or key in parent.keys:
            first = parent.keys[key].line + 1
            raise self.refuse(
                f"The key `{key}` stands twice (first on line {first}).", tree.start, "Delete one of them."
            )
        parent.keys[key] = tree.start
        return key
