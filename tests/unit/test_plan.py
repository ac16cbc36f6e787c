"""The planner by full enumeration and by property: every case has one outcome, and swapping the sides mirrors it."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.sync.fields import NAMES
from webapp.sync.plan import (
    ASK_ALWAYS,
    OPEN_TO,
    UNSURE,
    Direction,
    FieldPlan,
    Outcome,
    Presence,
    Rules,
    answered,
    combined,
    moved_fields,
    plan,
    plan_field,
)

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


CLOSED = {"out": {Outcome.PULL}, "in": {Outcome.PUSH}, "off": {Outcome.PUSH, Outcome.PULL, Outcome.ASK}}


@pytest.mark.parametrize("direction", CLOSED)
def test_a_closed_side_is_written_in_no_case(direction: str) -> None:
    found = {plan_field(*case, choice, direction) for case in CASES for choice in ("ask", "ours", "theirs")}  # type: ignore[arg-type]
    assert found and not found & CLOSED[direction]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_field_that_is_closed_both_ways_is_agreed_where_the_sides_are_equal_by_themselves(case: Any) -> None:
    agreed = plan_field(*case) == Outcome.AGREE
    assert plan_field(*case, "ask", "off") == (Outcome.AGREE if agreed else Outcome.NOTHING)


@pytest.mark.parametrize(("whole", "own"), list(product(OPEN_TO, OPEN_TO)))
def test_two_directions_together_write_only_where_both_let_it(whole: Direction, own: Direction) -> None:
    written = {
        {Outcome.PUSH: "theirs", Outcome.PULL: "ours"}.get(plan_field(*case, choice, combined(whole, own)))
        for case in CASES
        for choice in ("ask", "ours", "theirs")
    }
    assert written - {None} == OPEN_TO[whole] & OPEN_TO[own]
    assert combined(whole, own) == combined(own, whole)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_swapping_sides_and_direction_mirrors_the_outcome(case: tuple[str, str, tuple[str, str] | None]) -> None:
    ours, theirs, base = case
    there = plan_field(ours, theirs, base, "ask", "out")
    here = plan_field(theirs, ours, base and (base[1], base[0]), "ask", "in")
    assert here == MIRRORED.get(there, there)


@pytest.mark.parametrize(("direction", "outcome"), [("out", Outcome.PUSH), ("in", Outcome.PULL)])
def test_a_direction_rules_its_own_field_alone_and_the_plan_tells_it(direction: str, outcome: Outcome) -> None:
    ours, theirs = {"city": "b", "phone": "2"}, {"city": "c", "phone": "3"}
    base = {"city": ("a", "a"), "phone": ("1", "1")}
    rules = Rules(directions={"city": direction})  # type: ignore[dict-item]
    found = {field.name: (field.outcome, field.direction) for field in plan(ours, theirs, base, rules).fields}
    assert (found["city"], found["phone"]) == ((outcome, direction), (Outcome.ASK, "both"))


@pytest.mark.parametrize("direction", ["out", "in"])
def test_one_open_side_asks_only_what_was_never_agreed(direction: str) -> None:
    asked = [case for case in CASES if plan_field(*case, "ask", direction) == Outcome.ASK]  # type: ignore[arg-type]
    assert asked and all(base is None for _ours, _theirs, base in asked)


def test_a_guarded_value_is_held_and_another_goes() -> None:
    base, guarded = {"vat_zone": ("1", "1")}, Rules(guarded={"vat_zone": "3"})
    assert outcomes({"vat_zone": "3"}, {"vat_zone": "1"}, base, guarded)["vat_zone"] == Outcome.HOLD
    assert outcomes({"vat_zone": "2"}, {"vat_zone": "1"}, base, guarded)["vat_zone"] == Outcome.PUSH


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


def test_who_may_not_be_ours_is_asked_about_even_where_all_is_equal() -> None:
    values = {"name": "Havn ApS", "cvr": "33920459"}
    base = {name: (value, value) for name, value in values.items()}
    assert plan(values, values, base, party=UNSURE).presence == Presence.OTHER_PARTY


def outcomes(ours: dict[str, str], theirs: dict[str, str], base: dict, rules: Rules = ASK_ALWAYS) -> dict[str, Outcome]:
    """What a plan says of each field it does not leave alone."""
    planned = plan(ours, theirs, base, rules)
    return {field.name: field.outcome for field in planned.fields if field.outcome != Outcome.NOTHING}


def test_a_plan_speaks_of_every_field_with_its_three_values() -> None:
    planned = plan({"city": "Odense"}, {"city": "Assens"}, {"city": ("Assens", "Assens")})
    assert [field.name for field in planned.fields] == list(NAMES)
    assert planned.of(Outcome.PUSH) == (FieldPlan("city", Outcome.PUSH, "Odense", "Assens", ("Assens", "Assens")),)


def test_fields_merge_alone() -> None:
    base = {"phone": ("1", "1"), "city": ("a", "a"), "email": ("x", "x"), "website": ("w", "w")}
    ours = {"phone": "2", "city": "b", "email": "x", "website": "v"}
    theirs = {"phone": "3", "city": "a", "email": "y", "website": "v"}
    settled = {name: Outcome.AGREE for name in NAMES if name not in base}
    told = outcomes(ours, theirs, base)
    assert told == settled | {
        "phone": Outcome.ASK,
        "city": Outcome.PUSH,
        "email": Outcome.PULL,
        "website": Outcome.AGREE,
    }


def test_the_plans_pushes_and_pulls_are_the_values_that_win() -> None:
    planned = plan({"city": "b", "email": "x"}, {"city": "a", "email": "y"}, {"city": ("a", "a"), "email": ("x", "x")})
    assert (planned.pushes, planned.pulls) == ({"city": "b"}, {"email": "y"})


def test_a_plan_can_be_narrowed_to_some_outcomes_and_is_else_the_same() -> None:
    planned = plan({"city": "b", "email": "x"}, {"city": "a", "email": "y"}, {"city": ("a", "a"), "email": ("x", "x")})
    narrowed = planned.only(Outcome.PUSH)
    assert (narrowed.pushes, narrowed.pulls) == ({"city": "b"}, {})
    assert replace(narrowed, fields=planned.fields) == planned


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_a_field_that_a_side_does_not_name_is_empty_there(side: str) -> None:
    full, bare = {"city": "Odense"}, {}
    planned = plan(*((full, bare) if side == "ours" else (bare, full)), {})
    [field] = planned.of(Outcome.PUSH, Outcome.PULL)
    assert (field.outcome, field.ours, field.theirs) == (
        (Outcome.PUSH, "Odense", "") if side == "ours" else (Outcome.PULL, "", "Odense")
    )


def test_a_rule_answers_for_its_own_field_alone() -> None:
    base = {"phone": ("1", "1"), "city": ("a", "a")}
    told = outcomes({"phone": "2", "city": "b"}, {"phone": "3", "city": "c"}, base, Rules({"phone": "theirs"}))
    assert (told["phone"], told["city"]) == (Outcome.PULL, Outcome.ASK)


@pytest.mark.parametrize(
    ("ours", "theirs", "presence"),
    [
        (None, {"name": "a"}, Presence.OURS_GONE),
        (None, {"name": "b"}, Presence.OURS_GONE_THEIRS_MOVED),
        (None, {}, Presence.OURS_GONE_THEIRS_MOVED),
        ({}, None, Presence.THEIRS_GONE_OURS_MOVED),
        ({"name": "A"}, None, Presence.THEIRS_GONE),
    ],
)
def test_what_is_left_is_held_against_its_own_side_of_base(
    ours: dict[str, str] | None, theirs: dict[str, str] | None, presence: Presence
) -> None:
    assert plan(ours, theirs, {"name": ("A", "a")}).presence == presence


def test_a_field_that_was_empty_and_is_not_named_has_not_moved() -> None:
    assert plan(None, {}, {"city": ("a", "")}).presence == Presence.OURS_GONE


@pytest.mark.parametrize(
    ("theirs", "base"),
    [
        ({"name": "b", "cvr": "1"}, {"name": ("a", "a"), "cvr": ("1", "1")}),
        ({"name": "a", "cvr": "2"}, {"name": ("a", "a"), "cvr": ("1", "1")}),
        ({"name": "b", "cvr": "1"}, {"name": ("a", "a"), "cvr": ("1", "")}),
        ({"name": "b", "cvr": "2"}, {"name": ("a", "a")}),
        ({"name": "b", "cvr": "2"}, {"cvr": ("1", "1")}),
        ({"name": "b", "cvr": "2"}, {}),
    ],
)
def test_only_name_and_cvr_together_are_another_party_and_never_with_our_own_number(theirs: dict, base: dict) -> None:
    assert plan({"name": "a", "cvr": "1"}, theirs, base).presence == Presence.BOTH


def test_a_new_name_with_a_first_cvr_number_that_is_not_ours_is_another_party() -> None:
    base = {"name": ("a", "a"), "cvr": ("", "")}
    assert plan({"name": "a", "cvr": ""}, {"name": "b", "cvr": "2"}, base).presence == Presence.OTHER_PARTY


def test_name_and_cvr_cleared_at_once_is_another_party_too() -> None:
    assert plan({"name": "a"}, {}, {"name": ("a", "a"), "cvr": ("1", "1")}).presence == Presence.OTHER_PARTY


@pytest.mark.parametrize(("side", "moved"), [(0, {"city": ("a", "c")}), (1, {"city": ("b", "c"), "name": ("n", "")})])
def test_moved_fields_tell_before_and_now(side: int, moved: dict[str, tuple[str, str]]) -> None:
    values = {"city": "c", "name": "N"} if side == 0 else {"city": "c"}
    assert moved_fields(values, {"city": ("a", "b"), "name": ("N", "n")}, side) == moved  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "settled"), [("ours", ("there", "there")), ("theirs", ("here", "here")), ("both", ("here", "there"))]
)
def test_an_answer_settles_the_side_that_loses(answer: str, settled: tuple[str, str]) -> None:
    base = answered({"city": answer}, {"city": "here"}, {"city": "there"}, {"name": ("n", "n")})
    assert base == {"name": ("n", "n"), "city": settled}


@pytest.mark.parametrize(("answer", "settled"), [("ours", ("", "")), ("theirs", ("", "")), ("both", ("", ""))])
def test_an_answer_about_a_field_nobody_names_settles_it_empty(answer: str, settled: tuple[str, str]) -> None:
    assert answered({"city": answer}, {}, {}, {}) == {"city": settled}
