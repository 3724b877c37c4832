"""`studio batch` and `studio knockout`: what is run, what is told, how it goes on, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.settings.settings import current_settings
from studio.trace.batches import Batches
from tests.cli.conftest import Cli

GRAPH = """\
studio: 1
name: sums
about: Adds what helps and takes away what harms.
nodes:
  n: {type: flow.input, value: 3, kind: number}
  helps: {type: math.expression, expression: n + 5}
  harms: {type: math.expression, expression: 0 - 2 * n}
  idles: {type: math.expression, expression: n * 0}
  total: {type: math.expression, expression: helps + harms + idles, optional: {helps: 0, harms: 0, idles: 0}}
  result: {type: flow.output}
edges:
- n.value -> helps.n
- n.value -> harms.n
- n.value -> idles.n
- helps.value -> total.helps
- harms.value -> total.harms
- idles.value -> total.idles
- total.value -> result.value
"""


@pytest.fixture
def sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A graph file and rows beside it, in the present folder."""
    (tmp_path / "sums.yaml").write_text(GRAPH)
    (tmp_path / "rows.csv").write_text("n,expected\n" + "".join(f"{n},{5 - n}\n" for n in range(8)))
    monkeypatch.chdir(tmp_path)
    return "sums.yaml"


def test_rows_variants_and_seeds_are_run_and_scored(cli: Cli, sums: str) -> None:
    told = cli(
        "batch", sums, "--data", "rows.csv", "--seeds", "2", "--vary", "idles.expression=n * 0,n * 1", "--score",
        "right=result == expected", "--score", "points=result", "--json",
    )  # fmt: skip

    assert told.code == 0, told.err
    assert (told.json["status"], told.json["planned"], told.json["done"]) == ("complete", 48, 48)
    whole, same, other = told.json["conclusions"]["arms"]
    assert [arm["scores"]["right"]["mean"] for arm in (whole, same, other)] == [1.0, 1.0, 0.125]
    assert other["differences"]["right"]["effect"] == -0.875
    assert other["differences"]["right"]["is_shown"] is True
    assert same["differences"]["right"]["is_shown"] is False, "control: what changes nothing is not shown to"


def test_the_list_of_runs_can_leave_out_those_of_batches_or_show_those_of_one(cli: Cli, sums: str) -> None:
    single = cli("run", sums, "--json").json["run"]
    begun = [
        cli("batch", sums, "--data", "rows.csv", "--vary", f"idles.expression=n * {arm}", "--score", "result", "--json")
        for arm in (2, 3)
    ]
    first, other = (told.json["batch"] for told in begun)

    def listed(*more: str) -> list[str]:
        return [one["run"] for one in cli("runs", "--json", *more).json]

    everything = listed("--limit", "0")
    assert listed("--single") == [single]
    of_first, of_other = (set(listed("--batch", batch)) for batch in (first, other))
    assert len(of_first) == len(of_other) == 16, "rows times arms"
    assert of_first | of_other | {single} == set(everything)
    assert set(listed("--batch", "last")) == of_other != of_first
    assert listed("--batch", "last", "--status", "failed") == []
    crowd = len(everything) - 1
    assert f"Of all {crowd + 1} runs {crowd} are those of batches: --single leaves them out." in cli("runs").err
    assert "of batches" not in cli("runs", "--single").err
    refused = cli("runs", "--batch", "NONE")
    assert (refused.code, "There is no batch 'NONE'" in refused.err) == (2, True)


def test_a_batch_that_was_paused_goes_on_and_repeats_nothing(cli: Cli, sums: str) -> None:
    first = cli("batch", sums, "--data", "rows.csv", "--score", "result", "--budget", "runs=3", "--json")
    assert (first.code, first.json["status"], first.json["reason"]) == (3, "paused", "limit:runs")

    listed = cli("batch", "--list", "--json").json
    went_on = cli("batch", "--resume", "--budget", "runs=100", "--json")
    again = cli("batch", "--resume", first.json["batch"])

    assert [(one["batch"], one["status"]) for one in listed] == [(first.json["batch"], "paused")]
    assert went_on.code == 0, went_on.err
    assert (went_on.json["batch"], went_on.json["status"]) == (first.json["batch"], "complete")
    assert went_on.json["made_before"] == first.json["done"] < 8
    assert (again.code, "nothing to go on with" in again.err) == (2, True)


