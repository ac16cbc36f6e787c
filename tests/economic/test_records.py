"""Reading a record, and building from it the body that is written back."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.economic.limits import NUMBERS, REQUIRED, TEXTS, Service
from webapp.economic.reading import customer_from
from webapp.economic.records import Customer, faults_in, limit, new_body, overlay, writable

SAMPLES = Path(__file__).resolve().parents[3] / "shared/reference/economic-samples"
SERVICES: tuple[Service, ...] = ("legacy", "openapi")

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
text = st.text("aB1 .,-'\"\n\r\0æØåé\u0301😀٣²", max_size=60)
leaf = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text
tree = st.recursive(leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3))


@st.composite
def customers(draw: st.DrawFn, service: Service) -> Customer:
    """A customer with some known fields and some that nobody has heard of."""
    known = st.sampled_from(sorted(TEXTS[service]))
    raw: dict[str, object] = dict(draw(st.dictionaries(text, tree, max_size=4)))
    raw |= draw(st.dictionaries(known, text, max_size=6))
    version = "v1" if service == "openapi" else None
    return Customer(7, raw | ({"objectVersion": "v1"} if version else {}), service, version)


def changes(service: Service) -> st.SearchStrategy[dict[str, str]]:
    paths = (TEXTS[service].keys() | NUMBERS[service] | {"address"}) - {"address1", "address2"}
    return st.dictionaries(st.sampled_from(sorted(paths)), text | st.integers(0, 10**9).map(str), max_size=5)


both = st.sampled_from(SERVICES).flatmap(lambda service: st.tuples(customers(service), changes(service)))


def _tops(paths: Mapping[str, str], service: Service) -> set[str]:
    """The keys of a body that these changes may touch."""
    tops = {path.split(".")[0] for path in paths}
    return tops | {"address1", "address2"} if service == "openapi" and "address" in tops else tops


def _nulls(value: object) -> bool:
    if isinstance(value, dict):
        return any(_nulls(inner) for inner in value.values())
    return value is None


@patient
@given(both)
def test_nothing_outside_the_changed_fields_ever_differs(case: tuple[Customer, dict[str, str]]) -> None:
    customer, wanted = case
    before = writable(customer)
    after = overlay(before, wanted, customer.service)

    touched = _tops(wanted, customer.service)
    assert {k: v for k, v in after.items() if k not in touched} == {k: v for k, v in before.items() if k not in touched}


@patient
@given(both)
def test_a_body_never_holds_a_null(case: tuple[Customer, dict[str, str]]) -> None:
    customer, wanted = case

    assert not _nulls(overlay(writable(customer), wanted, customer.service))


@patient
@given(both)
def test_what_was_laid_over_reads_back(case: tuple[Customer, dict[str, str]]) -> None:
    customer, wanted = case
    written = Customer(7, overlay(writable(customer), wanted, customer.service), customer.service)

    for path, value in wanted.items():
        expected = value.replace("\r\n", "\n").replace("\r", "\n") if path == "address" else value
        if path in NUMBERS[customer.service] and re.fullmatch(r"\s*[0-9]{1,10}\s*", value, re.ASCII):
            expected = str(int(value))
        assert written.text(path) == expected


@patient
@given(both)
def test_laying_over_twice_changes_nothing_more(case: tuple[Customer, dict[str, str]]) -> None:
    customer, wanted = case
    once = overlay(writable(customer), wanted, customer.service)

    assert overlay(once, wanted, customer.service) == once


@patient
@given(both)
def test_an_empty_required_field_never_passes(case: tuple[Customer, dict[str, str]]) -> None:
    customer, wanted = case
    body = overlay(writable(customer), wanted, customer.service)

    found = {fault.property for fault in faults_in(body, customer.service) if fault.code == "missing"}
    assert found >= {path for path in REQUIRED[customer.service] if path.split(".")[0] not in body}


def test_a_legacy_body_is_what_was_read_without_read_only_keys(customer: dict[str, Any]) -> None:
    body = writable(customer_from(customer, "legacy"))

    assert customer.keys() - body.keys() == {"balance", "dueAmount", "lastUpdated", "contacts", "self"}
    assert all(body[key] == customer[key] for key in body)


def test_the_flag_for_electronic_invoices_goes_back_unchanged(customer: dict[str, Any]) -> None:
    assert writable(customer_from(customer, "legacy"))["eInvoicingDisabledByDefault"] is False


def test_a_newer_body_is_all_that_was_read(newer_customer: dict[str, Any]) -> None:
    assert writable(customer_from(newer_customer, "openapi")) == newer_customer


def test_nulls_that_were_read_are_left_out(newer_customer: dict[str, Any]) -> None:
    shown = newer_customer | {"county": None, "odd": {"inner": None, "kept": 1}}

    assert writable(customer_from(shown, "openapi")) == newer_customer | {"odd": {"kept": 1}}


def test_a_reference_is_replaced_whole_so_that_number_and_link_agree(customer: dict[str, Any]) -> None:
    body = overlay(customer, {"customerGroup.customerGroupNumber": "5"})

    assert body["customerGroup"] == {"customerGroupNumber": 5}


def test_a_cleared_field_is_a_key_left_out(customer: dict[str, Any]) -> None:
    body = overlay(customer, {"address": "", "vatZone.vatZoneNumber": ""})

    assert customer.keys() - body.keys() == {"address", "vatZone"}


def test_the_service_is_told_from_the_body(newer_customer: dict[str, Any]) -> None:
    assert overlay(newer_customer, {"zone": "3", "postCode": "8000"}) == newer_customer | {
        "zone": 3,
        "postCode": "8000",
    }


@pytest.mark.parametrize(
    ("service", "path"),
    [("legacy", "cvr"), ("legacy", "postCode"), ("openapi", "zip"), ("openapi", "customerGroup.customerGroupNumber")],
)
def test_a_misspelt_field_is_refused_as_they_would_ignore_it(service: Service, path: str) -> None:
    with pytest.raises(ValueError, match="no field"):
        overlay({}, {path: "x"}, service)


def test_overlay_leaves_its_argument_alone(customer: dict[str, Any]) -> None:
    before = json.dumps(customer)
    overlay(customer, {"name": "Ny", "customerGroup.customerGroupNumber": "9"})

    assert json.dumps(customer) == before


def test_a_new_body_holds_the_number_and_the_filled_fields_only() -> None:
    body = new_body({"name": "Ny", "city": "", "paymentTerms.paymentTermsNumber": "1"}, 42)

    assert body == {"customerNumber": 42, "name": "Ny", "paymentTerms": {"paymentTermsNumber": 1}}


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ("Torvet 1", {"address1": "Torvet 1"}),
        ("Torvet 1\nSal 2\nBox 3", {"address1": "Torvet 1", "address2": "Sal 2\nBox 3"}),
        ("Torvet 1\r\nSal 2", {"address1": "Torvet 1", "address2": "Sal 2"}),
        ("\nSal 2", {"address2": "Sal 2"}),
        ("Torvet 1\r", {"address1": "Torvet 1\n"}),
        ("\n", {"address1": "\n"}),
        ("Torvet 1\n\nSal 2\n", {"address1": "Torvet 1", "address2": "\nSal 2\n"}),
        (f"{'a' * 50}\n{'b' * 100}\n{'c' * 200}", {"address1": f"{'a' * 50}\n{'b' * 100}", "address2": "c" * 200}),
        ("", {}),
    ],
)
def test_an_address_is_split_where_both_lines_fit(written: str, lines: dict[str, str]) -> None:
    assert overlay({"objectVersion": "1", "address1": "x", "address2": "y"}, {"address": written}) == {
        "objectVersion": "1",
        **lines,
    }


def test_too_long_an_address_line_is_told_and_never_cut() -> None:
    body = overlay({}, {"address": "x" * 256}, "openapi")

    assert ("address", "too_long") in {(fault.property, fault.code) for fault in faults_in(body, "openapi")}
    assert body["address1"] == "x" * 256


def test_an_address_reads_alike_from_both_services(customer: dict[str, Any], newer_customer: dict[str, Any]) -> None:
    legacy, newer = customer_from(customer, "legacy"), customer_from(newer_customer, "openapi")

    assert legacy.text("address") == newer.text("address") == "Torvet 1\n2. sal"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("name", "Mr. Anderson"),
        ("customerGroup.customerGroupNumber", "2"),
        ("balance", "-1600"),
        ("eInvoicingDisabledByDefault", "false"),
        ("email", ""),
        ("customerGroup", ""),
        ("name.inner", ""),
        ("somethingNew.deep", ""),
    ],
)
def test_a_value_is_read_as_text(customer: dict[str, Any], path: str, expected: str) -> None:
    assert customer_from(customer, "legacy").text(path) == expected


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": ""}, "missing"),
        ({"name": "   "}, "missing"),
        ({"name": "x" * 256}, "too_long"),
        ({"currency": "DK"}, "too_short"),
        ({"ean": "1" * 14}, "too_long"),
        ({"pNumber": "123"}, "too_short"),
        ({"customerGroup.customerGroupNumber": "two"}, "wrong_type"),
        ({"customerGroup.customerGroupNumber": "0"}, "out_of_range"),
        ({"vatZone.vatZoneNumber": ""}, "missing"),
    ],
)
def test_what_they_would_refuse_is_told_before(customer: dict[str, Any], change: dict[str, str], code: str) -> None:
    body = overlay(writable(customer_from(customer, "legacy")), change)

    assert [fault.code for fault in faults_in(body, "legacy")] == [code]


def test_a_null_deep_inside_is_told() -> None:
    faults = faults_in({"objectVersion": "1", "odd": {"inner": None}}, "openapi")

    assert ("odd.inner", "null") in {(fault.property, fault.code) for fault in faults}


def test_old_dirt_in_an_untouched_field_stops_nothing(customer: dict[str, Any]) -> None:
    body = overlay(writable(customer_from(customer | {"ean": "x" * 40}, "legacy")), {"city": "Aarhus"})

    assert faults_in(body, "legacy", only=["city"]) == ()


def test_a_required_field_is_looked_at_though_nobody_touched_it() -> None:
    assert {fault.property for fault in faults_in({}, "openapi", only=["city"])} == set(REQUIRED["openapi"])


def test_a_limit_is_known_by_path() -> None:
    assert (limit("legacy", "zip"), limit("openapi", "address"), limit("openapi", "zone")) == (30, 510, None)


def _published(name: str) -> dict[str, Any]:
    file = SAMPLES / name
    if not file.exists():
        pytest.skip("the published schemas are not here")
    return dict(json.loads(file.read_text()))


def _bounds(properties: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {
        name: (rule.get("minLength", 0), rule["maxLength"]) for name, rule in properties.items() if "maxLength" in rule
    }


@pytest.mark.parametrize("name", ["customers.post.schema.json", "customers.customerNo.put.schema.json"])
def test_legacy_limits_are_the_published_ones(name: str) -> None:
    assert _bounds(_published(name)["properties"]) == TEXTS["legacy"]


def test_newer_limits_are_the_published_ones_but_for_what_must_be_filled() -> None:
    published = _published("openapi-customersapi-v3.1.0.json")["components"]["schemas"]["Customer"]["properties"]

    assert _bounds(published) | {"name": (1, 255), "currency": (3, 3)} == TEXTS["openapi"]


def test_every_recorded_customer_can_be_written_back() -> None:
    for raw in _published("customers.page0.recorded.json")["collection"]:
        body = writable(customer_from(raw, "legacy"))
        assert all(body[key] == raw[key] for key in body)
        assert faults_in(body, "legacy", only=()) == ()
