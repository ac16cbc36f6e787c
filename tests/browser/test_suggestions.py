"""In a real Chromium: who is probably the same, why, what a person says to it, and the sure ones at once."""

from playwright.sync_api import expect

from tests.browser.journey import Journey
from tests.sync.test_suggesting import THEIR_CLINIC, clinics
from webapp.models.pairing import Pairing

DOUBTFUL = "Æblehavens Børnehus"


def doubtful(journey: Journey) -> None:
    """Two that resemble each other by name and place alone."""
    journey.world.ours(1, DOUBTFUL, postcode="5230", city="Odense M", email="kontor@aeble.dk")
    journey.world.theirs(2, "Aeblehavens Boernehus", zip="5230", city="Odense M", email="post@aeble.dk")
    journey.world.look(2)


def test_not_the_same_is_remembered_and_can_be_taken_back(journey: Journey) -> None:
    doubtful(journey)
    journey.go("/sync")
    likely = journey.row("new", DOUBTFUL)
    expect(likely.locator(".evidence").first).to_contain_text("Se efter")
    with journey.no_reload(journey.page):
        journey.press("Ikke den samme", likely)
        expect(journey.page.locator("#toasts")).to_contain_text("Husket: de to er ikke den samme kunde.")
    journey.world.compare()
    journey.go("/sync")
    expect(journey.section("new").locator(".likely")).to_have_count(0)
    journey.press("Fortryd", journey.row("new", DOUBTFUL))
    expect(journey.section("new").locator(".likely")).to_have_count(1)


def test_the_sure_ones_are_paired_at_once_by_a_plan(journey: Journey) -> None:
    clinics(journey.world)
    doubtful(journey)
    journey.go("/sync")
    expect(journey.row("new", "Havnens Tandklinik")).to_contain_text("Samme CVR")
    journey.press("Par alle sikre (1)")
    journey.axe(journey.page)
    journey.sees("1 kunde i planen.")
    journey.apply()
    assert Pairing.get().mirror.number == 2087
    journey.go("/sync")
    expect(journey.row("paired", "Havnens Tandklinik")).to_be_visible()
    expect(journey.row("new", DOUBTFUL)).to_be_visible()


def test_the_evidence_says_what_speaks_for_and_against(journey: Journey) -> None:
    journey.world.ours(1, "Havnens Tandklinik ApS", cvr="33920459", city="Odense C")
    other = THEIR_CLINIC | {"city": "Nyborg", "address": "Torvet 1", "zip": "5800"}
    journey.world.fetched(2, "Havnens Tandklinik", **other)
    journey.go("/sync")
    chips = journey.row("new", "Havnens Tandklinik").locator(".evidence")
    expect(chips.locator(".chip-for", has_text="Samme CVR")).to_be_visible()
    expect(chips.locator(".chip-against", has_text="by")).to_be_visible()
