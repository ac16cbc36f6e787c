"""The planner by full enumeration and by property: every case has one outcome, and swapping the sides mirrors it."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.sync.fields import NAMES
from webapp.sync.plan import Outcome, Presence, Rules, answered, plan, plan_field

VALUES = ("", "a", "b", "c")
BASES = (None, *product(VALUES, VALUES))
MIRRORED = {Outcome.PUSH: Outcome.PULL, Outcome.PULL: Outcome.PUSH}
CASES = list(product(VALUES, VALUES, BASES))

texts = st.sampled_from(["", "a", "b", " a", "A", "å", "å"])
customers = st.fixed_dictionaries(dict.fromkeys(NAMES, texts))
bases = st.dictionaries(st.sampled_from(NAMES), st.tuples(texts, texts))


def expected(ours: str, theirs: str, base: tuple[str, str] | None) -> Outcome:
    """The table of the sync rules, written down a second time and flat."""
    if base is None:
        if ours == theirs:
            return Outcome.AGREE
        if not ours or not theirs:
            return Outcome.PUSH if ours else Outcome.PULL
        return Outcome.ASK
    moved = (ours != base[0], theirs != base[1])
    if ours == theirs:
        return Outcome.NOTHING if moved == (False, False) else Outcome.AGREE
    return {
        (False, False): Outcome.NOTHING,
        (True, False): Outcome.PUSH,
        (False, True): Outcome.PULL,
        (True, True): Outcome.ASK,
    }[moved]


@pytest.mark.parametrize(("ours", "theirs", "base"), CASES)
def test_every_case_has_the_outcome_of_the_table(ours: str, theirs: str, base: tuple[str, str] | None) -> None:
    assert plan_field(ours, theirs, base) == expected(ours, theirs, base)


@pytest.mark.parametrize(("ours", "theirs", "base"), CASES)
def test_swapping_the_sides_mirrors_the_outcome(ours: str, theirs: str, base: tuple[str, str] | None) -> None:
    swapped = plan_field(theirs, ours, base and (base[1], base[0]))
    outcome = plan_field(ours, theirs, base)
    assert swapped == MIRRORED.get(outcome, outcome)


@pytest.mark.parametrize(("ours", "theirs"), list(product(VALUES, VALUES)))
def test_without_a_base_nothing_filled_is_ever_overwritten(ours: str, theirs: str) -> None:
    outcome = plan_field(ours, theirs, None)
    assert not (outcome == Outcome.PUSH and theirs) and not (outcome == Outcome.PULL and ours)


@pytest.mark.parametrize(
    ("choice", "outcome"), [("ours", Outcome.PUSH), ("theirs", Outcome.PULL), ("ask", Outcome.ASK)]
)
def test_a_companys_rule_answers_when_both_moved(choice: str, outcome: Outcome) -> None:
    assert plan_field("b", "c", ("a", "a"), choice) == outcome  # type: ignore[arg-type]


@given(customers, customers, bases)
def test_carrying_a_plan_out_leaves_nothing_but_questions(ours: dict, theirs: dict, base: dict) -> None:
    planned = plan(ours, theirs, base, Rules(same_party=True))
    after_ours, after_theirs = ours | planned.pulls, theirs | planned.pushes
    done = dict(base)
    for field in planned.of(Outcome.PUSH, Outcome.PULL, Outcome.AGREE):
        done[field.name] = (after_ours[field.name], after_theirs[field.name])
    again = plan(after_ours, after_theirs, done, Rules(same_party=True))
    assert again.questions == planned.questions and not again.pushes and not again.pulls


@given(customers, customers, bases, st.sampled_from(["ours", "theirs", "both"]))
def test_an_answer_carries_the_kept_value_over(ours: dict, theirs: dict, base: dict, choice: str) -> None:
    asked = plan(ours, theirs, base, Rules(same_party=True)).questions
    settled = answered({field.name: choice for field in asked}, ours, theirs, base)
    outcomes = {plan_field(ours[field.name], theirs[field.name], settled[field.name]) for field in asked}
    assert outcomes <= {{"ours": Outcome.PUSH, "theirs": Outcome.PULL, "both": Outcome.NOTHING}[choice]}


def test_both_gone_closes_the_pair() -> None:
    assert plan(None, None, {}).presence == Presence.CLOSE


@pytest.mark.parametrize(
    ("left", "presence"),
    [({"name": "a"}, Presence.THEIRS_GONE), ({"name": "b"}, Presence.THEIRS_GONE_OURS_MOVED)],
)
def test_one_gone_asks_and_says_if_the_other_moved(left: dict[str, str], presence: Presence) -> None:
    assert plan(left, None, {"name": ("a", "a")}).presence == presence


def test_the_excluded_are_left_alone() -> None:
    assert plan({"name": "a"}, {"name": "b"}, {}, excluded=True).presence == Presence.EXCLUDED


def test_name_and_cvr_changed_at_once_is_another_party() -> None:
    base = {"name": ("Havn ApS", "Havn ApS"), "cvr": ("33920459", "33920459")}
    theirs = {"name": "Solgården", "cvr": "29023262"}
    assert plan({"name": "Havn ApS", "cvr": "33920459"}, theirs, base).presence == Presence.OTHER_PARTY
