"""What our own people do: the register's forms, and every button of the sync window, with what they saw when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from webapp.economic.errors import EconomicError
from webapp.models import pairing
from webapp.models.attempt import Attempt
from webapp.models.customer import Customer
from webapp.models.history import OURS, History
from webapp.models.pairing import CLOSED, Pairing
from webapp.simulation import meetings
from webapp.simulation.ledger import TEXTS, alike
from webapp.simulation.wire import Killed, NotStored
from webapp.simulation.world import World
from webapp.sync import connect, emptying, erasing, pairings, register
from webapp.sync.creations import AlreadyPaired, NotCreated
from webapp.sync.register import NoSuchCustomer, NumberInUse
from webapp.sync.rehearsal import Rehearsing

REFUSALS = (
    pairings.Moved, AlreadyPaired, NumberInUse, NoSuchCustomer, connect.NotConnected, emptying.Stale, EconomicError,
    NotStored, Rehearsing, NotCreated, erasing.Hindered,
)  # fmt: skip
REFERENCE_CHOICES = {
    "currency": ("DKK", "EUR"), "customer_group": ("1", "2"), "payment_terms": ("1", "2"), "vat_zone": ("1", "2"),
}  # fmt: skip
Verb = Callable[[World, Random], str]


@contextmanager
def stored(note: Callable[[], object]) -> Iterator[None]:
    """What a person did inside is noted, also when the process died as soon as it was stored."""
    try:
        yield
    except Killed as death:
        if str(death).endswith(" after commit"):
            note()
        raise
    note()


def fresh_value(world: World, name: str, r: Random) -> str:
    """A value that nobody has typed before, now and then with dirt on it."""
    n = next(world.serial)
    shapes = {
        "name": f"Navn {n} ApS", "cvr": f"{20_000_000 + n}", "ean": f"579{n:010d}", "address": f"Vej {n}\nSal {n}",
        "postcode": f"P{n}", "city": f"By {n}", "country": f"Land {n}", "email": f"m{n}@eksempel.dk",
        "phone": f"+45 {n}", "website": f"w{n}.dk",
    }  # fmt: skip
    value = shapes[name]
    if r.random() < 0.06:
        return f"  {value} "
    if r.random() < 0.04 and name in ("city", "country"):
        return value + "x" * 60
    return value


def new_values(world: World, r: Random) -> dict[str, str]:
    """The values of a new customer: always a name, mostly a CVR number, some others."""
    known = ["name", "cvr"] if r.random() < 0.8 else ["name"]
    names = [*known, *r.sample(["address", "city", "email", "phone", "website", "ean"], r.randint(1, 3))]
    values = {name: fresh_value(world, name, r) for name in names}
    if r.random() < 0.7:
        values |= {"currency": "DKK", "customer_group": "1", "payment_terms": "1", "vat_zone": "1"}
    return values


def changes(world: World, r: Random, now: dict[str, str], liked: Collection[str] = ()) -> dict[str, str]:
    """One or two fields typed anew, cleared, or another choice from a list; if some are liked, most often of those."""
    about = sorted(set(liked) & set(TEXTS))
    picked = [r.choice(about)] if about and r.random() < 0.6 else r.sample(TEXTS, r.choice((1, 1, 1, 2)))
    made = {}
    for name in picked:
        clears = r.random() < 0.15 and name not in ("name", "cvr")
        recased = r.random() < 0.08 and name in ("city", "country", "email", "website")
        made[name] = "" if clears else now[name].swapcase() if recased and now[name] else fresh_value(world, name, r)
    if "name" in made and "cvr" in made:
        del made["cvr"]
    if r.random() < 0.1:
        name = r.choice(sorted(REFERENCE_CHOICES))
        made[name] = r.choice(REFERENCE_CHOICES[name])
    return made


def customers(world: World) -> list[Customer]:
    return list(Customer.of(world.company).order_by(Customer.number))


def add(world: World, r: Random) -> str:
    values = new_values(world, r)
    wanted = r.choice((None, r.randint(1, 30), r.randint(1000, 1012)))
    made = register.add(world.company, wanted, values, world.alice)
    world.ledger.note("ours", made.id, made.values, {})
    return f"added {made.number}"


def open_form(world: World, r: Random) -> str:
    """Somebody opens a form and leaves it open."""
    found = customers(world)
    if found:
        chosen = one(world, r, found)
        world.memory["form"] = (chosen.id, chosen.values, chosen.version)
    return "form"


def edit(world: World, r: Random) -> str:
    """A form saved: just opened, or opened long ago; most often when its customer has moved since."""
    customer_id, shown, version = world.memory.get("form", (0, {}, 0))
    if customer_id and r.random() < (0.9 if Customer.get_by_id(customer_id).values != shown else 0.3):
        del world.memory["form"]
        meetings.form_saved(world, customer_id, version)
        return edit_one(world, r, customer_id, shown)
    found = customers(world)
    if not found:
        return "nobody"
    chosen = one(world, r, found)
    return edit_one(world, r, chosen.id, chosen.values)


def edit_one(world: World, r: Random, customer_id: int, shown: dict[str, str]) -> str:
    now = Customer.get_by_id(customer_id).values
    liked = {name for name in shown if shown[name] != now[name]} or being_sent(world)
    typed = shown | changes(world, r, shown, liked)
    number = r.randint(1, 30) if r.random() < 0.08 else None
    return save(world, customer_id, shown, typed, number)


def being_sent(world: World) -> set[str]:
    """The fields that a write under way carries."""
    keys = [call.key for call, _ in world.wire.under_way if call.key]
    return {name for attempt in Attempt.select().where(Attempt.key.in_(keys)) for name in attempt.fields}


def one(world: World, r: Random, found: list[Customer]) -> Customer:
    """Some customer; most often whom a call is about right now, or who has a partner or is getting one."""
    calls = {call.path.rpartition("/")[2] for call, _ in world.wire.under_way} | {
        call.number for call, _ in world.wire.under_way
    }
    living = list(
        Pairing.select().where(Pairing.company == world.company, Pairing.state != CLOSED).order_by(Pairing.id)
    )
    about = [p for p in living if str(p.mirror.number if p.mirror else p.new_number) in calls]
    liked = {p.customer_id for p in about} if about else {p.customer_id for p in living}
    chosen = [customer for customer in found if customer.id in liked]
    return r.choice(chosen if chosen and r.random() < 0.7 else found)


def save(world: World, customer_id: int, shown: Any, typed: Any, number: int | None = None) -> str:
    """A form or a line of a grid is sent: what was typed differs from what was shown."""
    before = Customer.get_by_id(customer_id).values
    try:
        done = register.change(world.company, customer_id, shown, typed, world.alice, number=number)
    finally:
        now = Customer.get_by_id(customer_id).values
        wanted = {name: value for name, value in typed.items() if not alike(value, shown[name])}
        stored = all(
            alike(now[name], value) or not value or _was_taken_over(customer_id, name, value)
            for name, value in wanted.items()
        )
        others = [
            n for n in now if n not in wanted and not alike(now[n], before[n]) and not _was_pulled(customer_id, n)
        ]
        took = any(not alike(now[name], before[name]) for name in wanted)
        if stored and took:
            world.ledger.note("ours", customer_id, wanted, before)
    if isinstance(done, register.Moved):
        return "moved"
    unseen = [name for name in wanted if not alike(shown[name], before[name]) and not alike(before[name], typed[name])]
    if took and unseen:
        world.wrong(f"I3: a form of customer {customer_id} went over {unseen}, which it had not shown")
    if others:
        world.wrong(f"I3: a form of customer {customer_id} wrote {others}, which nobody typed in")
    if not stored:
        world.wrong(f"I1: an acknowledged form of customer {customer_id} is not in the register")
    return "saved"


def _was_taken_over(customer_id: int, name: str, value: str) -> bool:
    """Right after the form was saved a worker pulled another value, for this one is the one agreed on before."""
    last = _lines(customer_id, name)
    return [line.cause for line in last] == ["pull", "person"] and alike(last[1].after, value)


def _was_pulled(customer_id: int, name: str) -> bool:
    """What settles a pair when its customer is saved may carry over theirs, by a rule of the company say."""
    return [line.cause for line in _lines(customer_id, name)[:1]] == ["pull"]


def _lines(customer_id: int, name: str) -> list[History]:
    """The last two of our value's history, the newest first."""
    lines = History.select().where(History.customer_id == customer_id, History.side == OURS, History.field == name)
    return list(lines.order_by(History.id.desc()).limit(2))


def edit_reference(world: World, r: Random) -> str:
    """Another choice from one of e-conomic's lists: in the books that may mean something serious."""
    return _choose(world, r, r.choice(("currency", *sorted(REFERENCE_CHOICES))))


def edit_currency(world: World, r: Random) -> str:
    """Another currency: e-conomic cannot take it while the customer owes."""
    return _choose(world, r, "currency")


def _choose(world: World, r: Random, name: str) -> str:
    found = customers(world)
    if not found:
        return "nobody"
    paired = {pair.customer_id for pair in Pairing.select().where(Pairing.state == pairing.OPEN)}
    chosen = r.choice([customer for customer in found if customer.id in paired] or found)
    shown = chosen.values[name]
    others = [key for key in REFERENCE_CHOICES[name] if key != shown]
    return f"{name} {save(world, chosen.id, {name: shown}, {name: r.choice(others)})}"
