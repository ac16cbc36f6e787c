"""One pass over e-conomic's list, a page a step: first fetch, poll and full comparison are the same road (§2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from peewee import chunked

from webapp import db, ports
from webapp.economic.client import Client
from webapp.economic.errors import KINDS
from webapp.economic.records import Customer as RemoteCustomer
from webapp.economic.records import Page
from webapp.models import lane as lanes
from webapp.models import pairing
from webapp.models import sweep as sweeps
from webapp.models.attempt import Attempt
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.sweep import Sweep
from webapp.models.user import User
from webapp.sync import apply, emptying, holding, pull, remove, silence, standing
from webapp.sync.fields import read

PAGE_SIZE = 1000
FAULTS = frozenset(fault.kind for fault in KINDS)
brake = emptying.limit
"""More missing than this at once stops and asks a person (sync rules §5)."""
Known = dict[int, tuple[int, int]]


@db.retrying
def begin(connection: Connection, kind: str, by: User | None = None) -> Sweep:
    """Order a sweep; asking for one that is under way gives that one, also when two ask in the same moment."""
    with db.write():
        connection.company.take_turns()
        running = Sweep.current(connection, kind)
        if running is None:
            since = connection.changed_since if kind == sweeps.POLL else ""
            running = Sweep.create(
                company=connection.company_id, connection=connection, kind=kind, since=since, started_by=by
            )
        Lane.wake(connection, lanes.SWEEP, running.id)
        return running


def fetch_anew(connection: Connection, by: User | None) -> Sweep:
    """Order a fetch from the first page, which places everybody anew; whatever was under way is void. In the caller's
    transaction."""
    Sweep.update(state=sweeps.VOID, finished_at=ports.now()).where(
        Sweep.connection == connection, Sweep.state.in_((sweeps.RUNNING, sweeps.HELD))
    ).execute()
    apply.catch_up(connection)
    return begin(connection, sweeps.FETCH, by)


def step(held: Lane, client: Client, connection: Connection) -> None:
    """Read one page and enter it; the lane comes back for the next. Raises temporary faults: nothing is concluded."""
    sweep = Sweep.get_or_none(Sweep.id == held.record, Sweep.connection == connection)
    if sweep is None or sweep.state != sweeps.RUNNING:
        with db.write():
            held.hold()
            held.finish()
        return
    # Once, for it takes long: where a fault of e-conomic's stands on the lane, the last try came as far as its call.
    if sweep.kind == sweeps.FETCH and sweep.read == 0 and held.fault_kind not in FAULTS:
        with db.write():
            held.hold()
            standing.rebuild(connection)
            held.hold()  # Many take longer than a lease.
    known, begun = pull.versions(connection, sweep.cursor), ports.now()
    page = next(iter(client.customers(sweep.cursor, sweep.since or None, PAGE_SIZE)))
    ports.failpoint("sweep.read")
    counts, emptied, untold = Counter[str](), emptying.Found(), set[int]()
    for part in chunked([record for record in page.customers if not record.strange], pull.BATCH):
        untold |= silence.untold(connection, sweep, part)
        counts.update(_enter(held, connection, part, known, begun, emptied))
    _turn(held, connection, page, counts, emptied, untold)


@db.retrying
def _enter(
    held: Lane,
    connection: Connection,
    part: Sequence[RemoteCustomer],
    known: Known,
    begun: datetime,
    emptied: emptying.Found,
) -> dict[str, int]:
    """Enter some of a page's rows; how many pairs, equal and changed ones are among them. Pairs in which a field became
    empty wait for the sweep's end: they are added to `emptied`."""
    with db.write():
        held.hold()
        found = _by_number(connection, part)
        new = [record for record in part if record.number not in found]
        _enter_new(connection, new, known, begun)
        pairs = _pairs(connection, found)
        counts = [
            _enter_one(connection, record, found[record.number], pairs, known.get(record.number), emptied)
            for record in part
            if record.number in found
        ]
    return {
        "pairs": sum(pair for pair, _, _ in counts),
        "equal": sum(equal for _, equal, _ in counts),
        "changed": sum(moved for *_, moved in counts),
    }


