"""What runs, undos and rules may do to values, exactly as wide as what a person saw and ordered, and what not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from webapp.models import attempt as attempts
from webapp.models import history, run
from webapp.models.attempt import Attempt
from webapp.models.confirmation import Confirmation
from webapp.models.connection import FILES, Connection
from webapp.models.customer import Customer
from webapp.models.field_rule import CUSTOMER, NEW_CUSTOMER, FieldRule
from webapp.models.history import History
from webapp.models.run import Run, RunItem, RunPlan
from webapp.simulation.ledger import alike
from webapp.simulation.witness import deleted_in_bulk
from webapp.simulation.world import World
from webapp.sync.fields import NAMES
from webapp.sync.plan import FieldPlan, Outcome, plan_field
from webapp.sync.push import stored_as
from webapp.sync.runs_pair import GROUPS
from webapp.sync.undo_plan import REMOVE_THEIRS

WINNERS = {("winner", "ours"), ("winner", "theirs"), ("direction", "out"), ("direction", "in")}

CLOCK_VERBS = ("clock is set", "clock runs ahead")


def judge(world: World, connection: Connection) -> None:
    """What runs and rules did beyond what they were allowed is said."""
    enter(world, connection)
    _closed_sides(world, connection)
    _not_created(world, connection)
    _confirmed(world)


def enter(world: World, connection: Connection) -> None:
    """Enter what runs and rules were allowed into the ledger, as far as it stands in our tables by now."""
    _joined(world)
    _answered(world)
    _deleted(world)
    _undone(world, connection)
    _ruled(world, connection)
    _signed(world)


def _joined(world: World) -> None:
    """A run that paired two decided for each group of fields what became of those in which they differed."""
    done = {(item.run_id, item.position): item for item in RunItem.select().where(RunItem.state == run.ITEM_DONE)}
    for (run_id, position), (ours, theirs, links) in world.memory.get("joining", {}).items():
        if (run_id, position) not in done:
            continue
        world.ledger.join(links)
        shown = RunPlan.get(RunPlan.run == run_id)
        for group, names in GROUPS.items():
            for name in names:
                if ours[name] and theirs[name] and not alike(ours[name], theirs[name]):
                    world.ledger.decide(name, _word(shown.choices[group]), ours[name], theirs[name])


def _answered(world: World) -> None:
    """A run that answers gave one answer for the values that its plan showed."""
    runs = Run.select().where(Run.kind == run.RESOLVE)
    for item in RunItem.select().where(RunItem.run.in_(runs), RunItem.state == run.ITEM_DONE):
        for name, choice in item.note.get("answers", {}).items():
            world.ledger.decide(name, choice, *item.note["was"]["values"][name])


def _deleted(world: World) -> None:
    """What a customer held that a run deleted is superseded with it, unless an undo has brought it back."""
    for customer_id, item in deleted_in_bulk().items():
        if Customer.get_by_id(customer_id).deleted_at:
            world.ledger.gone_by_person("ours", customer_id, item.values_before["ours"])


def _word(choice: str) -> str:
    return "both" if choice == "blanks" else choice


def _undone(world: World, connection: Connection) -> None:
    """An undo takes away what the run wrote and puts back what was before; whom somebody edited it does not remove."""
    keys = {attempt.key: attempt.pairing_id for attempt in Attempt.select().where(Attempt.kind == attempts.DELETE)}
    for item, first in _taken_back(connection):
        old, written = first.values_before, first.values_after
        fell_out = item.state == run.ITEM_FAILED
        for side in () if fell_out else ("ours", "theirs"):
            world.ledger.answered |= {(name, value.strip()) for name, value in written.get(side, {}).items() if value}
        for line in History.select().where(History.run_id == item.run_id, History.customer_id == item.customer_id):
            was, put = old.get(line.side, {}).get(line.field, ""), written.get(line.side, {}).get(line.field, "")
            as_planned = stored_as(put, line.before) and stored_as(was, line.after) and not fell_out
            if line.field in NAMES and not as_planned:
                told = f"{line.side} {line.field} from {line.before!r} to {line.after!r}, not {put!r} to {was!r}"
                world.wrong(f"I3: the undo {item.run_id} took {told}")
        if item.note.get("does") == REMOVE_THEIRS:
            for remote in world.ledger.remotes:
                if remote.lost and keys.get(remote.removal) == item.pairing_id:
                    told = f"{remote.number}, whose {remote.lost} was typed there"
                    world.wrong(f"I3: the undo {item.run_id} deleted {told}")
    _removed_here(world)


def _taken_back(connection: Connection) -> Iterator[tuple[RunItem, RunItem]]:
    """Items that an undo has begun or done, each with the item that it takes back."""
    of_files = Connection.select(Connection.id).where(Connection.source == FILES)
    own = (RunPlan.connection == connection) | RunPlan.connection.in_(of_files)
    for plan in RunPlan.select().where(own, RunPlan.undoes.is_null(False)):
        first = {item.position: item for item in RunItem.select().where(RunItem.run == plan.undoes_id)}
        for item in RunItem.of(plan.run, run.ITEM_BEGUN, run.ITEM_DONE, run.ITEM_FAILED):
            yield item, first[item.position]


def _removed_here(world: World) -> None:
    """A copy of ours that an undo took away held nothing that our own people had typed."""
    lines = History.select().where(History.cause == "undo", History.side == history.OURS, History.field == "deleted")
    removed = {line.customer_id for line in lines}
    for entry in world.ledger.typed:
        typed = entry.side, entry.entity, entry.field, entry.value
        if entry.side == "ours" and entry.entity in removed and typed not in world.ledger.superseded:
            world.wrong(f"I3: an undo deleted customer {entry.entity}, whose {entry.field} was typed here")


def _ruled(world: World, connection: Connection) -> None:
    """A value that lost by a rule stands in the history; there was such a rule, and at that time it was in force."""
    told = History.select().where(History.side == history.PAIR, History.cause == "rule")
    for line in told.where(History.connection == connection):
        kinds = {(kind, value) for name, kind, value in world.ledger.ruled if name in (line.field, CUSTOMER)} & WINNERS
        if not kinds or (clock_is_true(world) and not _in_force(connection, line.field, kinds, line.at)):
            world.wrong(f"I3: {line.field} {line.before!r} of customer {line.customer_id} lost by no rule in force")
        world.ledger.answered.add((line.field, line.before.strip()))


def _in_force(connection: Connection, name: str, kinds: set[tuple[str, str]], at: datetime) -> bool:
    rules = FieldRule.select().where(FieldRule.connection == connection, FieldRule.field.in_((name, CUSTOMER)))
    return any(
        (rule.kind, rule.value) in kinds and rule.created_at <= at and (rule.ended_at is None or rule.ended_at >= at)
        for rule in rules
    )


def clock_is_true(world: World) -> bool:
    """Nobody has set the machine's clock in this history, so moments can be compared."""
    counts = world.ledger.counts
    return not any(counts[f"{verb}{where}"] for verb in CLOCK_VERBS for where in ("", " inside a call"))


