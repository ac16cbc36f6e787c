"""The one decision: what becomes of a pair, given ours, theirs and base. Pure; preview and run use the same object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from webapp.sync.fields import NAMES
from webapp.sync.normalise import same

Base = Mapping[str, tuple[str, str]]
Choice = Literal["ask", "ours", "theirs"]
Direction = Literal["both", "out", "in", "off"]
"""Which way a field may be written: both, only to e-conomic, only to CleanManager, not at all."""
OPEN_TO: Mapping[Direction, frozenset[str]] = {
    "both": frozenset({"ours", "theirs"}), "out": frozenset({"theirs"}), "in": frozenset({"ours"}), "off": frozenset(),
}  # fmt: skip
"""Direction -> the sides that it lets be written."""
UNSURE = ("", "?")
"""As a party: nobody knows whether theirs is ours at all, so it is asked about whatever it is called."""


class Outcome(StrEnum):
    """What becomes of one field (the table of the sync rules, §1)."""

    NOTHING = "nothing"
    PUSH = "push"
    PULL = "pull"
    AGREE = "agree"
    ASK = "ask"
    HOLD = "hold"


class Presence(StrEnum):
    """Which sides still hold the customer, and whether the one that is left has moved since."""

    BOTH = "both"
    CLOSE = "close"
    OURS_GONE = "ours_gone"
    OURS_GONE_THEIRS_MOVED = "ours_gone_theirs_moved"
    THEIRS_GONE = "theirs_gone"
    THEIRS_GONE_OURS_MOVED = "theirs_gone_ours_moved"
    OTHER_PARTY = "other_party"
    EXCLUDED = "excluded"


@dataclass(frozen=True)
class Rules:
    """A company's standing answers: per field, who wins when both sides moved."""

    fields: Mapping[str, Choice] = field(default_factory=dict)
    directions: Mapping[str, Direction] = field(default_factory=dict)
    guarded: Mapping[str, str] = field(default_factory=dict)
    """Field -> our value that goes into the books only when a person has confirmed what it means there."""
    same_party: bool = False
    """A person has just confirmed that the record under the number is still the same customer."""
    held: frozenset[str] = frozenset()
    """Fields that became empty together with many others: the other side is emptied only when a person says so."""


ASK_ALWAYS = Rules()


def combined(one: Direction, other: Direction) -> Direction:
    """The direction in force where two apply: a side is open only where both leave it open."""
    sides = OPEN_TO[one] & OPEN_TO[other]
    return next(direction for direction, open_sides in OPEN_TO.items() if open_sides == sides)


@dataclass(frozen=True)
class FieldPlan:
    """One field's three values and their outcome; `base` is (ours, theirs) when last settled, or None."""

    name: str
    outcome: Outcome
    ours: str
    theirs: str
    base: tuple[str, str] | None
    direction: Direction = "both"

    @property
    def collided(self) -> bool:
        """Both sides moved from what they last agreed on, each to a value of its own."""
        return self.base is not None and _collided(self.ours, self.theirs, self.base)

    @property
    def empties(self) -> bool:
        """Carrying it out takes a value away and puts nothing in its place."""
        return empties(self.outcome, self.ours, self.theirs)


@dataclass(frozen=True)
class Plan:
    """What would happen to a pair; nothing has happened yet."""

    presence: Presence
    fields: tuple[FieldPlan, ...] = ()

    def of(self, *outcomes: Outcome) -> tuple[FieldPlan, ...]:
        return tuple(f for f in self.fields if f.outcome in outcomes)

    def only(self, *outcomes: Outcome) -> Plan:
        """The same plan, as far as it comes to these."""
        return replace(self, fields=self.of(*outcomes))

    @property
    def pushes(self) -> dict[str, str]:
        """Values to write there, by field."""
        return {f.name: f.ours for f in self.of(Outcome.PUSH)}

    @property
    def pulls(self) -> dict[str, str]:
        """Values to write here, by field."""
        return {f.name: f.theirs for f in self.of(Outcome.PULL)}

    @property
    def questions(self) -> tuple[FieldPlan, ...]:
        """What waits for a person: collisions, and writes that are held until somebody confirms them."""
        return self.of(Outcome.ASK, Outcome.HOLD)

    @property
    def collided(self) -> tuple[FieldPlan, ...]:
        """Fields that both sides changed and a rule of the company decides."""
        return tuple(f for f in self.of(Outcome.PUSH, Outcome.PULL) if f.collided)

    @property
    def is_still(self) -> bool:
        return self.presence == Presence.BOTH and all(f.outcome == Outcome.NOTHING for f in self.fields)


def plan_field(
    ours: str, theirs: str, base: tuple[str, str] | None, choice: Choice = "ask", direction: Direction = "both"
) -> Outcome:
    """The outcome for one field. Symmetric: swap the sides (and the direction), and PUSH and PULL swap.

    A closed side is never written; where only one side is open, that direction is the answer to a collision.
    """
    if direction == "off":
        outcome = _merged(ours, theirs, base, "ask")
        return outcome if outcome == Outcome.AGREE else Outcome.NOTHING
    only: dict[str, tuple[Choice, Outcome]] = {"out": ("ours", Outcome.PULL), "in": ("theirs", Outcome.PUSH)}
    choice, closed = only.get(direction, (choice, Outcome.NOTHING))
    outcome = _merged(ours, theirs, base, choice)
    return Outcome.NOTHING if outcome == closed else outcome


