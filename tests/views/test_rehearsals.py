"""Prøvetilstand on the pages: what would happen, what is refused meanwhile, and how it begins and ends."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.apps import app_over
from tests.page import Page
from tests.views.synced import Synced, pieces, seen
from webapp.models.pairing import Pairing
from webapp.views import rehearsals

PAGE = "/settings/integrations/economic/rehearsal"


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


@pytest.fixture
def waiting(synced: Synced) -> Pairing:
    """A rehearsal in which one field waits to be sent and one to be taken."""
    pair = synced.pair_same(telephoneAndFaxNumber="86 10 00 00", city="Odense")
    synced.admin.post(f"{PAGE}/begin")
    synced.save(pair.customer, phone="86 10 00 01")
    synced.economic.edit(1042, city="Marstal")
    synced.webhook(1042, 1042)
    return pair


def shown_mark(synced: Synced) -> str:
    return str(synced.admin.page(f"{PAGE}/end").field("seen"))


def test_the_page_says_what_a_rehearsal_is_before_it_begins(synced: Synced) -> None:
    assert "Begynd prøvetilstand" in synced.admin.page(PAGE).source
    assert "Begynd prøvetilstand" not in synced.inspector.page(PAGE).source
    assert "ingen forbindelse" in synced.outsider.page(PAGE).source


def test_each_row_says_what_would_be_written(synced: Synced, waiting: Pairing) -> None:
    for address in ("/sync", PAGE):
        shown = synced.admin.page(address).source
        assert "Ville sende: Telefon 86 10 00 00 → 86 10 00 01" in shown
        assert "Ville hente: By Odense → Marstal" in shown
    assert "På vej</span>" not in synced.admin.page("/sync").source


def test_the_customers_page_says_what_would_become_of_each_field(synced: Synced, waiting: Pairing) -> None:
    shown = synced.admin.page(f"/customers/{waiting.customer_id}").source
    assert "Ville blive sendt til e-conomic" in shown and "Ville blive hentet fra e-conomic" in shown
    assert 'hx-trigger="every 3s"' not in shown


def test_the_register_says_that_it_waits(synced: Synced, waiting: Pairing) -> None:
    shown = synced.admin.page("/customers").source
    assert "Venter" in shown and "På vej" not in shown


def test_the_page_counts_what_would_happen(synced: Synced, waiting: Pairing) -> None:
    shown = " ".join(synced.admin.page(PAGE).source.split())
    assert "<dt>Ændres i CleanManager</dt><dd>1 kunde</dd>" in shown
    assert "<dt>Ændres i e-conomic</dt><dd>1 kunde</dd>" in shown
    assert "<dt>Kræver et svar</dt><dd>0 kunder</dd>" in shown


def test_with_nothing_to_write_the_page_says_so(synced: Synced) -> None:
    synced.pair_same()
    synced.admin.post(f"{PAGE}/begin")
    assert "Intet ville blive skrevet." in synced.admin.page(PAGE).source


def test_window_and_card_say_who_began_it(synced: Synced) -> None:
    synced.admin.post(f"{PAGE}/begin")
    for address in ("/sync", "/settings/integrations", PAGE):
        assert "Prøvetilstand, slået til af Alice" in synced.inspector.page(address).source


def test_going_live_shows_the_totals_and_does_it_all(synced: Synced, waiting: Pairing) -> None:
    assert "Ændres i e-conomic" in synced.admin.page(f"{PAGE}/end").source
    assert synced.admin.post(f"{PAGE}/end", {"seen": shown_mark(synced)}).location == PAGE
    synced.drain()
    assert synced.stored(1042)["telephoneAndFaxNumber"] == "86 10 00 01"
    assert synced.fresh(waiting.customer).city == "Marstal"


def test_going_live_on_other_numbers_than_shown_shows_them_again(synced: Synced, waiting: Pairing) -> None:
    mark = shown_mark(synced)
    synced.ours(2001, "Ny ApS")
    synced.economic.edit(1042, telephoneAndFaxNumber="86 10 00 09")
    synced.webhook(1042, 1042)
    answer = synced.admin.post(f"{PAGE}/end", {"seen": mark})
    assert (answer.status_code, synced.connection.is_rehearsing) == (422, True)
    assert "Tallene har ændret sig imens." in answer.text


def test_opret_partner_is_refused_with_the_way_out(synced: Synced) -> None:
    customer = synced.ours(2001, "Ny ApS")
    synced.admin.post(f"{PAGE}/begin")
    address = f"/pairings/new/ours/{customer.id}"
    dialog = synced.admin.page(address).source
    assert "Prøvetilstand er slået til." in dialog and "Indsend" not in dialog
    assert synced.admin.post(address, {"number": "2001"}).location == PAGE
    answer = synced.admin.post(address, {"number": "2001"}, piece=True)
    assert answer.status_code == 409 and PAGE in answer.text
    assert not Pairing.select().exists()


def test_an_answer_and_a_plan_are_refused(synced: Synced) -> None:
    pair = synced.conflict()
    synced.ours(2001, "Ny ApS")
    synced.admin.post(f"{PAGE}/begin")
    answered = synced.admin.post(f"/questions/{pair.id}/answers", {"answer-phone": "ours", **seen(pair)})
    plan = synced.admin.post("/runs/plans/create_theirs").location
    page = synced.admin.page(plan)
    started = synced.admin.post(f"{plan}/start", {"seal": page.field("seal")})
    assert answered.location == PAGE
    assert (started.status_code, "Prøvetilstand er slået til" in started.text) == (422, True)
    assert "Indsend</button>" not in page.source


def test_beginning_and_ending_an_ended_one_says_so(synced: Synced) -> None:
    synced.admin.post(f"{PAGE}/end")
    assert "Prøvetilstand er ikke slået til." in synced.admin.page(PAGE).source
    synced.admin.post(f"{PAGE}/begin")
    synced.admin.post(f"{PAGE}/begin")
    assert "Prøvetilstand er allerede slået til." in synced.admin.page(PAGE).source


def test_the_numbers_of_many_come_after_the_page(
    synced: Synced, waiting: Pairing, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = synced.admin.page(PAGE).one("div", id="totals").text.split()
    monkeypatch.setattr(rehearsals, "AT_ONCE", 0)
    page = synced.admin.page(PAGE)
    assert "Tallene regnes ud." in page.source and "Ville sende" in page.source
    asking = page.one("div", id="totals").attrs["hx-get"]
    html = pieces(synced.admin.get(asking, piece=True))["#totals"][0][1]
    assert Page(html).one("div", id="totals").text.split() == at_once
    assert synced.admin.page(str(synced.admin.get(asking).location)).one("div", id="totals").text.split() == at_once


def test_each_page_of_pairs_reads_no_others(synced: Synced, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsals, "SHOWN", 2)
    pairs = [synced.pair_same(number, f"Kunde {number}") for number in range(1001, 1006)]
    synced.admin.post(f"{PAGE}/begin")
    for pair in pairs:
        synced.save(pair.customer, phone="86 10 00 01")
    shown = [synced.admin.page(f"{PAGE}?page={page}").source for page in (1, 2, 3, 9)]
    assert [[f"Kunde {n}" in source for n in range(1001, 1006)].index(True) for source in shown] == [0, 2, 4, 4]
    assert [source.count("Ville sende") for source in shown] == [2, 2, 1, 1] and "Side 2 af 3" in shown[1]