def test_a_batch_does_not_go_on_with_another_graph(cli: Cli, sums: str, tmp_path: Path) -> None:
    cli("batch", sums, "--data", "rows.csv", "--score", "result", "--budget", "runs=1")
    (tmp_path / sums).write_text(GRAPH.replace("n + 5", "n + 6"))

    told = cli("batch", "--resume")

    assert told.code == 2
    assert "began with other graphs" in told.err


def test_what_is_to_be_run_can_be_looked_at_first(cli: Cli, sums: str) -> None:
    told = cli("batch", sums, "--data", "rows.csv", "--knockout", "all", "--dry-run")

    assert told.code == 0
    assert "40 runs  8 rows × 5 variants × 1 seed" in told.out
    assert "without helps" in told.out
    assert cli("batch", "--list").code == 2, "nothing was run, so no database was made"


def test_runs_that_fail_make_the_exit_code_one(cli: Cli, sums: str, tmp_path: Path) -> None:
    (tmp_path / sums).write_text(GRAPH.replace("n * 0", "1 / (n - 3)"))

    told = cli("batch", sums, "--data", "rows.csv", "--score", "result", "--json")

    assert (told.code, told.json["failed"], told.json["status"]) == (1, 1, "complete")


def test_a_knockout_report_names_what_matters_and_what_harms(cli: Cli, sums: str) -> None:
    words = ("knockout", sums, "--data", "rows.csv", "--score", "result", "--leave", "total")
    told = cli(*words, "--margin", "1", "--json")

    assert told.code == 0, told.err
    modules = {one["name"]: one["verdict"] for one in told.json["conclusions"]["modules"]["sums"]["modules"]}
    assert modules["helps"] == "matters"
    assert modules["harms"] == "poison"
    assert modules["idles"] in ("dead weight", "undecided")
    shown = cli(*words)
    assert "poison" in shown.out
    assert "at most 5% of such experiments make one wrong claim" in shown.err


def test_an_experiment_file_is_run_and_options_go_before_it(cli: Cli, sums: str, tmp_path: Path) -> None:
    (tmp_path / "sum.experiment.yaml").write_text(
        "experiment: 1\nname: sums\ngraph: sums.yaml\ndata: rows.csv\nscore: result\nseeds: 2\n"
    )

    told = cli("batch", "sum.experiment.yaml", "--seeds", "1", "--json")

    assert told.code == 0, told.err
    assert told.json["planned"] == 8, "what is said on the command line goes before the file"
    with Batches(current_settings().db_path()) as batches:
        assert batches.batch().name == "sums"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("batch",), "Give a graph or an experiment file"),
        (("batch", "sums.yaml", "--vary", "nobody.x=1"), "has no node `nobody`"),
        (("batch", "sums.yaml", "--data", "rows.csv", "--score", "resalt"), "Did you mean"),
        (("batch", "sums.yaml", "--data", "none.csv"), "none.csv"),
        (("batch", "sums.yaml", "--budget", "runs=x"), "is no number"),
        (("batch", "sums.yaml", "--workers", "0"), "makes no run"),
        (("batch", "sums.yaml", "--workers", "1000"), "more than 64"),
        (("batch", "sums.yaml", "--address", "h:1"), "belongs to `--engine ray`"),
        (("batch", "none.experiment.yaml"), "no such experiment file"),
        (("batch", "--resume", "nosuch"), "no batch"),
        (("knockout", "sums.yaml"), "Without a score"),
    ],
)
def test_wrong_use_is_one_sentence(cli: Cli, sums: str, words: tuple[str, ...], says: str) -> None:
    cli("batch", sums, "--budget", "runs=1")  # so that there is a database

    told = cli(*words)

    assert told.code == 2, told
    assert says in told.err
    assert "Traceback" not in told.err


