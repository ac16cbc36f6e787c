"""In a real Chromium: where a value came from and the way back, and the customer's whole story on paper."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.journey import LONG_WORD, Journey
from webapp.models.customer import Customer
from webapp.models.pairing import Pairing


@pytest.fixture
def edited(journey: Journey) -> Pairing:
    """A pair whose phone changed there and whose e-mail Alice has changed here."""
    world = journey.world
    pair = world.pair_same(telephoneAndFaxNumber="66100014", email="post@havnen.dk")
    world.save(pair.customer, email="klinik@havnen.dk")
    world.drain()
    world.economic.edit(1042, telephoneAndFaxNumber="66100041")
    world.webhook(1042, 1042)
    return pair


def test_a_value_tells_where_it_came_from_and_is_put_back(journey: Journey, edited: Pairing) -> None:
    journey.go(f"/customers/{edited.customer_id}")
    journey.page.locator("#why-email").click()
    dialog = journey.page.locator("dialog[open]")
    expect(dialog).to_contain_text("klinik@havnen.dk")
    expect(dialog).to_contain_text("Alice")
    journey.axe(journey.page)
    dialog.get_by_role("button", name=re.compile("Sæt tilbage.*post@havnen.dk")).first.click()
    expect(journey.page.locator("#why-email")).to_contain_text("post@havnen.dk")
    journey.world.drain()
    assert journey.world.stored(1042)["email"] == "post@havnen.dk"


def test_a_name_without_a_space_breaks_on_every_page_of_the_customer(journey: Journey, edited: Pairing) -> None:
    journey.world.save(edited.customer, name=LONG_WORD)
    journey.world.drain()
    for path in ("", "/story", "/why/name"):
        journey.go(f"/customers/{edited.customer_id}{path}")
        journey.fits(journey.page.locator("main"))


def test_the_story_of_both_systems_is_printed_without_what_is_no_story(journey: Journey, edited: Pairing) -> None:
    journey.go(f"/customers/{edited.customer_id}/story")
    page, steps = journey.page, journey.page.locator(".history > li")
    expect(steps.filter(has_text="Hentet fra e-conomic · CleanManager")).to_contain_text("66100014 → 66100041")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Udskriv")).to_be_hidden()
    expect(page.locator(".top")).to_be_hidden()
    expect(steps.last).to_be_visible()
    expect(page.get_by_text("udskrevet")).to_be_visible()
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1


def test_personal_data_is_erased_once_the_customer_was_named(journey: Journey) -> None:
    pair = journey.world.pair_same(1042)
    journey.go(f"/customers/{pair.customer_id}")
    journey.page.get_by_text("Mere", exact=True).click()
    journey.press("Slet personoplysninger")
    dialog = journey.page.get_by_role("dialog")
    expect(dialog).to_contain_text("bogføringsloven")
    journey.axe(journey.page)
    journey.fits(dialog)
    dialog.get_by_label("Skriv kundens navn eller nummer").fill("1043")
    journey.press("Slet personoplysninger", dialog)
    expect(dialog).to_contain_text("Intet er slettet.")
    dialog.get_by_label("Skriv kundens navn eller nummer").fill("1042")
    journey.press("Slet personoplysninger", dialog)
    journey.sees("Kundens personoplysninger er slettet i dag")
    journey.axe(journey.page)
    assert Customer.get_by_id(pair.customer_id).name == ""
