""" "Opret partner", "Vælg partner" with the information that shall stand, "Ophæv parring", on and off."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.apps import app_over
from tests.page import Page
from tests.views.synced import Synced, pieces, rows_of
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.exclusion import Exclusion
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.sync import pairings


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


# ── Opret partner ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_dialog_shows_what_will_be_made_there_with_the_defaults(synced: Synced) -> None:
    customer = synced.ours(2001, "Vores ApS", city="Odense")
    page = synced.admin.page(f"/pairings/new/ours/{customer.id}", piece=True)
    assert "Opret partner i e-conomic" in page.one("h2", id="dialog-title").text
    assert "Odense" in page.source and page.source.count("standardværdi") == 4
    assert page.field("number") == "2001" and "Forslag: 2001, samme nummer" in page.source


def test_a_taken_number_is_met_with_the_next_free(synced: Synced) -> None:
    synced.fetched(2001, "Deres ApS")
    customer = synced.ours(2001, "Vores ApS")
    page = synced.admin.page(f"/pairings/new/ours/{customer.id}")
    assert page.field("number") == "2002" and "2001 er optaget dér" in page.source


def test_a_number_held_by_a_customer_without_a_name_is_taken_too(synced: Synced) -> None:
    synced.ours(2001, "")
    assert "en kunde uden navn" in synced.admin.get("/pairings/number/theirs?number=2001", piece=True).text


@pytest.mark.parametrize(
    "typed, told",
    [("2001", "Nummer 2001 bruges allerede af Deres ApS."), ("2002", "Nummeret er ledigt"), ("x", "Skriv et helt tal")],
)
def test_a_number_is_judged_while_it_is_typed(synced: Synced, typed: str, told: str) -> None:
    synced.fetched(2001, "Deres ApS")
    assert told in synced.admin.get(f"/pairings/number/ours?number={typed}", piece=True).text


def test_indsend_creates_the_partner_there(synced: Synced) -> None:
    customer = synced.ours(2001, "Vores ApS")
    answer = synced.admin.post(f"/pairings/new/ours/{customer.id}", {"number": "2044"}, piece=True)
    assert answer.headers["HX-Trigger"] == "close-dialog"
    synced.drain()
    assert synced.stored(2044)["name"] == "Vores ApS"


def test_the_row_moves_to_the_pairs_without_a_page_load(synced: Synced) -> None:
    customer = synced.ours(2001, "Vores ApS")
    found = pieces(synced.admin.post(f"/pairings/new/ours/{customer.id}", {"number": "2001"}, piece=True))
    place = synced.place(customer=customer)
    assert found[f"#row-{place.id}"] == [("delete", "")]
    assert found["#rows-paired"][0][0] == "afterbegin" and "Oprettes" in found["#rows-paired"][0][1]
    assert found["#count-new"] == [("innerHTML", "0")] and "hidden" not in found["#empty-new"][0][1]


def test_without_script_indsend_leads_back_to_the_window(synced: Synced) -> None:
    mirror = synced.fetched(3001, "Deres ApS")
    answer = synced.admin.post(f"/pairings/new/theirs/{mirror.id}", {"number": "3001"})
    assert (answer.status_code, answer.location) == (303, "/sync")
    assert "Deres ApS er oprettet i CleanManager." in synced.admin.get("/sync").text


def test_a_partner_here_is_made_at_once(synced: Synced) -> None:
    mirror = synced.fetched(3001, "Deres ApS")
    found = pieces(synced.admin.post(f"/pairings/new/theirs/{mirror.id}", {"number": "3005"}, piece=True))
    customer = Customer.with_number(synced.company, 3005)
    assert customer is not None and customer.name == "Deres ApS"
    assert "Ens" in found["#rows-paired"][0][1]


@pytest.mark.parametrize("typed", ["", "x", "0", "-1", "1234567890", "2001"])
def test_a_wrong_number_redraws_the_dialog_and_creates_nothing(synced: Synced, typed: str) -> None:
    synced.fetched(2001, "Deres ApS")
    customer = synced.ours(2001, "Vores ApS")
    answer = synced.admin.post(f"/pairings/new/ours/{customer.id}", {"number": typed}, piece=True)
    assert answer.status_code == 422 and Page(answer.text).one("input", id="number").attrs["aria-invalid"] == "true"
    assert Pairing.of_customer(customer) is None


def test_what_the_customer_lacks_is_said_before(synced: Synced) -> None:
    Connection.update(default_vat_zone="").execute()
    customer = synced.ours(2001, "Vores ApS")
    address = f"/pairings/new/ours/{customer.id}"
    page = synced.admin.page(address, piece=True)
    assert "e-conomic kræver: Momsområde." in page.source and "Indsend" not in page.source
    assert synced.admin.post(address, {"number": "2001"}, piece=True).status_code == 422


def test_a_customer_that_got_a_partner_meanwhile_is_shown_anew(synced: Synced) -> None:
    mirror = synced.fetched(3001, "Deres ApS")
    pairings.create_here(synced.connection, mirror.id, 3001, synced.alice)
    answer = synced.admin.post(f"/pairings/new/theirs/{mirror.id}", {"number": "3002"}, piece=True)
    assert answer.status_code == 409 and "Intet er ændret" in answer.text
    assert f"#row-{synced.place(mirror=mirror).id}" in pieces(answer)


# ── Vælg partner ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_best_candidate_stands_first_with_the_evidence(synced: Synced) -> None:
    synced.fetched(3001, "Skovens Kro", corporateIdentificationNumber="87654321")
    synced.fetched(3002, "Havnens Tandklinik", corporateIdentificationNumber="12345678")
    customer = synced.ours(2001, "Havnens Tandklinik ApS", cvr="12345678")
    html = synced.admin.page(f"/pairings/partner/ours/{customer.id}").source
    assert html.index("Havnens Tandklinik</span>") < html.index("Skovens Kro</span>")
    assert "Samme CVR" in html and "Navn: kun stavemåde eller selskabsform" in html and "Intet er ens" in html


@pytest.mark.parametrize(("side", "next_one"), [("ours", 3002), ("theirs", 2002)])
def test_who_has_typed_no_number_is_told_the_next_one(synced: Synced, side: str, next_one: int) -> None:
    synced.fetched(3001, "Skovens Kro")
    synced.ours(2001, "Havnens Tandklinik")
    assert f"Næste ledige: {next_one}" in synced.admin.get(f"/pairings/number/{side}?number=", piece=True).text


def test_where_nobody_is_alike_it_says_so_and_lists_no_strangers_as_possible(synced: Synced) -> None:
    synced.fetched(3001, "Skovens Kro", city="Nyborg")
    customer = synced.ours(2001, "Havnens Tandklinik", city="Odense")
    html = synced.admin.page(f"/pairings/partner/ours/{customer.id}").source
    assert "Ingen ligner." in html and "står først" not in html and "chip-against" not in html


def test_the_search_reaches_all_without_a_partner(synced: Synced) -> None:
    synced.fetched(3001, "Skovens Kro")
    synced.pair_same(3002, "Skovens Bageri")
    customer = synced.ours(2001, "Havnens Tandklinik")
    html = synced.admin.get(f"/pairings/partner/ours/{customer.id}?q=skov&list=1", piece=True).text
    assert "Skovens Kro" in html and "Skovens Bageri" not in html and "<dialog" not in html


def test_the_other_way_round_ours_are_the_candidates(synced: Synced) -> None:
    mirror = synced.fetched(3001, "Havnens Tandklinik")
    customer = synced.ours(2001, "Havnens Tandklinik ApS")
    html = synced.admin.page(f"/pairings/partner/theirs/{mirror.id}").source
    assert f"/pairings/fields/{customer.id}/{mirror.id}" in html


@pytest.fixture
def two(synced: Synced) -> tuple[Customer, Mirror]:
    """The same party in both: its name and phone differ, and only e-conomic has an e-mail."""
    fields = {"telephoneAndFaxNumber": "66 10 00 25", "email": "regning@havnen.example"}
    mirror = synced.fetched(3001, "Havnens Tandklinik", **fields)
    group = {"currency": "DKK", "customer_group": "1", "payment_terms": "1", "vat_zone": "1"}
    return synced.ours(2001, "Havnens Tandklinik ApS", phone="66 10 00 52", **group), mirror


def dialog(synced: Synced, two: tuple[Customer, Mirror]) -> Page:
    return synced.admin.page(f"/pairings/fields/{two[0].id}/{two[1].id}", piece=True)


def checked(page: Page) -> dict[str, str]:
    chosen = [e.attrs for e in page.all("input", type="radio") if "checked" in e.attrs]
    return {attrs["name"]: attrs["value"] for attrs in chosen}


def send(synced: Synced, page: Page, **answers: str) -> TestResponse:
    hidden = {name: page.field(name) for name in ("customer", "mirror", "ours", "theirs")}
    form = hidden | checked(page) | {f"answer-{name}": choice for name, choice in answers.items()}
    return synced.admin.post("/pairings", form, piece=True)


def test_only_the_fields_that_differ_are_asked(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    page = dialog(synced, two)
    asked = {e.attrs["name"] for e in page.all("input", type="radio")}
    assert asked == {"answer-name", "answer-phone", "answer-email"}


def test_only_an_empty_side_is_decided_beforehand(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    page = dialog(synced, two)
    assert checked(page) == {"answer-email": "theirs"}
    assert "2 felter mangler et valg." in page.source


def test_the_foot_counts_what_changes_where(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    answers = "answer-name=ours&answer-phone=both&answer-email=theirs"
    told = synced.admin.get(f"/pairings/fields/{two[0].id}/{two[1].id}?count=1&{answers}", piece=True).text
    assert "1 felt opdateres i e-conomic, 1 i CleanManager." in told and "1 felt bliver stående forskelligt." in told


def test_a_field_without_a_choice_is_named(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    answer = send(synced, dialog(synced, two), name="ours")
    assert answer.status_code == 422 and "Vælg også for: Telefon." in answer.text
    assert checked(Page(answer.text)) == {"answer-name": "ours", "answer-email": "theirs"}
    assert Pairing.of_customer(two[0]) is None


def test_a_choice_that_is_none_is_no_choice(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    assert send(synced, dialog(synced, two), name="ours", phone="nonsense").status_code == 422


def test_both_systems_get_the_chosen_values(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    assert send(synced, dialog(synced, two), name="ours", phone="theirs").status_code == 200
    synced.drain()
    ours, theirs = synced.fresh(two[0]), synced.stored(3001)
    assert (ours.phone, ours.email) == ("66 10 00 25", "regning@havnen.example")
    assert (theirs["name"], theirs["telephoneAndFaxNumber"]) == ("Havnens Tandklinik ApS", "66 10 00 25")
    assert synced.section(ours) == "paired"


def test_left_apart_they_stay_apart(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    send(synced, dialog(synced, two), name="both", phone="both")
    synced.drain()
    assert synced.fresh(two[0]).name != synced.stored(3001)["name"]
    assert "Aftalt forskellige" in rows_of(synced.admin.get("/sync").text, "paired")


def test_after_indsend_the_window_is_back(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    answer = send(synced, dialog(synced, two), name="ours", phone="ours")
    assert answer.headers["HX-Push-Url"] == "/sync" and answer.headers["HX-Trigger"] == "close-dialog"
    assert rows_of(pieces(answer)["#window"][0][1], "paired").count("<li") == 1 if "#window" in pieces(answer) else True
    assert "har nu en partner" in answer.text


def test_what_moved_meanwhile_is_shown_again(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    page = dialog(synced, two)
    synced.save(two[0], phone="70 10 20 30")
    answer = send(synced, page, name="ours", phone="ours")
    assert answer.status_code == 422 and "En af de to blev ændret imens." in answer.text
    assert "70 10 20 30" in answer.text and Pairing.of_customer(two[0]) is None


def test_an_empty_required_field_cannot_be_kept(synced: Synced) -> None:
    mirror = synced.fetched(3001, "Havnens Tandklinik")
    customer = synced.ours(2001, "Havnens Tandklinik")
    page = dialog(synced, (customer, mirror))
    kept = next(e for e in page.all("input", name="answer-currency") if e.attrs["value"] == "ours")
    assert "disabled" in kept.attrs
    assert send(synced, page, currency="ours").status_code == 422


# ── Ophæv parring, on and off ─────────────────────────────────────────────────────────────────────────────────────


def test_unpairing_asks_first(synced: Synced) -> None:
    pair = synced.pair_same()
    page = synced.admin.page(f"/pairings/{pair.id}/removal", piece=True)
    assert "Ophæv parring?" in page.source and "Ingen af de to ændres eller slettes." in page.source


def test_unpaired_both_are_new_again(synced: Synced) -> None:
    pair = synced.pair_same()
    place = synced.place(customer=pair.customer)
    found = pieces(synced.admin.post(f"/pairings/{pair.id}/removal", piece=True))
    assert found[f"#row-{place.id}"] == [("delete", "")] and len(found["#rows-new"]) == 2
    assert synced.section(pair.customer) == synced.section(pair.mirror) == "new"


def test_a_pair_that_is_gone_is_not_found(synced: Synced) -> None:
    pair = synced.pair_same()
    pairings.unpair(synced.connection, pair.id, synced.alice)
    assert synced.admin.post(f"/pairings/{pair.id}/removal", piece=True).status_code == 404


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_no_synchronisation_and_back(synced: Synced, side: str) -> None:
    party = synced.ours(2001, "Vores ApS") if side == "ours" else synced.fetched(2001, "Deres ApS")
    found = pieces(synced.admin.post(f"/pairings/exclusion/{side}/{party.id}", piece=True))
    assert synced.section(party) == "off" and "Aktivér synkronisering" in found["#rows-off"][0][1]
    assert re.search(r"Alice, 23\. nov\. 2026", found["#rows-off"][0][1])
    synced.admin.post(f"/pairings/inclusion/{side}/{party.id}", piece=True)
    assert synced.section(party) == "new"


def test_a_paired_customer_is_not_excluded(synced: Synced) -> None:
    pair = synced.pair_same()
    answer = synced.admin.post(f"/pairings/exclusion/ours/{pair.customer_id}", piece=True)
    assert answer.status_code == 409 and Exclusion.select().count() == 0


@pytest.mark.parametrize("address", ["new/ours/1", "exclusion/ours/1", "new/theirs/1"])
def test_nobody_but_an_administrator_may(synced: Synced, address: str) -> None:
    assert synced.inspector.post(f"/pairings/{address}", {"number": "1"}).status_code == 403


def test_another_companys_customers_are_not_found(synced: Synced) -> None:
    customer, mirror = synced.ours(2001, "Vores ApS"), synced.fetched(3001, "Deres ApS")
    for address in (f"exclusion/ours/{customer.id}", f"exclusion/theirs/{mirror.id}", f"new/ours/{customer.id}"):
        assert synced.outsider.post(f"/pairings/{address}", {"number": "1"}).status_code == 404