def _enter_new(connection: Connection, new: Sequence[RemoteCustomer], known: Known, begun: datetime) -> None:
    """Numbers we have no row for: new customers, unless an open creation explains them, a deletion since the request
    began (we had a row then, or one went since), or an update of ours without an answer that may have made them."""
    creating = _creating(connection, new)
    for pairing_id in sorted(creating.values()):
        Lane.wake(connection, lanes.PAIR, pairing_id)
    numbers = [record.number for record in new]
    gone = Mirror.connection == connection, Mirror.number.in_(numbers), Mirror.gone_at >= begun
    just_gone = Mirror.select(Mirror.number).where(*gone)
    doubtful = {row.number for row in just_gone} | (known.keys() & set(numbers))
    doubtful |= Attempt.unanswered(connection, numbers).keys()
    for number in sorted(doubtful):
        Lane.wake(connection, lanes.THEIRS, number)
    pull.enter_many(connection, [r for r in new if r.number not in creating and r.number not in doubtful])


def _enter_one(
    connection: Connection,
    record: RemoteCustomer,
    mirror: Mirror,
    pairs: dict[int, Pairing],
    known: tuple[int, int] | None,
    emptied: emptying.Found,
) -> tuple[int, int, int]:
    """(is a pair, is equal, has moved), each 0 or 1. A pair is never entered from a list: it is looked at."""
    pair = pairs.get(mirror.id)
    if known in (None, (mirror.id, mirror.version)):  # What was looked at since the page was asked for may be newer.
        pull.keep_unmapped(mirror, record)
    differs = pull.differs(mirror.values, record)
    if pair is None:
        locked = Mirror.locked(mirror.id) if differs else None
        if locked is not None and not pull.enter_known(locked, record, known):
            Lane.wake(connection, lanes.THEIRS, record.number)
        return 0, 0, int(differs)
    if differs or pair.fault or holding.is_freed(pair, record) or not standing.plan_of(pair).is_still:
        vanished = emptying.of(pair, read(record))
        if vanished:
            emptied[pair.id] = vanished
        else:
            Lane.wake(connection, lanes.PAIR, pair.id)
        return 1, 0, 1
    return 1, 1, 0


def _by_number(connection: Connection, part: Sequence[RemoteCustomer]) -> dict[int, Mirror]:
    numbers = [record.number for record in part]
    return {row.number: row for row in Mirror.of(connection).where(Mirror.number.in_(numbers))}


def _creating(connection: Connection, records: Sequence[RemoteCustomer]) -> dict[int, int]:
    """number -> pairing id of open creations that these records answer to."""
    numbers = [record.number for record in records]
    rows = Pairing.living(connection).where(Pairing.new_number.in_(numbers), Pairing.mirror.is_null())
    return {row.new_number: row.id for row in rows}


def _pairs(connection: Connection, found: dict[int, Mirror]) -> dict[int, Pairing]:
    ids = [mirror.id for mirror in found.values()]
    rows = (
        Pairing.select(Pairing, Customer).join(Customer).where(Pairing.mirror.in_(ids), Pairing.state == pairing.OPEN)
    )
    by_id = {mirror.id: mirror for mirror in found.values()}
    pairs = {row.mirror_id: row for row in rows}
    for mirror_id, pair in pairs.items():
        pair.mirror, pair.connection = by_id[mirror_id], connection
    return pairs


