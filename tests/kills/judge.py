"""The judgement after a storm: what was acknowledged is there, nothing is doubled, every pair is equal or waits."""

import contextlib
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.kills import judge_runs
from tests.kills.furnish import AGREEMENT
from tests.kills.house import House
from tests.kills.log import BOTH, OURS, THEIRS, Entry
from tests.kills.people import Load
from webapp import config, db, ports
from webapp.models import inbox, pairing
from webapp.models import sweep as sweeps
from webapp.models.attempt import CREATE, DELETE, Attempt
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.inbox import Inbox
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.tally import Tally
from webapp.sync import connect, standing, sweep
from webapp.sync.fields import read
from webapp.sync.plan import Presence
from webapp.sync.section import section

PATIENCE = 90


@dataclass
class Verdict:
    lost: list[str] = field(default_factory=list)
    twins: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    counters: list[str] = field(default_factory=list)
    restless: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        return [*self.lost, *self.twins, *self.apart, *self.counters, *self.restless]


def judge(house: House, load: Load) -> Verdict:
    """Let the work come to its end, compare everything once, and hold it against what the people wrote down."""
    verdict = Verdict()
    with db.connected():
        connection = Connection.get_by_id(load.facts.connection_id)
        _drain(connection, verdict)
        sweep.begin(connection, sweeps.COMPARE)
        _drain(connection, verdict)
        _lost(connection, load, verdict)
        _twins(house, connection, verdict)
        verdict.lost += judge_runs.lost(connection, load.log)
        verdict.twins += judge_runs.doubled(connection, load.log)
        _apart(house, connection, load, verdict)
        _counters(connection, verdict)
    if house.database.startswith("sqlite"):
        file = house.database.removeprefix("sqlite:///")
        with contextlib.closing(sqlite3.connect(file)) as opened:
            whole = opened.execute("PRAGMA integrity_check").fetchone()[0]
        verdict.counters += [] if whole == "ok" else [f"the database is not whole: {whole}"]
    return verdict


def release(pids: set[int]) -> None:
    """Time passes for the dead: the leases that these processes held run out now instead of in two minutes."""
    for pid in pids:
        Lane.update(lease_until=ports.now()).where(Lane.worker.startswith(f"{pid}-")).execute()


