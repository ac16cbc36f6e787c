"""The window narrowed by a search and a filter: how many lines of each section it shows, and which come next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from itertools import islice
from typing import Any

from peewee import fn

from webapp.models import search
from webapp.models.connection import Connection
from webapp.models.place import Place
from webapp.models.tally import ByState, Count, Tally, by_section
from webapp.sync.section import SUGGESTED, Section, State

WAITING_STATES = (State.CREATING, State.DELETING, State.SENDING, State.FETCHING)
FILTERS = {
    "answer": (
        State.QUESTION, State.FAULT, State.OTHER_PARTY, State.OURS_GONE_THEIRS_MOVED, State.THEIRS_GONE_OURS_MOVED,
        State.OURS_GONE, State.THEIRS_GONE,
    ),
    "sure": (State.SURE,),
    "look": (State.LOOK,),
    "new": (State.NEW, *SUGGESTED),
    "moving": WAITING_STATES,
    "off": (State.OFF,),
}  # fmt: skip


@dataclass(frozen=True)
class Narrowed:
    """What a search and a filter let through of one connection's lines."""

    connection: Connection
    text: str = ""
    only: str = ""

    @property
    def counts(self) -> dict[str, Count]:
        """Section -> (lines, ours, theirs); every section is there."""
        return by_section(self.by_state)

    @cached_property
    def by_state(self) -> ByState:
        """(section, state) -> the same: from the stored counters, but counted where a search narrows."""
        if not self.text:
            return {place: n for place, n in self._stand.items() if not self.only or place[1] in self._states}
        held, lines = self._held, sum(count for count, *_ in self._stand.values())
        by_index = search.is_few(held, lines)
        query = self._lines(by_index=by_index, in_order=not search.fills(Place, lines)).select(
            Place.section, Place.state, fn.COUNT(Place.id), fn.COUNT(Place.customer), fn.COUNT(Place.mirror)
        )
        found = query.group_by(Place.section, Place.state).tuples()
        return {(section, state): (n, ours, theirs) for section, state, n, ours, theirs in found}

    @property
    def new(self) -> Count:
        """The new ones, however narrowed."""
        return by_section(self._stand)[Section.NEW.value]

    @property
    def filters(self) -> dict[str, int]:
        """Filter -> how many lines it shows; of those without a partner, how many customers."""
        stand = self._stand.items()
        lines = {name: sum(n[0] for (_, state), n in stand if state in FILTERS[name]) for name in FILTERS}
        return lines | {"new": lines["new"] + lines["sure"] + lines["look"]}

    def among(self, ids: list[int]) -> Any:
        """Of these lines the ones that are let through, in name order."""
        return self._lines().where(Place.id.in_(ids)).order_by(Place.name, Place.id)

    def every(self, section: Section, state: State | None = None) -> tuple[int, ...]:
        """Every line of a section (in this state) that is let through, in name order."""
        lines = self._lines().where(Place.section == section.value)
        lines = lines.where(Place.state == state.value) if state else lines
        return tuple(place.id for place in lines.select(Place.id).order_by(Place.name, Place.id))

    def next(self, section: Section, behind: tuple[str, int] | None, most: int) -> list[Place]:
        """The first lines of a section in name order, behind this name and id."""
        found = self.counts[section.value][0]
        if not found:
            return []
        query = self._lines(by_index=self._is_rare(section, found, most))
        if self.text or not self.only:
            return list(_first(query, section, behind, most))
        # Each state by itself comes in name order out of its index.
        states = [state for state in self._states if (section.value, state) in self._stand]
        parts = [_first(query.where(Place.state == state), section, behind, most) for state in states]
        return list(islice(merge(*parts, key=lambda place: (place.name, place.id)), most))

    def _is_rare(self, section: Section, found: int, most: int) -> bool:
        """Looking up all that the index holds is less than walking through the section until enough are found."""
        held = self._held
        return held is not None and held * found < most * by_section(self._stand)[section.value][0]

    def _lines(self, *, by_index: bool = False, in_order: bool = True) -> Any:
        query = Place.searched(self.connection, self.text, by_index=by_index, in_order=in_order)
        return query.where(Place.state.in_(self._states)) if self._states else query

    @cached_property
    def _stand(self) -> ByState:
        """Read once, so that all numbers are of one moment."""
        return Tally.by_state(self.connection)

    @cached_property
    def _held(self) -> int | None:
        return search.held(Place, self.text) if self.text else None

    @property
    def _states(self) -> tuple[str, ...]:
        return tuple(state.value for state in FILTERS.get(self.only, ()))


def _first(query: Any, section: Section, behind: tuple[str, int] | None, most: int) -> Any:
    query = query.where(Place.section == section.value)
    if behind:
        name, place_id = behind
        query = query.where((Place.name > name) | ((Place.name == name) & (Place.id > place_id)))
    return query.order_by(Place.name, Place.id).limit(most)


def filter_counts(connection: Connection) -> dict[str, int]:
    """The same for the whole window."""
    return Narrowed(connection).filters
