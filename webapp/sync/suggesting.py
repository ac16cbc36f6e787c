"""Suggests partners for everybody who has none: computed by the worker from our own tables, one line per pair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from webapp import db, ports
from webapp.models import lane as lanes
from webapp.models import sweep as sweeps
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.place import ALONE, Heartbeat, Place, join_lines
from webapp.models.suggestion import BEST, NotSame, Pair, Suggestion, written
from webapp.models.sweep import Sweep
from webapp.sync import matching
from webapp.sync.beats import Beat, unheard
from webapp.sync.section import SUGGESTED, Section, State, suggested

COMPARED = ("number", "name", "cvr", "ean", "address", "postcode", "city", "email", "phone")
AT_ONCE = 200
WHILE_FETCHING = 5.0
# The share of a worker's time that suggesting may take: after it, it rests so many times as long.
REST = 10.0
Told = tuple[int, bool, str]
"""A suggestion's rank, whether it is sure, and its evidence as stored."""
Register = list[tuple[int, dict[str, str]]]


def step(held: Lane, connection: Connection, rests: dict[int, float]) -> None:
    """Compute the suggestions anew and let the window's lines stand accordingly.

    `rests`: the worker's note of when it may do so again, by connection; a large register is not looked through for
    every click.
    """
    begun = ports.monotonic()
    wait = rests.get(connection.id, begun) - begun
    if wait > 0 or Sweep.current(connection, sweeps.FETCH) is not None:
        held.later(max(wait, WHILE_FETCHING))
        return
    wanted = compute(connection, _beating(held))
    _store(held, connection, wanted)
    _join(held, connection, {pair: told[1] for pair, told in wanted.items() if told[0] == BEST})
    rests[connection.id] = ports.monotonic() + REST * (ports.monotonic() - begun)
    with db.write():
        held.hold()
        held.finish()


def _beating(held: Lane) -> Beat:
    """Keeps the lane while very large registers are compared: another worker would begin anew, and neither end."""
    kept = ports.monotonic()

    def beat() -> None:
        nonlocal kept
        if ports.monotonic() - kept > lanes.LEASE_SECONDS / 4:
            kept = ports.monotonic()
            with db.write():
                held.hold()
                Heartbeat.beat(held.worker)

    return beat


def compute(connection: Connection, beat: Beat = unheard) -> dict[Pair, Told]:
    """Who might be the same, by what the registers hold now; nothing is stored."""
    ours, theirs = register(connection, Customer), register(connection, Mirror)
    return _ranked(matching.match(ours, theirs, NotSame.pairs(connection), beat=beat))


def _ranked(found: Iterable[matching.Suggestion[int, int]]) -> dict[Pair, Told]:
    """Rank 0 for the pairs in which each stands once, and for each customer of ours those that come next."""
    likely = [one for one in found if one.score >= matching.LIKELY]
    ranks: dict[Pair, Told] = {}
    took: set[int] = set()
    taken: set[int] = set()
    for one in likely:
        if one.group != "none" and one.ours not in took and one.theirs not in taken:
            took.add(one.ours)
            taken.add(one.theirs)
            ranks[one.ours, one.theirs] = (BEST, one.group == "sure", written(one.evidence, one.doubt))
    after: dict[int, int] = {}
    for one in likely:
        if (one.ours, one.theirs) not in ranks:
            rank = after[one.ours] = after.get(one.ours, BEST) + 1
            ranks[one.ours, one.theirs] = (rank, False, written(one.evidence, one.doubt))
    return ranks


def register(connection: Connection, table: type[Customer] | type[Mirror], since: datetime | None = None) -> Register:
    """Everybody of one side who has no partner and is not left out, by number: id and what they are compared by;
    `since`: of whom the window's line has changed from then on."""
    column = Place.customer if table is Customer else Place.mirror
    fields = [getattr(table, name) for name in COMPARED]
    query = table.select(table.id, *fields).join(Place, on=(column == table.id)).order_by(table.number, table.id)
    query = query.where(Place.changed_at >= since) if since else query
    rows: Any = query.where(Place.connection == connection, Place.section == Section.NEW.value).tuples()
    return [(row[0], dict(zip(COMPARED, (str(row[1]), *row[2:]), strict=True))) for row in rows]


def _store(held: Lane, connection: Connection, wanted: Mapping[Pair, Told]) -> None:
    """Let the table say what was computed: what is no longer so goes first, in short transactions."""
    stored = {(s.customer_id, s.mirror_id): s for s in Suggestion.of(connection)}
    now = {pair: (s.rank, bool(s.sure), s.evidence_json) for pair, s in stored.items()}
    for ids in _parts([stored[pair].id for pair, told in now.items() if wanted.get(pair) != told]):
        _delete(held, connection, ids)
    for new in _parts([(pair, told) for pair, told in wanted.items() if now.get(pair) != told]):
        _insert(held, connection, new)


@db.retrying
def _delete(held: Lane, connection: Connection, ids: Sequence[int]) -> None:
    with db.write():
        held.hold()
        Suggestion.delete().where(Suggestion.connection == connection, Suggestion.id.in_(ids)).execute()


