"""Fields that the brake holds: every case of the table, where nothing is emptied and nothing else changes."""

from itertools import product

import pytest

from webapp.sync.plan import Outcome, Rules, plan

VALUES = ("", "a", "b", "c")
CASES = [(*sides, base) for sides in product(VALUES, VALUES) for base in (None, *product(VALUES, VALUES))]


def outcome(ours: str, theirs: str, base: tuple[str, str] | None, held: bool) -> Outcome:
    rules = Rules(held=frozenset({"phone"} if held else ()))
    planned = plan({"phone": ours}, {"phone": theirs}, {"phone": base} if base else {}, rules)
    return next(field.outcome for field in planned.fields if field.name == "phone")


@pytest.mark.parametrize(("ours", "theirs", "base"), CASES)
def test_a_held_field_is_asked_about_where_it_would_be_emptied(
    ours: str, theirs: str, base: tuple[str, str] | None
) -> None:
    free = outcome(ours, theirs, base, held=False)
    written = {Outcome.PUSH: ours, Outcome.PULL: theirs}.get(free, "something")
    assert outcome(ours, theirs, base, held=True) == (free if written else Outcome.ASK)


def test_another_field_goes_on() -> None:
    base = {"phone": ("a", "a"), "city": ("a", "a")}
    planned = plan({"phone": "a", "city": "a"}, {"phone": "", "city": ""}, base, Rules(held=frozenset({"phone"})))
    assert planned.pulls == {"city": ""}
