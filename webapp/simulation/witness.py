"""The witness: sees while a history is played what nobody may do even for a moment, and what was promised to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from webapp.models import attempt as attempts
from webapp.models import pairing, run
from webapp.models.attempt import Attempt
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.erasure import Erasure
from webapp.models.exclusion import Exclusion
from webapp.models.inbox import Inbox
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import PLANNED, UNDO, Run, RunItem
from webapp.models.sweep import COMPARE, DONE, RUNNING, Sweep
from webapp.simulation.ledger import alike, known_as, values_of
from webapp.simulation.wire import Call
from webapp.sync import resting, standing
from webapp.sync.runs_load import TAKE_AWAY
from webapp.sync.undo_plan import REMOVE_OURS, REMOVE_THEIRS

if TYPE_CHECKING:
    from webapp.simulation.world import World

NEVER_SAID = ("unsupported", "stray", "missing")
"""Faults of a record that the sandbox's e-conomic has no reason to name."""


class Witness:
    """`decided`: what stood there when a person had that pair's partner deleted. `done`: keys that took effect."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.decided: dict[int, dict[str, str]] = {}
        self.done: set[str] = set()
        self._removed: dict[int, int] = {}
        self._gone: dict[int, int] = {}
        self._claimed: set[tuple[int, int]] = set()
        self._idle: set[tuple[int, int]] = set()
        self._since: dict[int, float] = {}
        self._sweeps: dict[int, float] = {}
        self._told: dict[int, str] = {}
        self._inbox = 0
        self._left_out: dict[int, int] = {}
        self._who: dict[int, tuple[int, int]] = {}

    # -- while it happens

    def turn_begins(self, connection: Connection) -> None:
        """A worker turns to this connection; is it to synchronise customers?"""
        turn = self._world.at_work, connection.agreement_number
        (self._idle.discard if connection.is_active else self._idle.add)(turn)

    def calls(self, call: Call) -> None:
        """I5: a connection that is switched off writes nothing, and asks about nobody."""
        agreement = int(self._world.memory.get("working for") or 0)
        if "/customers" not in call.path.lower() or (self._world.at_work, agreement) not in self._idle:
            return
        found = Connection.of_agreement(self._world.company, agreement)
        if found is not None and not found.is_active:
            self._world.wrong(f"I5: {call.method} {call.path} while customers are not synchronised")

    def takes_effect(self, call: Call | None) -> None:
        if call is not None and call.key:
            self.done.add(call.key)

    def deletes(self, call: Call | None, record: dict[str, Any]) -> None:
        """I3: only what a person had deleted is deleted there, and only as it was when they said so."""
        if call is None or call.key.endswith("-undo"):
            return
        attempt = Attempt.get_or_none(Attempt.key == call.key)
        if attempt is not None and _undoes(attempt.pairing_id):
            return
        if attempt is None or attempt.pairing_id not in self.decided:
            self._world.wrong(f"I3: {record['customerNumber']} was deleted there and nobody had said so")
            return
        decided, now = self.decided[attempt.pairing_id], values_of(record)
        raced = self._world.reads.get((self._world.at_work, str(record["customerNumber"]))) != record["objectVersion"]
        sent = _sent(attempt.pairing_id)
        moved = [n for n in now if not alike(now[n], decided[n]) and (n, now[n]) not in sent]
        if moved and not raced:
            self._world.wrong(f"I3: {record['customerNumber']} was deleted there though {moved} had changed since")

    def was_made(self, pair: Pairing) -> bool:
        """This creation took effect there, and what it made still lives: ordering it again makes no second one."""
        keys = {row.key for row in Attempt.select().where(Attempt.pairing == pair, Attempt.kind == attempts.CREATE)}
        return any(remote.key in keys and not remote.gone for remote in self._world.ledger.remotes)

    def removes(self, customer_id: int) -> None:
        """A person deletes this customer of ours; creations ordered later are none of theirs."""
        self._removed[customer_id] = max((a.id for a in Attempt.select(Attempt.id)), default=0)

    def told(self, new: str, old: str) -> None:
        """An acknowledged webhook names these numbers: as they stand now they must be known when all is quiet."""
        for number in {int(word) for word in (new, old) if word.isdigit()}:
            if number in set(self._world.economic.customers):
                self._told[number] = str(self._world.economic.customers[number]["objectVersion"])

    def _worker(self) -> str:
        return self._world.workers[self._world.at_work].name if self._world.at_work >= 0 else ""

    def reaches(self, name: str) -> None:
        """I10: whoever takes a lane takes one of the connection that is being worked for."""
        worker, agreement = self._worker(), self._world.memory.get("working for")
        if not worker or name != "lane.claimed":
            return
        for held in Lane.select().where(Lane.worker == worker):
            is_new = (held.id, held.fence) not in self._claimed
            self._claimed.add((held.id, held.fence))
            if is_new and held.connection.agreement_number != agreement:
                self._world.wrong(f"I10: {held.side} {held.record} of another connection was taken for {agreement}")

    def begins(self) -> None:
        """I11: while everything rests by a person's word a worker begins at most what it was just about to begin."""
        agreement, place = self._world.memory.get("working for"), self._world.at_work
        found = Connection.of_agreement(self._world.company, agreement) if agreement else None
        if found is None or not resting.is_by_person(found):
            return
        begun = self._world.memory.setdefault("begun while resting", set())
        if place in begun:
            self._world.wrong(f"I11: worker {place} went on although everything rests by a person's word")
        begun.add(place)

    def step_over(self) -> None:
        """Between two steps: who is gone now, who is back, and what comparisons have come to an end."""
        rows = {row.id: row for row in Mirror.select().where(Mirror.gone_at.is_null(False))}
        for mirror_id in self._gone.keys() - rows.keys():
            self._world.wrong(f"I6: the customer that was {self._gone[mirror_id]} is believed back")
        for mirror_id in rows.keys() - self._gone.keys():
            self._left(rows[mirror_id])
        self._gone = {mirror_id: row.number for mirror_id, row in rows.items()}
        self._inbox = max((row.id for row in Inbox.select(Inbox.id)), default=0)
        self._compared()
        self._stay_out()
        self._stay_who_they_are()

    def _stay_who_they_are(self) -> None:
        """I7: a mirror row that got another number is still about the customer that it was about last, also where that
        is who got the number of another (which a person is asked about)."""
        for row in Mirror.select().where(Mirror.gone_at.is_null(), Mirror.connection == self._world.connection):
            number, uid = self._who.get(row.id, (0, 0))
            if number and number != row.number and uid not in self._world.ledger.holders[row.number]:
                self._world.wrong(f"I7: {number} is now said to be {row.number}, who never was that one")
            if row.number in self._world.ledger.at:
                remote, now = self._world.ledger.at[row.number], self._world.economic.customers[row.number]
                if known_as(row.values, now):
                    self._who[row.id] = (row.number, remote.uid)

    def _stay_out(self) -> None:
        """I5: who was left out after a run had been ordered is not taken by that run."""
        newest = max((row.id for row in Run.select(Run.id)), default=0)
        for row in Exclusion.select():
            if row.ended_at is None:
                self._left_out.setdefault(row.id, newest)
            elif row.id in self._left_out:
                before = self._left_out.pop(row.id)
                mine = RunItem.customer_id == row.customer_id if row.customer_id else RunItem.mirror_id == row.mirror_id
                taken = RunItem.select().where(mine, RunItem.pairing_id.is_null(False), RunItem.run <= before)
                for item in taken:
                    pair = Pairing.get_by_id(item.pairing_id)
                    if pair.created_at == row.ended_at:
                        self._world.wrong(
                            f"I5: run {item.run_id} took customer {row.customer_id or row.mirror_id}, left out"
                        )

    def _left(self, mirror: Mirror) -> None:
        """I4: who was told to have another number, unchanged and free to be followed, has not left."""
        if mirror.connection != self._world.connection or Pairing.of_mirror(mirror) is None:
            return
        named = Inbox.old_number == mirror.number, Inbox.new_number.is_null(False), Inbox.id <= self._inbox
        last = Inbox.select().where(Inbox.connection == mirror.connection, *named).order_by(Inbox.id.desc()).first()
        customers = self._world.economic.customers
        if last is None or last.new_number in (0, mirror.number) or last.new_number not in set(customers):
            return
        here = Mirror.with_number(mirror.connection, last.new_number)
        taken = here is not None and Pairing.of_mirror(here) is not None
        uid = self._world.ledger.at[last.new_number].uid
        same = known_as(mirror.values, customers[last.new_number])
        if same and not taken and uid in self._world.ledger.holders[mirror.number]:
            self._world.wrong(f"I4: {mirror.number} was told to be {last.new_number} and was believed deleted")

    def _compared(self) -> None:
        """I4: a comparison that has ended knows everybody who was there all the while."""
        now = self._world.clock.seconds()
        self._note_numbers(now)
        for sweep in Sweep.select().where(Sweep.kind == COMPARE):
            if sweep.id not in self._sweeps:
                self._sweeps[sweep.id] = now
            elif sweep.state == DONE and self._sweeps[sweep.id] >= 0:
                begun, self._sweeps[sweep.id] = self._sweeps[sweep.id], -1.0
                self._knows(sweep, begun)
                self._misses(sweep, begun)

    def _note_numbers(self, now: float) -> None:
        at = {number: remote.uid for number, remote in self._world.ledger.at.items()}
        kept = self._world.memory.setdefault("numbers", {})
        for number in at.keys() | kept.keys():
            if at.get(number) != kept.get(number):
                self._since[number] = now
        self._world.memory["numbers"] = at

    def _knows(self, sweep: Sweep, begun: float) -> None:
        if sweep.connection != self._world.connection:
            return
        known = {row.number for row in Mirror.of(sweep.connection)}
        for number in set(self._world.economic.customers) - known:
            open_creation = Pairing.creating_number(sweep.connection, number)
            if self._since[number] < begun and open_creation is None:
                self._world.wrong(f"I4: comparison {sweep.id} ended and does not know {number}")

    def _misses(self, sweep: Sweep, begun: float) -> None:
        """I4: nor does it look for anybody who was there all the while: every page was read to its end."""
        moved = self._world.ledger.moved_numbers
        for row in Mirror.select().where(Mirror.id.in_(sweep.candidates), Mirror.gone_at.is_null()):
            if row.number in self._world.ledger.at and row.number not in moved and self._since[row.number] < begun:
                self._world.wrong(f"I4: comparison {sweep.id} missed {row.number}, who was there all the while")

    # -- when nothing is left to do, before any comparison

    def at_rest(self) -> None:
        """I12: no wish is forgotten: what was typed here is sent, and what a webhook told of is known."""
        connection = self._world.connection
        if connection is None or not connection.is_active:
            return
        for pair in Pairing.living(connection).where(Pairing.state == pairing.OPEN):
            planned = standing.plan_of(pair)
            if planned.pushes and not pair.fault and not pair.deleting and not pair.held:
                self._world.wrong(f"I12: pair {pair.id} waits for {sorted(planned.pushes)} and nobody is to look")
        for sweep in Sweep.select().where(Sweep.connection == connection, Sweep.state == RUNNING):
            self._world.wrong(f"I12: sweep {sweep.id} is still running and nobody is to go on with it")
        for number, version in self._told.items():
            self._is_known(connection, number, version)

    def _is_known(self, connection: Connection, number: int, version: str) -> None:
        customers = self._world.economic.customers
        if number not in set(customers) or str(customers[number]["objectVersion"]) != version:
            return
        known = Mirror.with_number(connection, number)
        if known is None and Pairing.creating_number(connection, number) is None:
            self._world.wrong(f"I12: a webhook told of {number} and nobody knows it")
        elif known is not None and not known_as(known.values, customers[number]):
            self._world.wrong(f"I12: a webhook told of {number} and the mirror is older")

    # -- at the end

    def judge(self) -> None:
        """What is written down of every attempt is what became of it, and no fault stands that nobody reported."""
        for attempt in Attempt.select():
            took = attempt.key in self.done
            if attempt.state == attempts.REFUSED and took and attempt.fault_kind != "number_held":
                self._world.wrong(f"I2: {attempt.kind} {attempt.id} took effect and counts as refused")
            watched = attempt.connection == self._world.connection
            if attempt.state == attempts.DONE and not took and attempt.kind == attempts.UPDATE and watched:
                self._world.wrong(f"I3: {attempt.kind} {attempt.id} counts as done and never took effect")
            given_up = attempt.pairing.state == pairing.CLOSED and attempt.state in (attempts.OPEN, attempts.UNCLEAR)
            if attempt.kind == attempts.CREATE and took and given_up:
                self._world.wrong(f"I2: creation {attempt.id} took effect and was given up")
            removed = self._removed.get(attempt.pairing.customer_id)
            if attempt.kind == attempts.CREATE and removed is not None and attempt.id > removed:
                self._still_wanted(attempt)
        for pair in Pairing.select().where(Pairing.state != pairing.CLOSED):
            if pair.fault.get("kind") in NEVER_SAID:
                self._world.wrong(f"I12: pair {pair.id} stands with a fault that nobody reported: {pair.fault['kind']}")
        taken = RunItem.select().join(Run).where(Run.kind == UNDO, Run.state != PLANNED)
        undone = {item.customer_id for item in taken if item.note.get("does") in (REMOVE_OURS, TAKE_AWAY)}
        by_person = self._removed.keys() | undone | {Pairing.get_by_id(pair_id).customer_id for pair_id in self.decided}
        by_person |= deleted_in_bulk().keys() | {erasure.customer_id for erasure in Erasure.select()}
        for customer in Customer.select().where(Customer.deleted_at.is_null(False)):
            if customer.id not in by_person:
                self._world.wrong(f"I3: customer {customer.id} was deleted here and nobody had said so")

    def _still_wanted(self, attempt: Attempt) -> None:
        if attempt.pairing.customer.deleted_at is not None:
            self._world.wrong(f"I6: {attempt.number} was ordered for a customer that had been deleted")


def deleted_in_bulk() -> dict[int, RunItem]:
    """Customers of ours that a run deleted, because its plan said so."""
    runs = Run.select().where(Run.kind == run.DELETE)
    done = RunItem.select().where(RunItem.run.in_(runs), RunItem.state == run.ITEM_DONE)
    return {item.customer_id: item for item in done if "ours" in item.note.get("sides", ())}


def _sent(pairing_id: int) -> set[tuple[str, str]]:
    """What updates of ours have carried to this pair's partner."""
    updates = Attempt.select().where(Attempt.pairing == pairing_id, Attempt.kind == attempts.UPDATE)
    return {(name, value.strip()) for sent in updates for name, value in sent.fields.items()}


def _undoes(pairing_id: int) -> bool:
    """An undo of a run takes this pair's creation back."""
    items = RunItem.select().join(Run).where(Run.kind == UNDO, RunItem.pairing_id == pairing_id)
    return any(item.note.get("does") == REMOVE_THEIRS for item in items)
