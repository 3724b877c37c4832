"""The help of a node type, as its declaration tells it: what it does, its ports, its params, its effects."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Final

from studio.editing.offering.catalogue import TypeEntry
from studio.gui.theme import Theme, current_theme
from studio.spec.fields import Field
from studio.spec.registry import Registry
from studio.support.values import preview

_LONGEST: Final = 4000
"""Signs of one text that are shown; a plugin may declare any."""


def help_html(entry: TypeEntry, registry: Registry, theme: Theme | None = None) -> str:
    """Return the help of an entry for a text view. Every text is escaped: no markup of a declaration has effect."""
    theme = theme or current_theme()
    soft, ink = theme.colour("soft").name(), theme.colour("ink").name()
    name = f"{entry.type} · {entry.preset}" if entry.preset else entry.type
    parts = [
        f'<div style="color:{ink};font-weight:600">{escape(entry.title)}</div>',
        f'<div style="color:{soft}">{escape(name)} — {escape(entry.nature)}</div>',
    ]
    if entry.preset:
        parts.append(f"<p>{inline(entry.summary)}</p>")
    parts += [f"<p>{inline(paragraph)}</p>" for paragraph in entry.help[:_LONGEST].split("\n\n") if paragraph.strip()]
    parts += _ports("Inputs", entry.inputs.values(), theme) + _ports("Outputs", entry.outputs.values(), theme)
    cls = registry.find(entry.type)
    if cls is not None:
        fields = [one for one in cls.Params.fields().values() if not one.name.startswith("_")]
        parts += _section("Params", (_param(one, entry, soft) for one in fields), soft)
    return "".join(parts)


def inline(text: str) -> str:
    """Return a paragraph, escaped, with `code` and *stress* of its Markdown shown as such."""
    safe = escape(" ".join(text.split()))
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    return re.sub(r"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])", r"<i>\1</i>", safe)


def _ports(title: str, ports: Iterable[Field], theme: Theme) -> list[str]:
    soft = theme.colour("soft").name()
    rows = []
    for port in ports:
        dot = f'<span style="color:{theme.type_colour(port.type).name()}">●</span>'
        more = " each of several" if port.join == "many" else " the first to arrive" if port.join == "first" else ""
        optional = "" if port.required or title == "Outputs" else " optional"
        kind = f'<span style="color:{soft}">{escape(port.type)}{more}{optional}</span>'
        said = f"<br>{inline(port.help[:_LONGEST])}" if port.help else ""
        rows.append(f"{dot} <b>{escape(port.name)}</b> {kind}{said}")
    return _section(title, rows, soft)


def _param(field: Field, entry: TypeEntry, soft: str) -> str:
    if field.required:
        given = "required"
    else:
        given = f"default {preview(field.default, 40)}" if field.default not in ("", None) else "optional"
    if field.name in entry.params:
        given = f"begins as {preview(entry.params[field.name], 60)}"
    said = f"<br>{inline(field.help[:_LONGEST])}" if field.help else ""
    return f'<b>{escape(field.name)}</b> <span style="color:{soft}">{escape(field.type)}, {escape(given)}</span>{said}'


def _section(title: str, rows: Iterable[str], soft: str) -> list[str]:
    made = [f'<p style="margin:2px 0 4px 0">{row}</p>' for row in rows]
    head = f'<p style="color:{soft};margin:10px 0 4px 0;font-weight:600">{escape(title)}</p>'
    return [head, *made] if made else []
