"""The planner's answer to every case, as the page docs/planner.md; run this module to print the page.

Values are named in the order they turn up (a, b, c), so cases that differ in names alone stand once.
"""

from collections.abc import Iterator
from itertools import product

from webapp.sync.plan import Outcome, Presence, Rules, combined, plan, plan_field

ABSENT = ""
VALUES = (ABSENT, "a", "b", "c")
BASES = (None, *product(VALUES, VALUES))
POLICIES = ("ask", "ours", "theirs")
DIRECTIONS = ("out", "in", "off")
Case = tuple[str, str, tuple[str, str] | None]


def cases() -> Iterator[Case]:
    """Every case up to the names of its values."""
    seen: set[Case] = set()
    for ours, theirs, base in product(VALUES, VALUES, BASES):
        case = renamed(ours, theirs, base)
        if case not in seen:
            seen.add(case)
            yield case


def renamed(ours: str, theirs: str, base: tuple[str, str] | None) -> Case:
    """The same case with its values called a, b, c in the order: base, ours, theirs."""
    names = {ABSENT: ABSENT}
    for value in (*(base or ()), ours, theirs):
        names.setdefault(value, "abcd"[len(names) - 1])
    return names[ours], names[theirs], base and (names[base[0]], names[base[1]])


def field_rows() -> Iterator[str]:
    for ours, theirs, base in cases():
        said = [plan_field(ours, theirs, base, policy).value for policy in POLICIES]  # type: ignore[arg-type]
        said += [plan_field(ours, theirs, base, "ask", direction).value for direction in DIRECTIONS]  # type: ignore[arg-type]
        shown = [value or "–" for value in (ours, theirs, *(base or ("none", "none")))]
        yield f"| {' | '.join([*shown, *said])} |"


def direction_rows() -> Iterator[str]:
    every = ("both", *DIRECTIONS)
    for whole in every[:3]:
        yield f"| {' | '.join([whole, *(combined(whole, own) for own in every)])} |"  # type: ignore[arg-type]


def presence_rows() -> Iterator[str]:
    base = {"name": ("a", "a"), "cvr": ("1", "1")}
    same, moved, other = {"name": "a", "cvr": "1"}, {"name": "b", "cvr": "1"}, {"name": "b", "cvr": "2"}
    sides = {"as base": same, "moved": moved, "name and CVR moved": other, "gone": None}
    for (ours_word, ours), (theirs_word, theirs), excluded in product(sides.items(), sides.items(), (False, True)):
        said = plan(ours, theirs, base, Rules(), excluded=excluded).presence
        yield f"| {ours_word} | {theirs_word} | {'yes' if excluded else 'no'} | {said.value} |"


def page() -> str:
    """The whole page."""
    outcomes = ", ".join(f"`{outcome.value}`" for outcome in Outcome)
    presences = ", ".join(f"`{presence.value}`" for presence in Presence)
    return "\n".join(
        [
            "# What the planner decides, case by case",
            "",
            "Made from the code by `python -m tests.unit.planner_table > docs/planner.md`; a test keeps it fresh.",
            "",
            f"## One field: {outcomes}",
            "",
            "a, b, c are different values, – is absent (empty counts as absent), `none` means that there is no base.",
            "The next three columns are the outcome by the company's rule for the field: ask, ours wins, theirs wins;",
            "the last three are those of a field that goes only to e-conomic (→), only here (←), or not at all (off).",
            "A push with a serious effect in the books (`webapp/sync/guard.py`) becomes `hold`, until confirmed.",
            "",
            "| ours | theirs | base, ours | base, theirs | ask | ours | theirs | → | ← | off |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
            *field_rows(),
            "",
            "## Two directions: that of customers as a whole (rows) and that of the field (columns)",
            "",
            "| customers | both | out | in | off |",
            "| --- | --- | --- | --- | --- |",
            *direction_rows(),
            "",
            f"## One pair: {presences}",
            "",
            "| ours | theirs | excluded | outcome |",
            "| --- | --- | --- | --- |",
            *presence_rows(),
            "",
        ]
    )


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - its output is the page
