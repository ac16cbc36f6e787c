"""Refusals by cause: who shares one, what is suggested, and what goes on by itself once the thing exists there."""

import json
from typing import Any

import pytest
from werkzeug import Response

from tests.sync.world import World
from webapp import db
from webapp.models.connection import Connection
from webapp.models.pairing import Pairing
from webapp.sandbox import references
from webapp.sync import causes, lists, pairings
from webapp.sync.causes import Cause


def refused_group(world: World, number: int, group: str = "4") -> Pairing:
    """A creation in a customer group that e-conomic does not have."""
    customer = world.ours(number, f"Kunde {number} ApS", customer_group=group)
    pair = pairings.create_there(world.connection, customer.id, number, world.alice)
    world.drain()
    return pair


def test_customers_with_the_same_fault_stand_together(connected: World) -> None:
    for number in (2001, 2002):
        refused_group(connected, number)
    pair = connected.pair_same()
    connected.save(pair.customer, ean="12345678901234567")
    connected.drain()
    found = {group.cause: len(group.pairs) for group in causes.groups(connected.connection)}
    assert found == {
        Cause("refused", "customer_group", waits_for="4"): 2,
        Cause("refused", "ean", "too_long"): 1,
    }


def test_what_waits_goes_on_once_the_thing_exists_there(connected: World) -> None:
    pair = refused_group(connected, 2001)
    references.add_group(connected.economic, 4, "Boligforeninger")
    lists.read_lists_again(connected.connection)
    connected.drain()
    assert connected.stored(2001)["customerGroup"] == 4 and connected.fresh(pair).fault == {}


def test_what_waits_has_the_lists_read_again_at_each_poll(connected: World) -> None:
    refused_group(connected, 2001)
    references.add_group(connected.economic, 4, "Boligforeninger")
    connected.clock.sleep(301)
    connected.drain()
    assert connected.stored(2001)["customerGroup"] == 4


def test_nobody_is_kept_waiting_while_a_poll_asks_what_is_waited_for(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 100,000 customers refused for one mistake in a list that takes seconds."""
    missing, inside = causes.missing, []

    def noted(connection: Connection) -> set[tuple[str, str]]:
        inside.append(db.database.in_transaction())
        return missing(connection)

    monkeypatch.setattr(causes, "missing", noted)
    connected.clock.sleep(301)
    connected.drain()
    assert inside == [False]


def test_another_entry_frees_nobody(connected: World) -> None:
    pair = refused_group(connected, 2001)
    references.add_group(connected.economic, 5, "Andre")
    lists.read_lists_again(connected.connection)
    connected.drain()
    assert connected.fresh(pair).fault["kind"] == "refused"


@pytest.mark.parametrize(("ours", "suggested"), [("12345678901234567", "5798009811578"), ("5798009811578", "")])
def test_the_other_sides_value_is_suggested(connected: World, ours: str, suggested: str) -> None:
    pair = connected.pair_same(ean="5798009811578")
    connected.save(pair.customer, ean=ours)
    assert causes.suggested(connected.fresh(pair), "ean") == suggested


def test_a_temporary_fault_is_no_cause(connected: World) -> None:
    pair = connected.pair_same()
    connected.sandbox.faults.next(3, kind="503-before")
    connected.save(pair.customer, phone="66100099")
    connected.worker.round()
    assert connected.sandbox.faults.log and causes.groups(connected.connection) == ()


class Refusing:
    """Refuses every creation for its VAT zone, which it lists all the same, and counts them."""

    def __init__(self, app: Any) -> None:
        self.app, self.refused = app, 0

    def __call__(self, environ: Any, start: Any) -> Any:
        if environ["REQUEST_METHOD"] != "POST":
            return self.app(environ, start)
        self.refused += 1
        said = {"message": "no", "logId": "1", "errors": {"vatZone": {"errorMessage": "not for this group"}}}
        return Response(json.dumps(said), status=400, mimetype="application/json")(environ, start)


def test_what_is_refused_although_the_list_has_it_waits_for_a_person(connected: World) -> None:
    connected.app = Refusing(connected.app)  # type: ignore[assignment]
    connected.worker._clients.clear()
    ours = connected.ours(7, "Kunde", vat_zone="1")
    pair = pairings.create_there(connected.connection, ours.id, 7, connected.alice)
    for _ in range(5):
        connected.clock.sleep(301)
        connected.drain()
    assert (connected.app.refused, connected.fresh(pair).fault["kind"]) == (1, "refused")
