"""`studio nodes` on node types that do not ship with the studio: a project's own, and those of plugins."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path

import pytest

from studio.cli import approving
from studio.cli.main import main
from studio.plugins.registries import own_types
from studio.trust.approvals import Approvals
from tests.cli.conftest import Cli
from tests.plugins.test_installed import Entry, Shout, broken

OWN = '''
from pathlib import Path

from studio.spec import Fields, Node, RunContext, node, port

(Path(__file__).parent.parent / "canary").touch()


@node("NAME", category="Mine")
class Own(Node):
    """Say hey."""

    class Out(Fields):
        text: str = port(help="What is said.")

    def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Out:
        return self.Out(text="HEY")
'''


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a file of two that a graph uses; commands are called in it."""
    folder = tmp_path / "a project"
    (folder / "nodes").mkdir(parents=True)
    (folder / "studio.toml").touch()
    for name in ("hey", "other"):
        (folder / "nodes" / f"{name}.py").write_text(OWN.replace("NAME", f"mine.{name}"))
    (folder / "hey.yaml").write_text(
        "studio: 1\nnodes:\n  hey: {type: mine.hey}\n  out: {type: flow.output}\nedges: [hey.text -> out.value]\n"
    )
    monkeypatch.chdir(folder)
    return folder


def states(cli: Cli) -> dict[str, str]:
    return {Path(one["file"]).name: one["state"] for one in cli("nodes", "--own", "--json").json}


def test_the_projects_files_are_listed_with_their_state_and_nothing_is_imported(cli: Cli, project: Path) -> None:
    (project / "nodes" / "bad.py").write_text("def (")

    told = cli("nodes").out

    assert "Own node types of" in told
    assert re.search(r"nodes/hey\.py +mine\.hey +waits for your approval", told)
    assert re.search(r"nodes/bad\.py +fault: Line 1 is no Python", told)
    assert states(cli) == {"bad.py": "fault", "hey.py": "waits", "other.py": "waits"}
    assert not (project / "canary").exists()


