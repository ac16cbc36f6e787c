"""Regler for nye kunder: laying down, ordering and trying them."""

import pytest

from tests.people import Browser, World
from webapp.models.default_rule import DefaultRule
from webapp.sync import default_rules, preview, register

PAGE = "/settings/new-customers"
ABROAD = {"country": "EU", "ean": "", "party": "company", "currency": "EUR", "vat_zone": "1"}


@pytest.fixture
def laid(world: World) -> DefaultRule:
    return default_rules.lay_down(world.connection, {"country": "EU"}, {"currency": "EUR"}, world.alice)


def test_a_rule_is_added_and_told(alice: Browser, world: World) -> None:
    answer = alice.post(PAGE, ABROAD)
    assert answer.status_code == 303
    rule = DefaultRule.of(world.connection).get()
    assert (rule.country, rule.party, rule.currency, rule.vat_zone) == ("EU", "company", "EUR", "1")
    assert "EU uden Danmark · Virksomheder" in alice.page(PAGE).source


@pytest.mark.parametrize(
    "wrong", [{"currency": "", "vat_zone": ""}, {"country": "XX"}, {"party": "nonsense"}, {"vat_zone": "99"}]
)
def test_a_rule_that_makes_no_sense_is_refused(alice: Browser, world: World, wrong: dict[str, str]) -> None:
    answer = alice.post(PAGE, ABROAD | wrong)
    assert answer.status_code == 422 and "Intet er ændret" in answer.text
    assert DefaultRule.of(world.connection).count() == 0


def test_the_order_is_changed_by_moving_up(alice: Browser, world: World, laid: DefaultRule) -> None:
    second = default_rules.lay_down(world.connection, {"country": "SE"}, {"currency": "DKK"}, world.alice)
    alice.post(f"{PAGE}/{second.id}/up")
    assert [row.country for row in DefaultRule.of(world.connection)] == ["SE", "EU"]


def test_the_first_stays_the_first(alice: Browser, world: World, laid: DefaultRule) -> None:
    alice.post(f"{PAGE}/{laid.id}/up")
    assert [row.id for row in DefaultRule.of(world.connection)] == [laid.id]


def test_a_removed_rule_asks_no_more_and_is_kept(alice: Browser, world: World, laid: DefaultRule) -> None:
    alice.post(f"{PAGE}/{laid.id}/end")
    kept = DefaultRule.get_by_id(laid.id)
    assert DefaultRule.of(world.connection).count() == 0 and kept.ended_by == world.alice


def test_a_customer_is_tried(alice: Browser, world: World, laid: DefaultRule) -> None:
    register.add(world.alice.company, 1005, {"name": "Malmö AB", "country": "Sverige"}, world.alice)
    page = alice.page(f"{PAGE}?number=1005").source
    assert "Malmö AB (1005)" in page and "Regel: EU uden Danmark" in page and "Euro" in page


def test_what_is_typed_is_tried_too(alice: Browser, laid: DefaultRule) -> None:
    assert "Regel: EU uden Danmark" in alice.page(f"{PAGE}?country=Tyskland").source
    assert "Regel: EU uden Danmark" not in alice.page(f"{PAGE}?country=Norge").source


def test_a_number_that_nobody_has_is_told_and_tries_nothing(alice: Browser, laid: DefaultRule) -> None:
    page = alice.page(f"{PAGE}?number=99999").source
    assert "Der er ingen kunde i CleanManager med det nummer." in page and '<th scope="col">Fordi</th>' not in page


def test_the_lands_to_choose_from_are_countries_in_danish_order(alice: Browser, laid: DefaultRule) -> None:
    names = [option.text.strip() for option in alice.page(PAGE).all("option")]
    names = names[names.index("Afghanistan") : names.index("Med eller uden EAN-nr.")]
    assert names[-3:] == ["Ækvatorialguinea", "Østrig", "Åland"] and "Kosovo" in names
    assert not {"pseudo-bidi", "CQ", "Ukendt område", "Den Europæiske Union", "Danmark"} & set(names)


def test_the_preview_of_a_partner_follows_the_rule(world: World, laid: DefaultRule) -> None:
    customer = register.add(world.alice.company, 1005, {"name": "Malmö AB", "country": "Sverige"}, world.alice)
    lines = {line.field: line.value for line in preview.creation_there(world.connection, customer).lines}
    assert lines["currency"] == "Euro"


def test_the_form_of_a_new_customer_leaves_what_a_rule_decides(alice: Browser, world: World, laid: DefaultRule) -> None:
    world.connection.set_defaults({"currency": "DKK", "vat_zone": "1"})
    world.connection.save()
    page = alice.page("/customers/new")
    assert (page.field("currency"), page.field("vat_zone")) == ("", "1")


def test_bob_reads_and_is_offered_nothing(bob: Browser, laid: DefaultRule) -> None:
    page = bob.page(PAGE)
    assert "EU uden Danmark" in page.source and not page.all("button", class_="btn btn-primary push")


def test_without_a_connection_it_says_so(charlie: Browser) -> None:
    assert "ingen forbindelse" in charlie.page(PAGE).source
