"""In a real Chromium: a rehearsal is begun, says at each customer what would happen, refuses, and is ended."""

import pytest
from playwright.sync_api import expect

from tests.browser.journey import LONG_WORD, Journey

PAGE, SETTINGS = "/settings/integrations/economic/rehearsal", "/settings/integrations"


@pytest.fixture
def rehearsing(journey: Journey) -> Journey:
    """Begun by Alice on its page, with a change waiting for each side."""
    world = journey.world
    pair = world.pair_same(telephoneAndFaxNumber="86 10 00 00", city="Odense")
    journey.go(PAGE)
    journey.press("Begynd prøvetilstand")
    journey.sees("Intet ville blive skrevet.")
    world.save(pair.customer, phone="86 10 00 01")
    world.economic.edit(1042, city="Marstal")
    world.webhook(1042, 1042)
    return journey


def test_each_customer_says_what_would_happen_and_going_live_does_it(rehearsing: Journey) -> None:
    rehearsing.go("/sync")
    row = rehearsing.row("paired", "Havnens Tandklinik")
    expect(row).to_contain_text("Ville sende: Telefon 86 10 00 00 → 86 10 00 01")
    rehearsing.press("Se, hvad der ville ske")
    rehearsing.press("Gå i drift …")
    dialog = rehearsing.page.locator("dialog[open]")
    expect(dialog).to_contain_text("Ændres i e-conomic")
    rehearsing.axe(rehearsing.page)
    rehearsing.press("Gå i drift", dialog)
    rehearsing.sees("Synkroniseringen er i drift")
    rehearsing.world.drain()
    assert rehearsing.world.stored(1042)["telephoneAndFaxNumber"] == "86 10 00 01"


def test_opret_partner_says_why_nothing_is_done(rehearsing: Journey) -> None:
    customer = rehearsing.world.ours(2001, LONG_WORD)
    rehearsing.go("/sync")
    rehearsing.fits(rehearsing.page.locator("#rows"))
    rehearsing.fits(rehearsing.page.locator(".rehearsal"))
    rehearsing.page.locator(f"a[href*='/pairings/new/ours/{customer.id}']").first.click()
    dialog = rehearsing.page.locator("dialog[data-dialog]")
    expect(dialog).to_contain_text("Prøvetilstand er slået til.")
    expect(dialog.get_by_role("button", name="Indsend")).to_have_count(0)


def test_page_and_card_fit_with_a_long_name(rehearsing: Journey) -> None:
    rehearsing.world.economic.edit(1042, name=LONG_WORD)
    rehearsing.world.webhook(1042, 1042)
    rehearsing.go(PAGE)
    rehearsing.fits(rehearsing.page.locator("main"))
    rehearsing.go(SETTINGS)
    rehearsing.fits(rehearsing.page.locator("main"))
