"""Suggestions in the window: two opposite each other, why, the two answers, filters, and what stays shown."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.apps import app_over
from tests.views.synced import Synced, get_from, pieces, post_from, rows_of
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.run import RunItem
from webapp.models.suggestion import NotSame, Suggestion
from webapp.sync import pairings

CLINIC = {"cvr": "33920459", "address": "Havnegade 12", "postcode": "5000", "city": "Odense C"}
THEIRS = {"corporateIdentificationNumber": "33920459", "address": "Havnegade 12", "zip": "5000", "city": "Odense C"}
NAME = "Havnens Tandklinik"


@pytest.fixture
def app(database: str) -> Iterator[Flask]:
    yield from app_over(database)


@pytest.fixture
def two(synced: Synced) -> tuple[Customer, Mirror]:
    """The same dentist on both sides, named alike but for the form of the company."""
    customer = synced.ours(1042, f"{NAME} ApS", **CLINIC)
    return customer, synced.fetched(2087, NAME, **THEIRS)


def number_at(html: str, place: str) -> str:
    found = re.search(rf'id="{place}">([^<]*)<', html)
    assert found
    return found[1]


def test_the_button_of_the_register_counts_two_that_are_suggested_as_the_window_does(
    synced: Synced, two: tuple[Customer, Mirror]
) -> None:
    assert synced.admin.page("/customers").one("span", class_="badge-n badge-on").text == "2"
    assert "+2 nye kunder" in synced.admin.page("/sync").source


def line(synced: Synced) -> str:
    return rows_of(synced.admin.page("/sync").source, "new")


def agree(synced: Synced, customer: Customer) -> Customer:
    """Let ours say what theirs says, so that no field differs."""
    values = {"name": NAME, "currency": "DKK", "country": "", "customer_group": "1", "payment_terms": "1"}
    synced.save(customer, **(values | {"vat_zone": "1"}))
    synced.drain()
    return Customer.get_by_id(customer.id)


def pair_at_once(html: str) -> dict[str, str]:
    """The fields of the form that pairs two with one click."""
    form = re.search(r'<form class="one" action="/pairings"(.*?)</form>', html, re.DOTALL)
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[1])) if form else {}


# ── What is seen ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_two_stand_opposite_each_other_with_what_speaks_for_it(
    synced: Synced, two: tuple[Customer, Mirror]
) -> None:
    row = line(synced)
    assert row.count("<li ") == 1 and "Den samme?" in row
    assert {"Samme CVR", "Samme adresse", "Sikker"} <= set(re.findall(r"</svg> ([^<]+)</span>", row))


def test_what_is_less_certain_says_so_and_why(synced: Synced) -> None:
    synced.ours(1, "Æblehavens Børnehus", postcode="5230", city="Odense M", email="a@aeble.dk")
    synced.fetched(2, "Aeblehavens Boernehus", zip="5230", city="Odense M", email="b@aeble.dk")
    assert "</svg> Se efter: kun navn og postnr. er ens</span>" in line(synced)


def test_a_suggestion_of_an_earlier_version_is_shown_without_its_doubt(synced: Synced) -> None:
    synced.ours(1, "Æblehavens Børnehus", postcode="5230", city="Odense M", email="a@aeble.dk")
    synced.fetched(2, "Aeblehavens Boernehus", zip="5230", city="Odense M", email="b@aeble.dk")
    Suggestion.update(evidence_json='[["form","name",true]]').execute()
    assert "</svg> Se efter</span>" in line(synced) and "Navn: kun stavemåde" in line(synced)


def test_the_three_usual_steps_are_there_for_both(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    row = line(synced)
    assert [row.count(f">{word}<span") for word in ("Opret partner", "Vælg partner", "Ingen synkronisering")] == [2] * 3


def test_an_inspector_sees_the_evidence_and_no_buttons(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    row = rows_of(synced.inspector.page("/sync").source, "new")
    assert "Samme CVR" in row and not re.search("<button|checkbox|Ikke den samme", row)


def test_the_numbers_count_customers_and_add_up(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    html = synced.admin.page("/sync").source
    assert [number_at(html, f"count-{place}") for place in ("new", "ours", "theirs")] == ["2", "1", "1"]
    assert number_at(html, "filter-new") == "2" and number_at(html, "badge-new") == "+2 nye kunder"


@pytest.mark.parametrize("only, shown", [("sure", True), ("look", False), ("new", True), ("off", False)])
def test_the_filters_show_suggestions_by_group(
    synced: Synced, two: tuple[Customer, Mirror], only: str, shown: bool
) -> None:
    page = synced.admin.page(f"/sync?only={only}")
    assert (NAME in rows_of(page.source, "new")) is shown
    assert [number_at(page.source, f"filter-{name}") for name in ("sure", "look")] == ["1", "0"]


@pytest.mark.parametrize("text", ["tandklinik aps", "2087", "1042"])
def test_a_search_finds_a_line_by_either_of_the_two(synced: Synced, two: tuple[Customer, Mirror], text: str) -> None:
    assert NAME in rows_of(synced.admin.page(f"/sync?q={text}&only=sure").source, "new")


# ── Vælg som partner ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sure_one_with_nothing_to_lose_is_paired_with_one_click(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    agree(synced, two[0])
    answer = post_from(synced.admin, "/sync", "/pairings", pair_at_once(line(synced)))
    found = pieces(answer)
    assert answer.status_code == 200 and Pairing.get().customer_id == two[0].id
    assert "#rows-paired" in found and found["#count-new"] == [("innerHTML", "0")]


def test_an_empty_value_is_filled_by_that_click(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    synced.save(agree(synced, two[0]), phone="66100010")
    synced.drain()
    post_from(synced.admin, "/sync", "/pairings", pair_at_once(line(synced)))
    synced.drain()
    assert synced.stored(2087)["telephoneAndFaxNumber"] == "66100010"


def test_where_values_differ_the_dialog_asks(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    row = line(synced)
    assert not pair_at_once(row) and re.search("[0-9]+ felter er forskellige|1 felt er forskelligt", row)
    assert f'hx-get="/pairings/fields/{two[0].id}/{two[1].id}"' in row


def test_a_click_on_what_moved_meanwhile_asks_again(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    agree(synced, two[0])
    form = pair_at_once(line(synced))
    synced.save(two[0], name="Et andet navn")
    assert post_from(synced.admin, "/sync", "/pairings", form).status_code == 422
    assert Pairing.select().count() == 0


# ── Ikke den samme ────────────────────────────────────────────────────────────────────────────────────────────────


def said(two: tuple[Customer, Mirror], word: str = "apart") -> str:
    return f"/suggestions/{two[0].id}/{two[1].id}/{word}"


def test_not_the_same_parts_the_two_in_place(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    before = Place.get()
    found = pieces(post_from(synced.admin, "/sync", said(two), {}))
    assert found[f"#row-{before.id}"][0][0] == "outerHTML" and found["#rows-new"][0][0] == "afterbegin"
    assert found["#filter-sure"] == [("innerHTML", "0")]


def test_it_is_told_on_the_row_and_undone_there(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    synced.admin.post(said(two), piece=True)
    row = line(synced)
    assert "Ikke den samme som Havnens Tandklinik (2087)" in row and said(two, "together") in row
    found = pieces(post_from(synced.admin, "/sync", said(two, "together"), {}))
    assert "Den samme?" in str(found) and NotSame.get().ended_by == synced.alice


def test_the_next_best_comes_without_its_old_line_staying(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    synced.fetched(2099, NAME, **THEIRS)
    joined = Place.get(Place.mirror.is_null(False) & Place.customer.is_null(False))
    alone = Place.get(Place.customer.is_null())
    found = pieces(post_from(synced.admin, "/sync", f"/suggestions/{two[0].id}/{joined.mirror_id}/apart", {}))
    assert found[f"#row-{alone.id}"] == [("delete", "")]
    assert "Den samme?" in found[f"#row-{joined.id}"][0][1]


def test_without_script_an_answer_leads_back_to_the_window(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    answer = synced.admin.post(f"{said(two)}?within=q%3Dhavn%26only%3Dsure")
    assert (answer.status_code, answer.location) == (303, "/sync?q=havn&only=sure")


def test_an_answer_about_a_pair_changes_nothing(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    agree(synced, two[0])
    synced.admin.post("/pairings", pair_at_once(line(synced)))
    assert synced.admin.post(said(two), piece=True).status_code == 409
    assert NotSame.select().count() == 0


# ── What the window was narrowed to is kept ───────────────────────────────────────────────────────────────────────


def test_choosing_a_partner_goes_back_to_the_same_search_and_filter(
    synced: Synced, two: tuple[Customer, Mirror]
) -> None:
    row = rows_of(synced.admin.page("/sync?q=havn&only=sure").source, "new")
    choosing = re.search(r'href="(/pairings/partner/ours/[^"]+)"', row)[1].replace("&amp;", "&")  # type: ignore[index]
    html = get_from(synced.admin, "/sync?q=havn&only=sure", choosing).text
    assert html.count('href="/sync?q=havn&amp;only=sure"') == 2
    dialog = re.search(r'hx-get="(/pairings/fields/[^"]+)"', html)[1].replace("&amp;", "&")  # type: ignore[index]
    form = re.search(r'hx-post="(/pairings[^"]*)"', get_from(synced.admin, choosing, dialog).text)
    assert form and form[1] == "/pairings?within=q%3Dhavn%26only%3Dsure"


def test_after_the_choice_the_window_is_drawn_as_it_was_narrowed(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    agree(synced, two[0])
    form = pair_at_once(line(synced))
    shown = f"/pairings/partner/ours/{two[0].id}?within=q%3Dhavn"
    answer = post_from(synced.admin, shown, "/pairings?within=q%3Dhavn", form)
    assert answer.headers["HX-Push-Url"] == "/sync?q=havn"
    assert 'value="havn"' in pieces(answer)["#window"][0][1]


@pytest.mark.parametrize("within", ["", "q=" + "x" * 5000, "only=nonsense", "%00=%ff", "&&=="])
def test_an_address_behind_that_says_nothing_is_passed_over(synced: Synced, within: str) -> None:
    customer = synced.ours(5, "Vores ApS")
    address = f"/pairings/partner/ours/{customer.id}"
    assert synced.admin.get(address, piece=True, query_string={"within": within}).status_code == 200


def test_a_moved_row_is_not_drawn_twice_by_show_more(synced: Synced) -> None:
    for number in range(1, 61):
        synced.ours(number, f"Kunde {number:03}")
    html = synced.admin.page("/sync").source
    address = re.search(r'hx-get="([^"]+section=new[^"]+)"', html)[1].replace("&amp;", "&")  # type: ignore[index]
    late = Place.get(Place.name == "kunde 055")
    found = pieces(synced.admin.get(address, piece=True))
    assert found[f"#row-{late.id}"] == [("delete", "")] and f'id="row-{late.id}"' in found["#rows-new"][0][1]


# ── Many at once ──────────────────────────────────────────────────────────────────────────────────────────────────


def boxes(html: str) -> list[tuple[str, str]]:
    """(name, value) of each row's box."""
    found = re.findall(r'type="checkbox" form="picked-new" name="([^"]+)" value="([^"]+)"', html)
    return [(str(name), str(value)) for name, value in found]