def test_elsewhere_nothing_is_said_of_own_files(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "Own node types" not in cli("nodes").out
    assert "studio new-node" in cli("nodes", "--own").out
    assert cli("nodes", "--own", "--json").json == []


def test_without_a_terminal_the_code_is_shown_and_nothing_approved(cli: Cli, project: Path) -> None:
    told = cli("nodes", "--approve")

    assert told.code == 4
    assert told.out.count("      | class Own(Node):") == 2
    assert not (project / "canary").exists()
    assert not Approvals().all()


def test_yes_approves_and_the_types_are_there(cli: Cli, project: Path) -> None:
    assert cli("nodes", "mine.hey").code == 2
    assert cli("nodes", "--approve", ".", "--yes").code == 0

    assert states(cli) == {"hey.py": "approved", "other.py": "approved"}
    assert "What is said." in cli("nodes", "mine.hey").out
    assert "No node types of" in cli("nodes", "--approve").out
    assert (project / "canary").exists(), "control: what is approved is imported"


def test_for_a_graph_only_what_it_uses_is_asked_for(cli: Cli, project: Path) -> None:
    made = cli("nodes", "--approve", "hey.yaml", "--yes", "--json").json

    assert [one["types"] for one in made["files"]] == [["mine.hey"]]
    assert states(cli) == {"hey.py": "approved", "other.py": "waits"}
    assert cli("run", "hey.yaml").code == 0


def test_the_hint_of_a_refused_run_is_a_command_that_works(cli: Cli, project: Path) -> None:
    refused = cli("run", str(project / "hey.yaml"))
    assert refused.code == 2
    hint = re.search(r"`(studio nodes --approve .*?)`", refused.err)
    assert hint is not None, refused.err
    once = re.search(r"`(--approve [0-9a-f]{40})`", refused.err)
    assert once is not None

    assert cli("run", "hey.yaml", *shlex.split(once[1])).code == 0
    assert cli("run", "hey.yaml").code == 2
    assert cli(*shlex.split(hint[1])[1:], "--yes").code == 0
    assert cli("run", "hey.yaml").code == 0


def test_a_type_that_waits_is_not_called_unknown(cli: Cli, project: Path) -> None:
    told = cli("nodes", "mine.hey")

    assert "declared in nodes/hey.py, which nobody here approved" in told.err
    assert "studio nodes --approve" in told.err


@pytest.mark.parametrize(("typed", "approved"), [("y\n", True), ("\n", False), ("n\n", False), ("", False)])
def test_a_terminal_asks_and_takes_nothing_but_yes_for_yes(
    project: Path, typed: str, approved: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(approving, "can_ask", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))

    code = main(["nodes", "--approve"])

    assert "[y/N]" in capsys.readouterr().err
    assert code == (0 if approved else 4)
    assert bool(Approvals().all()) is approved


def test_a_new_node_type_is_in_use_at_once_and_files_of_others_beside_it_wait(cli: Cli, project: Path) -> None:
    assert cli("new-node", "my.echo").code == 0

    assert "What to work on." in cli("nodes", "my.echo").out
    assert states(cli) == {"echo.py": "approved", "hey.py": "waits", "other.py": "waits"}
    assert not (project / "canary").exists()


def test_a_trusted_folder_is_imported_as_it_changes_until_that_is_revoked(cli: Cli, project: Path) -> None:
    assert cli("nodes", "--trust", ".").code == 0
    assert states(cli) == {"hey.py": "approved", "other.py": "approved"}
    (project / "nodes" / "hey.py").write_text(OWN.replace("NAME", "mine.hey").replace("HEY", "HO"))
    assert "HO" in cli("run", "hey.yaml").out

    assert cli("nodes", "--revoke", ".").code == 0
    assert set(states(cli).values()) == {"waits"}
    assert cli("run", "hey.yaml").code == 2
    assert "nothing of it was approved" in cli("nodes", "--revoke", "hey.yaml").out


def test_revoking_forgets_files_as_they_were_once_and_no_other_project(cli: Cli, project: Path, tmp_path: Path) -> None:
    cli("nodes", "--approve", "--yes")
    path = project / "nodes" / "hey.py"
    path.write_text(path.read_text() + "\n# changed\n")
    cli("nodes", "--approve", "--yes")
    Approvals().remember("0" * 40, "node types x", "own node types", str(tmp_path / "b" / "nodes" / "x.py"))

    assert cli("nodes", "--revoke", ".", "--json").json["revoked"] == 3

    path.write_text(path.read_text().replace("\n# changed\n", ""))
    assert own_types(project).registry.find("mine.hey") is None
    assert list(Approvals().all()) == ["0" * 40]


@pytest.mark.parametrize(
    "words",
    [["--yes"], ["mine.hey", "--own"], ["--trust", "nowhere"], ["--own", "--plugins"], ["--approve", "nowhere.yaml"]],
)
def test_what_cannot_be_meant_is_refused(cli: Cli, project: Path, words: list[str]) -> None:
    told = cli("nodes", *words)

    assert told.code == 2
    assert told.err


def test_plugins_are_listed_by_metadata_and_loaded_when_enabled(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [Entry("broken", broken), Entry("shout", lambda: [Shout])]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: entries)

    assert [(one["name"], one["enabled"]) for one in cli("nodes", "--plugins", "--json").json] == [
        ("broken", False), ("shout", False),
    ]  # fmt: skip
    assert [entry.loaded for entry in entries] == [0, 0]
    assert "plugins.enabled" in cli("nodes", "--plugins").err

    assert cli("config", "plugins.enabled", "broken,gone").code == 0
    made = {one["name"]: one["fault"] for one in cli("nodes", "--plugins", "--json").json}
    assert made["broken"] == "ImportError: no module named moon"
    assert "No installed package" in made["gone"]
    assert made["shout"] == ""
    assert "no module named moon" in cli("nodes", "--plugins").out
    assert "The plugin `broken` could not be loaded" in cli("nodes").err
