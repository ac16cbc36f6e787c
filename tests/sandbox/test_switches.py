"""The switches of unknown behaviour, from Python, by JSON and on their page."""

from typing import Any

import pytest

from tests.sandbox.conftest import Api
from webapp.sandbox import Sandbox
from webapp.sandbox.agreement import Agreement
from webapp.sandbox.pages.switch_words import SWITCH_WORDS
from webapp.sandbox.switches import DEFAULTS


def test_the_lowest_free_number_can_be_given(api: Api, agreement: Agreement, minimal: dict[str, Any]) -> None:
    for number in (1, 2, 4, 9):
        agreement.add_customer(customerNumber=number, name="x")
    agreement.sandbox.switches.next_number = "lowest-free"
    assert api("POST", "/rest/customers", minimal).json["customerNumber"] == 3


def test_past_the_highest_number_the_lowest_free_is_given(
    api: Api, agreement: Agreement, minimal: dict[str, Any]
) -> None:
    agreement.add_customer(customerNumber=999_999_999, name="Sidst")
    assert api("POST", "/rest/customers", minimal).json["customerNumber"] == 1


def test_renumbering_by_put_needs_the_agreements_leave(api: Api, agreement: Agreement, minimal: dict[str, Any]) -> None:
    agreement.add_customer(customerNumber=1, name="x")
    body = minimal | {"customerNumber": 5}
    assert api("PUT", "/rest/customers/1", body).status_code == 400
    agreement.sandbox.switches.renumbering_allowed = True
    assert api("PUT", "/rest/customers/1", body).json["customerNumber"] == 5
    assert list(agreement.customers) == [5]


def test_a_renumbered_customer_keeps_its_contacts(agreement: Agreement) -> None:
    agreement.add_customer(customerNumber=1, name="x")
    agreement.add_contact(1, "Ida")
    agreement.renumber(1, 5)
    assert [row["customerNumber"] for row in agreement.contacts.values()] == [5]


def test_a_used_customer_cannot_be_deleted(api: Api, agreement: Agreement) -> None:
    agreement.add_customer(customerNumber=1, name="x")
    agreement.mark_used(1)
    assert api("DELETE", "/rest/customers/1").status_code == 400
    assert api("DELETE", "/customersapi/v3.1.0/Customers/1").status_code == 400
    assert 1 in agreement.customers


def test_vat_numbers_are_only_kept_where_they_belong(api: Api, agreement: Agreement, minimal: dict[str, Any]) -> None:
    assert "vatNumber" not in api("POST", "/rest/customers", minimal | {"vatNumber": "SE1"}).json
    agreement.sandbox.switches.vat_number_accepted = True
    assert api("POST", "/rest/customers", minimal | {"vatNumber": "SE1"}).json["vatNumber"] == "SE1"


def test_unchanged_writes_may_count_as_changes(api: Api, agreement: Agreement, minimal: dict[str, Any]) -> None:
    api("POST", "/rest/customers", minimal)
    before = agreement.customers[1]["objectVersion"]
    agreement.sandbox.switches.unchanged_writes_count = True
    api("PUT", "/rest/customers/1", minimal)
    assert agreement.customers[1]["objectVersion"] != before


@pytest.mark.parametrize(("form", "status"), [("replay", 201), ("carry-out", 201), ("refuse", 409)])
def test_the_same_key_with_another_body(
    api: Api, agreement: Agreement, minimal: dict[str, Any], form: str, status: int
) -> None:
    agreement.sandbox.switches.idempotency_other_body = form
    api("POST", "/rest/customers", minimal, Idempotency_Key="k")
    assert api("POST", "/rest/customers", minimal | {"name": "Anden"}, Idempotency_Key="k").status_code == status
    assert len(agreement.customers) == (2 if form == "carry-out" else 1)


