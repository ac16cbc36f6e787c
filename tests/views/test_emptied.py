"""Many fields empty at once: the window says what happened and what either answer does, and carries the answer out."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.apps import app_over
from tests.views.synced import Synced, pieces
from webapp.models.customer import Customer
from webapp.sync import emptying


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


@pytest.fixture
def synced(synced: Synced) -> Synced:
    """Six pairs, four of which have lost their phone in e-conomic since."""
    for number in range(1, 7):
        synced.pair_same(number, f"Kunde {number}", telephoneAndFaxNumber=f"+45 {number}")
    for number in range(1, 5):
        synced.economic.edit(number, telephoneAndFaxNumber="")
    synced.compare()
    return synced


def seen(synced: Synced) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', synced.admin.page("/sync").source)
    assert found
    return found[1]


def test_the_window_says_what_happened(synced: Synced) -> None:
    html = synced.admin.page("/sync").source
    assert "Hos 4 kunder er felter pludselig tomme." in html
    assert "Telefon er tømt i e-conomic hos 4 kunder og står endnu i CleanManager." in html


def test_the_window_says_what_either_answer_does(synced: Synced) -> None:
    html = synced.admin.page("/sync").source
    assert "Behold: værdierne skrives tilbage, hvor de er forsvundet." in html and "Tøm dem også" in html


def test_each_customer_says_so_too(synced: Synced) -> None:
    assert synced.admin.page("/sync").source.count("blev tømt i e-conomic sammen med mange andre.") == 4


@pytest.mark.parametrize(("answer", "left"), [("go", 2), ("keep", 6)])
def test_the_answer_is_carried_out(synced: Synced, answer: str, left: int) -> None:
    found = pieces(synced.admin.post("/sync/emptied", {"answer": answer, "seen": seen(synced)}, piece=True))
    assert "pludselig tomme" not in found["#proof"][0][1]
    synced.drain()
    assert Customer.select().where(Customer.phone != "").count() == left


def test_without_script_the_answer_leads_back_to_the_window(synced: Synced) -> None:
    answer = synced.admin.post("/sync/emptied", {"answer": "keep", "seen": seen(synced)})
    assert (answer.status_code, answer.location) == (303, "/sync")


def test_an_answer_to_what_has_changed_meanwhile_changes_nothing(synced: Synced) -> None:
    shown = seen(synced)
    synced.economic.edit(5, telephoneAndFaxNumber="")
    synced.webhook(5, 5)
    assert synced.admin.post("/sync/emptied", {"answer": "go", "seen": shown}, piece=True).status_code == 409
    assert emptying.waiting(synced.connection).pairs == 5


def test_an_answer_that_is_none_is_refused(synced: Synced) -> None:
    assert synced.admin.post("/sync/emptied", {"answer": "perhaps", "seen": seen(synced)}).status_code == 400
