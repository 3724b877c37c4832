"""The node types of git tell and change what is in a repository, as git itself sees it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from studio import Trace, run
from studio.nodes.files.write import Write
from studio.nodes.git.branch import Branch
from studio.nodes.git.commit import Commit
from studio.nodes.git.diff import Diff
from studio.nodes.git.log import Log
from studio.nodes.git.show import Show
from studio.nodes.git.status import Status
from studio.nodes.git.worktree import Worktree
from studio.replay.verify import verify
from studio.sandbox import boundaries
from studio.sandbox.boxes import RunSandbox
from studio.spec import ANY, Node, Permission
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from studio.tools.patches import apply_diff
from studio.trace.writer import close_writer
from tests.support.approving import hashes_of
from tests.support.fake_context import present, run_node
from tests.support.git_repos import CALC, git, make_repo
from tests.support.thorough import thorough_but
from tests.support.workspaces import BareCommands, ProjectOutside, in_project

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
FIXED = CALC.replace("a - b", "a + b")
CHANGING = (Commit, Branch, Worktree)
REQUESTS: dict[type[Node], dict[str, Any]] = {
    Status: {}, Diff: {}, Log: {}, Show: {}, Commit: {"message": "m"}, Branch: {"name": "b"}, Worktree: {"name": "w"},
}  # fmt: skip


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "project")


def change(repo: Path) -> None:
    (repo / "calc.py").write_text(FIXED)
    (repo / "new é.txt").write_text("new\n")
    (repo / "x.log").write_text("ignored")


async def ask(cls: type[Node], repo: Path, params: dict[str, Any] | None = None, **inputs: Any) -> Any:
    return await run_node(cls, params or {}, inputs, in_project(repo))


async def test_status_tells_what_changed(repo: Path) -> None:
    assert (await ask(Status, repo)).clean
    change(repo)
    git(repo, "mv", ".gitignore", "ignore")
    (repo / ".gitignore").write_text("*.log\n")

    out = await ask(Status, repo)

    assert out.text.split("\n") == [
        "modified calc.py", "renamed ignore", "untracked .gitignore", "untracked new é.txt",
    ]  # fmt: skip
    assert (out.branch, out.clean, out.commit) == ("main", False, git(repo, "rev-parse", "HEAD").strip())
    assert out.files[1] == {"name": "ignore", "state": "renamed", "staged": True, "before": ".gitignore"}


async def test_a_diff_of_the_files_has_the_new_ones_and_turns_the_commit_into_them(repo: Path) -> None:
    change(repo)
    (repo / ".env").write_text("KEY=1")

    out = await ask(Diff, repo)

    assert apply_diff(out.diff, {"calc.py": CALC}.get).files == {"calc.py": FIXED, "new é.txt": "new\n"}
    assert "KEY" not in out.diff


async def test_a_diff_between_commits_is_that_of_git(repo: Path) -> None:
    change(repo)
    git(repo, "commit", "-qam", "Mend")

    out = await ask(Diff, repo, base="HEAD~1", to="main")

    assert out.diff == git(repo, "diff", "HEAD~1", "HEAD")
    assert out.differs


async def test_a_repository_without_commits_is_asked_and_committed_to(tmp_path: Path) -> None:
    repo = tmp_path / "project"
    repo.mkdir()
    git(repo, "init", "-q", "-b", "main")
    (repo / "a.txt").write_text("a\n")

    assert (await ask(Status, repo)).commit == ""
    assert "+a\n" in (await ask(Diff, repo)).diff
    assert (await ask(Commit, repo, message="Begin")).hash == git(repo, "rev-parse", "HEAD").strip()


async def test_the_log_lists_commits_newest_first(repo: Path) -> None:
    change(repo)
    git(repo, "commit", "-qam", "Mend")

    out = await ask(Log, repo)

    assert [(one["subject"], one["body"]) for one in out.commits] == [("Mend", ""), ("Begin", "With a body.")]
    assert out.commits[0]["author"] == "Ann"
    assert out.text.endswith("2024-01-02 Begin")
    assert (await ask(Log, repo, {"max_commits": 1})).length == 1


async def test_a_commit_and_a_file_of_a_commit_are_shown(repo: Path) -> None:
    change(repo)

    assert "+    return a - b" in (await ask(Show, repo)).text
    assert (await ask(Show, repo, name="calc.py")).text == CALC
    with pytest.raises(NodeError, match="git cat-file"):
        await ask(Show, repo, name="none.py")


async def test_a_commit_takes_all_that_changed_but_secrets(repo: Path) -> None:
    change(repo)
    (repo / ".env").write_text("KEY=1")
    before = git(repo, "rev-parse", "HEAD").strip()

    out = await ask(Commit, repo, {"author_name": "Bot", "author_email": "bot@example.org"}, message="Mend add\n\nWhy")

    assert (out.files, out.left_out) == (["calc.py", "new é.txt"], [".env"])
    assert git(repo, "log", "-1", "--format=%H %an %ae %s|%P").strip() == (
        f"{out.hash} Bot bot@example.org Mend add|{before}"
    )
    assert git(repo, "show", "HEAD:calc.py") == FIXED
    assert "hash" not in present(await ask(Commit, repo, message="Nothing"))


async def test_a_commit_of_some_names_leaves_the_others_and_what_was_staged(repo: Path) -> None:
    change(repo)
    (repo / "staged.txt").write_text("s")
    git(repo, "add", "staged.txt")
    (repo / "gone.txt").write_text("g")

    out = await ask(Commit, repo, message="m", names=["calc.py"])

    assert out.files == ["calc.py"]
    assert git(repo, "show", "--name-only", "--format=", "HEAD").split() == ["calc.py"]
    assert "A  staged.txt" in git(repo, "status", "--short")


async def test_secrets_that_somebody_committed_are_not_shown(repo: Path) -> None:
    (repo / ".env").write_text("KEY=1\n")
    change(repo)
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "Oops")
    (repo / ".env").write_text("KEY=2\n")
    (repo / "calc.py").write_text(CALC)

    shown, diff = await ask(Show, repo), await ask(Diff, repo)

    assert "KEY" in git(repo, "show")
    assert "KEY" not in shown.text + diff.diff
    assert "+    return a + b" in shown.text
    assert "+    return a - b" in diff.diff
    with pytest.raises(NodeError, match="not for nodes"):
        await ask(Show, repo, name=".env")


@pytest.mark.parametrize("action", ["add", "remove"])
async def test_a_link_at_the_place_of_a_worktree_is_refused(action: str, repo: Path, tmp_path: Path) -> None:
    (tmp_path / "beside").mkdir()
    (repo / ".studio" / "worktrees").mkdir(parents=True)
    (repo / ".studio" / "worktrees" / "w").symlink_to(tmp_path / "beside")

    with pytest.raises(NodeError, match="link"):
        await ask(Worktree, repo, {"action": action}, name="w")

    assert list((tmp_path / "beside").iterdir()) == []


async def test_deleted_files_are_committed(repo: Path) -> None:
    (repo / "calc.py").unlink()

    await ask(Commit, repo, message="Away")

    assert git(repo, "ls-files").split() == [".gitignore"]


async def test_a_branch_begins_and_is_checked_out_with_the_changes(repo: Path) -> None:
    change(repo)

    out = await ask(Branch, repo, name="fix/add")
    await ask(Branch, repo, {"switch": False}, name="other")

    assert out.hash == git(repo, "rev-parse", "main").strip()
    assert git(repo, "branch", "--show-current").strip() == "fix/add"
    assert (repo / "calc.py").read_text() == FIXED
    assert git(repo, "rev-parse", "other").strip() == out.hash
    with pytest.raises(NodeError, match="already exists"):
        await ask(Branch, repo, name="main")


async def test_a_worktree_is_worked_in_apart_and_removed(repo: Path) -> None:
    out = await ask(Worktree, repo, name="attempt_1", branch="fix")
    ctx = in_project(repo)
    await run_node(Write, {}, {"name": "calc.py", "content": FIXED, "folder": out.folder}, ctx)
    made = await run_node(Commit, {}, {"message": "Mend", "folder": out.folder}, ctx)

    assert out.folder == ".studio/worktrees/attempt_1"
    assert (repo / "calc.py").read_text() == CALC
    assert git(repo, "rev-parse", "fix").strip() == made.hash
    assert git(repo, "status", "--short") == ""
    await ask(Worktree, repo, {"action": "remove"}, name="attempt_1")
    assert not (repo / ".studio" / "worktrees" / "attempt_1").exists()
    assert git(repo, "show", "fix:calc.py") == FIXED


async def test_in_a_folder_of_the_repository_names_are_relative_to_it(repo: Path) -> None:
    (repo / "src").mkdir()
    (repo / "src" / "a.py").write_text("a\n")
    change(repo)

    assert (await ask(Status, repo, {"folder": "src"})).text == "untracked a.py"
    assert apply_diff((await ask(Diff, repo, {"folder": "src"})).diff, lambda _: None).files == {"a.py": "a\n"}
    assert (await ask(Commit, repo, {"folder": "src"}, message="a")).files == ["a.py"]
    assert (await ask(Show, repo, {"folder": "src"}, name="a.py")).text == "a\n"
    assert (await ask(Log, repo, {"folder": "src"})).length == 1


@pytest.mark.parametrize("name", ["--output=x", "-x", "HEAD:calc.py", "a b", "a..b", ":/x", "", "x" * 300])
async def test_a_commit_is_named_plainly_and_is_no_option(repo: Path, name: str) -> None:
    for cls, port in ((Diff, "base"), (Log, "start"), (Show, "commit"), (Worktree, "start")):
        if name == "a..b" and cls is not Worktree:
            continue
        inputs: dict[str, Any] = {port: name, **({"name": "w"} if cls is Worktree else {})}
        with pytest.raises(NodeError):
            await run_node(cls, {}, inputs, in_project(repo))
    assert not (repo / "x").exists()


def test_plain_git_takes_such_a_name_for_an_option(repo: Path) -> None:
    """Control: a diff of this name writes a file."""
    git(repo, "diff", "--output=x")

    assert (repo / "x").exists()


@pytest.mark.parametrize("name", ["-f", "a..b", "a.lock", "HEAD", "a/", "a/.b", "a//b", "@{-1}", "a b", "a@{1}"])
async def test_a_branch_has_a_plain_name(repo: Path, name: str) -> None:
    with pytest.raises(NodeError, match="no name for a branch"):
        await ask(Branch, repo, name=name)


@pytest.mark.parametrize("name", ["../x", "a/b", "-f", "CON", "a.b", ""])
async def test_a_worktree_has_a_short_plain_name(repo: Path, name: str) -> None:
    with pytest.raises(NodeError, match="no name for a worktree"):
        await ask(Worktree, repo, name=name)


@pytest.mark.parametrize("names", [[".git/config"], ["../x"], ["C:x"]])
async def test_names_to_commit_are_checked(repo: Path, names: list[str]) -> None:
    change(repo)
    with pytest.raises(NodeError):
        await ask(Commit, repo, message="m", names=names)


async def test_without_a_repository_or_without_git_one_sentence_says_so(tmp_path: Path, repo: Path) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(NodeError, match="belongs to no git repository in the project"):
        await ask(Status, tmp_path / "plain")

    class NoGit(BareCommands):
        async def command(self, argv: Any, **rest: Any) -> Any:
            return await super().command(["no-such-git", *argv[1:]], **rest)

    ctx = in_project(repo)
    ctx._outside = ProjectOutside(repo, NoGit())
    with pytest.raises(NodeError, match="the program `git` is not to be had"):
        await run_node(Status, {}, {}, ctx)


async def test_a_git_that_takes_no_settings_from_the_environment_is_refused(repo: Path) -> None:
    class OldGit(BareCommands):
        async def command(self, argv: Any, *, variables: Any = None, **rest: Any) -> Any:
            kept = {name: value for name, value in variables.items() if not name.startswith("GIT_CONFIG_")}
            return await super().command(argv, variables=kept, **rest)

    ctx = in_project(repo)
    ctx._outside = ProjectOutside(repo, OldGit())
    with pytest.raises(NodeError, match=r"too old to be kept.* Install git 2\.31"):
        await run_node(Status, {}, {}, ctx)


async def test_what_git_says_is_told_without_the_path_of_the_machine(repo: Path) -> None:
    with pytest.raises(NodeError) as refusal:
        await ask(Worktree, repo, name="w", start="nothing")

    assert "git worktree: " in str(refusal.value)
    assert str(repo) not in str(refusal.value)


@pytest.mark.parametrize("cls", REQUESTS, ids=lambda cls: cls.spec.type)
async def test_all_is_asked_as_one_effect_and_permitted_by_folder(cls: type[Node], repo: Path) -> None:
    change(repo)
    ctx = in_project(repo)

    await run_node(cls, {}, REQUESTS[cls], ctx)

    (effect,) = ctx.effects
    assert (effect.kind, effect.irreversible, effect.outbound) == ("git", cls in CHANGING, False)
    assert str(repo) not in str(effect.request)
    kind: Any = "write" if cls in CHANGING else "read"
    params = parse_params(cls.Params, {"folder": "src"})[0]
    assert next(iter(cls.permissions(params, []))) == Permission(
        kind, "src", next(iter(cls.permissions(params, []))).note
    )
    assert next(iter(cls.permissions(params, ["folder"]))).what == ANY
    assert not any(one.is_outbound for one in cls.permissions(params, []))


GRAPH = """
studio: 1
name: committing
nodes:
  status: {type: git.status}
  message: {type: text.constant, text: Mend}
  commit: {type: git.commit}
  result: {type: flow.output}
