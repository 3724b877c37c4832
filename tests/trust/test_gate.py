"""A foreign graph runs only after its hash was approved; nothing in a file, a trace or a project approves itself."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path

import pytest

from studio import Graph, arun, run
from studio.engine.recorded import RecordedEffects
from studio.replay.changes import Changes
from studio.replay.continuing import fork, resume
from studio.support.resources import bundled_graphs
from studio.support.values import hash_bytes
from studio.trace import Trace
from studio.trust import gate
from studio.trust.approvals import Approvals
from studio.trust.gate import NotApproved, is_bundled, may_run, require_approval
from studio.trust.seals import is_sealed, seal
from studio.trust.survey import Survey, survey
from tests.support.approving import hashes_of
from tests.trust.toys import SENT, toy_registry

TYPES = toy_registry()
GRAPH = """
studio: 1
name: stranger
nodes:
  work: {type: trust.code, code: "import os"}
  result: {type: flow.output}
edges:
  - work.out -> result.value
"""


@pytest.fixture(autouse=True)
def nothing_sent() -> None:
    SENT.clear()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "stranger.yaml"
    path.write_text(GRAPH)
    return path


def hash_of(file: Path) -> str:
    return hashes_of(file, registry=TYPES)[0]


# -- asked before anything runs ------------------------------------------------------------------


def test_a_graph_from_a_file_is_refused_with_all_that_would_run(file: Path) -> None:
    with pytest.raises(NotApproved) as refused:
        run(file, registry=TYPES)

    assert SENT == []
    assert refused.value.exit_code == 2
    assert "work (trust.code)" in str(refused.value)
    assert "import os" in str(refused.value)
    assert hash_of(file) in str(refused.value)
    assert refused.value.details["nodes"][0]["permissions"][0]["what"] == "import os"


def test_control_without_the_check_the_same_file_would_run(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.engine.run.require_approval", lambda *args: None)

    assert run(file, registry=TYPES).status == "ok"
    assert SENT == ["import os"]


def test_an_approved_hash_lets_it_run_once(file: Path) -> None:
    assert run(file, registry=TYPES, approve=[hash_of(file)]).status == "ok"
    with pytest.raises(NotApproved):
        run(file, registry=TYPES)


def test_an_approval_in_the_profile_lets_it_run_from_now_on(file: Path) -> None:
    Approvals().remember(hash_of(file), "stranger", "test")

    assert run(file, registry=TYPES).status == "ok"
    Approvals().revoke(hash_of(file))
    with pytest.raises(NotApproved):
        run(file, registry=TYPES)


def test_one_changed_byte_of_code_is_asked_again(file: Path) -> None:
    Approvals().remember(hash_of(file), "stranger", "test")
    file.write_text(GRAPH.replace("import os", "import oz"))

    with pytest.raises(NotApproved):
        run(file, registry=TYPES)
    assert SENT == []


def test_other_layout_and_titles_are_not_asked_again(file: Path) -> None:
    Approvals().remember(hash_of(file), "stranger", "test")
    file.write_text(GRAPH.replace("{type: trust.code", "{type: trust.code, title: Hi") + "layout: {work: [3, 4]}\n")

    assert run(file, registry=TYPES).status == "ok"


@pytest.mark.parametrize(
    "claim",
    [
        "approved: true\n",
        "trust: all\n",
        "approvals: {HASH: {name: me, when: now, how: me}}\n",
        "needs_approval: false\n",
    ],
)
def test_a_file_that_claims_its_own_trust_is_asked_all_the_same(file: Path, claim: str) -> None:
    claimed = claim.replace("HASH", hash_of(file))
    file.write_text(GRAPH + claimed)
    (file.parent / "approvals.json").write_text(
        json.dumps({"version": 1, "approved": {hash_of(file): {"name": "x", "when": "", "how": ""}}})
    )
    (file.parent / "studio.toml").write_text(f'approve = ["{hash_of(file)}"]\n')

    with pytest.raises(NotApproved):
        run(file, registry=TYPES)


def test_text_counts_as_a_file_and_a_graph_made_in_python_is_the_callers_own(tmp_path: Path) -> None:
    with pytest.raises(NotApproved):
        run(Graph.from_text(GRAPH), registry=TYPES)
    own = Graph("own")
    own.add("trust.code", "work", code="mine")

    assert run(own, registry=TYPES).status == "ok"


def test_an_own_graph_that_includes_a_strangers_file_is_asked_for_that(file: Path) -> None:
    own = Graph("own", base=file.parent)
    own.add("flow.subgraph", "part", graph="./stranger.yaml")

    with pytest.raises(NotApproved, match="import os"):
        run(own, registry=TYPES)


def test_nodes_of_a_file_put_into_another_graph_are_still_the_files(file: Path) -> None:
    own = Graph("own")
    own.nodes.update(Graph.load(file).nodes)

    with pytest.raises(NotApproved):
        run(own, registry=TYPES)


# -- recorded runs -------------------------------------------------------------------------------


def test_a_replay_asks_for_nothing_and_does_nothing(file: Path, tmp_path: Path) -> None:
    text = GRAPH.replace('trust.code, code: "import os"', "trust.page")
    graph = Graph.from_text(text.replace("work.out", "work.text"))
    run(graph, registry=TYPES, db=tmp_path / "t.db")
    with Trace(tmp_path / "t.db") as trace:
        recorded = RecordedEffects.from_trace(trace)
        again = Graph.from_text(trace.graph_text("last"))

    assert run(again, registry=TYPES, recorded=recorded, db=tmp_path / "u.db").status == "ok"


FAILS = """
studio: 1
name: fails
nodes:
  zero: {type: flow.input, value: 0}
  work: {type: trust.code, code: "import os"}
  bad: {type: math.expression, expression: "1 / x"}
  result: {type: flow.output}
