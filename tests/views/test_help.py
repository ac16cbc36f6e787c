"""Hjælp: the guide, complete, in both languages."""

from pathlib import Path

import pytest

from tests.people import Browser
from webapp import filters

STEPS = ["Opret forbindelse", "Tilføj app", "Generer ny URL", "Kopier URL", "Alle indstillinger", "Nyt webhook"]
STEPS += [
    "new=[NEWNUMBER]&amp;old=[OLDNUMBER]",
    "application/x-www-form-urlencoded",
    "Synkronisering",
    "Opret partnere",
]
STEPS += ["Opret partner", "Vælg partner", "Vælg som partner", "Indsend", "Ingen synkronisering"]


@pytest.mark.parametrize("step", STEPS)
def test_the_guide_names_every_button_of_the_way(alice: Browser, step: str) -> None:
    assert step in alice.get("/help").text


def test_the_support_contact_comes_from_the_settings(alice: Browser) -> None:
    page = alice.page("/help")
    assert page.one("a", href="mailto:support@cleanmanager.dk").text == "support@cleanmanager.dk"
    assert page.one("a", href="tel:+4560950348").text == "+45 60 95 03 48"


def test_the_guide_is_in_english_too(alice: Browser) -> None:
    alice.post("/language", {"language": "en"})
    page = alice.page("/help")
    assert "1. Connect CleanManager with e-conomic" in [heading.text for heading in page.all("h2")]


def test_both_languages_have_the_same_parts(alice: Browser) -> None:
    danish = [e.attrs["id"] for e in alice.page("/help").all("section")]
    alice.post("/language", {"language": "en"})
    assert [e.attrs["id"] for e in alice.page("/help").all("section")] == danish


def test_a_picture_is_shown_once_it_has_been_taken(
    alice: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "STATIC", tmp_path)
    assert alice.page("/help").all("img") == []
    (tmp_path / "help").mkdir()
    (tmp_path / "help" / "window.png").write_bytes(b"a picture")
    assert [e.attrs["src"].partition("?")[0] for e in alice.page("/help").all("img")] == ["/static/help/window.png"]


def test_the_english_guide_shows_english_pictures_where_they_were_taken(
    alice: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "STATIC", tmp_path)
    (tmp_path / "help/en").mkdir(parents=True)
    for file in ("window.png", "en/window.png", "create.png"):
        (tmp_path / "help" / file).write_bytes(b"a picture")
    alice.post("/language", {"language": "en"})
    shown = [e.attrs["src"].partition("?")[0] for e in alice.page("/help").all("img")]
    assert shown == ["/static/help/en/window.png", "/static/help/create.png"]
