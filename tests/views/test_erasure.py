"""Slet personoplysninger: what goes and stays is said first, the customer is named, and a stone is left."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.apps import app_over
from tests.views.synced import Synced
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.erasure import Erasure
from webapp.models.run import Run
from webapp.sync import runs
from webapp.sync.runs_plan import Line, Selection


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


def test_the_page_says_what_goes_what_stays_and_why(synced: Synced) -> None:
    pair = synced.pair_same(1042)
    page = synced.admin.page(f"/customers/{pair.customer_id}/erasure").source
    for said in (
        "Det forsvinder fra CleanManager",
        "bogføringsloven",
        "Ingen synkronisering",
        "Det kan ikke fortrydes.",
    ):
        assert said in page
    assert not Erasure.select().count()


@pytest.mark.parametrize("said", ["", "1043", "Havnens"])
def test_a_customer_that_is_not_named_is_not_erased(synced: Synced, said: str) -> None:
    customer = synced.ours(1042, "Havnens Tandklinik")
    answer = synced.admin.post(f"/customers/{customer.id}/erasure", {"said": said})
    assert answer.status_code == 422 and "Intet er slettet." in answer.text
    assert Customer.get_by_id(customer.id).name == "Havnens Tandklinik"


@pytest.mark.parametrize("said", ["1042", " havnens  TANDKLINIK "])
def test_a_stone_is_left_that_says_when_and_by_whom(synced: Synced, said: str) -> None:
    customer = synced.ours(1042, "Havnens Tandklinik", phone="66100014")
    answer = synced.admin.post(f"/customers/{customer.id}/erasure", {"said": said})
    page = synced.admin.page(answer.location).source
    assert "Kundens personoplysninger er slettet i dag" in page and "af Alice" in page and "66100014" not in page
    assert "(slettet)" in page and "Slet personoplysninger" not in page
    assert synced.admin.get(f"/customers/{customer.id}/erasure").status_code == 404


def test_a_customer_that_was_deleted_before_can_be_erased_too(synced: Synced) -> None:
    customer = synced.ours(1042, "Havnens Tandklinik")
    synced.admin.post(f"/customers/{customer.id}/removal")
    assert "Slet personoplysninger" in synced.admin.page(f"/customers/{customer.id}").source
    synced.admin.post(f"/customers/{customer.id}/erasure", {"said": "1042"})
    assert Customer.get_by_id(customer.id).name == ""


def test_what_is_under_way_is_said_and_there_is_no_button(synced: Synced) -> None:
    pair = synced.conflict()
    page = synced.admin.page(f"/customers/{pair.customer_id}/erasure")
    assert "Der er et spørgsmål om kunden" in page.source
    assert not page.all("form", action=f"/customers/{pair.customer_id}/erasure")
    answer = synced.admin.post(f"/customers/{pair.customer_id}/erasure", {"said": "1042"})
    assert answer.status_code == 422 and not Erasure.select().count()


def test_what_is_edited_there_afterwards_is_no_part_of_its_story(synced: Synced) -> None:
    pair = synced.pair_same(1042)
    synced.admin.post(f"/customers/{pair.customer_id}/erasure", {"said": "1042"})
    synced.economic.edit(1042, telephoneAndFaxNumber="66100041")
    synced.look(1042)
    assert "66100041" not in synced.admin.page(f"/customers/{pair.customer_id}/story").source


def test_the_pages_of_runs_that_held_it_back_say_why(synced: Synced) -> None:
    customer = synced.ours(7, "Havnens Tandklinik")
    lines = (Line("x.csv", 2, "7", {"name": "En Anden"}), Line("x.csv", 3, "8", {"name": "Havnens Tandklinik"}))
    run = runs.plan(Connection.of_files(synced.company), "load", synced.alice, Selection(lines=lines))
    runs.stop(run)
    Run.update(state="stopped").execute()
    synced.admin.post(f"/customers/{customer.id}/erasure", {"said": "7"})
    page = synced.admin.page(f"/runs/{run.id}?show=held").source
    assert page.count("Kundens personoplysninger er slettet") == 2 and "Havnens" not in page


def test_the_story_of_an_erased_customer_tells_events_and_no_values(synced: Synced) -> None:
    customer = synced.ours(1042, "Havnens Tandklinik", phone="66100014")
    synced.admin.post(f"/customers/{customer.id}/erasure", {"said": "1042"})
    for address in (f"/customers/{customer.id}/story", f"/customers/{customer.id}/story.csv"):
        told = synced.admin.get(address).text
        assert "Telefon" in told and "66100014" not in told and "Personoplysninger slettet" in told
