"""Many at once in a real Chromium: tick rows in the window, see the plan, sign it, watch it run, take it back."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.apps import app_over
from tests.views.synced import Synced, world_in
from webapp.models.customer import Customer

Axe = Callable[[Page], None]
FIRST, LAST = 1041, 1044


@pytest.fixture
def synced(sqlite_database: str) -> Iterator[Synced]:
    """Four pairs: of three the phone was changed on both sides, of one of these the VAT zone too."""
    for app in app_over(sqlite_database):
        for world in world_in(app):
            for number in range(FIRST, LAST + 1):
                pair = world.pair_same(number, f"Kunde {number}", telephoneAndFaxNumber="1", vatZone=1)
                zone = number == FIRST
                if number < LAST:
                    there = {"vatZone": {"vatZoneNumber": 2}} if zone else {}
                    world.economic.edit(number, telephoneAndFaxNumber="3", **there)
                    world.save(pair.customer, phone="2", **({"vat_zone": "3"} if zone else {}))
            world.drain()
            yield world


def finished(synced: Synced, page: Page) -> None:
    """The run ends while its page is open, without a reload."""
    synced.drain()
    expect(page.get_by_text("Færdig")).to_be_visible()


def phones(synced: Synced) -> list[object]:
    return [synced.stored(number)["telephoneAndFaxNumber"] for number in range(FIRST, LAST + 1)]


def test_many_conflicts_are_answered_with_one_choice_and_asked_again(synced: Synced, window: Page, axe: Axe) -> None:
    for number in (FIRST, FIRST + 1):
        window.get_by_role("checkbox", name=f"Vælg Kunde {number}").check()
    window.get_by_role("button", name="Brug CleanManagers").click()
    expect(window.get_by_role("heading", name="Følger i bogføringen")).to_be_visible()
    axe(window)
    window.get_by_label("Kundens nye fakturaer får en anden moms.").check()
    window.get_by_role("button", name="Indsend").click()
    finished(synced, window)
    assert phones(synced) == ["2", "2", "3", "1"] and synced.stored(FIRST)["vatZone"] == 3
    window.get_by_role("button", name="Fortryd kørslen").click()
    window.get_by_label("Kundens nye fakturaer får en anden moms.").check()
    window.get_by_role("button", name="Indsend").click()
    finished(synced, window)
    assert phones(synced) == ["3", "3", "3", "1"] and synced.stored(FIRST)["vatZone"] == 2


def test_all_that_the_window_is_narrowed_to_are_answered_without_a_tick(synced: Synced, window: Page) -> None:
    window.get_by_label("Søg efter en kunde").fill(str(FIRST + 1))
    expect(window.locator("#count-conflict")).to_have_text("1")
    window.get_by_role("button", name="Brug e-conomics").click()
    window.get_by_role("button", name="Indsend").click()
    finished(synced, window)
    assert [one.phone for one in Customer.of(synced.company).order_by(Customer.number)] == ["2", "3", "2", "1"]


def test_many_are_deleted_by_name_and_come_back(synced: Synced, window: Page, axe: Axe) -> None:
    window.get_by_role("checkbox", name=f"Vælg Kunde {LAST}").check()
    window.get_by_role("button", name="Slet de valgte", exact=True).click()
    expect(window.get_by_text("Før du sletter")).to_be_visible()
    axe(window)
    button = window.get_by_role("button", name="Slet kunden")
    button.click()
    assert LAST in synced.economic.customers and button.is_visible()
    window.get_by_label("Jeg, Alice, har set planen").check()
    button.click()
    finished(synced, window)
    assert LAST not in synced.economic.customers
    window.get_by_role("button", name="Fortryd kørslen").click()
    window.get_by_role("button", name="Indsend").click()
    finished(synced, window)
    assert synced.stored(LAST)["name"] == f"Kunde {LAST}" and Customer.of(synced.company).count() == 4
