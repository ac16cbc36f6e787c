"""Where a row stands, by full enumeration: every input has exactly one standing, and the precedence holds."""

from itertools import product

import pytest

from webapp.sync.plan import FieldPlan, Outcome, Plan, Presence
from webapp.sync.section import Section, Standing, State, section, suggested

ONE_GONE = {Presence.OURS_GONE, Presence.THEIRS_GONE}
ASKED_ABOUT = {Presence.OURS_GONE_THEIRS_MOVED, Presence.THEIRS_GONE_OURS_MOVED, Presence.OTHER_PARTY}
OUTCOMES = [(), *((one,) for one in Outcome), *product(Outcome, Outcome)]


def field(outcome: Outcome) -> FieldPlan:
    theirs = "a" if outcome in (Outcome.NOTHING, Outcome.AGREE) else "b"
    return FieldPlan("name", outcome, "a", theirs, None)


PLANS = [None, *(Plan(presence) for presence in ASKED_ABOUT | ONE_GONE)]
AGREED_APART = FieldPlan("phone", Outcome.NOTHING, "1", "2", ("1", "2"))
PLANS += [Plan(Presence.BOTH, (AGREED_APART,)), Plan(Presence.BOTH)]
PLANS += [Plan(Presence.BOTH, tuple(map(field, outcomes))) for outcomes in OUTCOMES]
NAMES = ("excluded", "creating", "deleting", "fault")
FLAGS = [dict(zip(NAMES, flags, strict=True)) for flags in product((False, True), repeat=4)]
CASES = list(product(PLANS, FLAGS))


def expected(plan: Plan | None, excluded: bool, creating: bool, deleting: bool, fault: bool) -> Section:
    """The precedence, written down a second time: off > deleted > conflict > paired > new."""
    if excluded:
        return Section.OFF
    if plan is not None and not creating and plan.presence in ONE_GONE:
        return Section.DELETED
    asks = plan is not None and not creating and (plan.presence in ASKED_ABOUT or plan.questions)
    if asks or (fault and (creating or plan is not None)):
        return Section.CONFLICT
    return Section.PAIRED if creating or plan is not None else Section.NEW


@pytest.mark.parametrize(("plan", "flags"), CASES)
def test_every_input_stands_where_the_precedence_says(plan: Plan | None, flags: dict[str, bool]) -> None:
    found = section(plan, **flags)
    assert found.section == expected(plan, **flags)


def test_every_input_has_a_state_that_belongs_to_its_section() -> None:
    homes: dict[Section, set[State]] = {}
    for plan, flags in CASES:
        found = section(plan, **flags)
        homes.setdefault(found.section, set()).add(found.state)
    assert homes == {
        Section.OFF: {State.OFF},
        Section.NEW: {State.NEW},
        Section.DELETED: {State.OURS_GONE, State.THEIRS_GONE, State.DELETING, State.FAULT},
        Section.CONFLICT: {State(one.value) for one in ASKED_ABOUT} | {State.FAULT, State.QUESTION, State.DELETING},
        Section.PAIRED: {State.EQUAL, State.AGREED, State.SENDING, State.FETCHING, State.CREATING, State.DELETING},
    }


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ((), State.EQUAL),
        ((Outcome.NOTHING, Outcome.AGREE), State.EQUAL),
        ((Outcome.PUSH, Outcome.PULL), State.SENDING),
        ((Outcome.PULL,), State.FETCHING),
    ],
)
def test_a_pair_says_what_is_under_way(outcomes: tuple[Outcome, ...], state: State) -> None:
    assert section(Plan(Presence.BOTH, tuple(map(field, outcomes)))) == Standing(Section.PAIRED, state)


def test_a_pair_settled_at_different_values_says_so() -> None:
    assert section(Plan(Presence.BOTH, (AGREED_APART,))).state == State.AGREED


def test_a_pair_with_one_side_gone_is_not_being_deleted_unless_somebody_said_so() -> None:
    assert section(Plan(Presence.OURS_GONE)).state == State.OURS_GONE


@pytest.mark.parametrize("presence", sorted(ASKED_ABOUT))
def test_who_is_being_deleted_is_said_to_be_so_whatever_was_asked_about_it(presence: Presence) -> None:
    assert section(Plan(presence), deleting=True) == Standing(Section.CONFLICT, State.DELETING)
    asked = Plan(Presence.BOTH, (field(Outcome.ASK),))
    assert section(asked, deleting=True) == Standing(Section.CONFLICT, State.DELETING)


def test_two_suggested_to_be_the_same_are_new_whether_sure_or_not() -> None:
    assert [suggested(sure) for sure in (True, False)] == [Standing(Section.NEW, s) for s in (State.SURE, State.LOOK)]
