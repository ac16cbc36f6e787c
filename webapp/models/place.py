"""The window's read model: one row per line of the window, and its section and state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Self

from peewee import SQL, ForeignKeyField, IntegerField, TextField

from webapp import ports
from webapp.db import UTCField, for_update
from webapp.models import search
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.search import with_words
from webapp.models.tally import Tally, Weights, less
from webapp.sync.section import SUGGESTED, Section, Standing, State

ALONE = Standing(Section.NEW, State.NEW)
Line = dict[str, Any]
LINES_AT_ONCE = 500


class Place(Row):
    """One line of the window: a pair, a customer of one side, or one of each that are suggested to be the same.

    Every customer stands in exactly one. On a line of two without a pairing both are still without a partner.
    """

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
    def searched(cls, connection: Connection, text: str, *, by_index: bool = False, in_order: bool = True) -> Any:
        """Lines of which either side holds every word of the text; `by_index`, or one by one."""
        own = search.own(cls.connection, connection.id, in_order=in_order and not by_index)
        query = with_words(cls.select().where(own), cls.search, text)
        return query.where(search.by_index(cls, text)) if by_index else query

    @classmethod
    def holding(cls, connection: Connection, customer: Any, mirror: Any) -> list[Self]:
        """The lines in which either of the two stands now."""
        mine = SQL("1 = 0")
        if customer is not None:
            mine = mine | (cls.customer == customer)
        if mirror is not None:
            mine = mine | (cls.mirror == mirror)
        return list(for_update(cls.select().where(cls.connection == connection, mine).order_by(cls.id)))

    @classmethod
    def holding_any(cls, connection: Connection, customer_ids: Iterable[int], mirror_ids: Iterable[int]) -> list[Self]:
        """The lines in which any of these stands now."""
        mine = cls.customer.in_(list(customer_ids)) | cls.mirror.in_(list(mirror_ids))
        return list(cls.of(connection).where(mine).order_by(cls.id))

    @classmethod
    def suggestion_of(cls, connection: Connection, party: Customer | Mirror) -> Self | None:
        """The line on which a customer stands together with one that it is suggested to be the same as."""
        column = cls.customer if isinstance(party, Customer) else cls.mirror
        query = cls.of(connection).where(column == party.id, cls.state.in_([state.value for state in SUGGESTED]))
        found: Self | None = for_update(query).first()
        return found

    @classmethod
    def put(
        cls,
        connection: Connection,
        standing: Standing,
        *,
        customer: Customer | None = None,
        mirror: Mirror | None = None,
        pairing: Pairing | None = None,
    ) -> bool:
        """Let these two stand on one line and nowhere else, and move the counters with them.

        Who stood beside one of them by a suggestion only, stands alone then. True when one of them was new before.
        """
        lines = cls.holding(connection, customer, mirror)
        were_new = any(one.section == Section.NEW for one in lines)
        beside = [other for one in lines for other in one._beside(customer, mirror)]
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
            return were_new
        line.changed_at, line.version = ports.now(), line.version + 1
        line.save()
        _shift(connection, before, line._weights())
        for other in beside:
            cls.put(connection, ALONE, **other)
        return were_new

    @classmethod
    def remove(cls, connection: Connection, customer: Customer | None = None, mirror: Mirror | None = None) -> None:
        """Let these two stand nowhere; who stood beside one of them by a suggestion only, stands alone then."""
        for one in cls.holding(connection, customer, mirror):
            beside = one._beside(customer, mirror)
            one.take_away(connection)
            for other in beside:
                cls.put(connection, ALONE, **other)

    def _beside(self, customer: Any, mirror: Any) -> list[dict[str, Any]]:
        """Who stands here by a suggestion only, and is neither of these two."""
        if self.state not in SUGGESTED:
            return []
        found: list[dict[str, Any]] = []
        if self.customer_id != getattr(customer, "id", customer):
            found.append({"customer": self.customer})
        if self.mirror_id != getattr(mirror, "id", mirror):
            found.append({"mirror": self.mirror})
        return found

    def take_away(self, connection: Connection) -> None:
        """Remove the line: nobody stands here any more."""
        weights = self._weights()
        self.delete_instance()
        _shift(connection, weights, None)

    def _shown(self) -> tuple[Any, ...]:
        return self.customer_id, self.mirror_id, self.pairing_id, self.section, self.state, self.name, self.search

    def _weights(self) -> Weights:
        return self.section, self.state, 1, int(self.customer_id is not None), int(self.mirror_id is not None)


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
    counted = Counter((r["section"], r["state"], r["customer"] is not None, r["mirror"] is not None) for r in lines)
    moves = [(section, state, n, n * ours, n * theirs) for (section, state, ours, theirs), n in counted.items()]
    if moves:
        Tally.move(connection, *moves)


def join_lines(connection: Connection, wanted: Mapping[tuple[int, int], Standing], *, only_alone: bool = False) -> int:
    """Let each of these pairs of new customers stand on one line, as far as both stand alone, or (unless `only_alone`)
    together already; how many do. The caller has locked the customers."""
    lines = Place.holding_any(connection, [ours for ours, _ in wanted], [theirs for _, theirs in wanted])
    fit = [one for one in lines if one.pairing_id is None and one.section == Section.NEW]
    ours, theirs = ({one.customer_id: one for one in fit}, {one.mirror_id: one for one in fit})
    spare: list[int] = []
    moves: list[Weights] = []
    joined = 0
    for (customer_id, mirror_id), standing in wanted.items():
        line, other = ours.get(customer_id), theirs.get(mirror_id)
        if line is None or other is None or (line.id == other.id and only_alone):
            continue
        if line.id != other.id and (line.mirror_id or other.customer_id):
            continue
        joined += 1
        moves.append(less(line._weights()))
        if line.id != other.id:
            spare.append(other.id)
            moves.append(less(other._weights()))
            line.mirror = other.mirror
            line.search = "|".join(dict.fromkeys((line.search, other.search)))
        line.state, line.changed_at, line.version = standing.state.value, ports.now(), line.version + 1
        moves.append(line._weights())
    if spare:
        Place.delete().where(Place.connection == connection, Place.id.in_(spare)).execute()
    if moves:
        Tally.move(connection, *moves)
    for line in fit:
        if line.dirty_fields:
            line.save(only=line.dirty_fields)
    return joined


def _shift(connection: Connection, before: Weights | None, after: Weights | None) -> None:
    if before == after:
        return
    Tally.move(connection, *([after] if after else []), *([less(before)] if before else []))


def _name(customer: Customer | None, mirror: Mirror | None) -> str:
    party = customer or mirror
    return party.sort_key if party else ""


def _search(customer: Customer | None, mirror: Mirror | None) -> str:
    return "|".join(dict.fromkeys(party.search for party in (customer, mirror) if party))


class Heartbeat(Row):
    """When each worker was last alive."""

    worker = TextField(unique=True)
    seen_at = UTCField(default=ports.now)

    @classmethod
    def beat(cls, worker: str) -> None:
        """It lives; work that takes long says so too."""
        now = ports.now()
        cls.insert(worker=worker, seen_at=now).on_conflict(
            conflict_target=[cls.worker], update={cls.seen_at: now}
        ).execute()