def test_a_bound_given_anew_takes_the_place_of_the_first_and_failures_of_all_sessions_count(
    cli: Cli, sums: str, tmp_path: Path
) -> None:
    (tmp_path / sums).write_text(GRAPH.replace("n + 5", "5 / n"))  # fails for the first row, whose n is 0
    first = cli("batch", sums, "--data", "rows.csv", "--score", "result", "--budget", "runs=2", "--json")
    second = cli("batch", "--resume", "--budget", "runs=3", "--json")
    third = cli("batch", "--resume", "--budget", "runs=100", "--json")

    assert [one.json["done"] for one in (first, second, third)] == [2, 5, 8]
    assert [one.json["failed"] for one in (first, second, third)] == [1, 1, 1]
    assert (third.json["status"], third.code) == ("complete", 1)


def test_a_batch_goes_on_with_nothing_but_what_it_began_with(cli: Cli, sums: str) -> None:
    cli("batch", sums, "--data", "rows.csv", "--score", "result", "--budget", "runs=2")
    for option in (("--model", "default"), ("--limit", "calls=1"), ("--score", "1"), ("--seeds", "3")):
        told = cli("batch", "--resume", *option)
        assert (told.code, "would change nothing" in told.err) == (2, True), option
    for budget in ("money=1", "runs=0", "runs=nan"):
        assert cli("batch", "--resume", "--budget", budget).code == 2, budget
    assert "8 runs" in cli("batch", "--resume", "--dry-run").out
    assert cli("batch", "--list", "--json").json[0]["done"] == 2, "nothing was run by any of these"


JUDGE = """\
studio: 1
name: judge
nodes:
  result: {type: flow.input, kind: number}
  points: {type: math.expression, kind: number, expression: result * 0 + 1}
  score: {type: flow.output}
edges:
- result.value -> points.result
- points.value -> score.value
"""


def test_runs_of_one_batch_are_never_scored_by_two_judges(cli: Cli, sums: str, tmp_path: Path) -> None:
    (tmp_path / "judge.yaml").write_text(JUDGE)
    cli("batch", sums, "--data", "rows.csv", "--judge", "judge.yaml", "--budget", "runs=2")
    (tmp_path / "judge.yaml").write_text(JUDGE.replace("+ 1", "+ 100"))
    changed = cli("batch", "--resume")
    anew = cli("batch", sums, "--data", "rows.csv", "--judge", "judge.yaml", "--json")
    (tmp_path / "judge.yaml").write_text(JUDGE)
    begun = cli("batch", "--list", "--json").json[1]["batch"]
    back = cli("batch", "--resume", begun, "--budget", "runs=100")

    assert (changed.code, "another judge" in changed.err) == (2, True)
    assert anew.json["conclusions"]["arms"][0]["scores"]["judge"]["mean"] == 100
    assert back.code == 0, f"control: with the first judge it goes on: {back.err}"


