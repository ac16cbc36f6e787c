"""The pages an e-conomic user meets."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from webapp.sandbox import Sandbox, create_sandbox, demo
from webapp.sandbox.agreement import Agreement

GRANT = "/secure/api1/requestaccess.aspx"
BACK = "http://127.0.0.1:5000/integration/retur?state=abc"


@pytest.fixture
def agreement(sandbox: Sandbox) -> Agreement:
    demo.seed_demo(sandbox)
    return sandbox.agreement(demo.SOUTH)


@pytest.fixture
def person(sandbox: Sandbox, agreement: Agreement) -> FlaskClient:
    """Somebody who is logged in and has one agreement only."""
    client = create_sandbox(sandbox).test_client()
    client.post("/login", data={"email": demo.BOOKKEEPER, "password": demo.PASSWORD})
    return client


def asked(client: FlaskClient, answer: str, back: str = BACK) -> str:
    data = {"appPublicToken": "demo-app-public", "redirectUrl": back, "answer": answer}
    return client.post(GRANT, data=data).headers.get("Location", "")


def test_a_stranger_is_sent_to_log_in_and_then_back(sandbox: Sandbox, agreement: Agreement) -> None:
    client = create_sandbox(sandbox).test_client()
    place = client.get("/customers?q=x").headers["Location"]
    data = {"email": demo.BOOKKEEPER, "password": demo.PASSWORD, "next": parse_qs(urlsplit(place).query)["next"][0]}
    assert client.post("/login", data=data).headers["Location"] == "/customers?q=x"


def test_a_browser_that_asks_for_an_icon_is_not_complained_to(sandbox: Sandbox) -> None:
    assert create_sandbox(sandbox).test_client().get("/favicon.ico").status_code == 204


def test_a_wrong_password_is_refused(sandbox: Sandbox, agreement: Agreement) -> None:
    client = create_sandbox(sandbox).test_client()
    assert client.post("/login", data={"email": demo.BOOKKEEPER, "password": "gæt"}).status_code == 401


def test_log_in_never_leads_to_another_host(sandbox: Sandbox, agreement: Agreement) -> None:
    client = create_sandbox(sandbox).test_client()
    data = {"email": demo.BOOKKEEPER, "password": demo.PASSWORD, "next": "//evil.example/"}
    assert client.post("/login", data=data).headers["Location"] == "/"


def test_someone_with_several_agreements_chooses_one(sandbox: Sandbox, agreement: Agreement) -> None:
    client = create_sandbox(sandbox).test_client()
    client.post("/login", data={"email": demo.ACCOUNTANT, "password": demo.PASSWORD})
    assert "/agreements" in client.get("/customers").headers["Location"]
    client.post("/agreements", data={"agreement": demo.BUSINESS})
    assert "Fjordglans Erhverv ApS" in client.get("/customers").text


def test_the_grant_page_names_app_agreement_and_what_it_may_reach(person: FlaskClient) -> None:
    page = person.get(GRANT, query_string={"appPublicToken": "demo-app-public", "redirectUrl": BACK}).text
    assert all(word in page for word in ("CleanManager", "Sydhavn Service ApS", "Kunder", "Tilføj app", "Annullér"))


def test_the_grant_page_speaks_the_language_of_the_link(person: FlaskClient) -> None:
    page = person.get(GRANT, query_string={"appPublicToken": "demo-app-public", "locale": "en-GB"}).text
    assert all(word in page for word in ("Add app", "Cancel", "Orders and quotations"))


def test_a_granted_app_gets_its_token_and_keeps_its_query(person: FlaskClient, agreement: Agreement) -> None:
    query = parse_qs(urlsplit(asked(person, "add")).query)
    assert query["state"] == ["abc"]
    assert set(agreement.grants()) == set(query["token"])


def test_the_grant_form_may_lead_back_to_the_app(person: FlaskClient) -> None:
    page = person.get(GRANT, query_string={"appPublicToken": "demo-app-public", "redirectUrl": BACK})
    assert page.headers["Content-Security-Policy"].endswith("form-action 'self' http://127.0.0.1:5000")


def test_without_a_way_back_the_token_is_shown(person: FlaskClient, agreement: Agreement) -> None:
    data = {"appPublicToken": "demo-app-public", "answer": "add"}
    page = person.post(GRANT, data=data).text
    assert re.findall(r'readonly value="(\w+)"', page) == list(agreement.grants())


@pytest.mark.parametrize(
    ("switch", "place"), [("no-token", BACK), ("error", f"{BACK}&error=access_denied"), ("stay", "")]
)
def test_cancelling_goes_where_the_switch_says(person: FlaskClient, sandbox: Sandbox, switch: str, place: str) -> None:
    sandbox.switches.cancel = switch
    assert asked(person, "cancel") == place


def test_a_way_back_may_have_to_be_registered(person: FlaskClient, sandbox: Sandbox) -> None:
    sandbox.switches.redirect_must_be_registered = True
    assert person.get(GRANT, query_string={"appPublicToken": "demo-app-public", "redirectUrl": BACK}).status_code == 400


def test_an_unknown_app_is_refused(person: FlaskClient) -> None:
    assert person.get(GRANT, query_string={"appPublicToken": "ukendt"}).status_code == 400


def test_an_edit_on_screen_changes_the_customer_and_calls_the_webhook(
    person: FlaskClient, agreement: Agreement, sandbox: Sandbox
) -> None:
    sandbox.webhooks.set_up(agreement, {"eventType": "CUSTOMER_UPDATED", "url": "https://x.dk", "name": "x"})
    record = agreement.customers[3]
    data = {**{name: record[name] for name in ("customerGroup", "paymentTerms", "vatZone", "currency")}, "name": "Nyt"}
    person.post("/customers/3", data=data)
    assert agreement.customers[3]["name"] == "Nyt"
    assert [row["values"] for row in sandbox.webhooks.queue.values()] == [{"OLDNUMBER": "3", "NEWNUMBER": "3"}]


def test_a_customer_is_made_on_screen(person: FlaskClient, agreement: Agreement) -> None:
    data = {"customerNumber": 900, "name": "Ny på siden", "customerGroup": 1, "paymentTerms": 1, "vatZone": 1,
            "currency": "DKK"}  # fmt: skip
    person.post("/customers/new", data=data)
    assert agreement.creations[-1] == (900, None, "page")


def test_a_form_without_a_name_is_shown_again(person: FlaskClient) -> None:
    answer = person.post("/customers/3", data={"name": ""})
    assert answer.status_code == 400
    assert "Navn skal udfyldes." in answer.text


def test_search_finds_by_name(person: FlaskClient, agreement: Agreement) -> None:
    agreement.edit(5, name="Ærøskøbing Æggehandel")
    assert "Ærøskøbing Æggehandel" in person.get("/customers?q=ærøskøbing").text


def test_a_customer_gets_another_number_on_screen(person: FlaskClient, agreement: Agreement) -> None:
    person.post("/customers/3/renumber", data={"new": 777})
    assert 3 not in agreement.customers
    assert 777 in agreement.customers


def test_a_customer_is_deleted_on_screen(person: FlaskClient, agreement: Agreement) -> None:
    person.post("/customers/3/delete")
    assert 3 not in agreement.customers


def test_a_webhook_is_typed_in_on_screen_exactly_as_given(person: FlaskClient, agreement: Agreement) -> None:
    data = {"eventType": "CUSTOMER_UPDATED", "name": "CleanManager", "url": "http://127.0.0.1:1/k?n=[NEWNUMBER]",
            "postData": " old=[OLDNUMBER]&x", "contentType": "text/odd"}  # fmt: skip
    person.post("/settings/webhooks/new", data=data)
    [row] = agreement.webhooks.values()
    assert {name: row[name] for name in data} == data


def test_the_webhook_form_shows_the_merge_fields(person: FlaskClient) -> None:
    page = person.get("/settings/webhooks/new").text
    assert "<code>[NEWNUMBER]</code>: Nyt nummer" in page
    assert all(word in page for word in ("Annullér", "Gem &amp; ny", "Kunde opdateret", "Sendte data"))


def test_a_revoked_app_is_locked_out(person: FlaskClient, agreement: Agreement) -> None:
    token = agreement.grant("demo-app-public")
    person.post("/settings/apps/revoke", data={"token": token})
    headers = {"X-AppSecretToken": "demo-app-secret", "X-AgreementGrantToken": token}
    assert person.get("/rest/self", headers=headers).status_code == 401


def test_the_cog_opens_a_menu_with_all_settings(person: FlaskClient) -> None:
    page = person.get("/customers").text
    menu = page[page.index('<details class="menu">') : page.index("</details>")]
    assert 'aria-label="Indstillinger"' in menu and '<a href="/settings">Alle indstillinger</a>' in menu


def test_a_unit_is_added_on_screen(person: FlaskClient, agreement: Agreement) -> None:
    person.post("/settings/units", data={"name": "besøg"})
    assert "besøg" in {row["name"] for row in agreement.reference("units").values()}


@pytest.mark.parametrize(
    "path",
    ["/", "/customers", "/customers/new", "/customers/1", "/customers/1/delete", "/settings", "/settings/units",
     "/settings/groups", "/settings/apps", "/settings/webhooks", "/settings/webhooks/new", "/_sandbox", "/nowhere"],
)  # fmt: skip
def test_every_page_says_it_is_a_sandbox_and_runs_no_script(person: FlaskClient, path: str) -> None:
    answer = person.get(path)
    assert "e-conomic <span>(sandkasse)</span>" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert not re.search(r"<script|style=|\son\w+=", answer.text)
