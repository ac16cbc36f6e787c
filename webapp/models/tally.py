"""The window's counters: how many customers stand where, kept in the transaction that moves them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from peewee import EXCLUDED, CompositeKey, ForeignKeyField, IntegerField, Model, TextField

from webapp.db import database
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.sync.section import Section

Weights = tuple[str, str, int, int, int]
"""A section, a state, and how many lines, customers of ours and of theirs."""
Count = tuple[int, int, int]
"""Lines, customers of ours, and of theirs."""
ByState = Mapping[tuple[str, str], Count]
"""What stands in a section under a state, where anything does."""


class Tally(Model):
    """How many customers of each side stand in a section under a state."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    section = TextField()
    state = TextField()
    places = IntegerField(default=0)
    ours = IntegerField(default=0)
    theirs = IntegerField(default=0)

    class Meta:
        database = database
        legacy_table_names = False
        primary_key = CompositeKey("connection", "section", "state")

    @classmethod
    def move(cls, connection: Connection, *moves: Weights) -> None:
        """Add to the counters, always in the same order; negative numbers take away."""
        totals: dict[tuple[str, str], list[int]] = {}
        for section, state, *counts in sorted(moves):
            before = totals.get((section, state), (0, 0, 0))
            totals[section, state] = [a + b for a, b in zip(before, counts, strict=True)]
        own = {"company": connection.company_id, "connection": connection.id}
        cls.insert_many(
            [
                own | {"section": section, "state": state, "places": n, "ours": ours, "theirs": theirs}
                for (section, state), (n, ours, theirs) in totals.items()
            ]
        ).on_conflict(
            conflict_target=[cls.connection, cls.section, cls.state],
            update={
                cls.places: cls.places + EXCLUDED.places,
                cls.ours: cls.ours + EXCLUDED.ours,
                cls.theirs: cls.theirs + EXCLUDED.theirs,
            },
        ).execute()

    @classmethod
    def of(cls, connection: Connection) -> dict[str, Count]:
        """Section -> (lines, ours, theirs); every section is there."""
        return by_section(cls.by_state(connection))

    @classmethod
    def by_state(cls, connection: Connection) -> ByState:
        rows = cls.select().where(cls.connection == connection, cls.places != 0)
        return {(row.section, row.state): (row.places, row.ours, row.theirs) for row in rows}


def by_section(counted: ByState, states: Collection[str] = ()) -> dict[str, Count]:
    """Section -> (lines, ours, theirs), of these states alone when some are named; every section is there."""
    found = {section.value: (0, 0, 0) for section in Section}
    for (section, state), (lines, ours, theirs) in counted.items():
        if not states or state in states:
            before = found[section]
            found[section] = (before[0] + lines, before[1] + ours, before[2] + theirs)
    return found


def less(weights: Weights) -> Weights:
    """The same, taken away."""
    section, state, lines, ours, theirs = weights
    return section, state, -lines, -ours, -theirs
