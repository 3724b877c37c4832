"""The languages whose code is taken apart, and what in their syntax trees is a definition, a use, a container.

The names of nodes and fields are those of the grammars (tree-sitter-python 0.25, -javascript 0.25, -typescript 0.23,
-go 0.25, -rust 0.24, -java 0.23, -c 0.24, -cpp 0.23); their own `tags.scm` say much the same, save that those of C and
C++ name no uses at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import PurePosixPath
from typing import Any, Final

COMMENTS: Final = frozenset({"comment", "line_comment", "block_comment"})


@dataclass(frozen=True, slots=True)
class Language:
    """What is looked for in one language.

    `definitions` maps types of nodes to what they define; the name is in the field `name` unless `name_fields` says
    otherwise. `calls` maps types of nodes that use something to the field that names it. `types` are the types of
    nodes that name a type wherever it is used. `wrappers` are nodes around a definition that belong to it (decorators,
    `export`). `valued` are definitions only if the field `value` holds a function or class.
    """

    name: str
    package: str
    endings: tuple[str, ...]
    definitions: Mapping[str, str]
    calls: Mapping[str, str]
    function: str = "language"
    name_fields: Mapping[str, str] = field(default_factory=dict)
    types: frozenset[str] = frozenset()
    wrappers: frozenset[str] = frozenset()
    valued: Mapping[str, str] = field(default_factory=dict)
    bodied: frozenset[str] = frozenset()
    """Definitions only if they have a `body`: `struct point p;` uses a type, `struct point { … }` defines it."""
    bodies: tuple[str, ...] = ("body",)
    """Fields that hold the inside of a definition; what stands before is its header."""


_VALUES: Final = {"variable_declarator": "function", "public_field_definition": "method", "field_definition": "method"}
_JS_DEFINITIONS: Final = {
    "function_declaration": "function", "generator_function_declaration": "function", "class_declaration": "class",
    "method_definition": "method", "variable_declarator": "function", "field_definition": "method",
}  # fmt: skip
_JS_CALLS: Final = {"call_expression": "function", "new_expression": "constructor", "class_heritage": ""}
_TS_DEFINITIONS: Final = {
    **_JS_DEFINITIONS, "abstract_class_declaration": "class", "interface_declaration": "interface",
    "type_alias_declaration": "type", "enum_declaration": "enum", "function_signature": "function",
    "method_signature": "method", "abstract_method_signature": "method", "internal_module": "module",
    "module": "module", "public_field_definition": "method",
}  # fmt: skip
_C_DEFINITIONS: Final = {
    "function_definition": "function", "declaration": "function", "struct_specifier": "struct",
    "union_specifier": "union", "enum_specifier": "enum", "type_definition": "type", "preproc_function_def": "macro",
}  # fmt: skip
_C_NAMES: Final = {
    "function_definition": "declarator", "declaration": "declarator", "type_definition": "declarator",
    "field_declaration": "declarator",
}  # fmt: skip
_C_BODIED: Final = frozenset({"struct_specifier", "union_specifier", "enum_specifier", "class_specifier"})

LANGUAGES: Final = {
    language.name: language
    for language in (
        Language(
            "python", "tree_sitter_python", (".py", ".pyi"),
            {"function_definition": "function", "class_definition": "class", "assignment": "constant"},
            {"call": "function", "class_definition": "superclasses"},
            name_fields={"assignment": "left"},
            wrappers=frozenset({"decorated_definition"}),
        ),
        Language(
            "javascript", "tree_sitter_javascript", (".js", ".jsx", ".mjs", ".cjs"), _JS_DEFINITIONS, _JS_CALLS,
            name_fields={"field_definition": "property"}, wrappers=frozenset({"export_statement", "lexical_declaration",
            "variable_declaration"}), valued=_VALUES,
        ),
        *(
            Language(
                name, "tree_sitter_typescript", endings, _TS_DEFINITIONS, _JS_CALLS, function=f"language_{name}",
                types=frozenset({"type_identifier"}), wrappers=frozenset({"export_statement", "lexical_declaration",
                "variable_declaration", "ambient_declaration"}), valued=_VALUES,
            )
            for name, endings in (("typescript", (".ts", ".mts", ".cts")), ("tsx", (".tsx",)))
        ),
        Language(
            "go", "tree_sitter_go", (".go",),
            {"function_declaration": "function", "method_declaration": "method", "type_spec": "type",
             "type_alias": "type", "method_elem": "method"},
            {"call_expression": "function"}, types=frozenset({"type_identifier"}),
            wrappers=frozenset({"type_declaration"}), bodies=("body", "type"),
        ),
        Language(
            "rust", "tree_sitter_rust", (".rs",),
            {"function_item": "function", "function_signature_item": "function", "struct_item": "struct",
             "enum_item": "enum", "union_item": "union", "type_item": "type", "trait_item": "trait",
             "mod_item": "module", "macro_definition": "macro", "impl_item": ""},
            {"call_expression": "function", "macro_invocation": "macro"}, types=frozenset({"type_identifier"}),
            name_fields={"impl_item": "type"},
        ),
        Language(
            "java", "tree_sitter_java", (".java",),
            {"class_declaration": "class", "interface_declaration": "interface", "enum_declaration": "enum",
             "record_declaration": "class", "annotation_type_declaration": "interface",
             "method_declaration": "method", "constructor_declaration": "constructor"},
            {"method_invocation": "name"}, types=frozenset({"type_identifier"}),
        ),
        Language(
            "c", "tree_sitter_c", (".c", ".h"), _C_DEFINITIONS, {"call_expression": "function"},
            name_fields=_C_NAMES, types=frozenset({"type_identifier"}), bodied=_C_BODIED,
        ),
        Language(
            "cpp", "tree_sitter_cpp", (".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx"),
            {**_C_DEFINITIONS, "class_specifier": "class", "namespace_definition": "module",
             "field_declaration": "method", "alias_declaration": "type", "concept_definition": "type"},
            {"call_expression": "function"}, name_fields=_C_NAMES, types=frozenset({"type_identifier"}),
            wrappers=frozenset({"template_declaration"}), bodied=_C_BODIED,
        ),
    )
}  # fmt: skip
_BY_ENDING: Final = {ending: language.name for language in LANGUAGES.values() for ending in language.endings}


def language_of(name: str) -> str:
    """Return the language of a file by the ending of its name; "" if it is none of ours."""
    return _BY_ENDING.get(PurePosixPath(name.lower()).suffix, "")


@cache
def grammar(name: str) -> Any:
    """Return the tree-sitter language. Each grammar is a package of its own; nothing is fetched."""
    from tree_sitter import Language as Grammar

    language = LANGUAGES[name]
    return Grammar(getattr(import_module(language.package), language.function)())
