"""In a real Chromium: customers from a file, from the menu to the run and back again."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.journey import LONG_WORD, Journey
from webapp.models.customer import Customer
from webapp.models.run import Run
from webapp.sync import making

FILE = f"""Kundenr.;Kaldenavn;CVR-nr.;Tlf.;By
7;Ærø Bageri;;62 10 00 99;Marstal
8;Skovbryn Friskole;;86 10 00 14;Ry
9;{LONG_WORD};12345678;;Ry
;Uden nummer;;;
10;Havnens Tandklinik ApS;;;Odense
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / f"{LONG_WORD} 2026.csv"
    made.write_text(FILE, encoding="cp1252")
    return made


def choose(page: Page, file: Path) -> None:
    page.get_by_label("CSV eller Excel (XLSX)").set_input_files(file)
    page.get_by_role("button", name="Fortsæt").click()


def to_the_plan(journey: Journey, file: Path) -> None:
    journey.go("/settings/integrations")
    journey.page.locator("#source-menu summary").click()
    journey.press("Fil Indlæs kunder fra CSV eller Excel")
    journey.axe(journey.page)
    choose(journey.page, file)
    journey.sees("Kolonnerne i filen")
    journey.axe(journey.page)
    journey.fits(journey.page.locator("main"))
    journey.page.get_by_label("Kaldenavn").select_option("Navn")
    journey.press("Vis planen")


def test_a_file_is_loaded_seen_in_the_history_and_taken_back(journey: Journey, file: Path) -> None:
    bakery = journey.world.ours(7, "Ærø Bageri", phone="62 10 00 20", city="Marstal")
    journey.world.ours(70, "Havnens Tandklinik", city="Odense")
    journey.world.drain()
    to_the_plan(journey, file)
    journey.axe(journey.page)
    journey.fits(journey.page.locator("main"))
    journey.press("Holdt tilbage 3")
    for said in ("Kundenummeret mangler.", "Ligner Havnens Tandklinik (70)", "Ligner ikke et dansk CVR-nr."):
        journey.sees(said)
    journey.axe(journey.page)
    journey.fits(journey.page.locator("main"))
    journey.page.get_by_role("button", name="Indlæs", exact=True).click()
    expect(journey.page.locator("#result")).to_be_visible()
    journey.world.drain()
    expect(journey.page.locator("#result")).to_contain_text("Færdig")
    assert {one.number for one in Customer.of(journey.world.company)} == {7, 8, 70}
    journey.go(f"/customers/{bakery.id}")
    journey.sees("2026.csv, linje 2")
    journey.page.go_back()
    journey.press("Fortryd kørslen")
    journey.axe(journey.page)
    journey.apply()
    assert {one.number for one in Customer.of(journey.world.company)} == {7, 70}
    assert Customer.get_by_id(bakery.id).phone == "62 10 00 20"


def test_a_file_that_cannot_be_read_says_so_where_it_was_chosen(journey: Journey, tmp_path: Path) -> None:
    old = tmp_path / "gammel.xlsx"
    old.write_bytes(b"\xd0\xcf\x11\xe0")
    journey.go("/imports")
    choose(journey.page, old)
    journey.sees("Filen er et ældre Excel-ark (XLS) eller har en adgangskode.")
    journey.axe(journey.page)
    journey.fits(journey.page.locator("main"))


def test_all_of_it_works_without_script(journey: Journey, file: Path, browser: object) -> None:
    page = journey.colleague(browser, journey.world.admin, java_script_enabled=False)  # type: ignore[arg-type]
    page.goto(f"{journey.address}/imports")
    choose(page, file)
    page.get_by_label("Kaldenavn").select_option("Navn")
    page.get_by_role("button", name="Vis planen").click()
    page.get_by_role("button", name="Indlæs", exact=True).click()
    journey.world.drain()
    page.reload()
    expect(page.locator("#result")).to_contain_text("Færdig")
    assert Customer.of(journey.world.company).count() == 3
    page.context.close()


def test_a_long_file_shows_how_far_its_plan_is_and_then_the_plan(
    journey: Journey, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "AT_LEISURE", -1)
    to_the_plan(journey, file)
    journey.sees("Planen laves: 0 %")
    journey.axe(journey.page)
    journey.fits(journey.page.locator("main"))
    Run.update(total=8, done=2).execute()
    journey.sees("Planen laves: 25 %")
    journey.world.drain()
    journey.sees("Sådan bliver det.")
    assert journey.page.url.endswith(f"/runs/{Run.get().id}")
