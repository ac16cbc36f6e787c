"""Fejl efter årsag: the causes with their counts, the grid that mends many at once, and what it answers."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.apps import app_over
from tests.page import Page
from tests.views.synced import Synced
from webapp.models.pairing import Pairing
from webapp.sync import register

TOO_LONG = "12345678901234567"
KEY = "refused~ean~too_long"


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


@pytest.fixture
def refused(synced: Synced) -> list[Pairing]:
    """Two pairs with an EAN that e-conomic does not take."""
    pairs = [synced.pair_same(number, f"Kunde {number} ApS") for number in (1042, 1043)]
    for pair in pairs:
        synced.save(pair.customer, ean=TOO_LONG)
    synced.drain()
    return pairs


def form(pairs: list[Pairing], *typed: str) -> dict[str, str]:
    sent = {"cause": KEY}
    for pair, value in zip(pairs, typed, strict=True):
        sent |= {f"shown-{pair.id}": TOO_LONG, f"value-{pair.id}": value}
    return sent


def test_without_synchronisation_it_leads_to_where_that_is_switched_on(synced: Synced) -> None:
    page = synced.outsider.page("/sync/causes")
    assert "Der er ingen forbindelse til e-conomic" in page.source
    assert page.one("a", class_="btn btn-primary").attrs["href"] == "/settings/integrations"


def test_a_cause_is_a_sentence_with_its_count(synced: Synced, refused: list[Pairing]) -> None:
    page = synced.admin.page("/sync/causes")
    assert "EAN-nr. må højst have 13 tegn i e-conomic" in page.source and "2 kunder" in page.source


def test_the_grid_has_each_customer_with_its_value(synced: Synced, refused: list[Pairing]) -> None:
    page = synced.admin.page("/sync/causes")
    assert [page.field(f"value-{pair.id}") for pair in refused] == [TOO_LONG, TOO_LONG]


def test_the_causes_are_taken_away_with_each_customer(synced: Synced, refused: list[Pairing]) -> None:
    address = next(link.attrs["href"] for link in synced.admin.page("/sync/causes").all("a") if link.text == "CSV")
    heads, *lines = synced.admin.get(address).text.splitlines()
    assert heads == "\ufeffÅrsag;Kundenr.;Navn;Felt;I CleanManager;I e-conomic;Svaret fra e-conomic"
    assert lines[0] == f"EAN-nr. må højst have 13 tegn i e-conomic;1042;Kunde 1042 ApS;EAN-nr.;{TOO_LONG};;"
    assert len(lines) == 2 and synced.admin.get(address.replace("csv", "xlsx")).data.startswith(b"PK")
    assert synced.outsider.get(address).status_code == 404


def test_beside_a_refused_value_stands_what_economic_has(synced: Synced) -> None:
    pair = synced.pair_same(email="post@havnen.dk")
    synced.save(pair.customer, email=f"{'x' * 300}@havnen.dk")
    synced.drain()
    page = synced.admin.page("/sync/causes")
    assert page.field(f"value-{pair.id}").startswith("xxx") and "e-conomic har: post@havnen.dk" in page.source


def test_saving_tries_each_again(synced: Synced, refused: list[Pairing]) -> None:
    answer = synced.admin.post("/sync/causes", form(refused, "5798009811578", "5798000417670"))
    synced.drain()
    assert answer.status_code == 303
    assert [synced.stored(number)["ean"] for number in (1042, 1043)] == ["5798009811578", "5798000417670"]
    assert "Der er ingen fejl." in synced.admin.page("/sync/causes").source


def test_a_wrong_value_comes_back_and_the_others_are_saved(synced: Synced, refused: list[Pairing]) -> None:
    answer = synced.admin.post("/sync/causes", form(refused, "5798009811578", TOO_LONG + "8"))
    assert answer.status_code == 422 and "Højst 13 tegn." in answer.text
    assert synced.fresh(refused[0].customer).ean == "5798009811578"
    assert synced.fresh(refused[1].customer).ean == TOO_LONG


def test_who_is_not_mended_yet_stands_below_what_came_back(synced: Synced, refused: list[Pairing]) -> None:
    answer = synced.admin.post("/sync/causes", form(refused, TOO_LONG + "8", TOO_LONG))
    page = Page(answer.text)
    assert [page.field(f"value-{pair.id}") for pair in refused] == [TOO_LONG + "8", TOO_LONG]


def test_what_somebody_changed_meanwhile_comes_back(synced: Synced, refused: list[Pairing]) -> None:
    synced.save(refused[0].customer, ean="99999999999999999")
    answer = synced.admin.post("/sync/causes", form(refused, "5798009811578", TOO_LONG))
    assert answer.status_code == 422 and "Nu står der: ”99999999999999999”" in answer.text


def test_a_form_that_changes_nothing_says_so(synced: Synced, refused: list[Pairing]) -> None:
    answer = synced.admin.post("/sync/causes", form(refused, TOO_LONG, TOO_LONG))
    assert answer.status_code == 303
    assert all(synced.fresh(pair).fault for pair in refused)


@pytest.mark.parametrize(("key", "code"), [(KEY, 303), ("", 400), ("refused", 400), ("refused~nothing", 400)])
def test_a_form_without_a_field_to_mend_is_refused(synced: Synced, key: str, code: int) -> None:
    assert synced.admin.post("/sync/causes", {"cause": key}).status_code == code


def test_a_pair_of_another_company_is_left_alone(synced: Synced, refused: list[Pairing]) -> None:
    synced.connect_another("Andre", synced.sandbox.add_agreement(2222222, "Andre"))
    other = Pairing.get_by_id(refused[0].id)
    assert synced.outsider.post("/sync/causes", form(refused, "1", "2")).status_code in (303, 409)
    assert synced.fresh(other.customer).ean == TOO_LONG


def test_an_inspector_sees_and_cannot_save(synced: Synced, refused: list[Pairing]) -> None:
    assert "Gem og prøv igen" not in synced.inspector.page("/sync/causes").source
    assert synced.inspector.post("/sync/causes", form(refused, "1", "1")).status_code == 403


def test_another_company_has_no_part_in_it(synced: Synced, refused: list[Pairing]) -> None:
    assert "Kunde 1042 ApS" not in synced.outsider.page("/sync/causes").source
    assert synced.outsider.post("/sync/causes", form(refused, "1", "1")).status_code == 409


def test_who_was_deleted_meanwhile_is_not_told_to_be_saved(synced: Synced, refused: list[Pairing]) -> None:
    register.remove(synced.company, refused[0].customer_id, synced.alice)
    answer = synced.admin.post("/sync/causes", form(refused, "5790000000001", "5790000000001"))
    assert (answer.status_code, "Kunden findes ikke længere." in answer.text) == (422, True)
