"""What a person says of a suggestion: "Ikke den samme", remembered for the two, and its taking back."""

from __future__ import annotations

from webapp import db
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import ALONE, Place, join_lines
from webapp.models.suggestion import BEST, NotSame, Suggestion, written
from webapp.models.user import User
from webapp.sync import matching, standing, suggesting
from webapp.sync.creations import AlreadyPaired
from webapp.sync.pairings import Moved
from webapp.sync.section import suggested


@db.retrying
def apart(connection: Connection, customer_id: int, mirror_id: int, by: User | None) -> None:
    """These two are never suggested again; each stands opposite the next best at once. Raises Moved, AlreadyPaired."""
    with db.write():
        customer, mirror = _both(connection, customer_id, mirror_id)
        if NotSame.between(connection, customer_id, mirror_id) is None:
            own = {"company": connection.company_id, "connection": connection}
            NotSame.create(**own, customer=customer, mirror=mirror, created_by=by)
        _forget(connection, customer_id, mirror_id)
        line = Place.suggestion_of(connection, customer)
        if line is not None and line.mirror_id == mirror_id:
            _alone(connection, customer)
        for near in Suggestion.around(connection, [customer_id], [mirror_id]):
            _promote(connection, near)
        standing.stale(connection)


@db.retrying
def together(connection: Connection, customer_id: int, mirror_id: int, by: User | None) -> None:
    """Take "Ikke den samme" back: they stand opposite each other again, if both are free. Raises as `apart`."""
    with db.write():
        customer, mirror = _both(connection, customer_id, mirror_id)
        NotSame.end_of(connection, customer_id, mirror_id, by)
        _forget(connection, customer_id, mirror_id)
        two = suggesting.told(customer), suggesting.told(mirror)
        told = written(matching.evidence(*two), matching.doubt(*two))
        own = {"company": connection.company_id, "connection": connection, "customer": customer, "mirror": mirror}
        for party in (customer, mirror):
            _alone(connection, party)
        _promote(connection, Suggestion.create(**own, rank=BEST + 1, evidence_json=told))
        standing.stale(connection)


def _alone(connection: Connection, party: Customer | Mirror) -> None:
    """Let a customer that stands opposite a suggested one stand alone."""
    if Place.suggestion_of(connection, party) is not None:
        side = {"customer": party} if isinstance(party, Customer) else {"mirror": party}
        Place.put(connection, ALONE, **side)


def _forget(connection: Connection, customer_id: int, mirror_id: int) -> None:
    Suggestion.delete().where(
        Suggestion.connection == connection, Suggestion.customer == customer_id, Suggestion.mirror == mirror_id
    ).execute()


def _promote(connection: Connection, near: Suggestion) -> None:
    """Let a next best be the best, if nothing better holds either of the two."""
    pair = near.customer_id, near.mirror_id
    suggesting.lock(connection, [pair])
    if join_lines(connection, {pair: suggested(sure=False)}, only_alone=True):
        mine = (Suggestion.customer == near.customer_id) | (Suggestion.mirror == near.mirror_id)
        Suggestion.delete().where(Suggestion.connection == connection, mine, Suggestion.rank == BEST).execute()
        Suggestion.update(rank=BEST).where(Suggestion.id == near.id).execute()


def _both(connection: Connection, customer_id: int, mirror_id: int) -> tuple[Customer, Mirror]:
    """The two, locked, while neither has a partner."""
    customer = Customer.locked_of(connection.company, customer_id)
    mirror = Mirror.locked_of(connection, mirror_id)
    if customer is None or mirror is None or customer.deleted_at or mirror.gone_at:
        raise Moved("one of the two is gone")
    if Pairing.of_customer(customer, connection) or Pairing.of_mirror(mirror):
        raise AlreadyPaired(customer.label)
    return customer, mirror