def test_switches_are_set_by_json(api: Api, sandbox: Sandbox) -> None:
    answer = api.http.post("/_sandbox/switches", json={"budget": 9, "webhook_held": True})
    assert (answer.status_code, sandbox.switches.budget, sandbox.switches.webhook_held) == (200, 9, True)
    api.http.post("/_sandbox/reset", json={})
    assert sandbox.switches.all() == DEFAULTS


@pytest.mark.parametrize("asked", [{"budget": "mange"}, {"ukendt": 1}, {"cancel": "aldrig"}, {"latency": -1}])
def test_a_wrong_setting_is_refused_whole(api: Api, sandbox: Sandbox, asked: dict[str, Any]) -> None:
    assert api.http.post("/_sandbox/switches", json={"call_cost": 5} | asked).status_code == 400
    assert sandbox.switches.all() == DEFAULTS


def test_the_page_sends_every_switch_and_changes_none_by_itself(api: Api, sandbox: Sandbox) -> None:
    form = {name: "on" if value is True else value for name, value in DEFAULTS.items() if value is not False}
    api.http.post("/_sandbox/switches", data=form)
    assert sandbox.switches.all() == DEFAULTS


def test_every_switch_has_a_name_on_the_page() -> None:
    assert set(SWITCH_WORDS) == set(DEFAULTS)


def test_faults_are_planned_by_json(api: Api) -> None:
    api.http.post("/_sandbox/faults", json={"kind": "503-before", "n": 2, "path": "self"})
    assert [api.get("/rest/self").status_code for _ in range(3)] == [503, 503, 200]


def test_the_agreement_is_worked_on_by_json(api: Api, agreement: Agreement) -> None:
    place = f"/_sandbox/agreements/{agreement.number}"
    api.http.post(f"{place}/customers", json={"customerNumber": 3, "name": "Udefra"})
    api.http.post(f"{place}/edit", json={"number": 3, "city": "By"})
    api.http.post(f"{place}/renumber", json={"old": 3, "new": 4})
    assert agreement.customers[4]["city"] == "By"
    api.http.post(f"{place}/delete", json={"number": 4})
    assert len(agreement.customers) == 0
    assert api.http.post(f"{place}/edit", json={"number": 99}).status_code == 400


def test_a_grant_is_given_and_taken_by_json(api: Api, agreement: Agreement) -> None:
    place = f"/_sandbox/agreements/{agreement.number}"
    token = api.http.post(f"{place}/grant", json={"app": "demo-app-public"}).json["token"]
    assert token in agreement.grants()
    api.http.post(f"{place}/revoke", json={})
    assert agreement.grants() == {}


def test_the_state_is_told_as_json(api: Api, agreement: Agreement) -> None:
    agreement.add_customer(name="x")
    state = api.http.get("/_sandbox/state").json
    assert state["agreements"][0]["customers"] == 1
    assert state["switches"] == DEFAULTS


@pytest.mark.parametrize("way, stands", [("as-sent", "Å-by "), ("trimmed", "Å-by"), ("capitals", "Å-BY ")])
def test_a_text_that_came_by_the_api_is_kept_as_the_switch_says(
    api: Api, agreement: Agreement, minimal: dict[str, Any], way: str, stands: str
) -> None:
    agreement.sandbox.switches.texts_kept = way
    made = api("POST", "/rest/customers", minimal | {"city": "Å-by "}).json
    assert made["city"] == stands


def test_a_text_that_a_call_leaves_alone_is_not_cut(api: Api, agreement: Agreement, minimal: dict[str, Any]) -> None:
    number = api("POST", "/rest/customers", minimal | {"city": "x" * 40}).json["customerNumber"]
    agreement.sandbox.switches.texts_kept = "cut"
    assert len(api("PUT", f"/rest/customers/{number}", minimal | {"city": "x" * 40}).json["city"]) == 40
    assert len(api("PUT", f"/rest/customers/{number}", minimal | {"city": "y" * 40}).json["city"]) == 24
