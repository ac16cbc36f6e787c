"""Regler for felter: "altid for telefon", the page of all rules, and taking one back."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.apps import app_over
from tests.views.synced import Synced, rows_of, seen
from webapp.models.field_rule import FieldRule


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


def in_force(synced: Synced) -> list[tuple[str, str, str]]:
    return [(rule.field, rule.kind, rule.value) for rule in FieldRule.of(synced.connection)]


@pytest.mark.parametrize(("choice", "word"), [("ours", "CleanManager vinder"), ("theirs", "e-conomic vinder")])
def test_an_answer_can_hold_from_now_on(synced: Synced, choice: str, word: str) -> None:
    pair = synced.conflict()
    sent = seen(pair) | {"answer-phone": choice, "always-phone": "1"}
    answer = synced.admin.post(f"/questions/{pair.id}/answers", sent, piece=True)
    assert f"Telefon: {word}" in answer.text
    assert in_force(synced) == [("phone", "winner", choice)]


def test_leaving_both_is_no_rule(synced: Synced) -> None:
    pair = synced.conflict()
    sent = seen(pair) | {"answer-phone": "both", "always-phone": "1"}
    synced.admin.post(f"/questions/{pair.id}/answers", sent, piece=True)
    assert in_force(synced) == []


def test_an_answer_that_came_too_late_makes_no_rule(synced: Synced) -> None:
    pair = synced.conflict()
    sent = seen(pair) | {"pair": 1000, "answer-phone": "ours", "always-phone": "1"}
    assert synced.admin.post(f"/questions/{pair.id}/answers", sent, piece=True).status_code == 409
    assert in_force(synced) == []


def test_the_page_saves_what_was_changed(synced: Synced) -> None:
    sent = {"direction-phone": "out", "winner-email": "theirs", "direction-city": "both", "winner-name": "nonsense"}
    assert synced.admin.post("/settings/fields", sent).status_code == 303
    assert in_force(synced) == [("email", "winner", "theirs"), ("phone", "direction", "out")]


def test_what_the_page_showed_and_nobody_touched_stays(synced: Synced) -> None:
    synced.admin.post("/settings/fields", {"direction-phone": "out"})
    synced.admin.post("/settings/fields", {"direction-phone": "both", "shown-direction-phone": "both"})
    assert in_force(synced) == [("phone", "direction", "out")]


def test_a_rule_is_listed_with_who(synced: Synced) -> None:
    synced.admin.post("/settings/fields", {"winner-phone": "ours"})
    page = synced.admin.page("/settings/fields").source
    assert "Telefon: CleanManager vinder" in page and "Alice" in page.split("Regler, der gælder")[1]


def test_a_rule_can_be_taken_back(synced: Synced) -> None:
    synced.admin.post("/settings/fields", {"winner-phone": "ours"})
    assert synced.admin.post(f"/settings/fields/{FieldRule.get().id}/end").status_code == 303
    assert in_force(synced) == [] and "Ophævede regler" in synced.admin.page("/settings/fields").source


def test_an_inspector_sees_the_rules_and_changes_none(synced: Synced) -> None:
    assert "disabled" in synced.inspector.page("/settings/fields").source
    assert synced.inspector.post("/settings/fields", {"winner-phone": "ours"}).status_code == 403


def test_a_held_change_is_a_sentence_with_its_effect(synced: Synced) -> None:
    pair = synced.pair_same()
    synced.save(pair.customer, vat_zone="3")
    synced.drain()
    row = rows_of(synced.admin.page("/sync").source, "conflict")
    assert "venter på dit svar" in row and "Kundens nye fakturaer får en anden moms." in row
    assert "Bekræft og send" in row and "Altid for" not in row


def test_what_means_something_in_the_books_is_confirmed_by_no_single_key(synced: Synced) -> None:
    pair = synced.pair_same()
    synced.save(pair.customer, vat_zone="3", phone="62 10 00 99")
    synced.economic.edit(1042, telephoneAndFaxNumber="62 10 00 11")
    synced.drain()
    page = synced.admin.page("/sync")
    keys = {box.attrs["name"]: box.attrs["data-key"] for box in page.all("input", class_="keep-ours")}
    assert keys == {"answer-phone": "1", "answer-vat_zone": ""}


def test_a_confirmed_change_is_sent(synced: Synced) -> None:
    pair = synced.pair_same()
    synced.save(pair.customer, vat_zone="3")
    synced.drain()
    synced.admin.post(f"/questions/{pair.id}/answers", seen(pair) | {"answer-vat_zone": "ours"}, piece=True)
    synced.drain()
    assert synced.stored(1042)["vatZone"] == 3


def test_a_collision_with_an_effect_tells_it_with_the_answer(synced: Synced) -> None:
    pair = synced.pair_same()
    synced.economic.edit(1042, vatZone=2)
    synced.save(pair.customer, vat_zone="3")
    synced.drain()
    row = rows_of(synced.admin.page("/sync").source, "conflict")
    assert "begge har ændret den" in row and "Kundens nye fakturaer får en anden moms." in row


# ── Customers as a whole ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_direction_of_customers_is_told_at_each_field_it_narrows(synced: Synced) -> None:
    synced.admin.post("/settings/fields", {"direction-customer": "out", "shown-direction-customer": "both"})
    page = synced.admin.page("/settings/fields").source
    assert in_force(synced) == [("customer", "direction", "out")]
    assert "Kun til e-conomic, fordi kunder kun går den vej." in page
    assert "Kunder: → Kun fra CleanManager til e-conomic" in page


@pytest.mark.parametrize(
    ("ticked", "rule"),
    [
        ({"create-ours": "yes"}, [("new_customer", "direction", "in")]),
        ({"create-theirs": "yes"}, [("new_customer", "direction", "out")]),
        ({}, [("new_customer", "direction", "off")]),
        ({"create-ours": "yes", "create-theirs": "yes"}, []),
    ],
)
def test_two_ticks_say_where_customers_are_made(
    synced: Synced, ticked: dict[str, str], rule: list[tuple[str, str, str]]
) -> None:
    shown = {"shown-create-ours": "yes", "shown-create-theirs": "yes"}
    assert synced.admin.post("/settings/fields", shown | ticked).status_code == 303
    assert in_force(synced) == rule


def test_two_who_clear_a_tick_each_at_the_same_time_both_get_their_way(synced: Synced) -> None:
    shown = {"shown-create-ours": "yes", "shown-create-theirs": "yes"}
    synced.admin.post("/settings/fields", shown | {"create-ours": "yes"})
    synced.admin.post("/settings/fields", shown | {"create-theirs": "yes"})
    assert in_force(synced) == [("new_customer", "direction", "off")]


def test_opret_partner_says_that_the_rules_let_none_be_made(synced: Synced) -> None:
    customer = synced.ours(2001, "Ny ApS")
    synced.admin.post("/settings/fields", {"shown-create-theirs": "yes"})
    address = f"/pairings/new/ours/{customer.id}"
    dialog = synced.admin.page(address).source
    assert "oprettes der ingen kunder i e-conomic" in dialog and "Indsend" not in dialog
    refused = synced.admin.post(address, {"number": "2001"})
    assert (refused.status_code, "oprettes der ingen kunder i e-conomic" in refused.text) == (409, True)


def test_a_difference_left_by_the_direction_says_why(synced: Synced) -> None:
    pair = synced.pair_same(telephoneAndFaxNumber="66100014")
    synced.admin.post("/settings/fields", {"direction-customer": "in", "shown-direction-customer": "both"})
    synced.save(pair.customer, phone="66100020")
    synced.drain()
    assert "← Kun til CleanManager" in synced.admin.page(f"/customers/{pair.customer_id}").source
