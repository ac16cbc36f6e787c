"""What the published facts say of creating, replacing, deleting and repeating a customer."""

from typing import Any

from tests.contract.conftest import Target


def made(writer: Target, body: dict[str, Any]) -> dict[str, Any]:
    answer = writer("POST", "/rest/customers", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def test_a_creation_tells_its_place_and_the_whole_customer(writer: Target, minimal: dict[str, Any], free: int) -> None:
    answer = writer("POST", "/rest/customers", minimal | {"customerNumber": free})
    assert (answer.status_code, answer.json["customerNumber"]) == (201, free)
    assert writer.get(writer.path_of(answer.headers["Location"])).json["name"] == minimal["name"]


def test_a_put_is_a_true_replace(writer: Target, minimal: dict[str, Any]) -> None:
    number = made(writer, minimal | {"city": "Aarhus"})["customerNumber"]
    answer = writer("PUT", f"/rest/customers/{number}", minimal)
    assert (answer.status_code, "city" in answer.json) == (200, False)


def test_a_put_to_a_free_number_creates(writer: Target, minimal: dict[str, Any], free: int) -> None:
    assert writer("PUT", f"/rest/customers/{free}", minimal).status_code == 201


def test_a_deletion_answers_204_and_then_404(writer: Target, minimal: dict[str, Any]) -> None:
    number = made(writer, minimal)["customerNumber"]
    answers = [writer("DELETE", f"/rest/customers/{number}") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 404]
    assert answers[1].json["errorCode"] == "E06000"


def test_unknown_and_read_only_keys_are_ignored(writer: Target, minimal: dict[str, Any]) -> None:
    number = made(writer, minimal | {"cvr": "12345678", "balance": 99.0})["customerNumber"]
    answer = writer.get(f"/rest/customers/{number}").json
    assert ("cvr" in answer, answer["balance"]) == (False, 0)


def test_a_taken_number_is_refused(writer: Target, minimal: dict[str, Any], free: int) -> None:
    made(writer, minimal | {"customerNumber": free})
    assert "E06010" in writer("POST", "/rest/customers", minimal | {"customerNumber": free}).text


def test_the_same_key_creates_once(writer: Target, minimal: dict[str, Any], free: int) -> None:
    answers = [writer("POST", "/rest/customers", minimal, Idempotency_Key=f"contract-{free}") for _ in range(2)]
    assert answers[0].json["customerNumber"] == answers[1].json["customerNumber"]
    assert answers[1].headers["X-ResultFromCache"].lower() == "true"


def test_the_newer_service_refuses_an_old_version(writer: Target, minimal: dict[str, Any]) -> None:
    path = f"/customersapi/v3.1.0/Customers/{made(writer, minimal)['customerNumber']}"
    seen = writer.get(path).json
    assert writer("PUT", path, seen | {"city": "Et"}).status_code in (200, 204)
    answer = writer("PUT", path, seen | {"city": "To"})
    assert (answer.status_code, answer.json["errorCode"]) == (409, "UpdateConflict")
