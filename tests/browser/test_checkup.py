"""In a real Chromium: Sundhedstjek, many mended in one grid, and the lists taken away."""

import csv
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from tests.browser.journey import Journey
from webapp.sync import checking


def downloaded(journey: Journey, name: str) -> Path:
    with journey.page.expect_download() as waiting:
        journey.page.get_by_role("link", name=name, exact=True).click()
    return Path(waiting.value.path())


def test_many_are_mended_in_one_grid_until_all_are_ready(journey: Journey) -> None:
    for number in (1, 2, 3):
        journey.world.ours(number, f"Kunde {number}", cvr="12345678")
    journey.go("/checkup")
    journey.sees("Klar: 0 %")
    journey.press("CVR-nr. med forkert kontrolciffer")
    journey.axe(journey.page)
    for number, cvr in ((1, "99000015"), (2, "10150817"), (3, "1" * 41)):
        journey.page.get_by_label(f"CVR-nr.: Kunde {number}").fill(cvr)
    journey.press("Gem rettelserne")
    journey.sees("Højst 40 tegn")
    journey.page.get_by_label("CVR-nr.: Kunde 3").fill("99000007")
    journey.press("Gem rettelserne")
    journey.sees("Klar: 100 %")
    journey.axe(journey.page)


def test_very_many_are_looked_through_by_the_worker_while_the_page_says_so(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "AT_LEISURE", 0)
    customer = journey.world.ours(1, "Kunde 1", cvr="12345678")
    journey.go("/checkup")
    journey.sees("Kunderne ses igennem.")
    journey.axe(journey.page)
    journey.world.drain()
    journey.sees("Klar: 0 %")
    journey.world.save(customer, cvr="10150817")
    journey.go("/checkup?cause=cvr")
    journey.sees("De ses igennem på ny.")
    journey.axe(journey.page)
    journey.world.drain()
    journey.press("Kunderne er set igennem på ny – vis")
    journey.sees("Klar: 100 %")


def test_the_list_is_taken_away_for_a_spreadsheet(journey: Journey) -> None:
    journey.world.ours(1, "Æbleø ApS", cvr="12345678")
    journey.go("/checkup")
    with downloaded(journey, "CSV").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file, delimiter=";"))
    assert len(lines) == 2 and "Æbleø ApS" in lines[1]
    sheet = ZipFile(downloaded(journey, "Excel")).read("xl/worksheets/sheet1.xml").decode()
    assert "Æbleø ApS" in sheet
    expect(journey.page.get_by_role("heading", name="Sundhedstjek")).to_be_visible()
