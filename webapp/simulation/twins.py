"""The judgement about who is whom: one customer for one order (I2), none risen from the dead (I6), none mixed (I7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

from webapp.models import attempt as attempts
from webapp.models import history
from webapp.models.attempt import Attempt
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.inbox import Inbox
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import CREATE_OURS, Run, RunItem
from webapp.simulation.accountants import BETWEEN
from webapp.simulation.ledger import TEXTS, Remote, alike
from webapp.simulation.world import World
from webapp.sync.fields import NAMES


def judge(world: World, connection: Connection) -> None:
    """Adds its sentences to the world's violations."""
    _identity(world)
    _followed(world)
    _revived(world)
    _creations(world, connection)


def _followed(world: World) -> None:
    """I7: a number is followed only to a record that holds what we knew of the one before."""
    lines = History.select().where(History.side == history.THEIRS, History.cause == "renumbered")
    for line in lines.where(History.field.in_(NAMES)):
        if not alike(line.before, line.after):
            told = f"{line.field} {line.before!r}, {line.after!r}"
            world.wrong(f"I7: mirror row {line.mirror_id} followed a number to another party: {told}")


def _identity(world: World) -> None:
    """I7: a customer holds only values of its own, or of partners that a person gave it."""
    enter(world)
    for customer in Customer.select():
        for name in TEXTS:
            side, entity = world.ledger.origin.get(getattr(customer, name), ("ours", customer.id))
            mine = entity == customer.id if side == "ours" else (customer.id, entity) in world.ledger.declared
            if not mine and not _by_way(world, customer.id, side, entity):
                world.wrong(f"I7: customer {customer.id} holds {name} {getattr(customer, name)!r} of {side} {entity}")


def enter(world: World) -> None:
    """Who was copied here by a run is one with whom it was copied from."""
    copies = RunItem.select().join(Run).where(Run.kind == CREATE_OURS)
    for item in copies.where(RunItem.mirror_id.is_null(False), RunItem.pairing_id.is_null(False)):
        origins = [world.ledger.origin.get(value, ("", 0)) for value in item.values_after.get("ours", {}).values()]
        copied = Pairing.get_by_id(item.pairing_id).customer_id
        world.ledger.declared |= {(copied, entity) for side, entity in origins if side == "theirs"}
        world.ledger.kin |= {(copied, entity) for side, entity in origins if side == "ours"}


def _revived(world: World) -> None:
    """I6: a row of the mirror that was once believed gone stays so: whoever has its number is somebody else."""
    gone = History.select(History.mirror_id).where(History.side == history.THEIRS, History.field == "deleted")
    for row in Mirror.select().where(Mirror.id.in_(gone), Mirror.gone_at.is_null()).order_by(Mirror.id):
        world.wrong(f"I6: the customer that was {row.number} is believed back")


def _by_way(world: World, customer_id: int, side: str, entity: int) -> bool:
    """A value that came by a declared partner of a declared partner."""
    links: dict[Any, set[Any]] = defaultdict(set)
    for c, u in world.ledger.declared:
        links["ours", c].add(("theirs", u))
        links["theirs", u].add(("ours", c))
    for one, other in world.ledger.kin:
        links["ours", one].add(("ours", other))
    for customer, remote in _created(world):
        links["ours", customer].add(("theirs", remote))
        links["theirs", remote].add(("ours", customer))
    for bare, later in _unlike_nobody(world):
        links["theirs", bare].add(("theirs", later))
    reached, todo = set(), [("ours", customer_id)]
    while todo:
        here: Any = todo.pop()
        if here not in reached:
            reached.add(here)
            todo += links[here]
    return (side, entity) in reached


def _unlike_nobody(world: World) -> Iterator[tuple[int, int]]:
    """Records that had a number after one without a CVR number had it: nothing told the new holder from the old."""
    for number, held in world.ledger.holders.items():
        if number != BETWEEN:
            yield from ((a, b) for a, b in combinations(held, 2) if a != b and world.ledger.remotes[a - 1].bare)


def _created(world: World) -> list[tuple[int, int]]:
    by_key = {attempt.key: attempt.pairing.customer_id for attempt in Attempt.select()}
    return [(by_key[remote.key], remote.uid) for remote in world.ledger.remotes if remote.key in by_key]


def _creations(world: World, connection: Connection) -> None:
    """I2 and I6: one order makes at most one customer there, and nothing deleted comes back by itself."""
    orders = world.memory.get("orders", {})
    made: dict[int, list[Remote]] = defaultdict(list)
    by_key = {attempt.key: attempt for attempt in Attempt.select()}
    for remote in world.ledger.remotes:
        attempt = by_key.get(remote.key)
        if not remote.key:
            continue
        if remote.via == "PUT":
            _came_back(world, remote)
        elif attempt is None or attempt.kind != attempts.CREATE:
            world.wrong(f"I2: {remote.number} was created without an order")
        else:
            made[attempt.pairing_id].append(remote)
    for pair_id, remotes in made.items():
        for before, after in pairwise(remotes[max(0, orders.get(pair_id, 1) - 1) :]):
            if after.late:
                world.ledger.counts["made again by a call that outlived its key on the way"] += 1
            else:
                _made_again(world, connection, by_key[before.key], by_key[after.key], before)


def _made_again(world: World, connection: Connection, first: Attempt, second: Attempt, before: Remote) -> None:
    """Excused only when nothing could be known: an old, unclear attempt, the number free again, and no webhook."""
    since, until = world.heard[first.key], world.heard[second.key]
    meanwhile = Inbox.select().where(Inbox.connection == connection, Inbox.id > since, Inbox.id <= until)
    told = [row for row in meanwhile if first.number in (row.old_number, row.new_number)]
    if first.fault_kind == "absent" and not told and (before.gone or before.number != first.number):
        world.ledger.counts["made again, deleted or renumbered there before anybody could know"] += 1
    else:
        world.wrong(f"I2: pair {first.pairing_id} made two customers there from one order ({before.number})")


def _came_back(world: World, remote: Remote) -> None:
    """The service without versions creates by an update when the customer was deleted since: it is taken away again,
    unless it has an invoice by now, or nobody could hear of it before it was edited or its key was forgotten."""
    world.ledger.counts["brought back by the service without versions"] += 1
    if remote.gone:
        return
    sent = Attempt.get(Attempt.key == remote.key)
    unheard = sent.state != attempts.DONE and sent.fault_kind != "brought_back"
    if unheard or world.economic.used.get(str(remote.number), False):
        world.ledger.counts["brought back, and not to be taken away any more"] += 1
    else:
        world.wrong(f"I6: {remote.number} was deleted there and came back by an update")