edges:
  - status.done -> commit.when
  - message.text -> commit.message
  - commit.files -> result.value
"""


def test_a_run_in_the_real_sandbox_commits_and_its_replay_calls_nothing(repo: Path, tmp_path: Path) -> None:
    change(repo)
    (repo / "committing.yaml").write_text(GRAPH)
    db = tmp_path / "trace.db"

    result = run(repo / "committing.yaml", db=db, approve=hashes_of(repo / "committing.yaml"))
    close_writer(db)

    assert result.error is None, result.error
    assert result.outputs == {"result": ["calc.py", "committing.yaml", "new é.txt"]}
    assert git(repo, "log", "-1", "--format=%s %an").strip() == "Mend Ganglia Studio"
    shutil.rmtree(repo)
    with Trace(db) as trace:
        made = verify(trace)
    assert (made.difference, made.effects) == (None, 2)
    assert not repo.exists()


@pytest.mark.parametrize("wish", thorough_but("none".__ne__, ["bubblewrap", "landlock", "none"]))
async def test_git_works_within_every_boundary(wish: str, repo: Path) -> None:
    if wish != "none" and boundaries.missing(wish):  # type: ignore[arg-type]
        pytest.skip(boundaries.missing(wish))  # type: ignore[arg-type]
    ctx = in_project(repo)
    ctx._outside = ProjectOutside(repo, RunSandbox("graph", wish=wish))
    change(repo)

    assert (await run_node(Status, {}, {}, ctx)).text == "modified calc.py\nuntracked new é.txt"
    assert "new é.txt" in (await run_node(Diff, {}, {}, ctx)).diff
    tree = await run_node(Worktree, {}, {"name": "w", "branch": "fix"}, ctx)
    await run_node(Write, {}, {"name": "calc.py", "content": FIXED, "folder": tree.folder}, ctx)
    made = await run_node(Commit, {}, {"message": "Mend", "folder": tree.folder}, ctx)
    await run_node(Worktree, {"action": "remove"}, {"name": "w"}, ctx)
    await run_node(Branch, {}, {"name": "topic"}, ctx)
    await run_node(Commit, {}, {"message": "On topic"}, ctx)

    assert git(repo, "rev-parse", "fix").strip() == made.hash
    assert git(repo, "log", "--format=%s", "topic").split("\n")[0] == "On topic"