def _drain(connection: Connection, verdict: Verdict) -> None:
    """Until inbox and lanes are empty; waits between tries are cut short, as if the time had passed."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        busy = Lane.select().where(Lane.connection == connection).count()
        calls = Inbox.select().where(Inbox.connection == connection, Inbox.state == inbox.NEW).count()
        if not busy and not calls:
            return
        _cut_waits_short(connection)
        time.sleep(0.2)
    left = [f"{lane.side} {lane.record} {lane.fault_kind} {lane.fault_text}" for lane in Lane.select().limit(5)]
    verdict.restless.append(f"still busy after {PATIENCE} s: {left}")


@db.retrying
def _cut_waits_short(connection: Connection) -> None:
    """The workers are at it meanwhile, and PostgreSQL may choose this as the victim of a deadlock with one of them."""
    Lane.update(due_at=ports.now()).where(Lane.connection == connection, Lane.lease_until.is_null()).execute()


# -- nothing that was acknowledged is lost


def _lost(connection: Connection, load: Load, verdict: Verdict) -> None:
    log, lost = load.log, verdict.lost
    bodies = "\n".join(row.body for row in Inbox.select(Inbox.body))
    lost += [f"webhook {e.value}" for e in log.of("webhook") if f"mark={e.value}\n" not in f"{bodies}\n"]
    names = set(judge_runs.first_names(connection).values())
    lost += [f"new customer {e.value}" for e in log.of("add") if f"Ny {e.value}" not in names]
    for kind, column in (("pair", Pairing.customer), ("pair theirs", Pairing.mirror)):
        there = {row[0] for row in Pairing.select(column).where(Pairing.connection == connection).tuples()}
        lost += [f"{kind} of {e.subject}" for e in log.of(kind) if e.subject not in there]
    told = {(row.customer_id, row.field, row.after) for row in History.select()}
    lost += [f"form {e.subject} {e.value}" for e in log.of("form") if (e.subject, e.field, e.value) not in told]
    gone = {row.id for row in Customer.select(Customer.id).where(Customer.deleted_at.is_null(False))}
    lost += [f"deletion of {e.subject}" for e in log.of("delete") if e.subject not in gone]
    lost += _last_word(load, "form", OURS, {row.id: row.phone for row in Customer.select()})


def _last_word(load: Load, kind: str, name: str, now: dict[int, str]) -> list[str]:
    """The value now is the last that was acknowledged, or one after it of which nobody knows."""
    said: dict[int, list[Entry]] = {}
    for entry in load.log.of(kind, acked=None):
        if entry.field == name:
            said.setdefault(entry.subject, []).append(entry)
    lost = []
    for subject, entries in said.items():
        acked = [place for place, entry in enumerate(entries) if entry.acked]
        allowed = [entry.value for entry in entries[acked[-1] :]] if acked else None
        if allowed is not None and subject in now and now[subject] not in allowed:
            lost.append(f"{kind} {subject} {name} is {now[subject]!r}, not {allowed}")
    return lost


# -- nothing is doubled


def _twins(house: House, connection: Connection, verdict: Verdict) -> None:
    """Every creation there belongs to one order of ours, and each order to one creation."""
    state = house.control_state()
    agreement = next(a for a in state["agreements"] if a["number"] == AGREEMENT)
    made = [(number, key) for number, key, via in agreement["creations"] if via == "api"]
    ended = Counter(row.number for row in Attempt.select(Attempt.number).where(Attempt.kind == DELETE))
    often = [(n, c) for n, c in Counter(n for n, _ in made).items() if c > 1 + ended[n]]
    verdict.twins += [f"number {n} was created {c} times and deleted {ended[n]} times" for n, c in often]
    attempts = {row.key: row.pairing_id for row in Attempt.select().where(Attempt.kind == CREATE)}
    verdict.twins += [f"nobody ordered {number}" for number, key in made if key not in attempts]
    by_pair = Counter(attempts[key] for _, key in made if key in attempts)
    verdict.twins += [f"pairing {pair} created {count} customers" for pair, count in by_pair.items() if count > 1]
    living = Pairing.living(connection).select(Pairing.customer, Pairing.mirror).tuples()
    for side in (0, 1):
        partners = Counter(row[side] for row in living if row[side])
        verdict.twins += [f"{side} {party} has {count} partners" for party, count in partners.items() if count > 1]


# -- every pair is equal or waits on a person


def _apart(house: House, connection: Connection, load: Load, verdict: Verdict) -> None:
    endpoints = connect.Endpoints.of(config.load(house.settings, {}))
    client = connect.client(connection, endpoints)
    theirs = {record.number: read(record) for page in client.customers(0, None, 1000) for record in page.customers}
    mirrors = {row.number: row.values for row in Mirror.of(connection)}
    verdict.apart += [f"mirror of {n} is stale" for n in theirs.keys() & mirrors.keys() if theirs[n] != mirrors[n]]
    verdict.apart += [f"{n} is on one side only" for n in theirs.keys() ^ mirrors.keys()]
    for pair in Pairing.living(connection):
        if pair.state == pairing.OPEN and not _rests(pair):
            verdict.apart.append(f"pair {pair.id} still has something to do")
    verdict.lost += _last_word(load, "theirs", THEIRS, {n: values["city"] for n, values in theirs.items()})
    for pair in Pairing.living(connection).where(Pairing.state == pairing.OPEN):
        asked = {question.name for question in standing.plan_of(pair).questions}
        both = (pair.customer.values, theirs.get(pair.mirror.number), pair.fault, pair.customer.deleted_at)
        if both[1] is None or both[2] or both[3]:
            continue
        verdict.apart += [
            f"pair {pair.id}: {name} is {both[0][name]!r} here and {both[1][name]!r} there"
            for name in (OURS, THEIRS, BOTH)
            if both[0][name] != both[1][name] and name not in asked
        ]


def _rests(pair: Pairing) -> bool:
    """Nothing is left to send or take: it is equal, asks a person, or stands with a fault that a person mends."""
    planned = standing.plan_of(pair)
    if planned.presence != Presence.BOTH:
        return bool(planned.presence != Presence.CLOSE)
    return bool(pair.fault) or not (planned.pushes or planned.pulls)


# -- counters add up


def _counters(connection: Connection, verdict: Verdict) -> None:
    places = list(Place.of(connection))
    for name in ("customer_id", "mirror_id"):
        counted = Counter(getattr(place, name) for place in places if getattr(place, name))
        verdict.counters += [f"{name} {party} stands {count} times" for party, count in counted.items() if count > 1]
    ours = {c.id for c in Customer.of(connection.company)} - {place.customer_id for place in places}
    theirs = {m.id for m in Mirror.of(connection)} - {place.mirror_id for place in places}
    verdict.counters += [f"{party} stands nowhere" for party in (*ours, *theirs)]
    for name, (lines, *sides) in Tally.of(connection).items():
        mine = [place for place in places if place.section == name]
        counted = [sum(1 for p in mine if p.customer_id), sum(1 for p in mine if p.mirror_id)]
        if (len(mine), counted) != (lines, sides):
            verdict.counters.append(f"{name}: {lines} {sides} are told, {len(mine)} {counted} are there")
    for pair in Pairing.living(connection).where(Pairing.state == pairing.OPEN):
        place = Place.get(Place.pairing == pair)
        where = section(standing.plan_of(pair), creating=False, deleting=pair.deleting, fault=bool(pair.fault))
        if (place.section, place.state) != (where.section.value, where.state.value):
            verdict.counters.append(f"pair {pair.id} stands in {place.section}, not in {where.section.value}")
