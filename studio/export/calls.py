"""A model call as something to run elsewhere: a `curl` command or a few lines of Python.

The text is safe whatever the prompt holds: it goes to the shell as a quoted here-document, and to Python as literals.
No key is ever written, only the name of the variable that holds it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from studio.support.values import Json

TOP: Final = 20
"""Likeliest tokens that are asked for beside each token."""

TOP_OF_TEXT: Final = 5
"""The same where a text is completed: more is refused by most services."""

ENDPOINTS: Final = {
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "anthropic": ("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
    "gemini": ("https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
    "mistral": ("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "groq": ("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "openrouter": ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "deepseek": ("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    "together_ai": ("https://api.together.xyz/v1", "TOGETHERAI_API_KEY"),
    "ollama": ("http://localhost:11434/v1", "OPENAI_API_KEY"),
    "ollama_chat": ("http://localhost:11434/v1", "OPENAI_API_KEY"),
}
"""Where services answer in OpenAI's way, and which variable holds their key."""

LOCAL: Final = ("http://localhost:8080/v1", "OPENAI_API_KEY")
"""A server on this machine, such as llama.cpp's: for models that no service offers."""

_OURS: Final = ("embedded", "scripted", "replay")

_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]")
"""Signs that JSON allows as they are, and that would reverse, hide or break what is read on a screen."""


def as_curl(kind: str, request: Mapping[str, Json]) -> str:
    """Return a shell command that asks the same of an OpenAI-compatible service.

    `kind` is chat, complete or embed, `request` the request as it was recorded. `OPENAI_BASE_URL` may name another
    address for what is sent with the key of OpenAI's way of calling; a key of another service goes to that one alone.
    """
    base, key, note = _endpoint(request)
    address = f"${{OPENAI_BASE_URL:-{base}}}" if key == "OPENAI_API_KEY" else base
    path = {"chat": "chat/completions", "complete": "completions", "embed": "embeddings"}[kind]
    lines = [f"# {note}"] if note else []
    return "\n".join([
        *lines,
        f'curl -sS "{address}/{path}" \\',
        '  -H "Content-Type: application/json" \\',
        f'  -H "Authorization: Bearer ${key}" \\',
        "  --data-binary @- <<'JSON'",
        _visible(json.dumps(body_of(kind, request), ensure_ascii=False, indent=2)),
        "JSON",
        "",
    ])  # fmt: skip


def as_python(kind: str, request: Mapping[str, Json]) -> str:
    """Return Python that asks the same with litellm."""
    base, key, note = _endpoint(request)
    model = str(request.get("model", ""))
    body = body_of(kind, request)
    provider = _parted(model)[0]
    asked: dict[str, Any] = {**body, "model": f"openai/{body['model']}" if provider in _OURS else model}
    if provider in _OURS:
        asked |= {"api_base": base, "api_key": "none"}
    function, answer = {
        "chat": ("completion", "response.choices[0].message.content"),
        "complete": ("text_completion", "response.choices[0].text"),
        "embed": ("embedding", 'len(response.data), "vectors"'),
    }[kind]
    lines = [f"# {note}"] if note else [f"# The key is read from the environment: {key}."]
    lines += ["import litellm", "", f"response = litellm.{function}("]
    lines += [f"    {name}={_literal(value, 4)}," for name, value in asked.items()]
    return "\n".join([*lines, ")", f"print({answer})", ""])


def body_of(kind: str, request: Mapping[str, Json]) -> dict[str, Json]:
    """Return the JSON that a service is sent: what was asked, in OpenAI's words."""
    model = str(request.get("model", ""))
    provider, bare = _parted(model)
    body: dict[str, Json] = {"model": bare if bare and provider in (*ENDPOINTS, *_OURS) else model}
    if kind == "embed":
        return body | {"input": request.get("texts", [])}
    if kind == "complete":
        body["prompt"] = request.get("prompt", "")
    else:
        body["messages"] = request.get("messages", [])
    for name in ("temperature", "max_tokens", "seed"):
        if request.get(name) is not None:
            body[name] = request[name]
    if request.get("stop"):
        body["stop"] = request["stop"]
    schema = request.get("schema")
    if schema is not None:
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    if kind == "complete":
        top = request.get("top")
        body["logprobs"] = min(top, TOP_OF_TEXT) if isinstance(top, int) and top > 0 else TOP_OF_TEXT
    elif request.get("logprobs"):
        body |= {"logprobs": True, "top_logprobs": TOP}
    return body


def _endpoint(request: Mapping[str, Json]) -> tuple[str, str, str]:
    """Return address, variable of the key, and what must be said about it."""
    model = str(request.get("model", ""))
    provider, bare = _parted(model)
    if provider in _OURS:
        name = " ".join(_visible(model).split()) if model.isprintable() else "this model"
        return (
            *LOCAL,
            f"{name} answers inside the studio only: this asks a server on this machine, such as llama-server.",
        )
    if bare and provider in ENDPOINTS:
        return (*ENDPOINTS[provider], "")
    return (*ENDPOINTS["openai"], "")


def _parted(model: str) -> tuple[str, str]:
    """Return who offers a model, and its name there: `openai/gpt-4o`, `scripted:replies.jsonl`."""
    found = re.match(r"([a-z_]+)[/:](.*)", model, re.DOTALL)
    return (found[1], found[2]) if found else ("", model)


def _visible(text: str) -> str:
    return _UNSAFE.sub(lambda found: "".join(f"\\u{unit:04x}" for unit in _units(found[0])), text)


def _units(sign: str) -> list[int]:
    data = sign.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


def _literal(value: Json, indent: int) -> str:
    """Return a value as Python, a line per entry; a text of several lines a line per line."""
    room = " " * (indent + 4)
    if isinstance(value, str):
        lines = value.splitlines(keepends=True)
        if len(lines) < 2:
            return _quoted(value)
        return "(\n" + "".join(f"{room}{_quoted(line)}\n" for line in lines) + " " * indent + ")"
    if isinstance(value, Mapping) and value:
        inner = "".join(f"{room}{_quoted(str(key))}: {_literal(one, indent + 4)},\n" for key, one in value.items())
        return "{\n" + inner + " " * indent + "}"
    if isinstance(value, list | tuple) and value:
        if all(not isinstance(one, dict | list | str) for one in value) or all(
            isinstance(one, str) and len(one) < 20 for one in value
        ):
            return f"[{', '.join(_literal(one, indent) for one in value)}]"
        return "[\n" + "".join(f"{room}{_literal(one, indent + 4)},\n" for one in value) + " " * indent + "]"
    return repr(list(value) if isinstance(value, tuple) else value)


def _quoted(text: str) -> str:
    """Return a text as a Python literal in double quotes; what cannot be seen is escaped."""
    made = json.dumps(text, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: "".join(_escape(ord(sign)) for sign in found[0]), made)


def _escape(number: int) -> str:
    return f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}"
