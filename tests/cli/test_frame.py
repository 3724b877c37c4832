"""The door of the command line: discovery, help, errors, exit codes, harmless output."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from studio.cli import discovery, main, text
from studio.cli.output import Output
from studio.cli.parsing import GROUPS, command_parser
from studio.cli.reference import PAGES
from studio.help import page_names, page_text
from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.plain import cells
from tests.cli.conftest import Cli

COMMANDS = discovery.command_names()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_summary_help_and_examples_that_parse(name: str) -> None:
    command = discovery.load(name)

    assert discovery.summary(name).endswith((".", ","))
    assert command.EXAMPLES
    parser = command_parser(name, command)
    assert all(action.help for action in parser._actions)
    for example in command.EXAMPLES:
        assert example in parser.format_help()
        parser.parse_args(arguments_in(example, name))


def arguments_in(example: str, name: str) -> list[str]:
    """Return what stands behind `studio NAME` in a line of the shell, up to what belongs to the shell again."""
    words = shlex.split(re.sub(r'"\$\((.*)\)"', r"\1", example), comments=True)  # there may be a command within one
    at = next(at for at in range(len(words)) if words[at : at + 2] == ["studio", name])
    return list(itertools.takewhile(lambda word: word not in ("<", ">", "|", "&&"), words[at + 2 :]))


def test_control_an_example_with_a_wrong_option_would_be_found() -> None:
    parser = command_parser("fmt", discovery.load("fmt"))

    with pytest.raises(UsageError):
        parser.parse_args(arguments_in("studio fmt --chek - < my_graph.yaml", "fmt"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_on_the_page_of_commands(name: str) -> None:
    assert f"\n## {name}\n" in page_text("commands")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_reference_is_what_the_declarations_say(name: str) -> None:
    assert page_text(name) == PAGES[name](), "run `python -m studio.cli.reference`"


def test_every_exit_code_and_every_code_of_an_error_is_explained() -> None:
    from studio.cli import exits
    from studio.graph.diagnostics import HELP
    from studio.models.failures import KINDS

    codes = [value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)]
    assert len(codes) > 5
    assert all(f"| {code} |" in page_text("exit_codes") for code in codes)
    named = {*KINDS, *HELP, "usage", "graph", "environment", "node", "model", "not_approved", "divergence", "fault"}
    assert all(f"| `{code}` |" in page_text("error_codes") for code in named)


def test_pages_are_shown(cli: Cli) -> None:
    assert {"commands", "exit_codes", "getting_started", "trace"} <= set(page_names())
    assert cli("help", "exit_codes").out.startswith("# Exit codes")
    assert "usage: studio run" in cli("help", "run").out
    assert cli("help", "nothing").code == 2
    both = cli("help", "stores").out
    assert both.startswith("# Stores")
    assert both.endswith("There is a command of this name, too: `studio stores --help`.\n")


def test_every_page_is_named_on_another_one() -> None:
    pages = {name: page_text(name) for name in page_names()}

    for name in pages.keys() - {"getting_started"}:
        named = re.compile(rf"`(?:studio help )?{name}`")
        assert any(named.search(text) for other, text in pages.items() if other != name), f"no page names `{name}`"


def test_commands_named_on_the_pages_exist() -> None:
    for page in ("getting_started", "exit_codes"):
        for name in re.findall(r"(?:^|`)studio ([a-z-]+)", page_text(page), re.MULTILINE):
            assert name in COMMANDS, f"{page} names `studio {name}`"


def test_the_overview_imports_no_command() -> None:
    probe = (
        "import sys; from studio.cli.main import main; main(['--help']);"
        "print([m for m in sys.modules if m.startswith('studio.cli.commands.')], file=sys.stderr)"
    )
    told = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert told.stderr.strip() == "[]"
    assert all(f"  {name} " in told.stdout for name in COMMANDS)


def test_the_overview_tells_of_every_command_once_under_a_heading() -> None:
    listed = [name for group in GROUPS.values() for name in group]

    assert sorted(listed) == COMMANDS


HEAVY = {"asyncio", "sqlite3", "pysqlite3", "yaml", "litellm", "networkx", "sqlite_utils", "PySide6"}


def test_the_overview_loads_nothing_that_takes_time() -> None:
    """The control: a command that runs a graph loads several of the heavy ones."""

    def loaded(*words: str) -> set[str]:
        code = (
            f"import sys; from studio.cli.main import main; main({list(words)!r}); print(*sys.modules, file=sys.stderr)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return set(done.stderr.split())

    modules = loaded("--help")
    assert not modules & HEAVY
    assert sum(name.startswith("studio.") for name in modules) < 20
    assert loaded("lint", "critic_loop") & HEAVY


def test_the_overview_names_the_window_first(cli: Cli) -> None:
    told = cli("--help").out

    assert "usage: studio [COMMAND] [options]" in told
    assert told.index("open the window") < told.index("what ships with the studio")


def test_an_unknown_command_names_the_nearest(cli: Cli) -> None:
    told = cli("replya")

    assert told.code == 2
    assert "Did you mean `replay`?" in told.err


def test_a_wrong_option_is_one_sentence(cli: Cli) -> None:
    told = cli("runs", "--limit", "many")

    assert (told.code, told.out) == (2, "")
    assert told.err == ("studio: Argument --limit: invalid int value: 'many'. See `studio runs --help`.\n")


def test_shared_options_may_stand_before_the_command(cli: Cli, tmp_path: Path) -> None:
    told = cli("--json", "--db", tmp_path / "none.db", "runs")

    assert told.code == 2
    assert told.json["error"]["where"] == str(tmp_path / "none.db")


def test_errors_for_programs_are_objects(cli: Cli) -> None:
    told = cli("run", "nowhere.yaml", "--json")

    assert told.code == 2
    assert told.err == ""
    assert told.json == {
        "error": {
            "code": "graph", "message": "There is no such file.", "where": "nowhere.yaml",
            "hint": "Check the name and the folder.",
        }
    }  # fmt: skip


def fake_command(act: object) -> ModuleType:
    made = ModuleType("fake")
    made.__doc__ = "A command of a test."
    made.EXAMPLES = ("studio fake",)  # type: ignore[attr-defined]
    made.arguments = lambda parser: None  # type: ignore[attr-defined]
    made.run = act  # type: ignore[attr-defined]
    return made


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the command `fake` does: put a function in."""
    acts: list[object] = []
    monkeypatch.setattr(discovery, "load", lambda name: fake_command(acts[0]))
    return acts


