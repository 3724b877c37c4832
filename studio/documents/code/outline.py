"""`outline`: what a file of source code defines and what it refers to.

The syntax tree is walked once, by a cursor. Queries of tree-sitter would say the same in fewer words, but they take
time that grows with the square of the number of siblings: 95 seconds for 300,000 brackets in a row, and what could stop
them crashes (tree-sitter 0.26). The walk takes 0.1 seconds for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from studio.documents.code.languages import COMMENTS, LANGUAGES, Language, grammar
from studio.support.errors import NodeError

MAX_CODE: Final = 2_000_000
"""Largest source file that is parsed, in bytes."""
_USED: Final = 1 << 60
MAX_NESTING: Final = 200
"""How deep definitions are followed; what lies deeper belongs to the definition around it."""
_LAST_NAME: Final = {
    "attribute": "attribute", "member_expression": "property", "selector_expression": "field",
    "field_expression": "field", "scoped_identifier": "name", "qualified_identifier": "name",
    "template_function": "name", "generic_function": "function", "generic_type": "name",
    "scoped_type_identifier": "name",
    "template_type": "name", "template_method": "name", "non_null_expression": "", "parenthesized_expression": "",
    "function_declarator": "declarator", "pointer_declarator": "declarator", "reference_declarator": "",
    "init_declarator": "", "await_expression": "",
}  # fmt: skip
"""In which field the last part of a composed name stands: `a.b.c` refers to `c`. "" is its last child."""
_NAMES: Final = frozenset({
    "identifier", "property_identifier", "private_property_identifier", "field_identifier", "type_identifier",
    "namespace_identifier", "destructor_name", "operator_name", "package_identifier", "primitive_type", "string",
})  # fmt: skip
_FUNCTIONS: Final = frozenset({
    "arrow_function", "function_expression", "generator_function", "class", "function",
})  # fmt: skip


@dataclass(slots=True)
class Definition:
    """Something that a file defines. Lines are from 1, inclusive; `first_line` includes decorators and `export`.

    `header_line` is the last line of its header: of the signature, before the body. `top_line` is where the comment
    above it begins. `owners` are the names of the definitions around it, from the outermost.
    """

    name: str
    kind: str
    line: int
    first_line: int
    last_line: int
    header_line: int
    owners: tuple[str, ...] = ()
    doc: str = ""
    top_line: int = 0
    inner: list[Definition] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Its name with those of what is around it: `Cart.total`."""
        return ".".join((*self.owners, self.name))

    def all(self) -> Iterator[Definition]:
        """Yield it and all in it, in order."""
        waiting = [self]
        while waiting:
            here = waiting.pop()
            yield here
            waiting.extend(reversed(here.inner))


@dataclass(frozen=True, slots=True)
class Reference:
    """A place where something is used by name: called, made, inherited from, or named as a type."""

    name: str
    line: int


@dataclass(slots=True)
class Outline:
    """What a file defines, as a tree, and what it refers to, both in order. `has_errors`: not all could be parsed."""

    definitions: list[Definition]
    references: list[Reference]
    has_errors: bool = False

    def all(self) -> Iterator[Definition]:
        """Yield all definitions in order."""
        for definition in self.definitions:
            yield from definition.all()


def outline(text: str, language: str, name: str = "") -> Outline:
    """Return the outline of a source file. Code with mistakes gives what could be understood of it.

    Raises `NodeError` for an unknown language and for files of more than 2 MB.
    """
    if language not in LANGUAGES:
        raise NodeError(
            f"There is no grammar for `{language}`.", hint=f"Use one of {', '.join(LANGUAGES)}.", code="input"
        )
    data = text.encode("utf-8")
    if len(data) > MAX_CODE:
        raise NodeError(
            f"`{name or 'the code'}` holds {len(data)} bytes, more than {MAX_CODE} of source code.",
            hint="Leave it out; it is likely generated.", code="input",
        )  # fmt: skip
    from tree_sitter import Parser

    tree = Parser(grammar(language)).parse(data)
    walk = _Walk(LANGUAGES[language])
    walk.run(tree.walk())
    return Outline(walk.top, walk.references, tree.root_node.has_error)


