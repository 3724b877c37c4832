"""The same runtime, gathered into a file and run by a Python that has nothing of the studio's."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.export.standalone.gathering.gather import gather
from studio.export.standalone.schema import trace_schema
from studio.trace import open_run
from studio.trace.writer import close_writer
from tests.cli.conftest import Cli, cli  # noqa: F401 - a fixture
from tests.export.standalone.runtime.both_logs import WholeRecorder, rows_of
from tests.export.standalone.runtime.test_recording import everything, finish
from tests.support.fake_llm_server import chat, error, fake_llm_server
from tests.trace.runs import GRAPH, GRAPH_HASH
from tests.trace.whole import LONG

RECORDS = f'''
from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from studio.export.standalone.runtime.recording import Recorder
from studio.export.standalone.runtime.store_records import record_content, record_memory, record_store_op

LONG = {LONG!r}
SCHEMA = {trace_schema()!r}


{inspect.getsource(WholeRecorder)}


{inspect.getsource(everything)}

{inspect.getsource(finish)}

def record(file: str) -> None:
    """Record a run that holds each kind of row."""
    log = WholeRecorder(
        Path(file), SCHEMA, run_id="01RUN", graph="toy", graph_hash={GRAPH_HASH!r}, text={GRAPH!r},
        inputs={{"topic": LONG}}, options={{"long": "o" * 300}}, at=7,
    )
    everything(log)
    finish(log)
    log.close()
'''

ASKS = '''
from __future__ import annotations

import asyncio
import json
import sys
from types import SimpleNamespace

from studio.export.standalone.runtime.models.catalog import Models
from studio.support.errors import StudioError

REQUEST = {
    "messages": [{"role": "user", "content": "hi"}], "schema": None, "max_tokens": 9, "temperature": 0.0, "seed": 0,
    "stop": [], "logprobs": False,
}


async def ask(model: str) -> None:
    """Ask twice and print what comes."""
    models = Models({}, model=model)
    try:
        await models.prepare()
        for _ in range(2):
            try:
                print(json.dumps(await models.provider().chat(REQUEST, SimpleNamespace(node="a", tick="0"))))
            except StudioError as error:
                print(json.dumps([getattr(error, "kind", ""), str(error)]))
    except StudioError as error:
        print(json.dumps([error.exit_code, str(error)]))
    finally:
        await models.close()
'''


def script_of(snippet: str, call: str) -> str:
    """The text of a script: what a snippet uses, the snippet, and a call of it."""
    gathered = gather(snippets=[snippet])
    early = [one.source for one in gathered.definitions if one.early]
    late = [one.source for one in gathered.definitions if not one.early]
    lines = gathered.import_lines()
    return "\n\n\n".join(
        ["from __future__ import annotations", "\n".join(lines), *early, *gathered.snippets, *late,
         f'if __name__ == "__main__":\n    import sys\n\n    {call}\n    assert "studio" not in sys.modules\n']
    )  # fmt: skip


def run(script: Path, *arguments: str, bare: bool = True, **variables: str) -> list[Any]:
    """Run a script, `bare` without any installed library, and return the JSON lines that it prints."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-I", *(["-S", "-W", "error"] if bare else []), str(script), *arguments],
        capture_output=True, text=True, env={**kept, **variables}, check=False, timeout=60, cwd=script.parent,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def comparable(file: Path) -> dict[str, Any]:
    """The rows of a trace, but for who wrote them."""
    rows = rows_of(file)
    del rows["_process"]
    return rows


def in_order(rows: dict[str, Any]) -> dict[str, Any]:
    """The rows without ids of values, which are given in the order in which values are written."""
    return {
        table: sorted(json.dumps({k: repr(v) for k, v in row.items() if k != "id"}) for row in rows[table])
        for table in ("_blob", "_message", "_run", "_run_end", "_firing", "_path", "_spent", "_memory")
    }


def test_a_run_recorded_by_the_standard_library_alone_is_what_the_studio_writes(tmp_path: Path, cli: Cli) -> None:  # noqa: F811
    script = tmp_path / "records.py"
    script.write_text(script_of(RECORDS, "record(sys.argv[1])"))
    run(script, str(tmp_path / "script.sqlite"))

    from studio.trace import RunStart

    start = RunStart("01RUN", "toy", "", GRAPH_HASH, GRAPH, {"topic": LONG}, {"long": "o" * 300}, started_at=7)
    log = open_run(tmp_path / "studio.sqlite", start)
    everything(log)
    finish(log)
    close_writer(tmp_path / "studio.sqlite")

    assert in_order(comparable(tmp_path / "script.sqlite")) == in_order(comparable(tmp_path / "studio.sqlite"))
    assert cli("show", "last", "--db", tmp_path / "script.sqlite").code == 0
    assert cli("db", "check", "--db", tmp_path / "script.sqlite").out == cli(
        "db", "check", "--db", tmp_path / "studio.sqlite"
    ).out.replace("studio.sqlite", "script.sqlite")


def test_scripted_answers_need_no_library(tmp_path: Path) -> None:
    script, replies = tmp_path / "asks.py", tmp_path / "replies.jsonl"
    script.write_text(script_of(ASKS, "asyncio.run(ask(sys.argv[1]))"))
    replies.write_text('"hello"\n')

    said = run(script, f"scripted:{replies}")

    assert said[0]["text"] == "hello"
    assert said[1][0] == "script_exhausted"


def test_without_litellm_one_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    script = tmp_path / "asks.py"
    script.write_text(script_of(ASKS, "asyncio.run(ask(sys.argv[1]))"))

    ((code, sentence),) = run(script, "openai/gpt-4o-mini")

    assert code == 5
    assert "pip install litellm" in sentence


@pytest.mark.thorough  # the same by a whole script: tests/export/standalone/test_with_litellm_only.py
def test_a_model_server_is_asked_with_litellm_and_the_key_of_the_environment(tmp_path: Path) -> None:
    script = tmp_path / "asks.py"
    script.write_text(script_of(ASKS, "asyncio.run(ask(sys.argv[1]))"))

    with fake_llm_server(chat("hello"), error(429, "slow down", Retry_After="7")) as server:
        said = run(
            script, "openai/gpt-4o-mini", bare=False, OPENAI_API_KEY="some-key-of-nobody", OPENAI_API_BASE=server.base
        )  # fmt: skip

    assert said[0]["text"] == "hello"
    assert said[1][0] == "rate_limit"
    assert server.headers[0]["authorization"] == "Bearer some-key-of-nobody"