def test_a_fault_of_ours_says_so_and_keeps_the_traceback(cli: Cli, fake: list[object], own_home: Path) -> None:
    def act(args: object, out: Output) -> int:
        raise KeyError("lost")

    fake.append(act)
    told = cli("fake")

    assert told.code == 1
    assert "This is a fault of Ganglia Studio" in told.err
    (kept,) = (own_home / "faults").glob("*.txt")
    assert str(kept) in told.err
    assert "KeyError: 'lost'" in kept.read_text()


def test_ctrl_c_ends_with_130(cli: Cli, fake: list[object]) -> None:
    def act(args: object, out: Output) -> int:
        raise KeyboardInterrupt

    fake.append(act)

    assert cli("fake").code == 130


def test_the_environments_refusals_end_with_5(cli: Cli, fake: list[object]) -> None:
    def act(args: object, out: Output) -> int:
        raise EnvironmentProblem("The disk is full.", where="/data", hint="Make room.")

    fake.append(act)
    told = cli("fake")

    assert (told.code, told.err) == (5, "studio: /data: The disk is full. Make room.\n")


def test_a_reader_that_goes_away_is_no_error(recorded: str) -> None:
    words = f"{sys.executable} -m studio show last --json | head -c 1; echo ${{PIPESTATUS[0]}} >&2"
    told = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=True)

    assert told.stdout == "{"
    assert told.stderr.strip() in ("0", "141")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_behind_the_output_is_no_fault_of_the_studio(recorded: str) -> None:
    for words in ("show last --json", "export last --to jsonl -o -", "--help"):
        command = f"{sys.executable} -m studio {words} > /dev/full"
        told = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)

        assert told.stderr == "studio: The output cannot be written: the disk is full. Make room.\n"
        assert told.returncode == 5


def test_untrusted_text_cannot_drive_the_terminal() -> None:
    nasty = "a\x1b[2J\x07b\x9bc\r\u202ed\te\nf"

    assert text.painted(nasty, colour=True) == "abd\te\nf"
    assert "\x1b" not in "".join(text.table(["x"], [[nasty]], colour=False))


def test_models_cannot_drive_the_terminal_either(cli: Cli, critic: Path, tmp_path: Path) -> None:
    replies = tmp_path / "nasty.jsonl"
    replies.write_text('"\\u001b[2Jclear\\u0007"\n"good"\n')
    told = cli("run", critic, "--model", f"scripted:{replies}")

    assert told.code == 0
    for words in (("show",), ("prompts",), ("replay",), ("search", "clear"), ("sql", "SELECT outputs FROM firing")):
        shown = cli(*words)
        assert "\x1b" not in shown.out + shown.err
        assert "\x07" not in shown.out + shown.err


def test_tables_are_aligned_and_fit() -> None:
    lines = text.table(["name", "n"], [["日本", "1"], ["a" * 50, "22"]], right=[1], columns=30)

    assert [cells(line) for line in lines] == [30, 30, 30]
    assert lines[2].startswith("aaa")
    assert "…" in lines[2]


def test_long_lines_are_wrapped_under_themselves() -> None:
    made = text.wrapped_line((("cyan", "user "), ("dim", text.MARGIN), "one two three four five"), 24)

    assert ["".join(piece if isinstance(piece, str) else piece[1] for piece in line) for line in made] == [
        "user │ one two three",
        "     │ four five",
    ]


def test_main_reads_the_programs_arguments(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["studio", "--version"])

    assert main.main() == 0
    assert capsys.readouterr().out.startswith("Ganglia Studio ")
