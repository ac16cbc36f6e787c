"""What every call passes: tokens, roles, budget, idempotency, content type."""

from typing import Any

import pytest

from tests.sandbox.conftest import PUBLIC, Api, Clock
from webapp.sandbox import Sandbox
from webapp.sandbox.agreement import Agreement


def test_the_old_header_names_open_too(api: Api) -> None:
    headers = {"appId": api.headers["X-AppSecretToken"], "accessId": api.headers["X-AgreementGrantToken"]}
    assert api.http.get("/rest/self", headers=headers).status_code == 200


@pytest.mark.parametrize("change", [{"X-AppSecretToken": ""}, {"X-AgreementGrantToken": ""},
                                    {"X-AppSecretToken": "andet"}, {"X-AgreementGrantToken": "andet"}])  # fmt: skip
@pytest.mark.parametrize("path", ["/rest/self", "/customersapi/v3.1.0/Customers", "/webhooksapi/v1.0.0/webhooks"])
def test_missing_or_wrong_tokens_answer_401(api: Api, path: str, change: dict[str, str]) -> None:
    assert api.http.get(path, headers=api.headers | change).status_code == 401


def test_tokens_that_are_no_pair_have_their_own_code(api: Api, sandbox: Sandbox) -> None:
    sandbox.register_app("anden-hemmelighed", "anden", "Anden app")
    answer = api.http.get("/rest/self", headers=api.headers | {"X-AppSecretToken": "anden-hemmelighed"})
    assert (answer.status_code, answer.json["errorCode"]) == (401, "E02250")


def test_a_revoked_grant_answers_401(api: Api, agreement: Agreement) -> None:
    agreement.revoke(api.headers["X-AgreementGrantToken"])
    assert api.get("/rest/self").status_code == 401


def test_a_grant_dies_with_the_user_who_gave_it(sandbox: Sandbox, agreement: Agreement) -> None:
    sandbox.add_user("a@b.dk", "x", [agreement.number])
    api = Api(sandbox, agreement.grant(PUBLIC, user="a@b.dk"))
    sandbox.delete_user("a@b.dk")
    assert api.get("/rest/self").status_code == 401


def test_the_demo_tokens_only_read(api: Api, minimal: dict[str, Any]) -> None:
    api.headers = {"X-AppSecretToken": "demo", "X-AgreementGrantToken": "demo"}
    assert api.get("/rest/self").json["agreementNumber"] == 1118081
    assert api("POST", "/rest/customers", minimal).status_code == 403


def test_the_demo_query_stands_on_every_link(api: Api) -> None:
    answer = api.http.get("/rest/customers?demo=true&pagesize=1").json
    row = answer["collection"][0]
    assert row["self"].endswith("/customers/1?demo=true")
    assert row["customerGroup"]["self"].endswith("?demo=true")
    assert "demo=true" in answer["pagination"]["nextPage"]


def test_a_role_without_customers_is_refused_them(sandbox: Sandbox, agreement: Agreement) -> None:
    sandbox.register_app("s", "p", "Bog", roles=("Bookkeeping",))
    api = Api(sandbox, agreement.grant("p"))
    api.headers["X-AppSecretToken"] = "s"
    assert [api.get(f"/rest/{path}").status_code for path in ("customers", "self", "units")] == [403, 403, 200]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/rest/customers"),
        ("DELETE", "/rest/customers"),
        ("POST", "/rest/vat-zones"),
        ("PATCH", "/rest/currencies/DKK"),
    ],
)
def test_a_verb_that_is_not_there_answers_405(api: Api, method: str, path: str) -> None:
    answer = api(method, path, {})
    assert (answer.status_code, answer.json["httpStatusCode"]) == (405, 405)


@pytest.mark.parametrize("kind", ["", "text/plain", "application/xml"])
def test_a_write_needs_the_right_content_type(api: Api, kind: str) -> None:
    headers = api.headers | ({"Content-Type": kind} if kind else {})
    assert api.http.post("/rest/customers", data=b"{}", headers=headers).status_code == 415


def test_a_slash_at_the_end_and_other_case_are_forgiven(api: Api) -> None:
    assert api.get("/rest/customers/").status_code == 200
    assert api.get("/customersapi/v3.1.0/customers/count").json == 0