@db.retrying
def _insert(held: Lane, connection: Connection, new: Sequence[tuple[Pair, Told]]) -> None:
    own = {"company": connection.company_id, "connection": connection.id}
    with db.write():
        held.hold()
        apart = NotSame.pairs(connection)  # As it is now: computing took a while.
        rows = [
            own | {"customer": ours, "mirror": theirs, "rank": rank, "sure": sure, "evidence_json": evidence}
            for (ours, theirs), (rank, sure, evidence) in new
            if (ours, theirs) not in apart
        ]
        if rows:
            Suggestion.insert_many(rows).on_conflict_ignore().execute()


def _join(held: Lane, connection: Connection, wanted: Mapping[Pair, bool]) -> None:
    """Let the two of each pair stand on one line, and nobody else who is only suggested."""
    lines = Place.of(connection, Section.NEW.value).where(Place.state.in_([state.value for state in SUGGESTED]))
    stand = {(one.customer_id, one.mirror_id): one.state == State.SURE for one in lines}
    for some in _parts([pair for pair in stand if pair not in wanted]):
        _part(held, connection, some)
    for some in _parts([pair for pair, sure in wanted.items() if stand.get(pair) != sure]):
        _meet(held, connection, some, wanted)


@db.retrying
def _part(held: Lane, connection: Connection, pairs: Sequence[Pair]) -> None:
    with db.write():
        held.hold()
        lock(connection, pairs)
        together = set(pairs)
        for line in Place.holding_any(connection, [ours for ours, _ in pairs], []):
            if line.state in SUGGESTED and (line.customer_id, line.mirror_id) in together:
                Place.put(connection, ALONE, customer=line.customer)


@db.retrying
def _meet(held: Lane, connection: Connection, pairs: Sequence[Pair], wanted: Mapping[Pair, bool]) -> None:
    with db.write():
        held.hold()
        lock(connection, pairs)
        apart = NotSame.pairs(connection)
        join_lines(connection, {pair: suggested(wanted[pair]) for pair in pairs if pair not in apart})


def lookalikes(connection: Connection, *, ours: bool, beat: Beat = unheard) -> dict[int, int]:
    """Whom of the new customers of one side a bulk creation leaves alone: id -> the other side's that it resembles.

    Those of the open suggestions, and whoever shares CVR, EAN, e-mail or name with one over there, unless a person
    said that they are not the same. While suggestions are still to be computed, they are computed for the answer.
    """
    mine, others = (Customer, Mirror) if ours else (Mirror, Customer)
    apart = {pair if ours else (pair[1], pair[0]) for pair in NotSame.pairs(connection)}
    found = matching.marked(register(connection, mine), register(connection, others), apart, beat)
    for customer_id, mirror_id in _open(connection, beat):
        found.setdefault(*((customer_id, mirror_id) if ours else (mirror_id, customer_id)))
    return found


def alike_since(connection: Connection, ids: Sequence[int], since: datetime, *, ours: bool) -> dict[int, str]:
    """Which of these new customers of one side resemble one whose line over there has changed since then: id -> label.

    By CVR, EAN, e-mail or name, or because the two stand opposite each other.
    """
    mine, others = (Customer, Mirror) if ours else (Mirror, Customer)
    came = register(connection, others, since)
    if not came or not ids:
        return {}
    own = mine.select().where(mine.company == connection.company_id, mine.id.in_(ids))
    apart = {pair if ours else (pair[1], pair[0]) for pair in NotSame.pairs(connection)}
    found = matching.marked([(one.id, told(one)) for one in own], came, apart)
    for line in Place.holding_any(connection, ids if ours else [], [] if ours else ids):
        if line.pairing_id is None and line.customer_id and line.mirror_id:
            found.setdefault(*((line.customer_id, line.mirror_id) if ours else (line.mirror_id, line.customer_id)))
    names = {other: label(values) for other, values in came}
    return {one: names[other] for one, other in found.items() if other in names}


def label(values: Mapping[str, str]) -> str:
    """What a party of the register is called."""
    return f"{values['name']} ({values['number']})"


def _open(connection: Connection, beat: Beat) -> list[Pair]:
    """The suggestions, best first: as stored when the worker is done, anew while it is not."""
    due = Lane.select().where(Lane.connection == connection, Lane.side == lanes.SUGGEST)
    if due.exists():
        wanted = compute(connection, beat)
        return sorted(wanted, key=lambda pair: wanted[pair][0])
    rows: Any = Suggestion.select(Suggestion.customer, Suggestion.mirror).where(Suggestion.connection == connection)
    return list(rows.order_by(Suggestion.rank, Suggestion.id).tuples())


def told(party: Customer | Mirror) -> dict[str, str]:
    """What a party is compared by."""
    return {name: str(getattr(party, name)) for name in COMPARED}


def lock(connection: Connection, pairs: Sequence[Pair]) -> None:
    """Lock these customers in the order in which every writer does: ours, then theirs."""
    for table, place in ((Customer, 0), (Mirror, 1)):
        wanted = [pair[place] for pair in pairs]
        own = table.company == connection.company_id
        list(db.for_update(table.select(table.id).where(own, table.id.in_(wanted)).order_by(table.id)))


def _parts(whole: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(whole), AT_ONCE):
        yield whole[start : start + AT_ONCE]
