"""Repositories anywhere on this computer: read, tried in copies and given branches, and never touched."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.nodes.git.begin import Begin
from studio.nodes.git.deliver import Deliver
from studio.nodes.git.files_at import FilesAt
from studio.nodes.git.run_in_copy import RunInCopy
from studio.nodes.tests.run import RunTests
from studio.sandbox.boxes import RunSandbox
from studio.spec import Node
from studio.support.errors import NodeError
from studio.tools.git.local import plain_branch, temporary_place
from tests.support.fake_context import run_node
from tests.support.git_repos import CALC, git, make_repo, make_script
from tests.support.untouched import make_untidy, state_of_all_files
from tests.support.workspaces import BareCommands, in_project

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
FIXED = CALC.replace("a - b", "a + b")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository that is not in the project, with files that are changed, staged, new and ignored."""
    return make_untidy(make_repo(tmp_path / "elsewhere" / "repo"))


async def ask(cls: type[Node], repo: Path | str, params: dict[str, Any] | None = None, **inputs: Any) -> Any:
    folder = Path(repo).parent / "project" if isinstance(repo, Path) else Path()
    return await run_node(cls, params or {}, {"repository": str(repo), **inputs}, in_project(folder))


async def test_the_files_are_those_of_the_commit_and_not_those_of_the_folder(repo: Path) -> None:
    out = await ask(FilesAt, repo)

    assert out.names == [".gitignore", "calc.py"]
    assert out.texts["calc.py"] == CALC != (repo / "calc.py").read_text()
    assert out.files[1] == {"source": "calc.py", "text": CALC}
    assert out.commit == git(repo, "rev-parse", "HEAD").strip()