class _Walk:
    """One pass over a syntax tree, in the order of the text, without recursion."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.top: list[Definition] = []
        self.references: list[Reference] = []
        self._open: list[tuple[int, Definition]] = []
        self._names: set[int] = set()
        self._wrapped: list[list[int]] = []
        self._comment: list[tuple[int, int, str]] = []

    def run(self, cursor: Any) -> None:
        """Visit every node, from the root on."""
        depth = 0
        language = self.language
        interesting = {*language.definitions, *language.calls, *language.types, *language.wrappers, *COMMENTS}
        while True:
            node = cursor.node
            if node.is_named and node.type in interesting:
                self._enter(node, depth)
            if cursor.goto_first_child():
                depth += 1
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return
                depth -= 1
                self._leave(depth)
            self._leave(depth)

    def _leave(self, depth: int) -> None:
        while self._open and self._open[-1][0] >= depth:
            self._open.pop()
        while self._wrapped and self._wrapped[-1][0] >= depth:
            self._wrapped.pop()

    def _enter(self, node: Any, depth: int) -> None:
        kind = node.type
        if kind in COMMENTS:
            self._remember_comment(node)
            return
        if kind in self.language.wrappers:
            self._wrapped.append([depth, node.start_point.row + 1])
        if kind in self.language.calls:
            self._refer(node, self.language.calls[kind])
        if kind in self.language.definitions:
            self._define(node, depth)
        if kind in self.language.types and node.id not in self._names:
            self.references.append(Reference(_text(node), node.start_point.row + 1))

    def _refer(self, node: Any, place: str) -> None:
        if place in ("superclasses", ""):
            heirs = node.child_by_field_name(place) if place else node
            for base in heirs.named_children if heirs is not None else ():
                target = base.named_children[0] if base.type == "extends_clause" and base.named_children else base
                self._add_reference(_last_name(target))
        else:
            self._add_reference(_last_name(node.child_by_field_name(place)))

    def _add_reference(self, name: Any) -> None:
        # Names of types are met again by themselves where the language marks them.
        if name is not None and name.type not in self.language.types:
            self.references.append(Reference(_text(name), name.start_point.row + 1))

    def _define(self, node: Any, depth: int) -> None:
        language = self.language
        kind = language.definitions[node.type]
        named = node.child_by_field_name(language.name_fields.get(node.type, "name"))
        if named is None or not self._defines(node, named, depth):
            return
        name = _last_name(named)
        if name is None or len(self._open) >= MAX_NESTING:
            return
        if kind:
            self._names.add(name.id)
        first, last = _lines_of(node)
        first = self._unwrapped(first, depth)
        body = _body(node, language.bodies)
        made = Definition(
            _text(name), self._kind(kind, node, _text(name)), name.start_point.row + 1, first, last,
            _header_end(node, body, last), tuple(owner.name for _, owner in self._open), self._doc(first, body),
            self._comment[0][0] if self._comment and self._comment[-1][1] == first - 1 else first,
        )  # fmt: skip
        (self._open[-1][1].inner if self._open else self.top).append(made)
        self._open.append((depth, made))

    def _unwrapped(self, first: int, depth: int) -> int:
        """Return the first line with decorators and `export`: what is wrapped around several belongs to the first."""
        owner = self._open[-1][0] if self._open else -1
        around = [wrap for wrap in self._wrapped if wrap[0] > owner and wrap[0] >= depth - 3]
        for wrap in around:
            first, wrap[1] = min(first, wrap[1]), _USED
        return first

    def _kind(self, kind: str, node: Any, name: str) -> str:
        if (
            kind == "function"
            and self._open
            and self._open[-1][1].kind in ("class", "struct", "trait", "implementation")
        ):
            return "method"
        value = node.child_by_field_name("value")
        if value is not None and value.type == "class":
            return "class"
        if name == "constructor" and kind == "method":
            return "constructor"
        return kind or "implementation"

    def _defines(self, node: Any, named: Any, depth: int) -> bool:
        """Say whether a node whose type can define something does."""
        kind = node.type
        if kind == "assignment":
            # Python: only `NAME = …` of the module counts, as in the grammar's own tags.
            return named.type == "identifier" and depth == 2 and not self._open
        if kind in self.language.valued:
            value = node.child_by_field_name("value")
            return value is not None and value.type in _FUNCTIONS
        if kind in self.language.bodied:
            return node.child_by_field_name("body") is not None
        if kind in ("declaration", "field_declaration"):
            # C: `int f(int);` declares a function, `int x;` is none of ours.
            while named is not None and named.type in ("pointer_declarator", "reference_declarator"):
                named = named.child_by_field_name("declarator") or (named.named_children or [None])[-1]
            return named is not None and named.type == "function_declarator"
        return True

    def _remember_comment(self, node: Any) -> None:
        first, last = _lines_of(node)
        text = _text(node)
        if self._comment and self._comment[-1][1] == first - 1:
            self._comment.append((first, last, text))
        else:
            self._comment = [(first, last, text)]

    def _doc(self, first: int, body: Any) -> str:
        """Return the docstring, or the comment that ends on the line above."""
        if self.language.name == "python" and body is not None and body.named_children:
            said = body.named_children[0]
            if said.type == "expression_statement" and said.named_children and said.named_children[0].type == "string":
                parts = [part for part in said.named_children[0].named_children if part.type == "string_content"]
                return _tidy("".join(_text(part) for part in parts))
        if self._comment and self._comment[-1][1] == first - 1:
            return _tidy("\n".join(_bare(text) for _, _, text in self._comment))
        return ""


def _body(node: Any, places: Sequence[str]) -> Any:
    """Return the inside of a definition, also where it is a function that is given a name; None if it has none."""
    for holder in (node, node.child_by_field_name("value")):
        for place in places if holder is not None else ():
            body = holder.child_by_field_name(place)
            if body is not None:
                return body
    return None


def _lines_of(node: Any) -> tuple[int, int]:
    """Return the first and last line. Line comments of Rust and macros of C reach into the line after their last."""
    first, last = int(node.start_point.row) + 1, int(node.end_point.row) + 1
    return first, last - (node.end_point.column == 0 and last > first)


def _header_end(node: Any, body: Any, last: int) -> int:
    """Return the last line of the signature. A body that begins on a line of its own is no part of it."""
    if node.type == "assignment":
        return int(node.start_point.row) + 1  # of a value that fills a page its name says enough
    if body is None:
        return min(int(node.end_point.row) + 1, last)
    before = body.prev_sibling
    end = before.end_point.row + 1 if before is not None else body.start_point.row + 1
    return max(int(node.start_point.row) + 1, int(end))


def _last_name(node: Any) -> Any:
    """Return the node of the last plain name in a composed one, or None."""
    for _ in range(50):
        if node is None or node.type in _NAMES:
            return node
        place = _LAST_NAME.get(node.type)
        if place is None:
            return None
        inner = node.child_by_field_name(place) if place else None
        node = inner if inner is not None else (node.named_children or [None])[-1 if place != "function" else 0]
    return None


def _text(node: Any) -> str:
    return str(node.text.decode("utf-8", "replace"))[:500].strip("\"'")


def _bare(comment: str) -> str:
    """Return a comment without the signs that make it one."""
    lines = (line.strip().strip("/*#!").strip() for line in comment.split("\n"))
    return "\n".join(line for line in lines if line)


def _tidy(text: str) -> str:
    return " ".join(text.split())[:300]