def _closed_sides(world: World, connection: Connection) -> None:
    """A side that a rule closes for a field is not written: the rule stood before the write was decided on."""
    if not clock_is_true(world):
        return
    directions = FieldRule.kind == "direction", FieldRule.field != NEW_CUSTOMER
    for rule in FieldRule.select().where(FieldRule.connection == connection, *directions):
        until = rule.ended_at or world.clock.ours()
        if rule.value in ("off", "in"):
            for sent in Attempt.select().where(Attempt.connection == connection, Attempt.kind == attempts.UPDATE):
                within = rule.created_at < sent.created_at < until
                if within and (rule.field in sent.fields or rule.field == CUSTOMER):
                    world.wrong(f"I3: {rule.field} was sent there though it is {rule.value}")
        if rule.value in ("off", "out"):
            pulled = History.select().where(History.side == history.OURS, History.cause == "pull")
            for line in pulled.where(History.connection == connection, History.field.in_(NAMES)):
                if rule.created_at < line.at < until and rule.field in (line.field, CUSTOMER):
                    world.wrong(f"I3: {line.field} was fetched from there though it is {rule.value}")


def _not_created(world: World, connection: Connection) -> None:
    """Nobody is made on a side on which a rule lets nobody be made."""
    if not clock_is_true(world):
        return
    for rule in FieldRule.select().where(FieldRule.connection == connection, FieldRule.field == NEW_CUSTOMER):
        until = rule.ended_at or world.clock.ours()
        if rule.value in ("off", "in"):
            made = Attempt.select().where(Attempt.connection == connection, Attempt.kind == attempts.CREATE)
            if any(rule.created_at < one.created_at < until for one in made):
                world.wrong("I3: a partner was ordered there though the rules let none be made")
        if rule.value in ("off", "out"):
            own = History.company == connection.company_id, History.side == history.OURS, History.cause == "create"
            # A name, for what a default fills in once a partner was made there is no new customer.
            if any(rule.created_at < line.at < until for line in History.select().where(*own, History.field == "name")):
                world.wrong("I3: a customer was made here though the rules let none be made")


def _signed(world: World) -> None:
    """What people have confirmed by name, pair by pair, and what an undo was to put back under theirs."""
    for one in Confirmation.select().where((Confirmation.before != "") | (Confirmation.after != "")):
        world.ledger.confirmed.add((one.pairing_id, one.field, one.after))
    for item in RunItem.select().where(RunItem.run.in_(Run.select().where(Run.kind == run.UNDO))):
        world.ledger.named |= {(item.pairing_id, name) for name in _named(item)}


def _confirmed(world: World) -> None:
    """What means something serious in the books was confirmed by a person, or is put back by an undo."""
    by_key = {attempt.key: attempt for attempt in Attempt.select().where(Attempt.kind == attempts.UPDATE)}
    for done in world.ledger.overwritten:
        sent = by_key.get(done.key)
        is_serious = done.field in ("ean", "currency", "vat_zone") or (done.field == "customer_group" and done.owing)
        if not is_serious or sent is None or done.raced:
            continue
        if (sent.pairing_id, done.field) in world.ledger.named:
            continue
        given = [after for pair, name, after in world.ledger.confirmed if (pair, name) == (sent.pairing_id, done.field)]
        if not any(alike(after, done.after) or stored_as(after, done.after) for after in given):
            world.wrong(f"I3: {done.field} {done.before!r} there became {done.after!r}, and nobody confirmed it")


def _named(item: RunItem) -> set[str]:
    """What an item, once it takes part, was to change in the books under somebody's name."""
    return set() if item.state == run.ITEM_HELD else set(item.note.get("effects", ()))


def may_differ(field: FieldPlan) -> bool:
    """The two differ and nothing waits: so it may be where just this field's direction is what holds it back."""
    if field.direction == "both":
        return False
    free = plan_field(field.ours, field.theirs, field.base)
    held_back = {"out": (Outcome.PULL,), "in": (Outcome.PUSH,), "off": (Outcome.PULL, Outcome.PUSH, Outcome.ASK)}
    return free in held_back[field.direction]
