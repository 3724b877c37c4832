"""Terms: who brought them up, who took them up, and what is forgotten of them; against a plain telling of the rules."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.dynamics.detecting.terms import Terms
from studio.dynamics.settings import Settings
from studio.dynamics.words.reading import Reading
from tests.support.thorough import draws

CHOSEN = Settings()
TOKENS = st.frozensets(st.sampled_from("pqrstuvw"), max_size=3)
FIRINGS = st.lists(st.tuples(st.sampled_from("abc"), TOKENS, st.booleans()), max_size=60)


def reading(tokens: frozenset[str], *, salient: bool) -> Reading:
    return Reading("x", salient=tokens) if salient else Reading("x", rare=tokens)


class Plain:
    """What the rules say, looked up in all that was said: slow, and without anything to forget."""

    def __init__(self, said: list[tuple[str, frozenset[str]]], chosen: Settings) -> None:
        self.first: Counter[str] = Counter()
        taken: set[str] = set()
        passed: set[tuple[str, str, str]] = set()
        for at, (module, tokens) in enumerate(said):
            for token in tokens:
                uses = [place for place in range(at) if token in said[place][1]]
                if not uses:
                    self.first[module] += 1
                    continue
                source, age = said[uses[0]][0], at - uses[0]
                if len(uses) + 1 >= chosen.taken_uses or age >= chosen.taken_later:
                    taken.add(token)
                if age <= chosen.flow_within and source != module:
                    passed.add((source, module, token))
        self.taken = len(taken)
        self.flow = Counter((source, module) for source, module, _ in passed)
        self.heard = Counter(source for source, _ in {(source, token) for source, _, token in passed})


@given(FIRINGS)
@settings(max_examples=draws(30, 400))
def test_terms_are_counted_as_a_plain_reading_counts_them(firings: list[tuple[str, frozenset[str], bool]]) -> None:
    terms, known = Terms(CHOSEN), frozenset[str]()
    for at, (module, tokens, salient) in enumerate(firings):
        assert terms.see(at, module, reading(tokens, salient=salient)) == tokens - known
        known |= tokens
    plain = Plain([(module, tokens) for module, tokens, _ in firings], CHOSEN)

    assert (terms.first, terms.total_introduced) == (plain.first, plain.first.total())
    assert (terms.total_taken, terms.flow, terms.heard) == (plain.taken, plain.flow, plain.heard)


def test_a_token_that_a_stored_reading_lists_twice_is_one_term() -> None:
    terms = Terms(CHOSEN)
    both = Reading("x", salient=frozenset({"p7", "q"}), rare=frozenset({"q"}))

    assert terms.see(0, "a", both) == {"p7", "q"}
    terms.see(1, "b", both)

    assert terms.total_introduced == 2
    assert terms.flow == {("a", "b"): 2}
    assert terms.total_taken == 0  # a term is taken up with its third use


def test_what_is_old_is_forgotten_and_counts_as_new_again() -> None:
    """At least the last half of what may be kept is known."""
    terms = Terms(Settings(kept=200))
    for at in range(301):
        assert terms.see(at, "a", Reading("x", rare=frozenset({f"w{at}"})))

    assert not terms.see(301, "a", Reading("x", rare=frozenset({"w250"})))
    assert terms.see(302, "a", Reading("x", rare=frozenset({"w0"})))


def test_what_says_too_little_is_noted_once_and_brings_no_term_up() -> None:
    terms = Terms(CHOSEN)
    terms.see(0, "a", Reading("x", rare=frozenset({"p"})))

    assert terms.note(frozenset({"p", "q"})) == {"q"}
    assert terms.note(frozenset({"q"})) == frozenset()
    assert terms.total_introduced == 1


def test_a_term_flows_up_to_the_last_firing_of_its_time() -> None:
    for later, flows in ((CHOSEN.flow_within, 1), (CHOSEN.flow_within + 1, 0)):
        terms, term = Terms(CHOSEN), Reading("x", rare=frozenset({"p"}))
        terms.see(0, "a", term)
        for at in range(1, later):
            terms.see(at, "a", Reading("y"))
        terms.see(later, "b", term)

        assert terms.flow.get(("a", "b"), 0) == flows, later
