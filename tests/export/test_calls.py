"""A model call as curl and Python: run for real with what is called replaced, whatever the prompt holds."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
import types
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from studio.export.calls import ENDPOINTS, as_curl, as_python, body_of

HOSTILE = [
    "plain",
    'it\'s "quoted" `backticks` $(touch owned) $HOME ${IFS} \\ \\n \\u0041 !! %s',
    "line one\nJSON\nline three\r\n\ttabbed\n",
    "JSON",
    "abc\u202edcba \u2066x\u2069 \u200b \ufeff \u2028 \x1b[31m \x07 \x00 \x7f \x9b",
    "'''\"\"\"\\",
    "emoji 🦀 and \U000e0041 tags, ünïcödé, 漢字",
    "{braces} {{double}} #{ruby} <b>",
    "",
    "x" * 300_000,
]

ENUM = {
    "type": "object", "properties": {"n": {"type": "string", "enum": ["a'b", "$x"]}}, "required": ["n"],
    "additionalProperties": False,
}  # fmt: skip


def chat(text: str, **more: Any) -> dict[str, Any]:
    """A chat request as it is recorded."""
    return {
        "model": "openai/gpt-4o-mini",
        "messages": [{"role": "system", "content": text}, {"role": "user", "content": text + text[:50]}],
        "schema": None, "max_tokens": None, "temperature": 0.0, "seed": 7, "stop": [], "logprobs": False, **more,
    }  # fmt: skip


def run_curl(script: str, folder: Path) -> tuple[list[str], Any]:
    """Run the command in bash with a `curl` that notes what it is given. Returns its arguments, and the body."""
    stub = 'curl() { printf "%s\\0" "$@" > args; cat > body; }\n'
    file, inside = folder / "call.sh", folder / "inside"
    file.write_text(stub + script)
    inside.mkdir()
    done = subprocess.run(
        ["bash", str(file)], cwd=inside, capture_output=True, text=True, check=False,
        env={"OPENAI_API_KEY": "sk-test", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(one.name for one in inside.iterdir()) == ["args", "body"], "nothing else was done"
    return (inside / "args").read_text().split("\0")[:-1], json.loads((inside / "body").read_text())


def run_python(source: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, Any], str]:
    """Run the code with a litellm that notes what it is asked. Returns the function, its arguments, what is printed."""
    asked: list[tuple[str, dict[str, Any]]] = []
    answer = types.SimpleNamespace(
        choices=[types.SimpleNamespace(message=types.SimpleNamespace(content="hi"), text="hi")], data=[1, 2]
    )
    stub: Any = types.ModuleType("litellm")

    def noting(name: str) -> Any:
        def ask(**given: Any) -> Any:
            asked.append((name, given))
            return answer

        return ask

    for name in ("completion", "text_completion", "embedding"):
        setattr(stub, name, noting(name))
    monkeypatch.setitem(sys.modules, "litellm", stub)
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(ast.parse(source), "copied", "exec"), {})  # noqa: S102 - what is copied is to be run
    [(function, given)] = asked
    return function, given, printed.getvalue()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_curl_sends_exactly_what_was_asked(text: str, tmp_path: Path) -> None:
    request = chat(text, schema=ENUM, stop=[text[:20] or "."], max_tokens=40, temperature=0.5)

    args, body = run_curl(as_curl("chat", request), tmp_path)

    assert body["messages"] == request["messages"]
    assert body["response_format"]["json_schema"]["schema"] == ENUM
    assert (body["model"], body["temperature"], body["max_tokens"], body["seed"]) == ("gpt-4o-mini", 0.5, 40, 7)
    assert body["stop"] == request["stop"]
    assert args[:2] == ["-sS", "https://api.openai.com/v1/chat/completions"]
    assert "Authorization: Bearer sk-test" in args


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_python_asks_exactly_what_was_asked(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    request = chat(text, schema=ENUM, stop=[text[:20] or "."], max_tokens=40)

    function, given, printed = run_python(as_python("chat", request), monkeypatch)

    assert function == "completion"
    assert given["messages"] == request["messages"]
    assert given["model"] == "openai/gpt-4o-mini"
    assert given["response_format"]["json_schema"]["schema"] == ENUM
    assert given["stop"] == request["stop"]
    assert printed == "hi\n"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_hidden_is_in_the_text(text: str) -> None:
    for made in (as_curl("chat", chat(text)), as_python("chat", chat(text))):
        hidden = [sign for sign in made if not (sign.isprintable() or sign == "\n")]
        assert not hidden


def test_the_key_stays_where_it_is() -> None:
    for model, (base, key) in {name: ENDPOINTS[name] for name in ENDPOINTS}.items():
        made = as_curl("chat", chat("x", model=f"{model}/some-model"))
        assert f"Bearer ${key}" in made
        assert base in made
        assert "sk-" not in made


def test_a_model_of_ours_is_asked_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = chat("x", model="embedded/smollm2-135m")

    script = as_curl("chat", request)
    args, body = run_curl(script, tmp_path)
    _, given, _ = run_python(as_python("chat", request), monkeypatch)

    assert script.startswith("# embedded/smollm2-135m answers inside the studio only")
    assert args[1] == "http://localhost:8080/v1/chat/completions"
    assert body["model"] == "smollm2-135m"
    assert (given["model"], given["api_base"], given["api_key"]) == (
        "openai/smollm2-135m", "http://localhost:8080/v1", "none",
    )  # fmt: skip


def test_another_address_can_be_given(tmp_path: Path) -> None:
    args, _ = run_curl("OPENAI_BASE_URL=http://box:1\n" + as_curl("chat", chat("x")), tmp_path)

    assert args[1] == "http://box:1/chat/completions"


def test_the_key_of_one_service_is_not_sent_to_the_address_of_another(tmp_path: Path) -> None:
    script = "OPENAI_BASE_URL=http://box:1\n" + as_curl("chat", chat("x", model="anthropic/claude-x"))
    args, _ = run_curl(script, tmp_path)

    assert args[1] == "https://api.anthropic.com/v1/chat/completions"
    assert "ANTHROPIC_API_KEY" in script


def test_a_request_from_a_stranger_that_is_no_request_is_copied_all_the_same() -> None:
    assert body_of("complete", {"model": "openai/x", "top": "many"})["logprobs"] == 5
    assert body_of("complete", {"model": "openai/x", "top": -3})["logprobs"] == 5
    assert body_of("complete", {"model": "openai/x", "top": 2})["logprobs"] == 2


def test_a_model_name_with_a_line_break_stays_in_its_comment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = chat("x", model="embedded/a\ntouch owned")

    run_curl(as_curl("chat", request), tmp_path)
    _, given, _ = run_python(as_python("chat", request), monkeypatch)

    assert given["model"] == "openai/a\ntouch owned"


def test_a_completion_and_an_embedding_go_to_their_own_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"model": "openai/davinci", "prompt": "Text: it's\nAnswer:", "max_tokens": 1, "temperature": 0.0,
             "seed": 0, "top": 200}  # fmt: skip
    args, body = run_curl(as_curl("complete", asked), tmp_path)
    function, given, _ = run_python(as_python("complete", asked), monkeypatch)

    assert args[1].endswith("/v1/completions")
    assert (body["prompt"], body["logprobs"], body["max_tokens"]) == (asked["prompt"], 5, 1)
    assert (function, given["prompt"]) == ("text_completion", asked["prompt"])

    texts = {"model": "openai/embed", "texts": ["a", "b'c"]}
    assert body_of("embed", texts) == {"model": "embed", "input": ["a", "b'c"]}
    function, given, printed = run_python(as_python("embed", texts), monkeypatch)
    assert (function, given["input"], printed) == ("embedding", ["a", "b'c"], "2 vectors\n")


GOLDEN_CURL = """\
curl -sS "${OPENAI_BASE_URL:-https://api.openai.com/v1}/chat/completions" \\
  -H "Content-Type: application/json" \\
  -H "Authorization: Bearer $OPENAI_API_KEY" \\
  --data-binary @- <<'JSON'
{
  "model": "gpt-4o-mini",
  "messages": [
    {
      "role": "user",
      "content": "Two\\nlines"
    }
  ],
  "temperature": 0.0,
  "seed": 7,
  "logprobs": true,
  "top_logprobs": 20
}
JSON
"""

GOLDEN_PYTHON = """\
# The key is read from the environment: OPENAI_API_KEY.
import litellm

response = litellm.completion(
    model="openai/gpt-4o-mini",
    messages=[
        {
            "role": "user",
            "content": (
                "Two\\n"
                "lines"
            ),
        },
    ],
    temperature=0.0,
    seed=7,
    logprobs=True,
    top_logprobs=20,
)
print(response.choices[0].message.content)
"""


def test_the_texts_read_well() -> None:
    request = chat("", messages=[{"role": "user", "content": "Two\nlines"}], logprobs=True)

    assert as_curl("chat", request) == GOLDEN_CURL
    assert as_python("chat", request) == GOLDEN_PYTHON