edges:
  - work.out -> result.value
  - zero.value -> bad.x
  - work.done -> bad.when
"""


def stranger_trace(tmp_path: Path, name: str = "stranger") -> Path:
    """A trace with a failed run, as a stranger would send it: this profile approved nothing."""
    text = FAILS.replace("name: fails", f"name: {name}")
    db = tmp_path / "from_elsewhere.db"
    graph = Graph.from_text(text)
    assert run(graph, registry=TYPES, db=db, approve=hashes_of(graph, registry=TYPES)).status == "failed"
    SENT.clear()
    return db


@pytest.mark.parametrize("name", ["stranger", '""'])
def test_resuming_a_strangers_trace_is_asked(tmp_path: Path, name: str) -> None:
    db = stranger_trace(tmp_path, name)

    with pytest.raises(NotApproved):
        resume(db, registry=TYPES)
    with pytest.raises(NotApproved):
        fork(db, registry=TYPES, changes=Changes(params={"bad": {"expression": "x"}}))
    with pytest.raises(NotApproved):
        fork(db, registry=TYPES, changes=Changes(redo=frozenset({"work"})))
    assert SENT == []


def test_what_a_person_changes_in_a_fork_of_an_approved_graph_is_their_own(tmp_path: Path) -> None:
    db = stranger_trace(tmp_path)
    with Trace(db) as trace:
        approved = hashes_of(Graph.from_text(trace.graph_text("last")), registry=TYPES)

    fork(db, registry=TYPES, changes=Changes(params={"work": {"code": "print()"}}), approve=approved)

    assert SENT == ["print()"]


# -- what ships with us --------------------------------------------------------------------------


@pytest.mark.parametrize("path", bundled_graphs(), ids=lambda path: path.stem)
def test_graphs_that_ship_with_the_studio_may_run(path: Path) -> None:
    assert may_run(Graph.load(path), TYPES)


def test_a_copy_of_a_bundled_graph_may_run_and_one_with_another_constant_may_not(tmp_path: Path) -> None:
    [path] = [one for one in bundled_graphs() if one.stem == "inbox_triage"]
    copy = Graph.load(path)
    copy.layout = {}
    copy.comments = {}
    copy.save(tmp_path / "copy.yaml")
    assert may_run(Graph.load(tmp_path / "copy.yaml"), TYPES)

    changed = Graph.load(tmp_path / "copy.yaml")
    changed.about = "something else"
    changed.save(tmp_path / "copy.yaml")
    loaded = Graph.load(tmp_path / "copy.yaml")
    assert survey(loaded, TYPES).hash == survey(Graph.load(path), TYPES).hash  # it may do the same
    assert not may_run(loaded, TYPES)
    assert not is_bundled(loaded)


def test_only_files_that_name_the_nodes_of_a_graph_are_read_as_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(gate, "_meaning_of_file", lambda path, _: read.append(path.stem))

    assert not is_bundled(Graph.from_text(GRAPH.replace("work", "nobody_calls_a_node_so")))
    assert read == []

    assert not is_bundled(Graph.load(next(one for one in bundled_graphs() if one.stem == "inbox_triage")))
    assert "inbox_triage" in read, "the control: where all nodes are named, the whole graph is looked at"


# -- the file of approvals -----------------------------------------------------------------------


def test_approvals_are_kept_in_the_profile_for_its_owner_only(own_home: Path) -> None:
    approvals = Approvals()
    approvals.remember("a" * 40, "graph", "test", "x.yaml")

    assert approvals.path == own_home / "approvals.json"
    assert stat.S_IMODE(approvals.path.stat().st_mode) == 0o600
    assert Approvals().all()["a" * 40].name == "graph"
    assert not approvals.revoke("b" * 40)


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "null", '{"approved": []}', "\xff", '{"approved": {"%s": true}}' % ("a" * 40), "[" * 100_000],
)
def test_a_damaged_file_approves_nothing_and_is_told(own_home: Path, content: str) -> None:
    path = own_home / "approvals.json"
    path.write_bytes(content.encode("latin-1"))
    approvals = Approvals()

    assert approvals.all() == {}
    assert not approvals.has("a" * 40)
    assert str(path) in approvals.problem
    approvals.remember("b" * 40, "graph", "test")
    assert approvals.has("b" * 40)
    assert approvals.problem == ""
    assert (own_home / "approvals.damaged.json").read_bytes() == content.encode("latin-1")


def test_a_damaged_entry_costs_no_other(own_home: Path) -> None:
    good = {"name": "x", "when": "", "how": ""}
    (own_home / "approvals.json").write_text(
        json.dumps({"approved": {"a" * 40: good, "b" * 40: [], "short": good, "c" * 40: {"name": 3}}})
    )

    assert list(Approvals().all()) == ["a" * 40]
    assert "no approvals" in Approvals().problem


def test_a_refusal_says_that_the_file_is_damaged(own_home: Path, file: Path) -> None:
    (own_home / "approvals.json").write_text("{")

    with pytest.raises(NotApproved, match="is damaged"):
        run(file, registry=TYPES)


def test_threads_that_approve_at_once_leave_a_whole_file() -> None:
    approvals = Approvals()

    def work(number: int) -> None:
        for step in range(5):
            approvals.remember(hash_bytes(f"{number} {step}".encode()), "g", "test")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert approvals.problem == ""
    assert len(approvals.all()) == 20


def test_a_seal_is_known_again_in_its_profile_only(own_home: Path, tmp_path: Path) -> None:
    made = seal(b"said")

    assert is_sealed(b"said", made)
    assert not is_sealed(b"something else", made)
    assert not is_sealed(b"said", "")
    assert not is_sealed(b"said", made, tmp_path / "other.key")
    assert stat.S_IMODE((own_home / "seal.key").stat().st_mode) == 0o600
    (own_home / "seal.key").write_bytes(b"damaged")
    assert not is_sealed(b"said", made)


def test_nothing_asked_is_nothing_refused() -> None:
    require_approval(Graph.from_text("studio: 1\nnodes: {}\n"), Survey("x", (), "0" * 40))


def test_the_check_stands_before_anything_else_of_a_run(file: Path, tmp_path: Path) -> None:
    """No trace is begun, no model is made, for a graph that is refused."""
    with pytest.raises(NotApproved):
        run(file, registry=TYPES, db=tmp_path / "never.db", model="scripted:missing.jsonl")

    assert not (tmp_path / "never.db").exists()
    assert arun.__kwdefaults__ is not None
    assert arun.__kwdefaults__["approve"] == ()


@pytest.mark.parametrize("name", ["", "<text>", "anything"])
def test_a_text_is_foreign_whatever_it_is_called(name: str) -> None:
    with pytest.raises(NotApproved):
        run(Graph.from_text(GRAPH, name=name), registry=TYPES)
