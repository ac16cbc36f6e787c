"""Each error body that e-conomic is known to send, and what the client makes of it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.economic import wire
from webapp.economic import errors
from webapp.economic.errors import EconomicError, FieldFault, fault_from

JSON = {"Content-Type": "application/json; charset=utf-8"}


def _fault(status: int, body: Any = None, headers: dict[str, str] | None = None) -> EconomicError:
    return fault_from(status, JSON | (headers or {}), json.dumps(body).encode() if body is not None else b"")


@pytest.mark.parametrize(
    ("status", "kind", "temporary", "unclear"),
    [
        (400, "refused", False, False),
        (401, "grant_withdrawn", False, False),
        (403, "forbidden", False, False),
        (404, "garbled", True, True),
        (405, "unsupported", False, False),
        (409, "stale_version", False, False),
        (415, "unsupported", False, False),
        (418, "unsupported", False, False),
        (422, "refused", False, False),
        (408, "unreachable", True, True),
        (429, "rate_limited", True, False),
        (302, "garbled", True, True),
        (500, "server_fault", True, True),
        (501, "server_fault", True, True),
        (503, "server_fault", True, True),
    ],
)
def test_a_status_without_a_body_is_classed(status: int, kind: str, temporary: bool, unclear: bool) -> None:
    fault = _fault(status)

    assert (fault.kind, fault.temporary, fault.unclear) == (kind, temporary, unclear)


def test_a_get_is_never_unclear() -> None:
    fault = _fault(500)
    fault.method = "GET"

    assert not fault.unclear


def test_a_validation_error_names_field_code_and_value() -> None:
    fault = _fault(400, wire.NO_GROUP)

    assert isinstance(fault, errors.Refused)
    assert fault.fields == (FieldFault("customerGroup", "CustomerGroup '1' not found.", "E07140", 1),)


def test_code_and_log_id_are_kept_for_the_operator() -> None:
    fault = _fault(400, wire.NO_GROUP)

    assert (fault.code, fault.log_id, fault.status) == ("E04300", "7dacf1e1192c3689-FRA", 400)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (wire.TWO_ERRORS, [("paymentTerms", "E07080"), ("paymentTermsType", "E07180")]),
        (wire.LIST_FORM, [("entries[4].customer", "E06820")]),
        (wire.FORM_OF_2015, [("currency", "E06000")]),
        (wire.FILTER, [("bogusProp", None)]),
        ({"errors": ["String 'x' exceeds maximum length of 50. Path 'city'."]}, [("city", None)]),
        ({"errors": ["Something else."]}, [("", None)]),
        ({"errors": {"zip": ["too long", "too odd"]}}, [("zip", None), ("zip", None)]),
        ({"errors": {"customerGroup": {"customerGroupNumber": {"errors": [{"message": "no", "errorCode": "E1"}]}}}},
         [("customerGroup.customerGroupNumber", "E1")]),
        ({"errors": [{"message": "Bad e-mail", "errorCode": "CustomerInvalidEmail", "property": "email"}]},
         [("email", "CustomerInvalidEmail")]),
        ({"errors": None}, []),
        ({"errors": 5}, []),
        ([1, 2], []),
        ("nothing", []),
    ],
)  # fmt: skip
def test_every_form_of_error_list_is_read(body: Any, expected: list[tuple[str, str | None]]) -> None:
    fault = _fault(400, body)

    assert isinstance(fault, errors.Refused)
    assert [(entry.property, entry.code) for entry in fault.fields] == expected


def test_the_form_of_2015_gives_message_and_value() -> None:
    fault = _fault(400, wire.FORM_OF_2015)

    assert isinstance(fault, errors.Refused)
    assert fault.fields[0] == FieldFault("currency", "currency does not exist.", "E06000", "ZUL")


@pytest.mark.parametrize("body", [wire.MISSING, wire.MISSING | {"errorCode": "E06000"}, wire.NEWER_MISSING])
def test_a_404_in_their_own_shape_means_absent(body: dict[str, Any]) -> None:
    assert isinstance(_fault(404, body), errors.Missing)


@pytest.mark.parametrize(
    "body", [{"message": "no Route matched"}, {"httpStatusCode": 404}, wire.MISSING | {"httpStatusCode": 500}, [], "x"]
)
def test_a_404_in_another_shape_means_unknown(body: Any) -> None:
    assert isinstance(_fault(404, body), errors.Garbled)


def test_a_404_page_of_html_means_unknown_whatever_it_holds() -> None:
    body = json.dumps(wire.MISSING).encode()

    assert isinstance(fault_from(404, {"content-type": "text/html"}, body), errors.Garbled)


@pytest.mark.parametrize("body", [wire.DOCUMENTED_CONFLICT, wire.LIVE_CONFLICT])
def test_a_conflict_is_a_stale_version_in_both_shapes(body: dict[str, Any]) -> None:
    assert isinstance(_fault(409, body), errors.StaleVersion)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"message": "Number exists", "errorCode": "E06010"}),
        (400, {"errorCode": "E04300", "errors": {"customerNumber": {"errors": [{"errorCode": "E06010"}]}}}),
        (400, {"title": "x", "errors": [{"errorCode": "CustomerAlreadyExists", "message": "x"}]}),
        (409, {"title": "x", "errorCode": "CustomerAlreadyExists"}),
    ],
)
def test_a_taken_number_is_told_apart(status: int, body: dict[str, Any]) -> None:
    assert isinstance(_fault(status, body), errors.NumberTaken)


@pytest.mark.parametrize("status", [401, 403])
def test_a_page_that_refuses_a_call_is_not_e_conomics_word(status: int) -> None:
    fault = errors.fault_from(status, {"Content-Type": "text/html"}, b"<h1>Access denied</h1>")
    assert isinstance(fault, errors.Garbled)


def test_tokens_that_are_no_pair_are_a_withdrawn_grant() -> None:
    assert isinstance(_fault(400, {"message": "x", "errorCode": "E02250"}), errors.GrantWithdrawn)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"Retry-After": "Sat, 01 Aug 2026 12:00:30 GMT"}, 30.0),
        ({"Retry-After": "Sat, 01 Aug 2026 12:00:30 GMT", "Date": "Sat, 01 Aug 2026 12:00:20 GMT"}, 10.0),
        ({"Retry-After": "Sat, 01 Aug 2026 11:00:00 GMT"}, 0.0),
        ({"Retry-After": "99999999"}, 3600.0),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(headers: dict[str, str], wait: float | None) -> None:
    assert fault_from(429, headers, b"", now=datetime(2026, 8, 1, 12, tzinfo=UTC)).wait == wait


def test_a_line_for_the_log_holds_what_support_asks_for() -> None:
    line = str(_fault(400, wire.NO_GROUP))

    assert line.startswith("refused 400 E04300 Validation failed. 1 error found.")
    assert line.endswith("(7dacf1e1192c3689-FRA)")


def test_a_body_of_endless_complaints_is_cut_off() -> None:
    fault = _fault(400, {"errors": ["no"] * 100_000})

    assert isinstance(fault, errors.Refused)
    assert len(fault.fields) == 100


def test_every_kind_is_named_once() -> None:
    assert len({kind.kind for kind in errors.KINDS}) == len(errors.KINDS) == 11


def test_the_recorded_bodies_are_all_classed() -> None:
    file = Path(__file__).resolve().parents[3] / "shared/reference/economic-samples/errors.sample.json"
    if not file.exists():
        pytest.skip("the recorded error bodies are not here")
    recorded = {name: body for name, body in json.loads(file.read_text()).items() if not name.startswith("_")}
    kinds = {name: _fault(int(name.split("_")[1]), body).kind for name, body in recorded.items()}

    expected = {"400": "refused", "404": "missing", "409": "stale_version"}
    assert kinds == {name: expected[name.split("_")[1]] for name in recorded}


def test_no_word_of_theirs_holds_what_a_database_cannot() -> None:
    said = {
        "message": "a\0b",
        "errorCode": "E\0",
        "logId": "\0",
        "errors": {"na\0me": {"errors": [{"message": "\0x"}]}},
    }
    fault = fault_from(400, {}, json.dumps(said).encode())

    assert isinstance(fault, errors.Refused) and (fault.message, fault.code, fault.log_id) == ("ab", "E", None)
    assert [(one.property, one.message) for one in fault.fields] == [("name", "x")]
    assert "\0" not in str(fault)
