"""An auditor before a busy company: everything an administrator sees, and nothing offered that would be refused."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.apps import app_over
from tests.people import Browser
from tests.views.synced import Synced
from webapp import auth
from webapp.models.customer import Customer
from webapp.models.field_rule import FieldRule
from webapp.models.run import Run
from webapp.models.sweep import HELD, Sweep
from webapp.sync import connect, rehearsal, runs
from webapp.sync.runs_plan import EVERYBODY

PAGES = ["/customers", "/sync", "/sync/causes", "/runs", "/checkup", "/checkup?cause=cvr", "/settings/integrations"]
PAGES += ["/settings/integrations/economic", "/settings/fields", "/settings/new-customers", "/help", "/password"]
PAGES += ["/settings/integrations/economic/rehearsal", "/notices"]

METHODS = {"href": "GET", "hx-get": "GET", "hx-post": "POST", "formaction": "POST"}


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


@pytest.fixture
def busy(synced: Synced) -> Synced:
    """Of everything that can wait for an answer one: conflict, deletion, another party, refusal, plan and brake."""
    synced.conflict()
    synced.gone_there(1043)
    synced.pair_same(1044, "Bageren ApS", corporateIdentificationNumber="12345678")
    synced.economic.edit(1044, name="Helt Andre ApS", corporateIdentificationNumber="87654321")
    synced.look(1044)
    synced.save(synced.pair_same(1045, "Revisor og Søn").customer, ean="12345678901234567")
    synced.drain()
    synced.ours(5001, "Ene ApS", cvr="1234")
    synced.fetched(1077, "Dansk Rengøring ApS")
    of = {"company": synced.company, "connection": synced.connection}
    FieldRule.create(**of, field="phone", kind="winner", value="ours", created_by=synced.alice)
    Sweep.create(**of, kind="compare", state=HELD, candidates_json="[1, 2, 3, 4]")
    runs.plan(synced.connection, "create_theirs", synced.alice, EVERYBODY, {})
    return synced


def addresses(synced: Synced) -> list[str]:
    run, customer = Run.get(), Customer.get()
    return [*PAGES, f"/runs/{run.id}", f"/customers/{customer.id}", f"/customers/{customer.id}/why/phone"]


def offered(browser: Browser, address: str) -> set[tuple[str, str]]:
    """Every way onward from the page that a person, or the page by itself, can take: (method, endpoint)."""
    ways = set()
    adapter = browser.client.application.url_map.bind("localhost")
    for element in browser.page(address).elements:
        methods = METHODS | {"action": element.attrs.get("method", "get").upper()}
        for name, method in methods.items():
            path = urlsplit(element.attrs.get(name, "")).path
            if path.startswith("/"):
                ways.add((method, str(adapter.match(path, method)[0])))
    return ways


def both(synced: Synced) -> tuple[Browser, Browser]:
    return synced.admin, synced.auditor


@pytest.mark.parametrize("rehearses", [False, True])
@pytest.mark.parametrize("role", ["auditor", "inspector"])
def test_nobody_is_offered_what_they_would_be_refused(busy: Synced, role: str, rehearses: bool) -> None:
    if rehearses:
        rehearsal.begin(busy.connection, busy.alice)
    ways = {way for address in addresses(busy) for way in offered(getattr(busy, role), address)}
    with busy.flask.app_context():
        refused = {way for way in ways if not auth.is_open(way[1]) and not auth.may(role, way[1], way[0])}
    assert len(ways) > 15 and refused == set()


def test_an_auditor_sees_every_line_that_an_administrator_sees(busy: Synced) -> None:
    lines = [{e.attrs["id"] for e in browser.page("/sync").all("li") if "id" in e.attrs} for browser in both(busy)]
    assert len(lines[0]) > 5 and lines[0] == lines[1]


@pytest.mark.parametrize("kind", ["customers", "checkup", "runs/1"])
def test_an_auditor_takes_the_same_lists_away(busy: Synced, kind: str) -> None:
    admin, auditor = (browser.get(f"/{kind}/list.csv") for browser in both(busy))
    assert (auditor.status_code, auditor.data) == (200, admin.data) and admin.data.count(b"\n") > 1


def test_an_auditor_is_told_of_a_silent_webhook_and_shown_no_secret(busy: Synced) -> None:
    connect.new_webhook(busy.connection)
    busy.clock.sleep(60)
    Sweep.update(untold=7, started_at=busy.clock.now()).execute()
    busy.clock.sleep(3600)
    assert "blev ikke meldt" in busy.auditor.page("/sync").source
    dialog = busy.auditor.page("/settings/integrations/economic").source
    assert "blev ikke meldt" in dialog and connect.webhook_token(busy.connection) not in dialog