def test_each_new_row_has_a_box(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    alone = synced.ours(7, "Ganske anderledes")
    place = Place.get(Place.customer == alone)
    assert sorted(boxes(line(synced))) == [("pair", f"{two[0].id}-{two[1].id}"), ("place", str(place.id))]


def test_all_that_are_shown_can_be_ticked_and_the_address_stays(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    answer = synced.admin.get("/sync/rows?ticked=new&only=sure", piece=True)
    assert pieces(answer)["#rows"][0][1].count(" checked") == 1
    assert answer.headers["HX-Replace-Url"] == "/sync?only=sure"
    assert line(synced).count(" checked") == 0


def test_the_ticked_can_be_paired_created_and_left_out(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    html = synced.admin.page("/sync").source
    form = re.search(r'<form class="picked" id="picked-new".*?</form>', html, re.DOTALL)
    assert form and re.findall(r'action="/runs/plans/([a-z_]+)"', form[0]) == [
        "exclude", "pair", "create_theirs", "create_ours",
    ]  # fmt: skip


def test_the_ticked_suggestions_alone_are_planned(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    synced.ours(8, "Cafe Solskin ApS", cvr="10150817", address="Algade 1", postcode="4000", city="Roskilde")
    fields = {"corporateIdentificationNumber": "10150817", "address": "Algade 1", "zip": "4000", "city": "Roskilde"}
    synced.fetched(9, "Cafe Solskin", **fields)
    (name, value), *_others = [box for box in boxes(line(synced)) if box[1].startswith(f"{two[0].id}-")]
    synced.admin.post("/runs/plans/pair", {name: value})
    assert [item.customer_id for item in RunItem.select()] == [two[0].id]


def test_all_sure_ones_are_planned_with_one_button(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    html = synced.admin.page("/sync").source
    assert 'id="pair-sure">Par alle sikre (1)</button>' in html
    synced.admin.post("/runs/plans/pair")
    assert [(item.customer_id, item.mirror_id) for item in RunItem.select()] == [(two[0].id, two[1].id)]


def test_a_sure_one_that_was_excluded_since_is_not_planned(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    pairings.exclude(synced.connection, synced.alice, customer_id=two[0].id)
    synced.admin.post("/runs/plans/pair")
    assert RunItem.select().count() == 0


def test_a_bulk_creation_holds_suggestions_back_until_they_are_answered(
    synced: Synced, two: tuple[Customer, Mirror]
) -> None:
    synced.admin.post("/runs/plans/create_theirs")
    assert [item.state for item in RunItem.select()] == ["held"]
    synced.admin.post(said(two), piece=True)
    synced.admin.post("/runs/plans/create_theirs")
    assert RunItem.select().order_by(RunItem.id.desc()).get().state == "waiting"


@pytest.mark.parametrize(("asked", "planned"), [({"q": "tandklinik"}, 1), ({"only": "sure"}, 1), ({}, 2)])
def test_creating_all_takes_those_that_the_window_shows(
    synced: Synced, two: tuple[Customer, Mirror], asked: dict[str, str], planned: int
) -> None:
    synced.ours(7, "Ganske anderledes")
    bulk = re.search(r'<div class="bulk".*?</ul>', synced.admin.get("/sync", query_string=asked).text, re.DOTALL)
    assert bulk and f"{planned} {'vist ' if asked else ''}uden partner" in bulk[0]
    assert all(f'name="{name}" value="{value}"' in bulk[0] for name, value in asked.items())
    synced.admin.post("/runs/plans/create_theirs", asked)
    assert RunItem.select().count() == planned


def test_pairing_all_sure_ones_takes_those_that_the_window_shows(synced: Synced, two: tuple[Customer, Mirror]) -> None:
    assert 'id="pair-sure">Par de viste sikre (1)</button>' in synced.admin.page("/sync?q=tandklinik").source
    assert "pair-sure" not in synced.admin.page("/sync?q=findes+ikke").source
    answer = synced.admin.post("/runs/plans/pair", {"q": "findes ikke"})
    assert answer.status_code == 400 and "Ingen af de viste kunder" in answer.text
    synced.admin.post("/runs/plans/pair", {"q": "tandklinik"})
    assert [item.customer_id for item in RunItem.select()] == [two[0].id]