async def test_what_is_no_text_or_secret_or_large_is_left_out_and_told(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    (repo / ".env").write_text("KEY=1")
    (repo / "a.bin").write_bytes(b"\0\1")
    (repo / "b.txt").write_bytes(b"caf\xe9")
    (repo / "c.txt").write_text("x" * 300)
    git(repo, "add", "-f", ".env", "a.bin", "b.txt", "c.txt")
    git(repo, "commit", "-qm", "More")

    out = await ask(FilesAt, repo, {"max_file_bytes": 200})

    assert out.names == [".gitignore", "calc.py"]
    assert [one["source"] for one in out.skipped] == [".env", "a.bin", "b.txt", "c.txt"]
    with pytest.raises(NodeError, match="more than 1 files"):
        await ask(FilesAt, repo, {"max_files": 1})
    with pytest.raises(NodeError, match="more than 20 bytes together"):
        await ask(FilesAt, repo, {"max_bytes": 20})


async def test_a_branch_of_one_commit_is_delivered_and_no_file_is_touched(repo: Path) -> None:
    before = state_of_all_files(repo)
    base = git(repo, "rev-parse", "HEAD").strip()

    out = await ask(
        Deliver, repo, {"author_name": "Bot", "author_email": "bot@example.org"},
        changes={"calc.py": FIXED, "new/é.txt": "ü\n", ".gitignore": None}, name="Agent/Add must: add!",
        message="Mend\n\nWhy",
    )  # fmt: skip

    assert state_of_all_files(repo) == before
    assert (out.name, out.base, out.files) == ("agent/add-must-add", base, [".gitignore", "calc.py", "new/é.txt"])
    assert git(repo, "log", "-1", "--format=%H %an %ae %s|%P", out.name).strip() == (
        f"{out.hash} Bot bot@example.org Mend|{base}"
    )
    assert git(repo, "show", f"{out.name}:calc.py") == FIXED
    assert git(repo, "ls-tree", "-r", "--name-only", "-z", out.name).split("\0")[:-1] == ["calc.py", "new/é.txt"]
    assert out.diff == git(repo, "-c", "core.quotePath=false", "diff", base, out.hash)
    git(repo, "fsck", "--strict")


def test_the_state_of_all_files_sees_each_way_to_touch_a_repository(repo: Path) -> None:
    def seen(touch: Callable[[], object]) -> bool:
        before = state_of_all_files(repo)
        touch()
        return state_of_all_files(repo) != before

    assert seen(lambda: (repo / "calc.py").write_text("x\n"))
    assert seen(lambda: (repo / "untracked.txt").unlink())
    assert seen(lambda: (repo / "ignored.log").write_text("more"))
    assert seen(lambda: git(repo, "add", "calc.py"))
    assert seen(lambda: git(repo, "symbolic-ref", "HEAD", "refs/heads/other"))
    assert seen(lambda: git(repo, "config", "a.b", "c"))
    assert not seen(lambda: git(repo, "branch", "another", "main"))


async def test_a_name_that_is_taken_gets_a_number_and_modes_stay(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    (repo / "calc.py").chmod(0o755)
    git(repo, "commit", "-qam", "Mode")
    git(repo, "branch", "fix/a")

    names = [(await ask(Deliver, repo, changes={"calc.py": FIXED}, name=name, message="m")).name
             for name in ("fix/a", "fix/a", "fix", "main")]  # fmt: skip

    assert names == ["fix/a-2", "fix/a-3", "fix-2", "main-2"]
    assert git(repo, "ls-tree", "fix/a-2", "calc.py").startswith("100755")


@pytest.mark.parametrize(
    ("wish", "name"),
    [("", "change"), ("...", "change"), ("A  b", "a-b"), ("x.lock", "x"), ("a//b/", "a/b"), ("-x", "x"),
     ("ü", "change"), ("a..b", "a-b"), ("@{", "change"), ("x" * 200, "x" * 50), ("a/.b", "a/b")],
)  # fmt: skip
def test_any_text_makes_a_name_that_git_takes(wish: str, name: str, tmp_path: Path) -> None:
    assert plain_branch(wish) == name
    git(tmp_path, "check-ref-format", "--branch", name)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({}, "nothing to commit"), ({"../x": "a"}, "leads upwards"), ({".git/hooks/x": "a"}, "belongs to git"),
     ({"/etc/x": "a"}, "is absolute"), ({"id_rsa": "a"}, "holds secrets"), ({"none.py": None}, "nothing to commit"),
     ({"calc.py": 3}, "neither a text nor null")],
)  # fmt: skip
async def test_what_cannot_be_delivered_is_refused_and_leaves_no_branch(
    repo: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(NodeError, match=said):
        await ask(Deliver, repo, changes=changes, name="x", message="m")
    assert git(repo, "branch", "--format=%(refname:short)").split() == ["main"]


async def test_a_text_that_looks_like_orders_to_git_is_only_a_text(repo: Path) -> None:
    evil = "x\ndone\ncommit refs/heads/main\nfrom refs/heads/main^0\n"

    out = await ask(Deliver, repo, changes={'a "b".py': evil}, name="x", message=f"m\n{evil}")

    assert git(repo, "show", f'{out.name}:a "b".py') == evil
    assert git(repo, "rev-parse", "main").strip() == out.base


async def test_line_ends_of_windows_do_not_make_every_line_a_change(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    (repo / ".gitattributes").write_text("*.txt text eol=crlf\n")
    (repo / "a.txt").write_bytes(b"one\r\ntwo\r\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "Windows")
    text = (await ask(FilesAt, repo)).texts["a.txt"]

    out = await ask(Deliver, repo, changes={"a.txt": text.replace("two", "three")}, name="x", message="m")

    assert text == "one\r\ntwo\r\n"
    assert [line for line in out.diff.splitlines()[4:] if line[0] in "+-"] == ["-two", "+three"]


async def test_a_command_works_on_a_copy_and_its_changes_go_on(repo: Path) -> None:
    before = state_of_all_files(repo)

    first = await ask(RunInCopy, repo, command="echo new > b.txt; rm calc.py; echo said; echo no >&2; exit 3")
    second = await ask(RunInCopy, repo, command="cat b.txt; ls", changes=first.changes)

    assert (first.output, first.exit_code, first.ok) == ("said\n\nno\n", 3, False)
    assert first.changes == {"b.txt": "new\n", "calc.py": None}
    assert (second.output, second.ok, second.changes) == ("new\nb.txt\n", True, first.changes)
    assert state_of_all_files(repo) == before


async def test_nothing_that_the_repository_names_is_run(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    canary = tmp_path / "canary"
    script = make_script(tmp_path / "script.sh", canary)
    (repo / ".gitattributes").write_text("*.py filter=evil diff=evil\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "Attributes")
    for name in ("post-checkout", "reference-transaction", "post-index-change", "pre-commit"):
        shutil.copy(script, repo / ".git" / "hooks" / name)
    for key in ("filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "core.fsmonitor", "diff.external"):
        git(repo, "config", key, str(script))

    await ask(FilesAt, repo)
    await ask(Deliver, repo, changes={"calc.py": FIXED}, name="x", message="m")
    await ask(RunInCopy, repo, command="true")

    assert not canary.exists()
    git(repo, "checkout", "-q", "x")
    assert canary.exists(), "the control: plain git runs them"


@pytest.mark.parametrize(
    ("place", "said"),
    [("", "no repository is named"), ("{tmp}/none", "there is no folder"), ("{tmp}", "belongs to no git"),
     ("~nobody-of-that-name/x", "nobody has the home folder")],
)  # fmt: skip
async def test_what_is_no_repository_is_told_in_a_sentence(tmp_path: Path, place: str, said: str) -> None:
    with pytest.raises(NodeError, match=said):
        await ask(FilesAt, place.replace("{tmp}", str(tmp_path)))


async def test_a_folder_inside_stands_for_its_repository_and_an_empty_one_is_told(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    (repo / "inner").mkdir()
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q")

    assert (await ask(FilesAt, repo / "inner")).names == [".gitignore", "calc.py"]
    with pytest.raises(NodeError, match="no commit `HEAD`"):
        await ask(FilesAt, empty)


async def test_a_bare_repository_is_told_of(tmp_path: Path) -> None:
    make_repo(tmp_path / "repo")
    git(tmp_path, "clone", "-q", "--bare", str(tmp_path / "repo"), "bare.git")

    with pytest.raises(NodeError, match="is a bare repository, without files of its own"):
        await ask(FilesAt, tmp_path / "bare.git")


async def test_a_linked_worktree_stands_for_its_repository_at_its_own_commit(repo: Path) -> None:
    linked = repo.parent / "linked"
    git(repo, "worktree", "add", "-q", str(linked), "-b", "theirs")
    (linked / "more.py").write_text("MORE = 1\n")
    git(linked, "add", "more.py")
    git(linked, "commit", "-qm", "More")
    (linked / "more.py").write_text("not committed\n")
    before = state_of_all_files(repo)

    files = await ask(FilesAt, linked)
    made = await ask(Deliver, linked, changes={"calc.py": FIXED}, name="fix", message="Fix")

    assert files.texts["more.py"] == "MORE = 1\n"
    assert git(repo, "rev-parse", "fix~1") == git(repo, "rev-parse", "theirs")
    assert made.files == ["calc.py"]
    assert (linked / "more.py").read_text() == "not committed\n"
    assert state_of_all_files(repo) == before


async def test_a_folder_cannot_claim_to_be_a_worktree_of_another_repository(repo: Path, tmp_path: Path) -> None:
    git(repo, "worktree", "add", "-q", str(tmp_path / "linked"), "-b", "theirs")
    claims = tmp_path / "claims"
    claims.mkdir()
    for told in (repo / ".git/worktrees/linked", repo / ".git", tmp_path / "none", "a\0b"):
        (claims / ".git").write_text(f"gitdir: {told}\n")

        with pytest.raises(NodeError, match=r"lie outside|not there"):
            await ask(FilesAt, claims)


async def test_links_and_submodules_are_told_and_no_file_takes_their_place(repo: Path) -> None:
    (repo / "link.py").symlink_to("calc.py")
    (repo / "up").symlink_to("..")
    git(repo, "add", "link.py", "up")
    git(repo, "update-index", "--add", "--cacheinfo", f"160000,{git(repo, 'rev-parse', 'HEAD').strip()},sub")
    git(repo, "commit", "-qm", "Links", "link.py", "up")
    tree = git(repo, "write-tree").strip()
    commit = git(repo, "commit-tree", "-m", "Submodule", tree).strip()

    out = await ask(FilesAt, repo, commit=commit)

    assert {one["source"]: one["why"] for one in out.skipped} == {
        "link.py": "is a link", "sub": "is a submodule", "up": "is a link",
    }  # fmt: skip
    for name in ("link.py", "up/x.py", "sub", "sub/x.py", "calc.py/x.py"):
        with pytest.raises(NodeError, match=r"is no (ordinary file|folder of files) in that commit"):
            await ask(Deliver, repo, commit=commit, changes={name: "x"}, name="fix", message="Fix")
    assert "fix" not in git(repo, "branch")


async def test_a_branch_in_the_way_of_a_folder_of_branches_leaves_a_plain_name(repo: Path) -> None:
    git(repo, "branch", "agent")

    made = await ask(Deliver, repo, changes={"calc.py": FIXED}, name="agent/fix", message="Fix")

    assert made.name == "agent-fix"


async def test_code_of_node_types_may_change_in_a_copy(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    (repo / "nodes").mkdir()
    (repo / "studio.toml").write_text("")
    (repo / "nodes" / "test_a.py").write_text("assert False\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "Types")

    out = await ask(RunTests, repo, changes={"nodes/test_a.py": "assert True\n"})

    assert out.passed == ["nodes/test_a.py"]


async def test_a_repository_to_practise_on_is_made_of_files() -> None:
    out = await run_node(
        Begin, {}, {"files": [{"source": "a/b.py", "text": "x = 1\n"}]}, in_project(Path())
    )  # fmt: skip
    assert out.repository == "temporary:node-0"
    made = temporary_place("01FAKERUN00000000000000000", "node-0")
    try:
        assert git(made, "show", "main:a/b.py") == "x = 1\n"
        assert git(made, "status", "--porcelain") == ""
    finally:
        shutil.rmtree(made)


async def test_tests_run_in_a_copy_and_rewritten_tests_do_not_count(repo: Path) -> None:
    before = state_of_all_files(repo)
    test = "from calc import add\n\ndef test_add():\n    assert add(2, 3) == 5\n"
    changed = {"calc.py": FIXED, "test_calc.py": test}

    passing = await ask(RunTests, repo, changes=changed)
    failing = await ask(RunTests, repo, changes={"test_calc.py": test})
    kept = await ask(RunTests, repo, {"keep": ["test_*.py"]}, changes=changed)
    extra = await ask(
        RunTests, repo, {"keep": ["test_*.py"]}, changes={"test_calc.py": "x"}, extra={"test_calc.py": test}
    )

    assert (passing.passed, passing.failed, passing.ok) == (["test_calc.py::test_add"], [], True)
    assert (failing.failed, failing.ok) == (["test_calc.py::test_add"], False)
    assert "assert add(2, 3) == 5" in failing.text
    assert (kept.results, kept.kept) == ([], ["test_calc.py"])
    assert extra.failed == ["test_calc.py::test_add"]
    assert state_of_all_files(repo) == before


async def test_tests_that_do_not_end_have_failed(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(self: BareCommands, argv: Any, **rest: Any) -> Any:
        if argv[0] != "git":
            raise NodeError("the command did not end within 1 s and was ended.", code="timeout")
        return await plain(self, argv, **rest)

    plain = BareCommands.command
    monkeypatch.setattr(BareCommands, "command", slow)

    out = await ask(RunTests, repo, only=["test_a.py"])

    assert (out.failed, out.ok) == (["test_a.py"], False)
    assert "did not end" in out.text


async def test_behind_the_boundary_the_repository_can_be_read_and_not_changed(repo: Path) -> None:
    before = state_of_all_files(repo)
    context = in_project(repo.parent)
    context._outside.sandbox = RunSandbox("test")

    out = await run_node(
        RunInCopy, {}, {"repository": str(repo), "command": f"touch '{repo}/x' 2>&1 || echo refused"}, context
    )

    if context._outside.sandbox.boundary != "none":
        assert "refused" in out.output
        assert state_of_all_files(repo) == before
