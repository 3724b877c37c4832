"""What leaves after untrusted and private texts met is approved request by request, by a person, in its exact form."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace, run
from studio.engine.recorded import RecordedEffects
from studio.models.scripted import Scripted
from studio.replay.continuing import resume
from studio.spec.calls import HumanCall, NobodyThere
from tests.support.approving import hashes_of
from tests.trust import toys
from tests.trust.test_labels import meeting
from tests.trust.toys import SENT, toy_registry

TYPES = toy_registry()


class Person:
    """Says what a test wants, and remembers what was asked."""

    deterministic_order = False

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[HumanCall] = []

    async def ask(self, call: HumanCall) -> str:
        self.asked.append(call)
        if not self.answers:
            raise NobodyThere("nobody is there")
        return self.answers.pop(0)


@pytest.fixture(autouse=True)
def nothing_sent() -> None:
    SENT.clear()


def play(graph: Graph, person: Person, db: Path, *replies: str, **more: Any) -> Any:
    return run(graph, registry=TYPES, model=Scripted(list(replies)), human=person, db=db, **more)


def approvals(db: Path, run_id: str = "last") -> list[Any]:
    with Trace(db) as trace:
        return [effect for effect in trace.effects(run_id) if effect.kind == "approval"]


@pytest.mark.parametrize(("untrusted", "private", "outbound"), list(itertools.product([False, True], repeat=3)))
def test_of_eight_combinations_the_one_with_all_three_asks(
    tmp_path: Path, untrusted: bool, private: bool, outbound: bool
) -> None:
    person = Person("yes")
    graph = meeting(untrusted=untrusted, private=private, outbound=outbound)

    result = play(graph, person, tmp_path / "t.db", "The code is 4711.")

    assert result.status == "ok", result.error
    assert len(person.asked) == (untrusted and private and outbound)
    assert len(SENT) == outbound


def whole() -> Graph:
    return meeting(untrusted=True, private=True, outbound=True)


MAY = hashes_of(whole(), registry=TYPES)


def test_the_question_shows_the_whole_request_with_every_sign_of_it(tmp_path: Path) -> None:
    person = Person("yes")
    text = "x" * 20_000 + "\u202eend\u200b"

    play(whole(), person, tmp_path / "t.db", text)

    [asked] = person.asked
    assert "x" * 20_000 + "‹U+202E RIGHT-TO-LEFT OVERRIDE›end‹U+200B ZERO WIDTH SPACE›" in asked.question
    assert "post.example" in asked.question
    assert asked.choices == ("no", "yes")
    assert asked.default is None
    assert len(SENT) == 1
    assert SENT[0]["text"] == text


def test_the_answer_is_recorded_with_the_request_and_its_hash(tmp_path: Path) -> None:
    play(whole(), Person("yes"), tmp_path / "t.db", "hello")

    [effect] = approvals(tmp_path / "t.db")
    assert effect.request["request"] == {"to": "post.example", "text": "hello"}
    assert len(effect.request["hash"]) == 40
    assert effect.response["approved"] is True


def test_no_means_that_nothing_is_sent_and_the_node_fails(tmp_path: Path) -> None:
    result = play(whole(), Person("no"), tmp_path / "t.db", "hello")

    assert SENT == []
    assert result.status == "failed"
    assert result.error["code"] == "not_approved"


def test_control_without_the_flag_it_is_sent_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.engine.prepared.guarded_nodes", lambda *args: frozenset())
    person = Person("no")

    result = play(whole(), person, tmp_path / "t.db", "hello")

    assert (result.status, person.asked) == ("ok", [])
    assert SENT == [{"to": "post.example", "text": "hello"}]


def test_the_same_request_is_asked_once_in_a_run(tmp_path: Path) -> None:
    graph = whole()
    graph.nodes["end"].params["times"] = 3
    person = Person("yes", "no")

    result = play(graph, person, tmp_path / "t.db", "hello")

    assert result.status == "ok"
    assert len(person.asked) == 1
    assert len(SENT) == 3
    assert [effect.origin for effect in approvals(tmp_path / "t.db")] == ["executed", "cached", "cached"]


def looping() -> Graph:
    """The model is asked at two ticks; what it says is sent each time."""
    graph = whole()
    graph.connect("model.text", "model.again", feedback={"initial": ""})
    graph.nodes["model"].params["instructions"] = "Answer {page} from {mails}. {again}"
    graph.max_ticks = 2
    return graph


def test_changed_arguments_are_asked_again_and_a_no_stops_those_only(tmp_path: Path) -> None:
    person = Person("yes", "no")

    result = play(looping(), person, tmp_path / "t.db", "hello", "hello, and the code is 4711")

    assert len(person.asked) == 2
    assert "4711" in person.asked[1].question
    assert SENT == [{"to": "post.example", "text": "hello"}]
    assert result.status == "failed"


def test_control_unchanged_arguments_are_not(tmp_path: Path) -> None:
    person = Person("yes")

    result = play(looping(), person, tmp_path / "t.db", "hello", "hello")

    assert len(person.asked) == 1
    assert len(SENT) == 2
    assert result.status == "ok"


def test_where_nobody_is_there_the_run_pauses_and_is_gone_on_with(tmp_path: Path) -> None:
    db = tmp_path / "t.db"
    result = play(whole(), Person(), db, "hello")

    assert (result.status, result.ended, result.exit_code) == ("paused", "limit:human", 3)
    assert SENT == []
    assert "approve" in result.error["message"]

    person = Person("yes")
    again = resume(db, registry=TYPES, model=Scripted([]), human=person, approve=MAY)
    assert again.status == "ok", again.error
    assert len(person.asked) == 1
    assert len(SENT) == 1


def test_an_answers_file_answers(tmp_path: Path) -> None:
    answers = tmp_path / "answers.txt"
    answers.write_text("yes\n")

    result = run(whole(), registry=TYPES, model=Scripted(["hello"]), answers=answers, db=tmp_path / "t.db")

    assert result.status == "ok", result.error
    assert len(SENT) == 1


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_replay_asks_nobody_and_sends_nothing(tmp_path: Path, answer: str) -> None:
    db = tmp_path / "t.db"
    first = play(whole(), Person(answer), db, "hello")
    SENT.clear()
    with Trace(db) as trace:
        recorded = RecordedEffects.from_trace(trace)

    again = run(whole(), registry=TYPES, recorded=recorded, db=tmp_path / "u.db")

    assert (again.status, SENT) == (first.status, [])


def test_a_run_recorded_before_there_were_questions_replays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = tmp_path / "t.db"
    with monkeypatch.context() as before:
        before.setattr("studio.engine.prepared.guarded_nodes", lambda *args: frozenset())
        play(whole(), Person(), db, "hello")
    SENT.clear()
    with Trace(db) as trace:
        recorded = RecordedEffects.from_trace(trace)

    again = run(whole(), registry=TYPES, recorded=recorded, db=tmp_path / "u.db")

    assert (again.status, SENT) == ("ok", [])


class Dead(list[Any]):
    """A line over which nothing goes out."""

    def append(self, item: Any) -> None:
        raise OSError("the line is dead")


def approved_but_not_sent(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(toys, "SENT", Dead())
        assert play(whole(), Person("yes"), db, "hello").status == "failed"
    assert SENT == []


def test_an_approval_that_another_profile_gave_does_not_count(
    tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trace from a stranger says "approved", and the request was not sent yet."""
    approved_but_not_sent(tmp_path / "t.db", monkeypatch)
    (own_home / "seal.key").write_bytes(b"k" * 32)  # another profile

    again = resume(tmp_path / "t.db", registry=TYPES, model=Scripted([]), human=Person("yes"), approve=MAY)

    assert again.status == "failed"
    assert "not by this profile" in str(again.error)
    assert SENT == []


def test_control_in_the_same_profile_the_approval_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    approved_but_not_sent(tmp_path / "t.db", monkeypatch)
    person = Person()

    again = resume(tmp_path / "t.db", registry=TYPES, model=Scripted([]), human=person, approve=MAY)

    assert again.status == "ok", again.error
    assert person.asked == []
    assert len(SENT) == 1


def test_nodes_that_are_on_no_such_way_are_not_looked_at(tmp_path: Path) -> None:
    """Zero cost: the plan says no, and the question's module is not even asked."""
    graph = meeting(untrusted=True, private=False, outbound=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("studio.engine.approving.require_yes", None)
        assert play(graph, Person(), tmp_path / "t.db", "hello").status == "ok"
    assert len(SENT) == 1
