"""What the judges of the simulator were once blind to they see: a mistake is planted each time, and they tell of it."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from webapp import db
from webapp.models import pairing
from webapp.models.customer import Customer
from webapp.models.field_rule import DIRECTION
from webapp.models.pairing import Pairing
from webapp.models.run import ITEM_HELD, PAIR, RunItem
from webapp.notices import posting
from webapp.simulation import bulk, people, store
from webapp.simulation.ledger import TEXTS
from webapp.simulation.play import play
from webapp.simulation.steps import VERBS, Step
from webapp.simulation.store import Store
from webapp.simulation.window import unpaired
from webapp.simulation.world import World
from webapp.sync import apply, erasing, holding, rules, runs, runs_pair, runs_undo, undo_plan, undo_there
from webapp.sync.runs_plan import Planned, Selection

AHEAD = "workers get ahead"
Verb = Callable[[World, Random], str]


@pytest.fixture
def kept() -> Iterator[Store]:
    with store.opened() as opened:
        yield opened


def told(kept: Store, monkeypatch: pytest.MonkeyPatch, *steps: str | Verb) -> Iterator[str]:
    """What the judges say, seed by seed, of histories with these steps."""
    for verb in steps:
        if not isinstance(verb, str):
            monkeypatch.setitem(VERBS, verb.__name__, (verb, 1))
    names = [verb if isinstance(verb, str) else verb.__name__ for verb in steps]
    for seed in range(20):
        kept.clear()
        yield from play(seed, [Step(index, name) for index, name in enumerate(names)]).violations


def all_owe(world: World, r: Random) -> str:
    for number in list(world.economic.customers):
        world.economic.edit(number, balance=99.0)
    return "all owe"


def all_change_group(world: World, r: Random) -> str:
    for pair in Pairing.select().where(Pairing.state == pairing.OPEN, Pairing.connection == world.connection):
        shown = {"customer_group": pair.customer.customer_group}
        people.save(world, pair.customer_id, shown, {"customer_group": "2" if shown["customer_group"] != "2" else "1"})
    return "all changed"


def all_pair(world: World, r: Random) -> str:
    """Everybody of ours with somebody of theirs, and ours stand."""
    connection = world.connection
    assert connection is not None
    ours, theirs = unpaired(world, connection)
    pairs = tuple((one.id, other.id) for one, other in zip(ours, theirs, strict=False))
    shown = runs.plan(connection, PAIR, world.alice, Selection(pairs=pairs), dict.fromkeys(runs_pair.GROUPS, "ours"))
    bulk.seen(world, shown)
    held = [item.id for item in RunItem.of(shown, ITEM_HELD)]
    with suppress(runs.NotApplied):
        runs.start(shown, world.alice, also=held)
    return "all paired"


def all_zones_abroad(world: World, r: Random) -> str:
    for customer in people.customers(world):
        people.save(world, customer.id, {"vat_zone": customer.vat_zone}, {"vat_zone": "2"})
    return "all abroad"


def all_close(world: World, r: Random) -> str:
    connection = world.connection
    assert connection is not None
    for name in TEXTS:
        world.ledger.ruled.add((name, DIRECTION, "in"))
        rules.lay_down(connection, name, DIRECTION, "in", world.alice)
    return "all closed there"


PAIRED: tuple[str | Verb, ...] = ("we add", "they add", "webhooks arrive", AHEAD, all_pair, AHEAD, AHEAD)


def test_a_group_changed_of_who_owes_and_nobody_confirmed(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "told", lambda pair: None)
    said = told(kept, monkeypatch, AHEAD, all_owe, "we compare", AHEAD, all_change_group, AHEAD)
    assert any("customer_group" in one and "nobody confirmed" in one for one in said)


def test_an_undo_that_writes_into_a_field_closed_since(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs_undo, "_is_closed_since", lambda item, pair: False)
    monkeypatch.setattr(undo_plan.Known, "closed", lambda self, written, names: [])
    said = told(kept, monkeypatch, *PAIRED, all_close, "time passes", "we undo", AHEAD, AHEAD)
    assert any("was sent there though it is in" in one for one in said)


def test_an_undo_that_changes_the_books_under_nobodys_name(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def unasked(*facts: Any, **more: Any) -> Planned:
        return replace(ready(*facts, **more), held="", note={"does": undo_plan.RESTORE_THEIRS})

    ready = runs_undo.ready
    monkeypatch.setattr(runs_undo, "ready", unasked)
    monkeypatch.setattr(undo_there, "_means_more", lambda *_: False)
    said = told(kept, monkeypatch, all_zones_abroad, *PAIRED, "we undo", AHEAD, AHEAD)
    assert any("vat_zone" in one and "nobody confirmed" in one for one in said)


def test_an_undo_that_deletes_there_what_it_was_to_write_back(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo_there.Back, "removes", True)
    said = told(kept, monkeypatch, *PAIRED, "we undo", AHEAD, AHEAD)
    assert any("was deleted there and nobody had said so" in one for one in said)


def test_an_undo_that_falls_out_and_takes_ours_back_all_the_same(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def hasty(held: Any, client: Any, back: undo_there.Back, record: Any, wanted: Any) -> bool:
        with db.write():
            runs_undo.put_back(apply.lock(back.item.pairing_id), back.item)
        return True

    monkeypatch.setattr(undo_there, "_means_more", hasty)
    said = told(kept, monkeypatch, *PAIRED, "we undo", AHEAD, AHEAD)
    assert any("the undo" in one and "took ours" in one for one in said)


def test_an_erasure_that_leaves_the_history(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "blank", lambda table: table.update(company=table.company))
    said = told(kept, monkeypatch, "we add", "we add", "we erase", "we erase")
    assert any("was erased and still stands in history" in one for one in said)


def test_an_erased_customer_that_is_brought_back(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def all_return(world: World, r: Random) -> str:
        Customer.update(deleted_at=None).execute()
        return "all back"

    said = told(kept, monkeypatch, "we add", "we add", "we erase", all_return)
    assert any("was erased and is back" in one for one in said)


def test_a_file_that_writes_what_its_plan_had_not_shown(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(customer: Customer, values: Any, **facts: Any) -> Any:
        return take(customer, dict(values) | {"city": "Andetsteds"}, **facts)

    take = apply.take
    monkeypatch.setattr(apply, "take", careless)
    said = told(kept, monkeypatch, "we add", *["we load a file"] * 4, AHEAD)
    assert any("a file wrote city" in one for one in said)


def test_a_letter_that_is_sent_and_not_noted(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "_settle", lambda *_, **__: None)
    said = told(kept, monkeypatch, "they import", "we compare", AHEAD, "we order copies", AHEAD, "they empty most")
    assert any("was sent twice" in one for one in said)