@db.retrying
def _turn(
    held: Lane, connection: Connection, page: Page, counts: Mapping[str, int], emptied: emptying.Found, untold: set[int]
) -> None:
    """Note how far we are; after the last page, conclude. One that was voided meanwhile stays so."""
    with db.write():
        held.hold()
        sweep = Sweep.locked(held.record)
        if sweep is None or sweep.state != sweeps.RUNNING:
            held.finish()
            return
        for record in page.customers:
            if record.strange:  # Not to be entered as it is told here; its own look says so where it must be known.
                Lane.wake(connection, lanes.THEIRS, record.number)
        sweep.add_untold(untold)
        for name, count in counts.items():
            setattr(sweep, name, getattr(sweep, name) + count)
        sweep.emptied = sweep.emptied | emptied
        upto = page.customers[-1].number if page.customers else sweep.cursor
        if sweep.kind != sweeps.POLL:
            sweep.candidates = sweep.candidates + _unnamed(connection, sweep, page, upto)
        if sweep.cursor == 0:
            sweep.total = page.total
        sweep.read += len(page.customers)
        sweep.newest = max([sweep.newest, *map(_dated, page.customers)])
        sweep.cursor = upto
        if not page.last:
            sweep.save()
            held.later(0.0)
            return
        _conclude(connection, sweep)
        held.finish()


def _unnamed(connection: Connection, sweep: Sweep, page: Page, upto: int) -> list[int]:
    """Mirror rows in the stretch this page covers that it did not name, unless they are younger than the sweep.

    One that is younger than now was made by a clock that has been set back since.
    """
    old = (Mirror.created_at <= sweep.started_at) | (Mirror.created_at > ports.now())
    rows = Mirror.of(connection).where(Mirror.number > sweep.cursor, old)
    if not page.last:
        rows = rows.where(Mirror.number <= upto)
    named = {record.number for record in page.customers}
    return [row.id for row in rows.select(Mirror.id, Mirror.number) if row.number not in named]


def _conclude(connection: Connection, sweep: Sweep) -> None:
    emptying.conclude(connection, sweep.emptied)
    unordered = remove.unordered(connection, sweep.candidates)
    if len(unordered) > brake(Mirror.of(connection).count()):
        sweep.state, sweep.candidates = sweeps.HELD, unordered
        sweep.save()
        return
    finish(connection, sweep)


def finish(connection: Connection, sweep: Sweep) -> None:
    """Ask for a look at each candidate (only its own 404 makes it gone) and write the receipt, in the caller's
    transaction."""
    for part in chunked(sweep.candidates, 1000):
        pairs = Pairing.living(connection).where(Pairing.mirror.in_(part))
        alone = Mirror.select().where(Mirror.id.in_(part), Mirror.id.not_in(pairs.select(Pairing.mirror)))
        Lane.wake_all(connection, lanes.PAIR, pairs, Pairing.id)
        Lane.wake_all(connection, lanes.THEIRS, alone, Mirror.number)
        sweep.pairs += pairs.count()
    sweep.state, sweep.finished_at = sweeps.DONE, ports.now()
    sweep.save()
    changes: dict[str, object] = {"changed_since": max(connection.changed_since, sweep.asked_from)}
    if sweep.kind == sweeps.FETCH:
        changes["fetched_at"] = ports.now()
    Connection.update(**changes).where(Connection.id == connection.id).execute()


def _dated(record: RemoteCustomer) -> str:
    """When the customer was last changed, '' when that proves nothing: it is not written as e-conomic writes it, or is
    days ahead, where it would hide all changes to come."""
    said = record.last_updated or ""
    try:
        at = datetime.strptime(said, sweeps.THEIR_TIME).replace(tzinfo=UTC)
    except ValueError:
        return ""
    return said if at <= ports.now() + timedelta(days=1) else ""


def answer_brake(sweep: Sweep, go_on: bool) -> bool:
    """A person's answer to a braked sweep, in the caller's transaction; False when it was answered before."""
    held = Sweep.locked(sweep.id)
    if held is None or held.state != sweeps.HELD:
        return False
    if go_on:
        finish(held.connection, held)
    else:
        held.state, held.finished_at = sweeps.VOID, ports.now()
        held.save()
    return True
