"""The whole synchronisation on hold: one button, one line in the window, and nothing that waits is lost."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.apps import app_over
from tests.views.synced import Synced
from webapp.models.customer import Customer
from webapp.sync import inbox

PAUSE, RESUME = "/settings/integrations/economic/pause", "/settings/integrations/economic/resume"


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


def work(synced: Synced) -> None:
    """What a worker does while everything may rest."""
    for _ in range(5):
        synced.worker.round()
        synced.clock.sleep(5)


def test_nothing_is_sent_on_hold_and_everything_afterwards(synced: Synced) -> None:
    pair = synced.pair_same()
    synced.admin.post(PAUSE)
    synced.save(pair.customer, phone="66 10 00 14")
    work(synced)
    assert "telephoneAndFaxNumber" not in synced.stored(1042)
    synced.admin.post(RESUME)
    synced.drain()
    assert synced.stored(1042)["telephoneAndFaxNumber"] == "66 10 00 14"


def test_a_webhook_on_hold_is_kept(synced: Synced) -> None:
    pair = synced.pair_same()
    synced.admin.post(PAUSE)
    synced.economic.edit(1042, city="Marstal")
    inbox.receive(synced.connection, "old=1042&new=1042", "", "")
    work(synced)
    assert Customer.get_by_id(pair.customer_id).city != "Marstal"
    synced.admin.post(RESUME)
    synced.drain()
    assert Customer.get_by_id(pair.customer_id).city == "Marstal"


def test_a_run_on_hold_waits_and_goes_on(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    made = synced.admin.post("/runs/plans/create_theirs").location
    synced.admin.post(PAUSE)
    synced.admin.post(f"{made}/start", {"seal": synced.admin.page(made).field("seal")})
    work(synced)
    assert 2001 not in synced.economic.customers
    synced.admin.post(RESUME)
    synced.drain()
    assert 2001 in synced.economic.customers


def test_the_window_says_who_put_it_on_hold_and_how_it_goes_on(synced: Synced) -> None:
    synced.admin.post(PAUSE)
    shown = synced.admin.page("/sync").source
    assert "sat på pause af Alice" in shown and RESUME in shown
    assert RESUME not in synced.inspector.page("/sync").source
    synced.admin.post(RESUME, {"from": "window"})


def test_the_card_has_the_button_and_then_the_way_on(synced: Synced) -> None:
    assert PAUSE in synced.admin.page("/settings/integrations").source
    synced.admin.post(PAUSE)
    shown = synced.admin.page("/settings/integrations").source
    assert RESUME in shown and PAUSE not in shown and "Forbind igen" not in shown
    assert "Fortsæt synkroniseringen" in synced.admin.page("/settings/integrations/economic").source


def test_going_on_does_not_undo_a_withdrawn_grant(synced: Synced) -> None:
    synced.connection.pause("grant_withdrawn")
    synced.admin.post(RESUME)
    assert synced.connection.state == "paused"


def test_an_inspector_can_do_neither(synced: Synced) -> None:
    for address in (PAUSE, RESUME):
        assert synced.inspector.post(address).status_code == 403
