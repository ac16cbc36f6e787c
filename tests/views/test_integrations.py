"""Indstillinger › Integrationer: choosing the source, the first fetch, the dialog, and who may do it."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from tests.apps import app_over
from tests.views.pretend import AGREEMENT, NAME, PAGE, SETTINGS, Pretend
from webapp import ports
from webapp.models import sweep as sweeps
from webapp.models.connection import Connection, Reference, UnitMapping
from webapp.models.mirror import Mirror
from webapp.models.sweep import Sweep
from webapp.sync import connect, lists

DIALOG = f"{PAGE}/economic"
POSTS = ["/customers", "/brake/1", "/economic", "/economic/lists", "/economic/webhook", "/economic/connect"]
POSTS += ["/economic/agreement/1", "/economic/close"]


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database, SETTINGS)


@pytest.fixture
def pretend(app: Flask) -> Iterator[Pretend]:
    made = Pretend.make(app)
    with ports.using(made.ports()):
        yield made


@pytest.fixture
def connected(pretend: Pretend) -> Pretend:
    pretend.connect()
    return pretend


def choose(pretend: Pretend, source: str, *, piece: bool = False) -> object:
    return pretend.alice.post(f"{PAGE}/customers", {"source": source}, piece=piece)


# ── The card and the source ───────────────────────────────────────────────────────────────────────────────────────


def test_before_connecting_e_conomic_cannot_be_chosen(pretend: Pretend) -> None:
    page = pretend.alice.page(PAGE)
    assert "disabled" in page.one("button", value="economic").attrs
    assert page.one("button", value="none").attrs["aria-pressed"] == "true"
    assert pretend.alice.post(f"{PAGE}/customers", {"source": "economic"}).status_code == 409


def steps(pretend: Pretend) -> list[str]:
    """The first steps on the card; the one to take now says so to who cannot see it."""
    found = pretend.alice.page(PAGE).all("li", class_="first-step")
    return ["next" if "aria-current" in step.attrs else "done" if "Gjort:" in step.text else "later" for step in found]


def test_the_card_says_what_comes_next_until_customers_are_proven_equal(connected: Pretend) -> None:
    assert steps(connected) == ["next", "later", "later", "later"]
    connected.save(default_currency="DKK")
    Connection.update(defaults_saved_at=ports.now(), webhook_called_at=ports.now()).execute()
    assert steps(connected) == ["done", "done", "next", "later"]
    choose(connected, "economic")
    connected.work()
    assert steps(connected) == ["done", "done", "done", "next"]
    Sweep.update(kind=sweeps.COMPARE, state=sweeps.DONE, finished_at=ports.now(), pairs=2, equal=2).execute()
    assert "Kom godt i gang" not in connected.alice.page(PAGE).source


def test_a_file_is_chosen_in_the_same_menu_and_is_no_source_that_stays(connected: Pretend) -> None:
    entry = connected.alice.page(PAGE).one("a", class_="menu-item", href="/imports")
    assert "Indlæs kunder fra CSV eller Excel" in entry.text
    assert connected.alice.post(f"{PAGE}/customers", {"source": "file"}).status_code == 400


def test_nothing_is_fetched_before_e_conomic_is_chosen(connected: Pretend) -> None:
    connected.sandbox.agreement(AGREEMENT).add_customer(customerNumber=7, name="Kajs Kaffe ApS")
    connected.work()
    assert not connected.connection().is_active
    assert Mirror.select().count() == Sweep.select().count() == 0


def test_choosing_e_conomic_begins_the_first_fetch_with_progress(connected: Pretend) -> None:
    answer = connected.alice.post(f"{PAGE}/customers", {"source": "economic"}, piece=True)
    assert 'hx-target="#economic-card"' in answer.text and "<progress" in answer.text
    assert connected.connection().is_active
    assert 'hx-trigger="every 1s"' in connected.alice.get(f"{PAGE}/progress", piece=True).text


def test_the_progress_tells_how_many_of_how_many(connected: Pretend) -> None:
    choose(connected, "economic")
    Sweep.update(read=1000, total=2310).execute()
    bar = connected.alice.page(f"{PAGE}/progress", piece=True).one("progress")
    assert (bar.attrs["value"], bar.attrs["max"]) == ("1000", "2310")
    assert "1.000 af 2.310" in connected.told_on_card()


def test_when_the_fetch_is_done_the_asking_stops_and_the_count_is_told(connected: Pretend) -> None:
    agreement = connected.sandbox.agreement(AGREEMENT)
    for number in range(1, 4):
        agreement.add_customer(customerNumber=number, name=f"Kunde {number}")
    choose(connected, "economic")
    connected.work()
    text = connected.alice.get(f"{PAGE}/progress", piece=True).text
    assert "3 kunder er hentet fra e-conomic." in text and "every 1s" not in text
    assert Mirror.select().count() == 3


def test_choosing_it_twice_fetches_once(connected: Pretend) -> None:
    choose(connected, "economic")
    connected.work()
    choose(connected, "economic")
    assert Sweep.select().where(Sweep.kind == sweeps.FETCH).count() == 1


def test_choosing_none_stops_and_keeps_what_was_fetched(connected: Pretend) -> None:
    connected.sandbox.agreement(AGREEMENT).add_customer(customerNumber=7, name="Kajs Kaffe ApS")
    choose(connected, "economic")
    connected.work()
    choose(connected, "none")
    assert not connected.connection().is_active
    assert Mirror.select().count() == 1


def test_when_e_conomic_does_not_answer_the_card_says_so(connected: Pretend) -> None:
    connected.sandbox.faults.always(path="/rest/customers", kind="503-before")
    choose(connected, "economic")
    with ports.using(ports.Ports(session=connected.ports().session, sleep=lambda seconds: None)):
        connected.work()
    assert "Vi prøver igen af os selv" in connected.told_on_card()


def held(pretend: Pretend) -> Sweep:
    choose(pretend, "economic")
    pretend.work()
    connection = pretend.connection()
    sweep = Sweep(company=connection.company, connection=connection, kind=sweeps.COMPARE, state=sweeps.HELD)
    sweep.candidates = [1, 2, 3, 4]
    sweep.save()
    return sweep


def test_a_braked_comparison_asks_before_it_goes_on(connected: Pretend) -> None:
    held(connected)
    assert "4 kunder var ikke i e-conomic mere." in connected.told_on_card()


@pytest.mark.parametrize("answer, state", [("go", sweeps.DONE), ("leave", sweeps.VOID)])
def test_the_answer_to_a_braked_comparison_is_carried_out(connected: Pretend, answer: str, state: str) -> None:
    sweep = held(connected)
    assert connected.alice.post(f"{PAGE}/brake/{sweep.id}", {"answer": answer}).status_code == 303
    assert Sweep.get_by_id(sweep.id).state == state
    assert connected.alice.post(f"{PAGE}/brake/{sweep.id}", {"answer": answer}).status_code == 404


def test_a_strange_answer_leaves_the_question_open(connected: Pretend) -> None:
    sweep = held(connected)
    assert connected.alice.post(f"{PAGE}/brake/{sweep.id}", {"answer": "perhaps"}).status_code == 400
    assert Sweep.get_by_id(sweep.id).state == sweeps.HELD


def test_the_card_tells_how_old_the_last_proof_is(connected: Pretend) -> None:
    held(connected)
    Sweep.update(state=sweeps.DONE, finished_at=ports.now(), pairs=2, equal=2).execute()
    assert "Sidst bevist ens lige nu." in connected.told_on_card()


# ── The dialog: default values and units ──────────────────────────────────────────────────────────────────────────


def test_the_dialog_is_a_window_over_the_page_or_a_page_of_its_own(connected: Pretend) -> None:
    piece = connected.alice.page(DIALOG, piece=True)
    assert piece.one("dialog") and not piece.is_whole
    page = connected.alice.page(DIALOG)
    assert page.is_whole and not page.all("dialog")


def test_the_dialog_names_the_agreement(connected: Pretend) -> None:
    told = connected.told()
    assert f"Forbundet med {NAME}" in told and f"Aftale {AGREEMENT}" in told


def test_the_lists_are_proposed_and_marked_until_they_are_saved(connected: Pretend) -> None:
    page = connected.alice.page(DIALOG)
    assert page.field("currency") == "DKK"
    assert page.all("span", id="mark-currency")
    connected.save()
    assert not connected.alice.page(DIALOG).all("span", id="mark-currency")


def test_units_are_proposed_by_their_normalised_name(connected: Pretend) -> None:
    unit = Reference.get(Reference.kind == "unit", Reference.name.contains("timer"))
    assert connected.alice.page(DIALOG).field("unit-hour") == unit.key


def test_gem_keeps_defaults_and_units(connected: Pretend) -> None:
    unit = Reference.of(connected.connection(), "unit").first()
    answer = connected.save(piece=True, currency="EUR", **{"unit-piece": unit.key})
    assert answer.headers["HX-Trigger"] == "close-dialog"
    assert connected.connection().defaults["currency"] == "EUR"
    assert lists.unit_for(connected.connection(), "piece") == int(unit.key)


def test_a_dialog_that_lay_open_takes_nothing_back_that_somebody_else_has_chosen(connected: Pretend) -> None:
    units = list(Reference.of(connected.connection(), "unit"))
    connected.save(**{"unit-week": units[0].key})
    page = connected.alice.page(DIALOG)
    lay = {box.attrs["name"]: page.field(box.attrs["name"]) for box in page.all("select")}
    lay |= {f"seen-{name}": page.field(f"seen-{name}") for name in lay}
    connected.save(currency="EUR", **{"unit-week": units[1].key})
    connected.save(**lay | {"payment_terms": "2"})
    now = connected.connection()
    assert (now.default_currency, now.default_payment_terms) == ("EUR", "2")
    assert UnitMapping.of(now)["week"] == units[1].key


def test_a_dialog_read_again_still_says_what_was_saved_when_it_was_opened(connected: Pretend) -> None:
    connected.save(currency="EUR")
    text = connected.alice.get(f"{DIALOG}/lists?currency=DKK&seen-currency=EUR", piece=True).text
    assert re.search(r'name="seen-currency" value="EUR"', text) and re.search(r'value="DKK" selected', text)


@pytest.mark.parametrize(
    "choices", [{"vat_zone": "999"}, {"currency": ""}, {"unit-hour": "x"}, {"payment_terms": "1' OR 1=1"}]
)
def test_a_wrong_choice_redraws_the_form_and_changes_nothing(connected: Pretend, choices: dict[str, str]) -> None:
    answer = connected.save(piece=True, **choices)
    assert answer.status_code == 422
    assert "Intet er ændret." in answer.text and 'aria-invalid="true"' in answer.text
    assert connected.connection().defaults_saved_at is None
    assert UnitMapping.select().count() == 0


def test_a_unit_that_vanished_is_pointed_out(connected: Pretend) -> None:
    unit = Reference.of(connected.connection(), "unit").first()
    connected.save(**{"unit-week": unit.key})
    Reference.update(gone_at=ports.now()).where(Reference.id == unit.id).execute()
    page = connected.alice.page(DIALOG)
    assert f"”{unit.name}” findes ikke længere i e-conomic" in page.source
    assert page.field("unit-week") == ""


def test_a_vanished_default_is_pointed_out_and_must_be_chosen_anew(connected: Pretend) -> None:
    connected.save(payment_terms="2")
    Reference.update(gone_at=ports.now()).where(Reference.kind == "payment_terms", Reference.key == "2").execute()
    assert "findes ikke længere i e-conomic" in connected.told()
    assert connected.save(payment_terms="2").status_code == 422


def test_lists_read_again_keep_what_is_chosen_in_the_open_dialog(connected: Pretend) -> None:
    answer = connected.alice.post(f"{DIALOG}/lists", {"currency": "EUR"}, piece=True)
    assert "Henter lister fra e-conomic" in answer.text
    assert "every 1s" in connected.alice.get(f"{DIALOG}/lists?currency=EUR", piece=True).text
    connected.work()
    text = connected.alice.get(f"{DIALOG}/lists?currency=EUR", piece=True).text
    assert "every 1s" not in text
    assert re.search(r'value="EUR" selected', text)


def test_a_new_unit_in_e_conomic_comes_with_the_lists(connected: Pretend) -> None:
    units = connected.sandbox.agreement(AGREEMENT).reference("units")
    units["88"] = {"unitNumber": 88, "name": "besøg"}
    connected.alice.post(f"{DIALOG}/lists")
    connected.work()
    assert "besøg" in connected.told()


def test_before_the_lists_are_read_nothing_can_be_saved(pretend: Pretend) -> None:
    pretend.come_back(pretend.begin(), pretend.grant())
    assert "Henter lister fra e-conomic" in pretend.told()
    assert pretend.save().status_code == 422
    assert pretend.connection().defaults_saved_at is None


# ── The webhook's address ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_made_address_is_shown_with_what_to_type_beside_it(connected: Pretend) -> None:
    connected.alice.post(f"{DIALOG}/webhook")
    page = connected.alice.page(DIALOG)
    address = page.one("input", id="webhook-url").attrs["value"]
    assert address == f"http://localhost/w/{connect.webhook_token(connected.connection())}"
    shown = [element.text for element in page.all("code")]
    assert shown == ["Kunde opdateret", "new=[NEWNUMBER]&old=[OLDNUMBER]", "application/x-www-form-urlencoded"]
    copied = {element.attrs["data-copy"] for element in page.all("button") if "data-copy" in element.attrs}
    assert copied == {"webhook-url", "webhook-type", "webhook-data", "webhook-content-type"}


def test_the_address_is_the_public_one_when_there_is_one(connected: Pretend) -> None:
    connected.app.config["PUBLIC_URL"] = "https://app.example"
    text = connected.alice.post(f"{DIALOG}/webhook", piece=True).text
    assert 'value="https://app.example/w/' in text and 'hx-target="#webhook"' in text


def test_a_new_address_stops_the_old_one_and_says_so_first(connected: Pretend) -> None:
    connected.alice.post(f"{DIALOG}/webhook")
    old = connect.webhook_token(connected.connection())
    assert "Den gamle URL holder op med at virke" in connected.told()
    connected.alice.post(f"{DIALOG}/webhook")
    assert Connection.with_webhook(old) is None


def test_the_last_call_is_told(connected: Pretend) -> None:
    connected.alice.post(f"{DIALOG}/webhook")
    assert "Intet kald endnu" in connected.told()
    connected.app.test_client().post(f"/w/{connect.webhook_token(connected.connection())}?new=7&old=7")
    assert "Sidste kald lige nu" in connected.told()


# ── A silent webhook ──────────────────────────────────────────────────────────────────────────────────────────────


def silent(pretend: Pretend, changes: int, called: bool = False) -> None:
    """e-conomic is the source, a webhook was made long ago, and a poll found changes that it did not tell of."""
    choose(pretend, "economic")
    pretend.alice.post(f"{DIALOG}/webhook")
    ago = ports.now() - timedelta(hours=2)
    seen = ago + timedelta(minutes=1) if called else None
    Connection.update(webhook_made_at=ago, webhook_called_at=seen, fetched_at=ago, defaults_saved_at=ago).execute()
    found = ports.now() - timedelta(hours=1)
    connection = pretend.connection()
    Sweep.create(company=connection.company, connection=connection, kind="poll", started_at=found, untold=changes)


@pytest.mark.parametrize("path", [PAGE, DIALOG, "/sync"])
def test_a_silent_webhook_is_told_where_an_administrator_looks(connected: Pretend, path: str) -> None:
    silent(connected, 3)
    assert "3 ændringer i e-conomic blev ikke meldt." in connected.alice.page(path).source


@pytest.mark.parametrize("path", [PAGE, "/sync"])
def test_others_are_not_troubled_with_it(connected: Pretend, path: str) -> None:
    silent(connected, 3)
    assert "blev ikke meldt" not in connected.bob.page(path).source


def test_when_it_last_spoke_is_told(connected: Pretend) -> None:
    silent(connected, 1, called=True)
    assert re.search("1 ændring i e-conomic blev ikke meldt.*sidste kald kom i", connected.told())


def test_a_call_ends_the_word_of_silence(connected: Pretend) -> None:
    silent(connected, 3)
    connected.app.test_client().post(f"/w/{connect.webhook_token(connected.connection())}?new=7&old=7")
    assert "blev ikke meldt" not in connected.told()


TRIAL = f"{DIALOG}/webhook/trial"


def waiting(pretend: Pretend) -> str:
    """Press “Prøv webhooken”; the address that is asked until the call has come."""
    pretend.alice.post(f"{DIALOG}/webhook")
    page = pretend.alice.page(TRIAL, piece=True)
    assert "Vi venter på kaldet." in page.source
    return page.one("div", id="trial").attrs["hx-get"]


def test_a_trial_ends_when_the_call_has_come(connected: Pretend) -> None:
    address = waiting(connected)
    connected.app.test_client().post(f"/w/{connect.webhook_token(connected.connection())}?new=7&old=7")
    page = connected.alice.page(address, piece=True)
    assert "Kaldet kom frem i dag" in page.source and "kunde 7" in page.source
    assert "hx-trigger" not in page.one("div", id="trial").attrs


def test_a_call_from_before_the_trial_proves_nothing(connected: Pretend) -> None:
    connected.alice.post(f"{DIALOG}/webhook")
    token = connect.webhook_token(connected.connection())
    connected.app.test_client().post(f"/w/{token}?new=7&old=7")
    assert "Vi venter på kaldet." in connected.alice.get(TRIAL, piece=True).text


def test_a_trial_gives_up_and_says_what_to_look_for(connected: Pretend) -> None:
    connected.alice.post(f"{DIALOG}/webhook")
    long_ago = int((ports.now() - timedelta(minutes=11)).timestamp() * 1000)
    page = connected.alice.page(f"{TRIAL}?since={long_ago}", piece=True)
    assert "Der kom intet kald i ti minutter." in page.source
    assert "hx-trigger" not in page.one("div", id="trial").attrs


def test_without_script_the_trial_stands_in_the_dialog(connected: Pretend) -> None:
    connected.alice.post(f"{DIALOG}/webhook")
    going = connected.alice.get(TRIAL)
    assert going.status_code == 303
    assert "Vi venter på kaldet." in connected.alice.page(going.headers["Location"]).source


@pytest.mark.parametrize("since", ["x", "-1", "99999999999999", "1" * 30, "٣"])
def test_a_trial_that_was_never_begun_is_none(connected: Pretend, since: str) -> None:
    connected.alice.post(f"{DIALOG}/webhook")
    assert "Vi venter" not in connected.alice.page(f"{TRIAL}?since={since}").source


def test_only_administrators_try_the_webhook(connected: Pretend) -> None:
    assert connected.bob.get(TRIAL, piece=True).status_code == 403


# ── Letting go, and pauses ────────────────────────────────────────────────────────────────────────────────────────


def test_before_letting_go_it_is_told_what_stops_and_what_is_kept(connected: Pretend) -> None:
    text = connected.alice.page(f"{DIALOG}/closing", piece=True).source
    assert "Det stopper" in text and "Det bliver gemt" in text and NAME in text


def test_letting_go_closes_the_connection_and_keeps_its_rows(connected: Pretend) -> None:
    connected.save()
    number = connected.connection().id
    assert connected.alice.post(f"{DIALOG}/close", piece=True).headers["HX-Trigger"] == "close-dialog"
    row = Connection.get_by_id(number)
    assert (row.state, row.grant_token, row.defaults["currency"]) == ("closed", "", "DKK")
    assert "Forbinder I den samme aftale igen" in connected.told()


def test_what_needs_a_connection_is_refused_without_one(pretend: Pretend) -> None:
    for path in ("", "/lists", "/webhook", "/close"):
        answer = pretend.alice.post(f"{DIALOG}{path}")
        assert answer.status_code == 409 and "Der er ingen forbindelse" in answer.text


@pytest.mark.parametrize(
    "reason, words", [("grant_withdrawn", "lukket for adgangen"), ("forbidden", "rettighed"), ("key_missing", "nøgle")]
)
def test_a_paused_connection_says_why_and_how_to_go_on(connected: Pretend, reason: str, words: str) -> None:
    connected.connection().pause(reason)
    for address in (PAGE, DIALOG):
        page = connected.alice.page(address)
        assert words in page.source and "Forbind igen" in page.source
    assert connected.alice.post(f"{PAGE}/customers", {"source": "economic"}).status_code == 409


def test_a_withdrawn_grant_pauses_and_connecting_again_goes_on(connected: Pretend) -> None:
    choose(connected, "economic")
    connected.sandbox.grants.clear()
    connected.work()
    assert "lukket for adgangen" in connected.told()
    connected.connect()
    assert connected.connection().is_active and Sweep.get().state == sweeps.DONE


# ── Who may ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", POSTS)
def test_bob_may_change_nothing_here(connected: Pretend, path: str) -> None:
    assert connected.bob.post(PAGE + path, {"source": "none", "answer": "go"}).status_code == 403


@pytest.mark.parametrize("path", ["/economic/callback?state=x&token=y", "/economic/closing", "/economic/agreement/1"])
def test_bob_may_not_open_what_leads_to_a_change(connected: Pretend, path: str) -> None:
    assert connected.bob.get(PAGE + path).status_code == 403


@pytest.mark.parametrize("paused", [False, True])
def test_bob_sees_the_connection_but_no_button_that_changes_it(connected: Pretend, paused: bool) -> None:
    connected.alice.post(f"{DIALOG}/webhook")
    if paused:
        connected.connection().pause("forbidden")
    for address in (PAGE, DIALOG):
        page = connected.bob.page(address)
        inside = page.source[page.source.index("<main") : page.source.index("</main>")]
        assert NAME in inside
        assert not re.findall(r"<button|<select|/w/|closing", inside)


def test_charlie_sees_nothing_of_alices_company(connected: Pretend) -> None:
    sweep = held(connected)
    for address in (PAGE, DIALOG):
        page = connected.charlie.page(address)
        assert NAME not in page.source and str(AGREEMENT) not in page.source
    assert connected.charlie.post(f"{PAGE}/brake/{sweep.id}", {"answer": "go"}).status_code == 404
    assert Sweep.get_by_id(sweep.id).state == sweeps.HELD


def test_a_stranger_is_asked_to_log_in(app: Flask) -> None:
    assert app.test_client().get(PAGE).location.startswith("/login?next=")


@pytest.mark.parametrize("language, said", [("da", "Indland uden moms"), ("en", "Domestic without VAT")])
@pytest.mark.parametrize("stored", ["Domestic exempt VAT", "Indland uden moms"])
def test_a_vat_zone_is_called_in_the_readers_language_however_it_was_stored(
    connected: Pretend, language: str, said: str, stored: str
) -> None:
    Reference.update(name=stored).where(Reference.kind == "vat_zone", Reference.key == "4").execute()
    connected.alice.post("/language", {"language": language})
    assert f">{said}</option>" in connected.alice.page(DIALOG).source


def test_a_vat_zone_of_another_name_keeps_it(connected: Pretend) -> None:
    Reference.update(name="Grønland").where(Reference.kind == "vat_zone", Reference.key == "3").execute()
    assert ">Grønland</option>" in connected.alice.page(DIALOG).source
