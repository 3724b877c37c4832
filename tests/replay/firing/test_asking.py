"""Model calls are told in rounds, with the checks that each answer kept and violated."""

from __future__ import annotations

from typing import Any

from studio.replay.firing.asking import ANSWER, BLANK, JUDGE, Asking, Verdict, asking_of
from studio.replay.firing.prompts import cells_of, messages_of, settings_of
from studio.support.resources import resource_root
from studio.trace import Trace
from tests.replay.firing.conftest import Stand


def asked(stand: Stand, node: str, tick: str) -> Asking:
    """What a firing of the workshop asked."""
    trace = stand.trace
    firing = next(trace.firings("last", node, tick))
    spot = stand.spot(node)
    assert spot is not None
    params = stand.document.ports(spot.at, spot.name).params
    return asking_of(list(trace.effects("last", firing=firing.id)), firing.status, params, trace.outputs(firing))


def states(verdicts: tuple[Verdict, ...]) -> dict[str, str]:
    """The verdicts, by check."""
    return {one.check: one.state for one in verdicts}


def test_each_answer_has_its_verdicts(workshop: Stand) -> None:
    first, second, third = asked(workshop, "writer", "0").rounds

    assert states(first.verdicts) == {"short": "violated", "calm": "violated", "kind": "not reached"}
    assert first.verdicts[0].message == "Use at most four words."
    assert states(second.verdicts) == {"short": "passed", "calm": "violated", "kind": "not reached"}
    assert states(third.verdicts) == {
        "not_empty": "passed", "complete": "passed", "short": "passed", "calm": "passed", "kind": "passed",
    }  # fmt: skip
    kind = next(one for one in third.verdicts if one.check == "kind")
    assert (kind.judged, kind.confidence) == ("yes", 0.999)
    assert [[call.purpose for call in one.calls] for one in (first, second, third)] == [
        [ANSWER], [ANSWER], [ANSWER, JUDGE],
    ]  # fmt: skip
    assert third.calls[1].judge == "kind"


def test_a_broken_form_leaves_the_checks_untried(workshop: Stand) -> None:
    first, second = asked(workshop, "risky", "0").rounds

    assert states(first.verdicts) == {"json": "violated"}
    assert states(second.verdicts) == {"schema": "violated"}
    assert "integer" in second.verdicts[0].message


def test_attempts_are_told_apart(workshop: Stand) -> None:
    first, second = asked(workshop, "again", "0").rounds

    assert (first.attempt, second.attempt) == (1, 2)
    assert first.calls[0].effect.status == "error"
    assert first.after == "This attempt failed; the node was tried again."
    assert second.calls[0].effect.status == "ok"


def test_labels_have_their_scores(workshop: Stand) -> None:
    asking = asked(workshop, "critic", "0")

    assert set(asking.scores) == {"good", "vague"}
    assert states(asking.rounds[-1].verdicts) == {"labels": "passed"}


def test_calls_about_empty_inputs_are_known_as_such() -> None:
    with Trace(str(resource_root("graphs") / "order_desk.run.db")) as trace:
        asking = asked(Stand(trace), "reading/0/urgent_or_normal", "0.0")

    assert [call.purpose for call in asking.calls()] == [BLANK, BLANK, BLANK, BLANK, ANSWER]


def test_without_params_nothing_is_claimed_of_checks(workshop: Stand) -> None:
    firing = next(workshop.trace.firings("last", "writer", "0"))
    asking = asking_of(list(workshop.trace.effects("last", firing=firing.id)), "ok")

    assert [one.state for one in asking.rounds[0].verdicts] == ["violated", "violated"], "as the trace has them"
    assert asking.rounds[-1].verdicts == ()


def test_the_values_of_inputs_are_found_in_the_question(workshop: Stand) -> None:
    for call in asked(workshop, "writer", "1").calls():
        if call.purpose != ANSWER:
            continue
        messages = messages_of(call.effect, {"topic": "tide pools", "fault": "vague"})
        assert [one.role for one in messages] == [
            "system", "user", "assistant", "user", "assistant", "user",
        ]  # fmt: skip
        marked = {span.name: messages[-1].text[span.start : span.end] for span in messages[-1].values}
        assert marked == {"topic": "tide pools", "fault": "vague"}
        assert not any(one.values for one in messages[:-1])


def test_the_question_is_marked_where_an_answer_was_mended(workshop: Stand) -> None:
    second = asked(workshop, "writer", "0").rounds[1].calls[0].effect
    messages = messages_of(second, {"topic": "tide pools"})

    assert messages[-1].text.startswith("That answer breaks")
    assert [span.name for span in messages[-3].values] == ["topic"]
    assert not messages[-1].values


def test_a_value_is_not_found_inside_of_words(workshop: Stand) -> None:
    effect = asked(workshop, "critic", "0").rounds[0].calls[0].effect
    [message] = messages_of(effect, {"draft": "Pools are wet.", "x": "oo"})

    assert [span.name for span in message.values] == ["draft"]


def test_settings_are_what_was_set(workshop: Stand) -> None:
    effect = asked(workshop, "writer", "1").rounds[0].calls[0].effect

    assert settings_of(effect) == {"max_tokens": 40, "temperature": 0.3, "seed": 0}


def test_tokens_have_their_bits_and_choices() -> None:
    with Trace(str(resource_root("graphs") / "order_desk.run.db")) as trace:
        chats: list[Any] = list(trace.effects("last", kind="chat"))
        completions: list[Any] = list(trace.effects("last", kind="complete"))
    cells = cells_of(chats[0])
    assert [cell.bits for cell in cells] == chats[0].response["token_entropy"]
    assert {cell.token for cell in cells} == {None}, "the trace does not say what the tokens were"

    [cell] = cells_of(completions[0])
    assert (cell.token, cell.bits) == (completions[0].response["text"], completions[0].entropy)
    assert 0.9 < sum(one.probability for one in cell.choices) <= 1.0001
    assert cell.choices[0].probability >= cell.choices[-1].probability
