"""A rewritten function as text: `ast.unparse`, with literals and formatted texts written as people read them."""

from __future__ import annotations

import ast
import re
from typing import Any, Final

from studio.export.literals import WIDTH, literal, text_literal

_PLACE: Final = "literal_place_"


class _Places(ast.NodeTransformer):
    """Puts a name in the place of every literal; what stands for it is written by `literal`."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self.texts: list[str] = []
        self.code: set[int] = set()

    def _place(self, text: str, *, code: bool = False) -> ast.Name:
        if code:
            self.code.add(len(self.texts))
        self.texts.append(text)
        return ast.Name(f"{self.stem}{len(self.texts) - 1}", ast.Load())

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, bytes) or node.value is Ellipsis:
            return node
        return self._place(literal(node.value, block=False))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A generator that is the only argument needs no brackets of its own."""
        self.generic_visit(node)
        if len(node.args) == 1 and not node.keywords and isinstance(node.args[0], ast.GeneratorExp):
            node.args = [self._place(ast.unparse(ast.fix_missing_locations(node.args[0]))[1:-1], code=True)]
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        """Several values for several names need no brackets."""
        self.generic_visit(node)
        if isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
            parts = (ast.unparse(ast.fix_missing_locations(one)) for one in node.value.elts)
            node.value = self._place(", ".join(parts), code=True)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        return self._place(_formatted(node))

    def visit_MatchValue(self, node: ast.MatchValue) -> ast.MatchValue:
        return node  # a name there would mean something else


def printed(nodes: list[ast.stmt]) -> str:
    """Return statements as text; lay it out with `formatting.formatted`."""
    stem = _PLACE
    while any(isinstance(one, ast.Name) and one.id.startswith(stem) for node in nodes for one in ast.walk(node)):
        stem += "_"  # a port may be called anything
    places = _Places(stem)
    made = [ast.fix_missing_locations(places.visit(node)) for node in nodes]
    text = "\n".join(ast.unparse(node) for node in made)
    return _filled(text, stem, places)


def _filled(text: str, stem: str, places: _Places) -> str:
    def held(found: re.Match[str]) -> str:
        place = int(found[1])
        # Code may hold more places; what looks like one inside of a literal is text.
        return _filled(places.texts[place], stem, places) if place in places.code else places.texts[place]

    return re.sub(rf"\b{stem}(\d+)\b", held, text)


def _formatted(node: ast.JoinedStr) -> str:
    """Return a formatted text, broken between words where it is long."""
    pieces: list[str] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            text = text_literal(str(part.value))[1:-1].replace("{", "{{").replace("}", "}}")
            pieces += re.findall(r"\S*\s?", text)
        else:
            assert isinstance(part, ast.FormattedValue)
            inside = ast.unparse(ast.fix_missing_locations(ast.JoinedStr([part])))
            found = re.fullmatch(r"""f(['"]{1,3})(.*)\1""", inside, re.DOTALL)
            if found is None or '"' in found[2] or "\\" in found[2]:
                return ast.unparse(ast.fix_missing_locations(node))
            pieces.append(found[2])
    lines = [""]
    for piece in pieces:
        if len(lines[-1]) + len(piece) > WIDTH and lines[-1]:
            lines.append("")
        lines[-1] += piece
    # Braces that stand for themselves are doubled in formatted texts only.
    made = [f'f"{line}"' if re.search(r"(?<!\{)(?:\{\{)*\{(?!\{)", line) else _plain(line) for line in lines]
    return made[0] if len(made) == 1 else "(" + "\n".join(made) + ")"


def _plain(line: str) -> str:
    return '"' + line.replace("{{", "{").replace("}}", "}") + '"'


def dict_of(entries: list[tuple[str, str]]) -> ast.Dict:
    """Return a dict display of names: `{"topic": topic}`."""
    keys: list[Any] = [ast.Constant(key) for key, _ in entries]
    return ast.Dict(keys, [ast.Name(name, ast.Load()) for _, name in entries])
