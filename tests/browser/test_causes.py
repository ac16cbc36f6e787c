"""In a real Chromium: what e-conomic refused, by cause, mended where it stands; and what waits goes on by itself."""

import pytest

from tests.browser.journey import Journey
from tests.sync.test_causes import refused_group
from webapp.sandbox import references
from webapp.sync import lists

TOO_LONG, GOOD = "12345678901234567", ("5798009811578", "5798000417670")


@pytest.fixture
def refused(journey: Journey) -> Journey:
    """Two pairs with an EAN that e-conomic does not take."""
    world = journey.world
    for number in (1042, 1043):
        world.save(world.pair_same(number, f"Kunde {number} ApS").customer, ean=TOO_LONG)
    world.drain()
    return journey


def test_many_of_one_cause_are_mended_in_a_grid_and_tried_again(refused: Journey) -> None:
    refused.go("/sync")
    refused.press("Fejl efter årsag")
    refused.axe(refused.page)
    fields = [refused.page.get_by_label(f"EAN-nr.: Kunde {number} ApS") for number in (1042, 1043)]
    fields[0].fill(GOOD[0])
    fields[1].fill(TOO_LONG + "8")
    refused.press("Gem og prøv igen")
    refused.sees("Højst 13 tegn")
    refused.axe(refused.page)
    fields[1].fill(GOOD[1])
    refused.press("Gem og prøv igen")
    refused.world.drain()
    refused.go("/sync/causes")
    refused.sees("Der er ingen fejl.")
    assert tuple(refused.world.stored(number)["ean"] for number in (1042, 1043)) == GOOD


def test_what_the_other_side_has_is_suggested_and_taken_as_it_stands(journey: Journey) -> None:
    world = journey.world
    pair = world.pair_same()
    world.save(pair.customer, payment_terms="")
    world.drain()
    journey.go("/sync/causes")
    journey.sees("Foreslået: det, e-conomic har")
    journey.press("Gem og prøv igen")
    journey.sees("Der er ingen fejl.")
    assert world.fresh(pair.customer).payment_terms == str(world.stored(1042)["paymentTerms"])


def test_who_waits_for_a_group_goes_on_once_it_exists_there(journey: Journey) -> None:
    for number in (2001, 2002):
        refused_group(journey.world, number)
    journey.go("/sync/causes")
    journey.sees("Venter på: kundegruppe 4")
    references.add_group(journey.world.economic, 4, "Boligforeninger")
    lists.read_lists_again(journey.world.connection)
    journey.world.drain()
    journey.go("/sync/causes")
    journey.sees("Der er ingen fejl.")
    assert {journey.world.stored(number)["customerGroup"] for number in (2001, 2002)} == {4}
