"""Look at one record: read what it is now, enter it, plan, act. Every trigger ends here (sync rules §2)."""

from __future__ import annotations

from dataclasses import dataclass

from webapp import db, ports
from webapp.economic.client import Client
from webapp.economic.errors import Forbidden, Missing
from webapp.economic.records import Customer as RemoteCustomer
from webapp.models import lane as lanes
from webapp.models import pairing
from webapp.models.connection import Connection
from webapp.models.inbox import Inbox
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.run import RunItem
from webapp.sync import apply, create, pull, push, rehearsal, remove, standing, undo_there
from webapp.sync.fields import read


@dataclass(frozen=True)
class Seen:
    """What one look found there: the record, or None when e-conomic itself says it does not exist.

    `version` is our mirror row's when the request began; `moved_to`: the record stands under another number now;
    `swapped`: id and version of the mirror row that changed numbers with ours.
    """

    record: RemoteCustomer | None
    version: int
    moved_to: int | None = None
    swapped: tuple[int, int] | None = None


def at_pair(held: Lane, client: Client, connection: Connection) -> None:
    """Look at a pair, or bring its open creation or deletion on."""
    with db.write():
        held.hold()
        pair = Pairing.found(connection.company, held.record)
        if pair is None:
            RunItem.settle_pairing(held.record, "moved")
            _hand_on(connection, held.record)
            held.finish()
            return
    is_new, is_undone = pair.state == pairing.CREATING, undo_there.is_at_work(pair.id)
    if (is_new or is_undone or pair.deleting) and rehearsal.holds_back(connection, pair.id):
        held.finish()
    elif is_new:
        create.step(held, client, pair.id)
    elif is_undone:  # First, so that an item overtaken by the order of a deletion comes to an end.
        undo_there.step(held, client, pair.id, lambda number: read_one(client, connection, number))
    elif pair.deleting:
        remove.step(held, client, pair.id)
    else:
        _at_open_pair(held, client, connection, pair.mirror)


def _hand_on(connection: Connection, pairing_id: int) -> None:
    """The pair was ended while a look was asked for: what was told of its partner is still to be heard."""
    ended = Pairing.get_or_none(Pairing.connection == connection, Pairing.id == pairing_id)
    if ended is not None and ended.mirror is not None:
        Lane.wake(connection, lanes.THEIRS, ended.mirror.number)


def _at_open_pair(held: Lane, client: Client, connection: Connection, mirror: Mirror) -> None:
    seen = Seen(None, mirror.version) if mirror.gone_at else _fetch(held, client, connection, mirror)
    ports.failpoint("look.fetched")
    intent = _enter(held, connection, seen)
    if intent is not None:
        push.send(held, client, intent)


@db.retrying
def _enter(held: Lane, connection: Connection, seen: Seen) -> push.Intent | None:
    """Enter, plan and apply in one transaction; the write that is left to make, stored."""
    with db.write():
        held.hold_to_write()
        pair = apply.lock(held.record)
        if pair is None or pair.state != pairing.OPEN or pair.deleting:
            held.again()
            return None
        if pair.mirror.version != seen.version:
            held.again()
            return None
        if pair.mirror.gone_at:
            # Asked for by a number that may be somebody else's by now: whoever has it is looked at apart from the pair.
            Lane.wake(connection, lanes.THEIRS, pair.mirror.number)
        elif seen.record is None:
            pull.mark_gone(pair.mirror)
        elif seen.record is not None:
            if seen.swapped and not _swap(connection, seen.swapped, pair.mirror):
                held.again()
                return None
            if seen.moved_to:
                _make_room(connection, seen.moved_to)
                # A call may have asked the pair to look at its old number while it was becoming somebody else's.
                Lane.wake(connection, lanes.THEIRS, pair.mirror.number)
            pull.store(pair.mirror, seen.record, cause="renumbered" if seen.moved_to else "fetched")
        planned = apply.settle(pair, cause="pull")
        intent = push.intend(pair, planned, seen.record) if seen.record is not None else None
        if intent is None:
            if seen.record is not None:
                push.wait_no_more(pair, seen.record)
            held.finish()
        return intent


def _fetch(held: Lane, client: Client, connection: Connection, mirror: Mirror) -> Seen:
    try:
        record = read_one(client, connection, mirror.number)
    except Missing:
        return _follow(client, connection, mirror)
    if push.take_back(held, client, connection, record):
        return Seen(None, mirror.version)
    swapped = _swapped(client, connection, mirror, record) if pull.differs(mirror.values, record) else None
    return swapped or Seen(record, mirror.version)


def _swapped(client: Client, connection: Connection, mirror: Mirror, record: RemoteCustomer) -> Seen | None:
    """Two customers changed numbers with each other: a webhook says so, and each stands there as we knew the other."""
    for told in Inbox.renumberings(connection, mirror.number).limit(5):
        other = Mirror.with_number(connection, told.new_number)
        if other is None or other.id == mirror.id or other.values != read(record):
            continue
        try:
            moved = read_one(client, connection, told.new_number)
        except Missing:
            continue
        if read(moved) == mirror.values:
            return Seen(moved, mirror.version, told.new_number, (other.id, other.version))
    return None


