"""The window's read model: one row per line of the window, its section and state, and the counters beside it."""

from __future__ import annotations

from typing import Any, Self

from peewee import EXCLUDED, SQL, CompositeKey, ForeignKeyField, IntegerField, Model, TextField

from webapp import ports
from webapp.db import UTCField, database
from webapp.models.base import Row, with_words
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.sync.section import Section, Standing

Weights = tuple[str, int, int, int]
"""A section, and how many lines, customers of ours and of theirs."""


class Tally(Model):
    """How many customers of each side stand in a section, kept in the transaction that moves them."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    section = TextField()
    places = IntegerField(default=0)
    ours = IntegerField(default=0)
    theirs = IntegerField(default=0)

    class Meta:
        database = database
        legacy_table_names = False
        primary_key = CompositeKey("connection", "section")

    @classmethod
    def move(cls, connection: Connection, *moves: Weights) -> None:
        """Add to sections' counters, always in the same order; negative numbers take away."""
        totals: dict[str, list[int]] = {}
        for section, *counts in sorted(moves):
            totals[section] = [a + b for a, b in zip(totals.get(section, (0, 0, 0)), counts, strict=True)]
        own = {"company": connection.company_id, "connection": connection.id}
        cls.insert_many(
            [
                own | {"section": s, "places": n, "ours": ours, "theirs": theirs}
                for s, (n, ours, theirs) in totals.items()
            ]
        ).on_conflict(
            conflict_target=[cls.connection, cls.section],
            update={
                cls.places: cls.places + EXCLUDED.places,
                cls.ours: cls.ours + EXCLUDED.ours,
                cls.theirs: cls.theirs + EXCLUDED.theirs,
            },
        ).execute()

    @classmethod
    def of(cls, connection: Connection) -> dict[str, tuple[int, int, int]]:
        """Section -> (lines, ours, theirs); every section is there."""
        counted = {
            row.section: (row.places, row.ours, row.theirs) for row in cls.select().where(cls.connection == connection)
        }
        return {section.value: counted.get(section.value, (0, 0, 0)) for section in Section}


Line = dict[str, Any]
LINES_AT_ONCE = 500


class Place(Row):
    """One line of the window: a pair, or a customer of one side. Every customer stands in exactly one."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    section = TextField()
    state = TextField()
    customer_id: int | None
    customer = ForeignKeyField(Customer, null=True)
    mirror_id: int | None
    mirror = ForeignKeyField(Mirror, null=True)
    pairing_id: int | None
    pairing = ForeignKeyField(Pairing, null=True)
    name = TextField(default="")  # as it sorts in Danish, not as it is shown
    search = TextField(default="")
    version = IntegerField(default=1)
    changed_at = UTCField(default=ports.now)

    @classmethod
    def of(cls, connection: Connection, section: str | None = None) -> Any:
        query = cls.select().where(cls.connection == connection)
        return query.where(cls.section == section) if section else query

    @classmethod
    def found(cls, company: Company, place_id: int) -> Self | None:
        found: Self | None = cls.get_or_none(cls.company == company, cls.id == place_id)
        return found

    @classmethod
    def searched(cls, connection: Connection, text: str) -> Any:
        """Lines of which either side holds every word of the text."""
        return with_words(cls.of(connection), cls.search, text)

    @classmethod
    def holding(cls, connection: Connection, customer: Any, mirror: Any) -> list[Self]:
        """The lines in which either of the two stands now."""
        mine = SQL("1 = 0")
        if customer is not None:
            mine = mine | (cls.customer == customer)
        if mirror is not None:
            mine = mine | (cls.mirror == mirror)
        return list(cls.select().where(cls.connection == connection, mine).order_by(cls.id))

    @classmethod
    def put(
        cls,
        connection: Connection,
        standing: Standing,
        *,
        customer: Customer | None = None,
        mirror: Mirror | None = None,
        pairing: Pairing | None = None,
    ) -> None:
        """Let these two stand on one line and nowhere else, and move the counters with them."""
        lines = cls.holding(connection, customer, mirror)
        line = next((one for one in lines if one.pairing_id), lines[0] if lines else None)
        for spare in lines:
            if line is not None and spare.id != line.id:
                spare.take_away(connection)
        if line is None:
            line = cls(company=connection.company_id, connection=connection, section="", state="")
        before, stood = line._weights() if line.section else None, line._shown()
        line.customer, line.mirror, line.pairing = customer, mirror, pairing
        line.section, line.state = standing.section.value, standing.state.value
        line.name, line.search = _name(customer, mirror), _search(customer, mirror)
        if line._shown() == stood:
            return
        line.changed_at, line.version = ports.now(), line.version + 1
        line.save()
        _shift(connection, before, line._weights())

    def take_away(self, connection: Connection) -> None:
        """Remove the line: nobody stands here any more."""
        weights = self._weights()
        self.delete_instance()
        _shift(connection, weights, None)

    def _shown(self) -> tuple[Any, ...]:
        return self.customer_id, self.mirror_id, self.pairing_id, self.section, self.state, self.name, self.search

    def _weights(self) -> Weights:
        return self.section, 1, int(self.customer_id is not None), int(self.mirror_id is not None)


def line(
    connection: Connection,
    standing: Standing,
    *,
    customer: Customer | None = None,
    mirror: Mirror | None = None,
    pairing: Pairing | None = None,
) -> Line:
    """A line as a row for `put_lines`."""
    return {
        "company": connection.company_id,
        "connection": connection.id,
        "section": standing.section.value,
        "state": standing.state.value,
        "customer": customer,
        "mirror": mirror,
        "pairing": pairing,
        "name": _name(customer, mirror),
        "search": _search(customer, mirror),
        "changed_at": ports.now(),
    }


def put_lines(connection: Connection, lines: list[Line]) -> None:
    """Add many lines at once, for customers that stand nowhere yet, and count them in."""
    for start in range(0, len(lines), LINES_AT_ONCE):
        Place.insert_many(lines[start : start + LINES_AT_ONCE]).execute()
    moves = [(str(r["section"]), 1, int(r["customer"] is not None), int(r["mirror"] is not None)) for r in lines]
    if moves:
        Tally.move(connection, *moves)


def _shift(connection: Connection, before: Weights | None, after: Weights | None) -> None:
    if before == after:
        return
    moves = [after] if after else []
    if before:
        section, places, ours, theirs = before
        moves.append((section, -places, -ours, -theirs))
    Tally.move(connection, *moves)


def _name(customer: Customer | None, mirror: Mirror | None) -> str:
    party = customer or mirror
    return party.sort_key if party else ""


def _search(customer: Customer | None, mirror: Mirror | None) -> str:
    return "|".join(dict.fromkeys(party.search for party in (customer, mirror) if party))


class Heartbeat(Row):
    """When each worker was last alive."""

    worker = TextField(unique=True)
    seen_at = UTCField(default=ports.now)