def test_rows_that_no_input_takes_are_refused(cli: Cli, sums: str, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,label\na.txt,x\nb.txt,y\n")
    told = cli("batch", sums, "--data", "labels.csv")
    assert (told.code, "all 2 rows would be the same run" in told.err) == (2, True)
    (tmp_path / "labels.csv").write_text("file,n\na.txt,1\nb.txt,2\n")
    assert cli("batch", sums, "--data", "labels.csv", "--dry-run").code == 0, "control"


def test_what_a_graph_saw_of_files_is_not_taken_from_an_earlier_batch(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "seen"
    folder.mkdir()
    (folder / "a.txt").write_text("one")
    (tmp_path / "reads.yaml").write_text(READS)
    monkeypatch.chdir(tmp_path)
    asked = cli("batch", "reads.yaml", "--score", "count=result")
    given = ["--approve", asked.err.partition("--approve ")[2].split("`")[0]]
    seen = []
    for name in ("b.txt", "c.txt"):
        seen.append(cli("batch", "reads.yaml", "--score", "count=result", "--json", *given).json)
        (folder / name).write_text("more")
    assert [one["conclusions"]["arms"][0]["scores"]["count"]["mean"] for one in seen] == [1, 2]


READS = """\
studio: 1
name: reads
nodes:
  folder: {type: flow.input, kind: text, value: seen}
  files: {type: files.read_folder}
  count: {type: math.expression, kind: integer, expression: len(files)}
  result: {type: flow.output}
edges:
- folder.value -> files.folder
- files.files -> count.files
- count.value -> result.value
"""


def test_a_key_that_stands_in_the_data_is_not_kept_with_the_batch(
    cli: Cli, sums: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "sk-0123456789abcdefghijklmnop"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    (tmp_path / "rows.csv").write_text(f"n,note\n1,{key}\n2,plain\n")
    said = f'1 if row.note == "{key}" else row.note'

    told = cli("batch", sums, "--data", "rows.csv", "--score", said, "--db", "kept.db")

    assert "2 runs made" in told.err
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("kept.db*"))
    assert b"plain" in kept, "control: what is no key is kept"
    assert key.encode() not in kept


def test_runs_that_share_a_memory_of_the_project_are_told(cli: Cli, sums: str, tmp_path: Path) -> None:
    (tmp_path / sums).write_text(f"{GRAPH}stores:\n  seen: {{type: list, scope: project}}\n")

    told = cli("batch", sums, "--data", "rows.csv", "--budget", "runs=1")
    (tmp_path / sums).write_text(f"{GRAPH}stores:\n  seen: {{type: list, scope: run}}\n")
    own = cli("batch", sums, "--data", "rows.csv", "--budget", "runs=1")

    assert "All runs share the project's memory `seen`" in told.err
    assert "share" not in own.err, "control: a memory of each run"


def test_an_experiment_file_names_no_script_outside_its_project(cli: Cli, sums: str, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}_secret.txt"
    outside.write_text("the first line of a secret\n")
    (tmp_path / "x.experiment.yaml").write_text(
        f"experiment: 1\ngraph: sums.yaml\nmodel: 'scripted:{outside}'\nscore: result\n"
    )

    told = cli("batch", "x.experiment.yaml")

    assert told.code == 2
    assert "outside the project folder" in told.err
    assert "first line of a secret" not in told.err


@pytest.mark.parametrize("command", ["batch", "knockout"])
def test_very_many_runs_are_begun_only_by_who_means_them(cli: Cli, sums: str, command: str) -> None:
    asked = command, sums, "--data", "rows.csv", "--score", "result"
    refused = cli(*asked, "--seeds", "1251" if command == "batch" else "251")
    bounded = cli(*asked, "--seeds", "1251", "--budget", "runs=2")
    meant = cli(*asked, "--seeds", "1251", "--yes", "--budget", "seconds=0.001")

    assert refused.code == 2
    assert "8 rows" in refused.err
    assert "Nothing was begun" in refused.err
    assert "--yes" in refused.err
    assert bounded.code == meant.code == 3, (bounded.err, meant.err)
    with Batches(current_settings().db_path()) as batches:
        assert len(batches.batches()) == 2, "the first was not even written"


def test_of_a_complete_batch_it_is_said_how_failed_runs_are_made_once_more(cli: Cli, sums: str, tmp_path: Path) -> None:
    (tmp_path / "halves.yaml").write_text(GRAPH.replace("n + 5", "n / (n - 3)"))
    asked = "batch", "halves.yaml", "--data", "rows.csv", "--score", "result"
    first = cli(*asked)
    refused = cli("batch", "--resume")
    again = cli(*asked, "--json")

    assert first.code == 1
    assert "1 run failed." in first.err
    assert "takes over the others" in first.err
    assert "To make the 1 that failed once more" in refused.err
    assert (again.json["made_before"], again.json["done"]) == (7, 8), "as it says"
    assert "takes over the others" not in cli("batch", sums, "--data", "rows.csv", "--score", "result").err


ASKS = """\
studio: 1
name: asks
nodes:
  n: {type: flow.input, value: 3, kind: number}
  sure: {type: human.ask, question: "Really {n}?"}
  result: {type: flow.output}
edges:
- n.value -> sure.n
- sure.answer -> result.value
"""


def test_a_graph_that_asks_a_person_is_refused_before_its_first_run(cli: Cli, sums: str, tmp_path: Path) -> None:
    graph = tmp_path / "asks.yaml"
    graph.write_text(ASKS)
    refused = cli("batch", "asks.yaml", "--data", "rows.csv", "--score", "1")
    graph.write_text(ASKS.replace('?"}', '?", knockout: true}'))
    switched_off = cli("batch", "asks.yaml", "--data", "rows.csv", "--score", "1", "--json")

    assert refused.code == 2
    assert "`sure` of asks asks a person" in refused.err
    assert (switched_off.code, switched_off.json["done"]) == (0, 8), switched_off.err
