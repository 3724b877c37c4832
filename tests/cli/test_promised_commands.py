"""The commands and options that other people's scripts rely on stay as the design names them."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from studio.cli import discovery, exits
from studio.cli.parsing import command_parser
from studio.support.errors import UsageError
from tests.cli.conftest import Cli

# Section 8 of the design, each bracket written out once.
PROMISED = """
run GRAPH -i name=value -i name=@file --model M --embedder E --answers F --clock 2026-01-02T03:04 --seed 3 --json
run GRAPH --limit cost_usd=1 --limit calls=9 --cache off --approve HASH
run GRAPH --cache llm
run GRAPH --cache all
runs
show RUN --node writer --tick 3.1
prompts RUN
search tide pools
sql "SELECT 1"
why RUN writer 3.1
replay RUN
replay RUN --verify
test RUN
test FILE
cache
db compact
db merge FILE
db check
config
resume RUN
fork RUN --at 12 --set writer.temperature=0.5 --output writer.text=mended
diff RUN RUN
lint GRAPH
fmt GRAPH
nodes
nodes llm.function
examples
models
graph GRAPH --svg FILE
export GRAPH -o FILE --standalone
export RUN -o FILE --to script
export RUN -o FILE --to mermaid
export RUN -o FILE --to svg
export RUN -o FILE --to notebook
export RUN -o FILE --to jsonl
export RUN -o FILE --to otlp
export RUN -o FILE --to finetune
import FILE
new-node my.shout
batch GRAPH --data rows.jsonl --vary writer.temperature=0,1 --seeds 3 --workers 2 --engine local
batch GRAPH --data rows.csv --engine ray
report BATCH
knockout GRAPH --data rows.jsonl --score "len(result)" --nodes writer,critic
dynamics RUN --png FILE --json
dynamics --trace FILE.jsonl
dynamics --ca SPEC.json
serve GRAPH
mcp GRAPH
gui
""".strip().splitlines()

ENDLESS = """
studio: 1
name: endless
nodes:
  more: {type: math.expression, expression: n + 1}
  count: {type: flow.output}
edges:
  - more.value ~> more.n: {initial: 0}
  - more.value -> count.value
max_ticks: 3
"""


@pytest.mark.parametrize("line", PROMISED)
def test_it_is_understood_and_can_answer_as_json(line: str) -> None:
    name, *words = shlex.split(line)
    parser = command_parser(name, discovery.load(name))

    assert parser.parse_args([*words, "--json", "--db", "runs.db"]).json


@pytest.mark.parametrize(
    "line", ["run GRAPH --cache some", "replay RUN --verified", "export RUN -o", "batch G --engine x"]
)
def test_control_what_is_not_promised_is_refused(line: str) -> None:
    name, *words = shlex.split(line)
    with pytest.raises(UsageError):
        command_parser(name, discovery.load(name)).parse_args(words)


def test_every_promised_target_of_an_export_is_one(cli: Cli) -> None:
    targets = {target["name"] for target in cli("export", "--list", "--json").json}

    assert targets >= {"script", "standalone", "mermaid", "svg", "notebook", "jsonl", "otlp", "finetune"}


def test_exit_codes_are_those_that_scripts_know() -> None:
    """`test_frame` looks that each is explained, whatever its number."""
    codes = (exits.OK, exits.FAILED, exits.USAGE, exits.PAUSED, exits.FINDING, exits.ENVIRONMENT, exits.INTERRUPTED)

    assert codes == (0, 1, 2, 3, 4, 5, 130)


def test_firings_are_those_that_fired_and_not_what_was_skipped(cli: Cli, recorded: str) -> None:
    asked = "SELECT (SELECT firings FROM run), sum(status <> 'skipped'), count(*) FROM firing"
    (told,) = cli("sql", asked, "--json").json["rows"]
    said, fired, decided = told.values()

    assert said == fired < decided


def test_a_bound_written_in_the_graph_is_an_end_like_any_other(cli: Cli, tmp_path: Path) -> None:
    """Rule 2.5: `max_ticks` is a normal end, unless the graph says `on_limit: fail`."""
    path = tmp_path / "endless.yaml"
    path.write_text(ENDLESS)
    ended = cli("run", path, "--json")
    path.write_text(ENDLESS + "on_limit: fail\n")
    failed = cli("run", path, "--json")

    assert (ended.code, ended.json["ended"], ended.json["outputs"]) == (0, "max_ticks", {"count": 3})
    assert (failed.code, failed.json["status"]) == (1, "failed")