def _merged(ours: str, theirs: str, base: tuple[str, str] | None, choice: Choice) -> Outcome:
    if same(ours, theirs):
        settled = base is not None and same(ours, base[0]) and same(theirs, base[1])
        return Outcome.NOTHING if settled else Outcome.AGREE
    if base is None:
        if not ours.strip():
            return Outcome.PULL
        return Outcome.PUSH if not theirs.strip() else Outcome.ASK
    if _collided(ours, theirs, base):
        return {"ask": Outcome.ASK, "ours": Outcome.PUSH, "theirs": Outcome.PULL}[choice]
    if not same(ours, base[0]):
        return Outcome.PUSH
    return Outcome.NOTHING if same(theirs, base[1]) else Outcome.PULL


def _collided(ours: str, theirs: str, base: tuple[str, str]) -> bool:
    return not same(ours, theirs) and not same(ours, base[0]) and not same(theirs, base[1])


def empties(outcome: Outcome, ours: str, theirs: str) -> bool:
    """This outcome takes a value away and puts nothing in its place."""
    written = {Outcome.PUSH: ours, Outcome.PULL: theirs}
    return outcome in written and not written[outcome].strip()


def plan(
    ours: Mapping[str, str] | None,
    theirs: Mapping[str, str] | None,
    base: Base,
    rules: Rules = ASK_ALWAYS,
    *,
    excluded: bool = False,
    party: tuple[str, str] | None = None,
) -> Plan:
    """What a pair needs. `None` for a side means that the customer is gone there (known, not merely unreachable).

    `party`: theirs' name and CVR number at the last look that found the same party; without it, those of base.
    """
    if excluded:
        return Plan(Presence.EXCLUDED)
    if ours is None and theirs is None:
        return Plan(Presence.CLOSE)
    if ours is None:
        moved = _moved(theirs or {}, base, 1) or party == UNSURE
        return Plan(Presence.OURS_GONE_THEIRS_MOVED if moved else Presence.OURS_GONE)
    if theirs is None:
        moved = _moved(ours, base, 0)
        return Plan(Presence.THEIRS_GONE_OURS_MOVED if moved else Presence.THEIRS_GONE)
    if not rules.same_party and _other_party(ours, theirs, party or _settled_party(base, theirs)):
        return Plan(Presence.OTHER_PARTY)
    return Plan(Presence.BOTH, tuple(_planned(name, ours, theirs, base, rules) for name in NAMES))


def _planned(name: str, ours: Mapping[str, str], theirs: Mapping[str, str], base: Base, rules: Rules) -> FieldPlan:
    mine, other, agreed = ours.get(name, ""), theirs.get(name, ""), base.get(name)
    direction = rules.directions.get(name, "both")
    outcome = plan_field(mine, other, agreed, rules.fields.get(name, "ask"), direction)
    if name in rules.held and empties(outcome, mine, other):
        outcome = Outcome.ASK
    elif outcome == Outcome.PUSH and name in rules.guarded and same(rules.guarded[name], mine):
        outcome = Outcome.HOLD
    return FieldPlan(name, outcome, mine, other, agreed, direction)


def _moved(values: Mapping[str, str], base: Base, side: int) -> bool:
    return any(not same(values.get(name, ""), agreed[side]) for name, agreed in base.items())


def _settled_party(base: Base, theirs: Mapping[str, str]) -> tuple[str, str]:
    """Who they were when last settled; a CVR number that never was settled counts as theirs of now."""
    return base.get("name", ("", ""))[1], base.get("cvr", ("", theirs.get("cvr", "")))[1]


def _other_party(ours: Mapping[str, str], theirs: Mapping[str, str], party: tuple[str, str]) -> bool:
    """Name and CVR changed at once: the number may have been given to somebody else (sync rules §5). A first CVR number
    counts as a change too, unless it is the one that ours has."""
    if party == UNSURE:
        return True
    (name, cvr), now = party, theirs.get("cvr", "")
    is_ours = bool(now.strip()) and same(now, ours.get("cvr", ""))
    return bool(name.strip()) and not same(theirs.get("name", ""), name) and not same(now, cvr) and not is_ours


def moved_fields(values: Mapping[str, str], base: Base, side: Literal[0, 1]) -> dict[str, tuple[str, str]]:
    """Fields of one side that differ from base: name -> (before, now). Side 0 is ours, 1 theirs."""
    return {
        name: (agreed[side], values.get(name, ""))
        for name, agreed in base.items()
        if not same(values.get(name, ""), agreed[side])
    }


def answered(answers: Mapping[str, str], ours: Mapping[str, str], theirs: Mapping[str, str], base: Base) -> Base:
    """The base after a person's answers ("ours", "theirs", "both" per field).

    Keeping one side makes the other look settled at the value that was seen, so that the next plan carries the
    kept value over; "both" settles each side at its own value.
    """
    settled = dict(base)
    for name, answer in answers.items():
        mine, other = ours.get(name, ""), theirs.get(name, "")
        settled[name] = {"ours": (other, other), "theirs": (mine, mine), "both": (mine, other)}[answer]
    return settled
