"""Opret forbindelse: to e-conomic and back, with a grant, without, with a stale state, or with another agreement."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from tests.apps import app_over
from tests.people import PASSWORD, Browser
from tests.views.pretend import ADDRESS, AGREEMENT, NAME, PAGE, SETTINGS, Pretend, going_to
from webapp import ports
from webapp.models.connection import AccessGrant, Connection

DIALOG = f"{PAGE}/economic"
OTHER, OTHER_NAME = 1500001, "Sydhavn Service ApS"


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database, SETTINGS)


@pytest.fixture
def pretend(app: Flask) -> Iterator[Pretend]:
    made = Pretend.make(app)
    with ports.using(made.ports()):
        yield made


def nothing_is_stored() -> bool:
    return not Connection.select().exists() and not AccessGrant.select().where(AccessGrant.grant_token != "").exists()


def test_opret_forbindelse_leads_to_e_conomics_page(pretend: Pretend) -> None:
    address = urlsplit(going_to(pretend.alice.post(f"{DIALOG}/connect")))
    query = parse_qs(address.query)
    assert f"{address.scheme}://{address.netloc}" == ADDRESS
    assert (query["appPublicToken"], query["locale"]) == (["demo-app-public"], ["da-DK"])
    assert query["redirectUrl"][0].startswith(f"http://localhost{DIALOG}/callback?state=")


def test_e_conomics_page_is_in_the_persons_language(pretend: Pretend) -> None:
    pretend.alice.post("/language", {"language": "en"})
    assert "locale=en-GB" in going_to(pretend.alice.post(f"{DIALOG}/connect"))


def test_the_way_out_is_no_redirect_of_a_form_which_the_policy_would_stop_on_a_further_host(pretend: Pretend) -> None:
    form = pretend.alice.page(DIALOG).one("form", action=f"{DIALOG}/connect")
    assert not [name for name in form.attrs if name.startswith("hx-")]
    policy = pretend.alice.get(DIALOG).headers["Content-Security-Policy"]
    assert "form-action 'self';" in policy
    assert pretend.alice.post(f"{DIALOG}/connect").status_code == 200


def test_back_with_a_grant_the_agreement_is_connected_and_named(pretend: Pretend) -> None:
    answer = pretend.come_back(pretend.begin(), pretend.grant())
    assert (answer.status_code, answer.location) == (303, PAGE)
    page = pretend.alice.page(PAGE)
    assert f"Forbundet med {NAME} (aftale {AGREEMENT})." in page.source
    assert pretend.connection().state == "open"


@pytest.mark.parametrize("form", [{"rehearse": "1"}, {}])
def test_a_connection_begins_in_rehearsal_when_that_was_ticked(pretend: Pretend, form: dict[str, str]) -> None:
    pretend.come_back(pretend.begin(**form), pretend.grant())
    assert pretend.connection().is_rehearsing == bool(form)
    assert ("Prøvetilstand, slået til af Alice" in pretend.alice.page(PAGE).source) == bool(form)


def test_the_grant_is_not_stored_as_it_came(pretend: Pretend) -> None:
    token = pretend.grant()
    pretend.come_back(pretend.begin(), token)
    assert token not in pretend.connection().grant_token


@pytest.mark.parametrize("query", ["", "&error=access_denied", "&token=", "&token=a b", "&token=" + "x" * 600])
def test_without_a_grant_nothing_is_stored(pretend: Pretend, query: str) -> None:
    answer = pretend.alice.get(pretend.begin() + query)
    assert answer.location == DIALOG
    assert "Der blev ikke givet adgang i e-conomic" in pretend.told()
    assert nothing_is_stored()


@pytest.mark.parametrize("query", ["", "?token=abc", "?state=&token=abc", "?state=wrong&token=abc", "?state=%00"])
def test_an_answer_nobody_here_asked_for_is_refused(pretend: Pretend, query: str) -> None:
    assert pretend.alice.get(f"{DIALOG}/callback{query}").location == DIALOG
    assert "hører ikke til et forsøg, som du har begyndt her" in pretend.told()
    assert nothing_is_stored()


def test_the_reason_is_told_once(pretend: Pretend) -> None:
    pretend.alice.get(pretend.begin())
    assert "ikke givet adgang" in pretend.told()
    assert "ikke givet adgang" not in pretend.told()


def test_an_answer_that_comes_twice_changes_nothing(pretend: Pretend) -> None:
    back, token = pretend.begin(), pretend.grant()
    pretend.come_back(back, token)
    pretend.come_back(back, token)
    assert "allerede brugt" in pretend.told()
    assert Connection.select().count() == 1


def test_an_answer_after_half_an_hour_is_too_late(pretend: Pretend) -> None:
    back = pretend.begin()
    AccessGrant.update(created_at=ports.now() - timedelta(minutes=31)).execute()
    pretend.come_back(back, pretend.grant())
    assert "mere end en halv time" in pretend.told()
    assert nothing_is_stored()


def test_another_persons_state_is_refused(pretend: Pretend) -> None:
    back = pretend.begin(pretend.charlie)
    pretend.come_back(back, pretend.grant())
    assert "hører ikke til et forsøg" in pretend.told()
    assert nothing_is_stored()


def test_a_grant_that_e_conomic_does_not_know_is_refused(pretend: Pretend) -> None:
    pretend.come_back(pretend.begin(), "made-up")
    assert "kender ikke den adgang" in pretend.told()
    assert nothing_is_stored()


def test_when_e_conomic_does_not_answer_a_sentence_says_so(pretend: Pretend) -> None:
    back, token = pretend.begin(), pretend.grant()
    pretend.sandbox.faults.always(path="/self", kind="503-before")
    with ports.using(ports.Ports(session=pretend.ports().session, sleep=lambda seconds: None)):
        pretend.come_back(back, token)
    assert "e-conomic svarede ikke rigtigt" in pretend.told()
    assert nothing_is_stored()


def test_who_comes_while_e_conomic_has_asked_us_to_wait_is_told_how_long(pretend: Pretend) -> None:
    back, before = pretend.begin(), pretend.connect()
    before.rest(150)
    for visit in (lambda: pretend.come_back(back, pretend.grant()), lambda: pretend.alice.post(f"{DIALOG}/connect")):
        assert visit().location == DIALOG
        assert "e-conomic har bedt os vente. Intet er ændret. Prøv igen om 3 minutter." in pretend.told()
    assert pretend.connection().opened_at == before.opened_at


def test_whoever_was_signed_out_meanwhile_logs_in_and_is_connected(pretend: Pretend, app: Flask) -> None:
    back, token = pretend.begin(), pretend.grant()
    elsewhere = Browser.of(app)
    to_login = elsewhere.get(f"{back}&token={token}").location
    answer = elsewhere.post(to_login, {"email": pretend.alice.user.email, "password": PASSWORD})  # type: ignore[union-attr]
    assert answer.location == f"{back}&token={token}"
    assert elsewhere.get(answer.location).location == PAGE
    assert pretend.connection().agreement_number == AGREEMENT


def test_without_the_apps_tokens_a_sentence_stands_instead_of_the_button(pretend: Pretend) -> None:
    pretend.app.config["ECONOMIC_APP_PUBLIC_TOKEN"] = ""
    page = pretend.alice.page(DIALOG)
    assert "ikke sat op til e-conomic endnu" in page.source
    assert not page.all("form", action=f"{DIALOG}/connect")
    assert pretend.alice.post(f"{DIALOG}/connect").status_code == 409


# ── Another agreement than before ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def asked(pretend: Pretend) -> str:
    """Connected before; now another agreement was chosen. The address of the question."""
    pretend.connect()
    answer = pretend.come_back(pretend.begin(), pretend.grant(OTHER))
    return str(answer.location)


def test_another_agreement_is_asked_about_by_name_and_number(pretend: Pretend, asked: str) -> None:
    text = pretend.alice.page(asked).source
    assert all(word in text for word in (NAME, str(AGREEMENT), OTHER_NAME, str(OTHER), "Intet af det gamle røres"))
    assert pretend.connection().agreement_number == AGREEMENT


def test_an_agreement_that_was_used_before_is_told_to_go_on(pretend: Pretend, asked: str) -> None:
    assert "begynder uden parringer" in pretend.alice.page(asked).source
    pretend.alice.post(asked, {"answer": "yes"})
    back = str(pretend.come_back(pretend.begin(), pretend.grant(AGREEMENT)).location)
    text = pretend.alice.page(back).source
    assert f"I har brugt {NAME} før. Alt fortsætter, hvor det slap." in text
    assert "begynder uden parringer" not in text


def test_yes_opens_a_connection_of_its_own_and_touches_nothing_of_the_old(pretend: Pretend, asked: str) -> None:
    pretend.save()
    assert pretend.alice.post(asked, {"answer": "yes"}).location == PAGE
    old = Connection.get(Connection.agreement_number == AGREEMENT)
    assert (old.state, old.defaults["currency"]) == ("closed", "DKK")
    new = pretend.connection()
    assert (new.agreement_number, new.is_active, new.defaults["currency"]) == (OTHER, False, "")


def test_no_keeps_the_old_and_forgets_the_new(pretend: Pretend, asked: str) -> None:
    pretend.alice.post(asked, {"answer": "no"})
    assert pretend.connection().agreement_number == AGREEMENT
    assert not AccessGrant.select().where(AccessGrant.grant_token != "").exists()
    assert pretend.alice.post(asked, {"answer": "yes"}).location == DIALOG
    assert Connection.select().count() == 1


def test_no_answer_opens_nothing(pretend: Pretend, asked: str) -> None:
    assert pretend.alice.post(asked).status_code == 400
    assert Connection.select().count() == 1


def test_nobody_else_can_answer_for_alice(pretend: Pretend, asked: str) -> None:
    assert pretend.charlie.get(asked).location == DIALOG
    assert pretend.charlie.post(asked, {"answer": "yes"}).location == DIALOG
    pretend.charlie.post(asked, {"answer": "no"})
    assert pretend.alice.post(asked, {"answer": "yes"}).location == PAGE


def test_the_same_agreement_again_goes_on_where_it_was(pretend: Pretend) -> None:
    first = pretend.connect()
    pretend.save()
    pretend.alice.post(f"{DIALOG}/close")
    again = pretend.connect()
    assert (again.id, again.state, again.defaults["currency"]) == (first.id, "open", "DKK")
