"""In which section of the window a customer stands, and under which state mark: one pure function."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from webapp.sync.plan import Plan, Presence


class Section(StrEnum):
    """The sections of the window, in its order."""

    CONFLICT = "conflict"
    NEW = "new"
    DELETED = "deleted"
    OFF = "off"
    PAIRED = "paired"


class State(StrEnum):
    """What a row says of itself."""

    NEW = "new"
    SURE = "sure"
    LOOK = "look"
    OFF = "off"
    CREATING = "creating"
    DELETING = "deleting"
    EQUAL = "equal"
    AGREED = "agreed"
    SENDING = "sending"
    FETCHING = "fetching"
    QUESTION = "question"
    FAULT = "fault"
    OTHER_PARTY = "other_party"
    OURS_GONE = "ours_gone"
    OURS_GONE_THEIRS_MOVED = "ours_gone_theirs_moved"
    THEIRS_GONE = "theirs_gone"
    THEIRS_GONE_OURS_MOVED = "theirs_gone_ours_moved"


SUGGESTED = (State.SURE, State.LOOK)
"""Without a partner, and opposite one that is probably the same."""


@dataclass(frozen=True)
class Standing:
    """A customer's section and state."""

    section: Section
    state: State


def suggested(sure: bool) -> Standing:
    """Where two stand that are suggested to be the same."""
    return Standing(Section.NEW, State.SURE if sure else State.LOOK)


def section(
    plan: Plan | None, *, excluded: bool = False, creating: bool = False, deleting: bool = False, fault: bool = False
) -> Standing:
    """Where a row stands; `plan` is None without a pair. Precedence: off > deleted > conflict > paired > new."""
    if excluded:
        return Standing(Section.OFF, State.OFF)
    if creating:
        return Standing(Section.CONFLICT, State.FAULT) if fault else Standing(Section.PAIRED, State.CREATING)
    if plan is None:
        return Standing(Section.NEW, State.NEW)
    if plan.presence in (Presence.OURS_GONE, Presence.THEIRS_GONE):
        if fault:
            return Standing(Section.DELETED, State.FAULT)
        return Standing(Section.DELETED, State.DELETING if deleting else State(plan.presence.value))
    if plan.presence in (Presence.OURS_GONE_THEIRS_MOVED, Presence.THEIRS_GONE_OURS_MOVED, Presence.OTHER_PARTY):
        return Standing(Section.CONFLICT, State.DELETING if deleting else State(plan.presence.value))
    return _of_fields(plan, deleting, fault)


def _of_fields(plan: Plan, deleting: bool, fault: bool) -> Standing:
    if fault:
        return Standing(Section.CONFLICT, State.FAULT)
    if plan.questions:
        return Standing(Section.CONFLICT, State.DELETING if deleting else State.QUESTION)
    if deleting:
        return Standing(Section.PAIRED, State.DELETING)
    if plan.pushes:
        return Standing(Section.PAIRED, State.SENDING)
    if plan.pulls:
        return Standing(Section.PAIRED, State.FETCHING)
    differ = any(f.ours != f.theirs for f in plan.fields)
    return Standing(Section.PAIRED, State.AGREED if differ else State.EQUAL)