def read_one(client: Client, connection: Connection, number: int) -> RemoteCustomer:
    """The record with its version where the agreement has the newer service, without it where not."""
    if connection.customersapi:
        try:
            return client.customer(number)
        except Forbidden:
            record = client.legacy_customer(number)
            Connection.update(customersapi=False).where(Connection.id == connection.id).execute()
            connection.customersapi = False
            return record
    return client.legacy_customer(number)


def _follow(client: Client, connection: Connection, mirror: Mirror) -> Seen:
    """The number is gone. Follow a renumbering that a webhook told of, if what stands there is the same (§5)."""
    for told in Inbox.renumberings(connection, mirror.number).limit(5):
        other = Mirror.with_number(connection, told.new_number)
        if other is not None and Pairing.of_mirror(other) is not None:
            continue
        try:
            record = read_one(client, connection, told.new_number)
        except Missing:
            continue
        if read(record) == mirror.values:
            return Seen(record, mirror.version, told.new_number)
    return Seen(None, mirror.version)


def _swap(connection: Connection, known: tuple[int, int], mirror: Mirror) -> bool:
    """Give the other row our number, and let its own look find it there; False when it has moved meanwhile."""
    other = Mirror.locked_of(connection, known[0])
    if other is None or other.gone_at or other.version != known[1]:
        return False
    number, mirror.number = mirror.number, -mirror.id
    mirror.save()
    other.number, other.version = number, other.version + 1
    other.save()
    pair = Pairing.of_mirror(other)
    Lane.wake(connection, lanes.PAIR if pair else lanes.THEIRS, pair.id if pair else number)
    return True


def _make_room(connection: Connection, number: int) -> None:
    """An unpaired mirror row under the new number is the same customer met before its pair: it gives way."""
    living = Mirror.with_number(connection, number)
    other = Mirror.locked_of(connection, living.id) if living else None
    if other is not None and Pairing.of_mirror(other) is None:
        Place.remove(connection, mirror=other)
        other.gone_at = ports.now()
        other.save()


def at_number(held: Lane, client: Client, connection: Connection) -> None:
    """Look at a number there that belongs to no pair; a pair's own lane takes over where there is one."""
    number = held.record
    with db.write():
        held.hold()
        if _hand_over(connection, number):
            held.finish()
            return
        mirror = Mirror.with_number(connection, number)
    known = (mirror.id, mirror.version) if mirror else None
    try:
        record: RemoteCustomer | None = read_one(client, connection, number)
        if record and push.take_back(held, client, connection, record):
            record = None
    except Missing:
        record = None
    if mirror and (record is None or pull.is_another(mirror, record)):
        # What a person has said of it ("Ingen synkronisering", "Ikke den samme") goes with it to another number.
        record = _follow(client, connection, mirror).record or record
    ports.failpoint("look.fetched")
    _enter_number(held, connection, known, record)


@db.retrying
def _enter_number(
    held: Lane, connection: Connection, known: tuple[int, int] | None, record: RemoteCustomer | None
) -> None:
    with db.write():
        held.hold()
        living = Mirror.with_number(connection, held.record)
        mirror = Mirror.locked_of(connection, living.id) if living else None
        if _hand_over(connection, held.record):  # Asked after the lock: who held the row may have paired it.
            held.finish()
            return
        if (mirror.id, mirror.version) != known if mirror else known is not None:
            held.again()
            return
        if mirror is None and record is not None:
            standing.put_mirror(connection, pull.enter(connection, record))
        elif mirror is not None and record is None:
            pull.mark_gone(mirror)
            standing.put_mirror(connection, mirror)
        elif mirror is not None and record is not None:
            stored = _store_alone(connection, mirror, record)
            if not stored or record.number != held.record:  # Somebody else may have the number by now.
                held.again()
                return
        held.finish()


def _store_alone(connection: Connection, mirror: Mirror, record: RemoteCustomer) -> bool:
    """Enter what stands there of one without a partner; False when its new number is a pair's by now."""
    is_moved = record.number != mirror.number
    if not is_moved and pull.is_another(mirror, record):
        pull.mark_gone(mirror)
        standing.put_mirror(connection, mirror)
        standing.put_mirror(connection, pull.enter(connection, record))
        return True
    if is_moved:
        _make_room(connection, record.number)
        if Mirror.with_number(connection, record.number) is not None:
            return False
    if pull.store(mirror, record, cause="renumbered" if is_moved else "fetched"):
        standing.put_mirror(connection, mirror)
    return True


def _hand_over(connection: Connection, number: int) -> bool:
    """Wake the lane of the pair, or of the open creation, that this number belongs to."""
    mirror = Mirror.with_number(connection, number)
    pair = Pairing.of_mirror(mirror) if mirror else Pairing.creating_number(connection, number)
    if pair is None:
        return False
    Lane.wake(connection, lanes.PAIR, pair.id)
    return True
