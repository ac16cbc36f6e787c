"""In a real Chromium: what a change means in the books, rules for new customers and per field, and the pause."""

import pytest
from playwright.sync_api import expect

from tests.browser.journey import Journey
from webapp.models.history import History
from webapp.models.pairing import Pairing

FIELDS, NEW_CUSTOMERS, SETTINGS = "/settings/fields", "/settings/new-customers", "/settings/integrations"


@pytest.fixture
def pair(journey: Journey) -> Pairing:
    return journey.world.pair_same(telephoneAndFaxNumber="66100014")


def edit(journey: Journey, pair: Pairing, **values: str) -> None:
    """Alice's form, by the labels of its fields."""
    journey.go(f"/customers/{pair.customer_id}")
    journey.page.locator("#edit-customer").click()
    for label, value in values.items():
        journey.page.get_by_label(label).fill(value)
    journey.press("Gem", journey.page.locator("dialog[open]"))
    expect(journey.page.locator("dialog[open]")).to_have_count(0)


# ── the guard ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_serious_change_waits_until_somebody_confirms_it_by_name(journey: Journey, pair: Pairing) -> None:
    journey.world.save(pair.customer, vat_zone="3")
    journey.world.drain()
    journey.go("/sync")
    held = journey.row("conflict", "Havnens Tandklinik")
    expect(held).to_contain_text("Kundens nye fakturaer får en anden moms.")
    assert journey.world.stored(1042)["vatZone"] == 1
    held.get_by_text("Bekræft og send").click()
    journey.press("Gem svar", held)
    expect(journey.section("paired").locator(".row-pair")).to_have_count(1)
    journey.world.drain()
    assert journey.world.stored(1042)["vatZone"] == 3
    assert History.get(History.cause == "confirm").by == journey.world.alice
    journey.go(f"/customers/{pair.customer_id}/story")
    journey.sees("Alice")


def test_a_change_that_the_books_forbid_is_never_sent(journey: Journey) -> None:
    pair = journey.world.pair_same(balance=1250.0)
    journey.world.save(pair.customer, currency="EUR")
    journey.world.drain()
    journey.go("/sync")
    held = journey.row("conflict", "Havnens Tandklinik")
    held.get_by_text("Bekræft og send").click()
    journey.press("Gem svar", held)
    expect(held).to_have_count(0)
    journey.world.drain()
    journey.go("/sync")
    expect(held).to_contain_text("sendes ikke til e-conomic. Kunden har en saldo, så valutaen kan ikke skiftes.")
    held.get_by_text("Prøv igen").click()
    journey.press("Gem svar", held)
    expect(held).to_have_count(0)
    journey.world.drain()
    assert journey.world.stored(1042)["currency"] == "DKK"


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_rule_for_new_customers_is_laid_down_tried_and_followed(journey: Journey) -> None:
    customer = journey.world.ours(2001, "Malmö Städ AB", country="Sverige")
    journey.world.drain()
    journey.go(NEW_CUSTOMERS)
    page = journey.page
    page.locator("#when-country").select_option("EU")
    page.locator("#set-currency").select_option("EUR")
    journey.press("Tilføj regel")
    page.get_by_label("Kundenummer").fill("2001")
    journey.press("Prøv")
    expect(page.locator(".tried tr", has_text="Valuta")).to_contain_text("Regel: EU uden Danmark")
    journey.axe(page)
    journey.go(f"/sync?q={customer.number}")
    journey.press("Opret partner", journey.row("new", "Malmö"))
    expect(page.locator("dialog[open]").last).to_contain_text("Euro")
    journey.press("Indsend")
    expect(journey.row("paired", "Malmö")).to_be_visible()
    journey.world.drain()
    assert journey.world.stored(2001)["currency"] == "EUR"


def test_a_field_goes_only_the_way_that_its_rule_says(journey: Journey, pair: Pairing) -> None:
    journey.go(FIELDS)
    journey.page.get_by_label("Telefon: retning").select_option("out")
    journey.press("Gem")
    journey.sees("Telefon: → Kun til e-conomic")
    journey.axe(journey.page)
    journey.world.economic.edit(1042, telephoneAndFaxNumber="66100041", city="Marstal")
    journey.world.webhook(1042, 1042)
    ours = journey.world.fresh(pair.customer)
    assert (ours.phone, ours.city) == ("66100014", "Marstal")
    journey.press("Ophæv")
    journey.world.drain()
    assert journey.world.fresh(pair.customer).phone == "66100041"


# ── the pause ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_on_hold_nothing_is_sent_and_nothing_is_lost(journey: Journey, pair: Pairing) -> None:
    journey.go(SETTINGS)
    journey.press("Sæt på pause")
    journey.axe(journey.page)
    journey.fits(journey.page.locator("#economic-card"))
    edit(journey, pair, Telefon="66100020")
    for _ in range(3):
        journey.world.worker.round()
    assert journey.world.stored(1042)["telephoneAndFaxNumber"] == "66100014"
    journey.go("/sync")
    journey.sees("Synkroniseringen er sat på pause af Alice")
    journey.press("Fortsæt synkroniseringen")
    journey.sees("Synkroniseringen fortsætter, og det, der ventede, bliver gjort.")
    journey.world.drain()
    assert journey.world.stored(1042)["telephoneAndFaxNumber"] == "66100020"
