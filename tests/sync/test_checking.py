"""The health check is looked for anew exactly when something that it looks at has changed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.beginning import rows_made_once
from tests.people import World
from webapp import db, ports
from webapp.models import lane
from webapp.models.checked import Checked
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.default_rule import DefaultRule
from webapp.models.lane import Fenced, Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.sync import checking, checkup, pull, register
from webapp.sync.checking import Check, check


@pytest.fixture
def world(database: str) -> World:
    return rows_made_once(many)


def many() -> World:
    made = World.make()
    for number in range(2001, 2104):
        register.add(made.alice.company, number, {"name": f"Kunde {number}", "country": "Dannmark"}, made.alice)
    return made


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many customers each look through the registers saw."""
    seen: list[int] = []
    real = checkup.examine

    def noting(rows: list[checkup.Row], filled: Callable[..., object]) -> checkup.Report:
        seen.append(len(rows))
        return real(rows, filled)  # type: ignore[arg-type]

    monkeypatch.setattr(checkup, "examine", noting)
    return seen


def now(world: World) -> Check:
    return check(world.alice.company, Connection.open_of(world.alice.company))


def anew(world: World) -> Check:
    """The same with nothing kept."""
    checking.Checked.delete().execute()
    return now(world)


def findings(found: Check) -> list[tuple[object, ...]]:
    return [
        (f.cause, f.row.side, f.row.id, f.row.number, f.row.name, f.field, f.value, [(o.id, o.name) for o in f.others])
        for f in found.everything()
    ]


def test_turning_pages_looks_through_the_registers_once(world: World, looks: list[int]) -> None:
    pages = [now(world).page("country", page) for page in (1, 2, 3)]
    assert ([len(found) for found in pages], looks) == ([100, 3, 0], [106])


def _edit(world: World) -> None:
    shown = world.customer.values
    register.change(world.alice.company, world.customer.id, shown, shown | {"country": "Tykland"}, world.alice)


def _edit_there(world: World) -> None:
    mirror = Mirror.get_by_id(world.mirror.id)
    mirror.take({"country": "Tykland"})
    mirror.version += 1
    mirror.save()


def _rule(world: World) -> None:
    DefaultRule.create(company=world.alice.company, connection=world.connection, position=1, vat_zone="1")


def _default(world: World) -> None:
    connection = Connection.get_by_id(world.connection.id)
    connection.set_defaults({"currency": "DKK", "customer_group": "1", "payment_terms": "1", "vat_zone": "1"})
    connection.save()


EVENTS: dict[str, Callable[[World], object]] = {
    "a customer is changed": _edit,
    "a customer there is changed": _edit_there,
    "a customer is added": lambda world: register.add(world.alice.company, 1, {"name": "Ny"}, world.alice),
    "a customer is deleted": lambda world: register.remove(world.alice.company, world.customer.id, world.alice),
    "a customer there goes": lambda world: pull.mark_gone(Mirror.get_by_id(world.mirror.id)),
    "a pair is parted": lambda world: Pairing.get_by_id(world.pairing.id).close("person", world.alice),
    "a rule is made": _rule,
    "a default is set": _default,
    "the connection is closed": lambda world: Connection.update(state="closed", closed_at=ports.now()).execute(),
}


@pytest.mark.parametrize("event", EVENTS)
def test_nothing_stale_is_shown_after(world: World, event: str) -> None:
    before = now(world)
    EVENTS[event](world)
    after = now(world)
    assert after.stamp != before.stamp and findings(after) == findings(anew(world))


def test_what_is_kept_is_told_as_it_was_found(world: World) -> None:
    found = checkup.examine(list(checking._rows(world.alice.company, world.connection)), dict)
    kept = findings(now(world))
    assert {row[:3] for row in kept} >= {(f.cause, f.row.side, f.row.id) for f in found.by_cause["country"]}
    assert len(kept) == sum(now(world).counts.values())


def test_a_change_while_it_is_looked_for_is_seen_the_next_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = checking._rows

    def edited_behind(*asked: Any) -> list[checkup.Row]:
        read = list(real(*asked))
        _edit(world)
        return read

    monkeypatch.setattr(checking, "_rows", edited_behind)
    now(world)
    monkeypatch.undo()
    assert "Tykland" in {finding.value for finding in now(world).everything()}


def test_a_worker_whose_look_went_to_another_keeps_nothing(world: World) -> None:
    with db.write():
        Lane.wake(world.connection, lane.CHECK, world.connection.id)
    held = Lane.claim("slow", world.connection, sides=(lane.CHECK,))
    assert held is not None
    Lane.update(fence=Lane.fence + 1).execute()
    with pytest.raises(Fenced):
        checking.step(held, world.connection)
    assert not Checked.select().exists()


def test_another_companys_check_is_kept_beside(world: World, looks: list[int]) -> None:
    other: Company = world.charlie.company
    assert (now(world).checked, check(other, None).checked, now(world).checked) == (105, 0, 105)
    assert looks == [106, 0]