@pytest.mark.parametrize("path", ["/rest/self", "/rest/nowhere", "/customersapi/v3.1.0/Customers/9"])
def test_every_answer_tells_the_budget(api: Api, path: str) -> None:
    headers = api.get(path).headers
    assert headers["X-RateLimiting"] == "token-limit-10000-per-60-seconds: 3/10000"
    assert headers["X-CallCost"] == "3"


def test_a_spent_budget_answers_429_and_refills(api: Api, sandbox: Sandbox, clock: Clock) -> None:
    sandbox.switches.update(budget=6, budget_seconds=60)
    assert [api.get("/rest/self").status_code for _ in range(3)] == [200, 200, 429]
    clock.forward(seconds=int(api.get("/rest/self").headers["Retry-After"]))
    assert api.get("/rest/self").status_code == 200


def test_both_services_share_one_budget(api: Api, sandbox: Sandbox) -> None:
    sandbox.switches.update(budget=3)
    api.get("/rest/self")
    assert api.get("/customersapi/v3.1.0/Customers").status_code == 429


@pytest.mark.parametrize(
    ("form", "there"), [("seconds", "1"), ("date", "Mon, 02 Mar 2026 09:00:01 GMT"), ("none", None)]
)
def test_retry_after_has_three_forms(api: Api, sandbox: Sandbox, form: str, there: str | None) -> None:
    sandbox.switches.retry_after = form
    sandbox.faults.next(kind="429")
    assert api.get("/rest/self").headers.get("Retry-After") == there


def test_a_repeat_with_the_same_key_is_answered_from_the_cache(
    api: Api, agreement: Agreement, minimal: dict[str, Any]
) -> None:
    first = api("POST", "/rest/customers", minimal, Idempotency_Key="k1")
    again = api("POST", "/rest/customers", minimal, Idempotency_Key="k1")
    assert "X-ResultFromCache" not in first.headers
    assert (again.status_code, again.headers["X-ResultFromCache"], again.data) == (201, "true", first.data)
    assert agreement.creations == [(1, "k1", "api")]


def test_a_repeated_delete_is_answered_as_the_first(api: Api, agreement: Agreement) -> None:
    agreement.add_customer(customerNumber=1, name="Væk")
    answers = [api("DELETE", "/rest/customers/1", Idempotency_Key="d").status_code for _ in range(2)]
    assert answers == [204, 204]


def test_a_key_is_forgotten_after_an_hour(
    api: Api, clock: Clock, agreement: Agreement, minimal: dict[str, Any]
) -> None:
    api("POST", "/rest/customers", minimal, Idempotency_Key="k")
    clock.forward(minutes=60)
    assert api("POST", "/rest/customers", minimal, Idempotency_Key="k").json["customerNumber"] == 2


def test_a_refusal_is_kept_under_its_key_but_not_a_failure(api: Api, sandbox: Sandbox, minimal: dict[str, Any]) -> None:
    assert api("POST", "/rest/customers", {}, Idempotency_Key="k").status_code == 400
    assert api("POST", "/rest/customers", minimal, Idempotency_Key="k").status_code == 400
    sandbox.faults.next(kind="500-before")
    assert api("POST", "/rest/customers", minimal, Idempotency_Key="k2").status_code == 500
    assert api("POST", "/rest/customers", minimal, Idempotency_Key="k2").status_code == 201


def test_two_grants_do_not_share_keys(api: Api, agreement: Agreement, minimal: dict[str, Any]) -> None:
    other = Api(agreement.sandbox, agreement.grant(PUBLIC))
    answers = [one("POST", "/rest/customers", minimal, Idempotency_Key="k").json for one in (api, other)]
    assert [answer["customerNumber"] for answer in answers] == [1, 2]


def test_the_echo_answers_what_it_is_asked(api: Api) -> None:
    assert api("POST", "/rest/echo?statuscode=418", {}).status_code == 418


def test_app_settings_keep_what_the_app_puts_there(api: Api) -> None:
    assert api("PUT", "/rest/app-settings/agreement/cursor", {"content": {"at": 7}}).status_code == 201
    assert api.get("/rest/app-settings/agreement/cursor").json["content"] == {"at": 7}
    assert api("DELETE", "/rest/app-settings/agreement/cursor").status_code == 204
    assert api.get("/rest/app-settings/agreement").json["collection"] == []


def test_messages_can_be_danish(api: Api, sandbox: Sandbox) -> None:
    sandbox.switches.message_language = "da"
    assert api.get("/rest/customers/9").json["message"] == "Ressourcen blev ikke fundet."
