"""Questions: conflicts answered per field and at once, customers gone on one side, refusals mended."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.apps import app_over
from tests.page import Page
from tests.views.synced import Synced, pieces, rows_of, seen
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.pairing import Pairing
from webapp.sync import pairings, register, rules


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


def window(synced: Synced, section: str) -> str:
    return rows_of(synced.admin.page("/sync").source, section)


# ── Conflicts ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("choice, kept", [("ours", "66100020"), ("theirs", "66100041")])
def test_the_kept_value_reaches_both_sides(synced: Synced, choice: str, kept: str) -> None:
    pair = synced.conflict()
    found = pieces(
        synced.admin.post(f"/questions/{pair.id}/answers", seen(pair) | {"answer-phone": choice}, piece=True)
    )
    synced.drain()
    assert synced.fresh(pair.customer).phone == synced.stored(1042)["telephoneAndFaxNumber"] == kept
    assert found["#rows-paired"] and found["#count-conflict"] == [("innerHTML", "0")]


def test_leave_both_settles_without_writing(synced: Synced) -> None:
    pair = synced.conflict()
    synced.admin.post(f"/questions/{pair.id}/answers", seen(pair) | {"answer-phone": "both"}, piece=True)
    synced.drain()
    assert (synced.fresh(pair.customer).phone, synced.stored(1042)["telephoneAndFaxNumber"]) == ("66100020", "66100041")
    assert "Aftalt forskellige" in window(synced, "paired")


def test_everything_from_one_side_answers_every_question(synced: Synced) -> None:
    pair = synced.conflict()
    synced.admin.post(f"/questions/{pair.id}/answers", seen(pair) | {"all": "theirs"}, piece=True)
    assert synced.fresh(pair.customer).phone == "66100041" and synced.section(pair.customer) == "paired"


def test_the_value_that_lost_stays_in_the_history(synced: Synced) -> None:
    pair = synced.conflict()
    synced.admin.post(f"/questions/{pair.id}/answers", seen(pair) | {"answer-phone": "ours"}, piece=True)
    line = History.get(History.cause == "answer", History.field == "phone")
    assert (line.before, line.after, line.by) == ("66100041", "66100020", synced.alice)


@pytest.mark.parametrize("form", [{}, {"answer-phone": "nonsense"}, {"answer-city": "ours"}, {"all": "nonsense"}])
def test_an_answer_to_nothing_changes_nothing(synced: Synced, form: dict[str, str]) -> None:
    pair = synced.conflict()
    answer = synced.admin.post(f"/questions/{pair.id}/answers", seen(pair) | form, piece=True)
    assert answer.status_code == 422 and "Vælg først" in answer.text
    assert synced.section(pair.customer) == "conflict"


@pytest.mark.parametrize("name", ["ours", "theirs", "pair"])
def test_an_answer_to_what_has_moved_is_shown_anew(synced: Synced, name: str) -> None:
    pair = synced.conflict()
    form = seen(pair) | {name: "1000", "answer-phone": "ours"}
    answer = synced.admin.post(f"/questions/{pair.id}/answers", form, piece=True)
    assert answer.status_code == 409 and f"#row-{synced.place(customer=pair.customer).id}" in pieces(answer)
    assert synced.section(pair.customer) == "conflict"


def test_an_old_page_does_not_answer_what_a_rule_has_made_a_question_since(synced: Synced) -> None:
    pair = synced.conflict()
    rules.lay_down(synced.connection, "city", "direction", "off", synced.alice)
    synced.economic.edit(1042, city="Odense")
    synced.save(pair.customer, city="Marstal")
    synced.drain()
    old = seen(synced.fresh(pair))
    rules.lay_down(synced.connection, "city", "direction", "both", synced.alice)
    synced.admin.post(f"/questions/{pair.id}/answers", old | {"all": "ours"}, piece=True)
    synced.drain()
    assert synced.stored(1042)["city"] == "Odense"


@pytest.mark.parametrize(("choice", "kept"), [("ours", 3), ("theirs", 3)])
def test_an_old_page_does_not_confirm_what_it_did_not_tell(synced: Synced, choice: str, kept: int) -> None:
    pair = synced.pair_same()
    synced.save(pair.customer, customer_group="2")
    synced.economic.edit(1042, customerGroup=3)
    synced.look(1042)
    old = seen(pair) | {"effect-customer_group": synced.admin.page("/sync").field("effect-customer_group")}
    synced.economic.edit(1042, balance=1250.0)
    synced.compare()
    answer = synced.admin.post(f"/questions/{pair.id}/answers", old | {"answer-customer_group": choice}, piece=True)
    synced.drain()
    assert (synced.stored(1042)["customerGroup"], "imens" in answer.text) == (kept, choice == "ours")


def test_without_script_an_answer_leads_back_to_the_window(synced: Synced) -> None:
    pair = synced.conflict()
    answer = synced.admin.post(f"/questions/{pair.id}/answers", seen(pair) | {"answer-phone": "ours"})
    assert (answer.status_code, answer.location) == (303, "/sync")


def test_an_inspector_settles_nothing(synced: Synced) -> None:
    pair = synced.conflict()
    form = seen(pair) | {"answer-phone": "ours"}
    assert synced.inspector.post(f"/questions/{pair.id}/answers", form).status_code == 403


def test_another_companys_question_is_not_found(synced: Synced) -> None:
    pair = synced.conflict()
    assert synced.outsider.post(f"/questions/{pair.id}/answers", {"all": "ours"}).status_code == 404


def test_fields_that_never_agreed_are_told_as_different(synced: Synced) -> None:
    mirror = synced.fetched(3001, "Havnens Tandklinik", city="Odense")
    customer = synced.ours(2001, "Havnens Tandklinik", city="Assens")
    versions = pairings.Versions(customer.version, mirror.version)
    pairings.pair(synced.connection, customer.id, mirror.id, {}, versions, synced.alice)
    assert "<b>By:</b> de er forskellige." in window(synced, "conflict")


# ── Another party under the number ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def another(synced: Synced) -> Pairing:
    pair = synced.pair_same(corporateIdentificationNumber="12345678")
    synced.economic.edit(1042, name="Helt Andre ApS", corporateIdentificationNumber="87654321")
    synced.look(1042)
    return Pairing.get_by_id(pair.id)


def test_name_and_cvr_changed_at_once_is_asked(synced: Synced, another: Pairing) -> None:
    row = window(synced, "conflict")
    assert "Nummeret står måske nu for en anden kunde." in row and "Helt Andre ApS" in row


def test_the_same_customer_goes_on_under_its_new_name(synced: Synced, another: Pairing) -> None:
    assert synced.admin.post(f"/questions/{another.id}/same-party", seen(another), piece=True).status_code == 200
    synced.drain()
    assert synced.fresh(another.customer).name == "Helt Andre ApS" and synced.section(another.customer) == "paired"


@pytest.fixture
def unsure(synced: Synced) -> str:
    """The line of a creation whose answer was lost, and whose customer was edited there before it was found again."""
    synced.sandbox.faults.next(kind="500-after", method="POST")
    customer = synced.ours(7, "Skovbryn Friskole", city="Aarhus", cvr="42068492")
    pairings.create_there(synced.connection, customer.id, 7, synced.alice)
    synced.worker.round()
    synced.economic.edit(7, city="Viborg")
    synced.clock.sleep(3 * 3600)
    synced.drain()
    return window(synced, "conflict")


def told_apart(line: str) -> list[str]:
    """What the line says of each field in which the two differ."""
    return [" ".join(item.text.split()) for item in Page(line).all("li") if "id" not in item.attrs]


def test_a_creation_that_may_be_ours_shows_what_differs(unsure: str) -> None:
    assert "Er det kunden, vi oprettede?" in unsure
    assert "By CleanManager Aarhus e-conomic Viborg" in told_apart(unsure)


def test_another_party_under_the_number_shows_what_differs_and_what_it_was(synced: Synced, another: Pairing) -> None:
    assert "CVR-nr. CleanManager 12345678 e-conomic 87654321 var 12345678" in told_apart(window(synced, "conflict"))


# ── Gone on one side ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_customer_deleted_there_stands_under_deleted(synced: Synced) -> None:
    synced.gone_there()
    row = window(synced, "deleted")
    assert "Kunden er slettet i e-conomic" in row and "Opret den igen i e-conomic" in row
    assert "Slet den også i CleanManager" in row and "Ophæv parring" in row


def test_deleting_the_other_asks_first(synced: Synced) -> None:
    pair = synced.gone_there()
    page = synced.admin.page(f"/questions/{pair.id}/deletion", piece=True)
    assert "Slet kunden i CleanManager?" in page.source
    assert {name: int(page.field(name)) for name in ("ours", "theirs", "pair")} == seen(pair)


def test_deleted_there_ours_goes_too(synced: Synced) -> None:
    pair = synced.gone_there()
    found = pieces(synced.admin.post(f"/questions/{pair.id}/deletion", seen(pair), piece=True))
    assert Customer.found(synced.company, pair.customer_id) is None
    assert found["#count-deleted"] == [("innerHTML", "0")]


def test_deleted_here_theirs_goes_too(synced: Synced) -> None:
    pair = synced.pair_same()
    register.remove(synced.company, pair.customer_id, synced.alice)
    synced.drain()
    answer = synced.admin.post(f"/questions/{pair.id}/deletion", seen(pair), piece=True)
    assert "Slettes" in answer.text
    synced.drain()
    assert 1042 not in synced.economic.customers


def test_created_again_there_under_the_chosen_number(synced: Synced) -> None:
    pair = synced.gone_there()
    answer = synced.admin.post(f"/questions/{pair.id}/recreation", seen(pair) | {"number": "1099"}, piece=True)
    assert "Oprettes" in answer.text
    synced.drain()
    assert synced.stored(1099)["name"] == pair.customer.name


@pytest.mark.parametrize("typed", ["", "x", "1055"])
def test_a_wrong_number_redraws_the_dialog(synced: Synced, typed: str) -> None:
    synced.fetched(1055, "Anden ApS")
    pair = synced.gone_there()
    answer = synced.admin.post(f"/questions/{pair.id}/recreation", seen(pair) | {"number": typed}, piece=True)
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    assert synced.section(pair.customer) == "deleted"


def test_created_again_here_the_customer_is_back(synced: Synced) -> None:
    pair = synced.pair_same()
    register.remove(synced.company, pair.customer_id, synced.alice)
    synced.drain()
    assert "Slettet af Alice i dag" in window(synced, "deleted")
    synced.admin.post(f"/questions/{pair.id}/recreation", seen(pair), piece=True)
    assert Customer.found(synced.company, pair.customer_id) is not None and synced.section(pair.customer) == "paired"


def test_what_changed_there_since_is_told(synced: Synced) -> None:
    pair = synced.pair_same(address="Havnegade 4")
    register.remove(synced.company, pair.customer_id, synced.alice)
    synced.economic.edit(1042, address="Industrivej 27")
    synced.look(1042)
    row = " ".join(window(synced, "conflict").split())
    assert 'Adresse: Havnegade 4 → Industrivej 27 <span class="muted">(i dag ' in row


# ── Refused ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def refused(synced: Synced) -> Pairing:
    """Our EAN is longer than e-conomic takes."""
    pair = synced.pair_same()
    synced.save(pair.customer, ean="12345678901234567")
    synced.drain()
    return Pairing.get_by_id(pair.id)


def test_a_refusal_is_told_in_danish_with_the_field_and_what_mends_it(synced: Synced, refused: Pairing) -> None:
    row = window(synced, "conflict")
    assert "e-conomic afviste kunden." in row and "<b>EAN-nr.</b> må højst have 13 tegn i e-conomic" in row
    assert f"/customers/{refused.customer_id}/edit" in row and "Prøv igen" in row


def test_what_e_conomic_has_can_be_kept_instead(synced: Synced, refused: Pairing) -> None:
    synced.admin.post(f"/questions/{refused.id}/answers", seen(refused) | {"answer-ean": "theirs"}, piece=True)
    assert synced.fresh(refused.customer).ean == "" and synced.section(refused.customer) == "paired"


def test_try_again_puts_it_back_under_way(synced: Synced, refused: Pairing) -> None:
    synced.save(refused.customer, ean="5798009811578")
    answer = synced.admin.post(f"/questions/{refused.id}/retry", piece=True)
    assert answer.status_code == 200
    synced.drain()
    assert synced.stored(1042)["ean"] == "5798009811578"


@pytest.fixture
def taken(synced: Synced) -> Pairing:
    """A creation whose number somebody took meanwhile."""
    customer = synced.ours(2001, "Vores ApS")
    pairings.create_there(synced.connection, customer.id, 1500, synced.alice)
    synced.theirs(1500, "Snydt ApS")
    synced.drain()
    found = Pairing.of_customer(customer)
    assert found is not None
    return found


def test_a_taken_number_asks_for_another(synced: Synced, taken: Pairing) -> None:
    row = window(synced, "conflict")
    assert "Kundenummeret er taget af en anden i e-conomic." in row
    assert f'id="number-{synced.place(customer=taken.customer).id}"' in row and "Fortryd oprettelse" in row


def test_another_number_goes_through(synced: Synced, taken: Pairing) -> None:
    synced.admin.post(f"/questions/{taken.id}/retry", {"number": "1501"}, piece=True)
    synced.drain()
    assert synced.stored(1501)["name"] == "Vores ApS"


@pytest.mark.parametrize("typed", ["x", "0"])
def test_another_number_that_is_none_is_refused(synced: Synced, taken: Pairing, typed: str) -> None:
    assert synced.admin.post(f"/questions/{taken.id}/retry", {"number": typed}, piece=True).status_code == 422


def test_the_creation_can_be_given_up(synced: Synced, taken: Pairing) -> None:
    page = synced.admin.page(f"/pairings/{taken.id}/removal", piece=True)
    assert "Fortryd oprettelse?" in page.source
    synced.admin.post(f"/pairings/{taken.id}/removal", piece=True)
    assert synced.section(taken.customer) == "new"


def test_a_creation_under_way_has_no_questions(synced: Synced) -> None:
    customer = synced.ours(2001, "Vores ApS")
    pair = pairings.create_there(synced.connection, customer.id, 1500, synced.alice)
    assert synced.admin.post(f"/questions/{pair.id}/answers", {"all": "ours"}, piece=True).status_code == 409


def test_a_value_too_long_for_e_conomic_is_told_with_its_field_and_limit(synced: Synced) -> None:
    pair = synced.pair_same()
    synced.save(pair.customer, address="x" * 300)
    synced.drain()
    assert "<b>Adresse</b> må højst have 510 tegn, og højst 255 i en linje" in window(synced, "conflict")
    assert "address" not in synced.stored(1042)


def test_a_choice_that_e_conomic_does_not_have_is_told_with_its_value(synced: Synced) -> None:
    customer = synced.ours(2001, "Vores ApS", currency="INR")
    pairings.create_there(synced.connection, customer.id, 1500, synced.alice)
    synced.drain()
    row = window(synced, "conflict")
    assert "<b>Valuta</b> ”INR” findes ikke i e-conomic eller er spærret dér" in row
    assert "Svaret var" not in row
