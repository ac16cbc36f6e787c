"""The field table: what is written in one service's words is read back the same, from either service."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.economic.limits import NUMBERS, TEXTS
from webapp.economic.records import Customer, overlay
from webapp.sync.fields import BY_NAME, FIELDS, NAMES, REFERENCES, named, read, spelled
from webapp.sync.normalise import settle

Service = Literal["legacy", "openapi"]
SERVICES: list[Service] = ["legacy", "openapi"]

letters = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=30).map(settle)
keys = st.integers(1, 999_999_999).map(str)
numbered = set(REFERENCES) - {"currency"}
customers = st.fixed_dictionaries({name: keys if name in numbered else letters for name in NAMES})


@pytest.mark.parametrize("service", SERVICES)
@given(values=customers)
def test_what_is_spelled_is_read_back(service: Service, values: dict[str, str]) -> None:
    body = overlay({"customerNumber": 7}, spelled(values, service), service)
    assert read(Customer(7, body, service, "1")) == values


@pytest.mark.parametrize("service", SERVICES)
def test_an_address_of_several_lines_is_read_back(service: Service) -> None:
    values = {"address": f"{'Havnegade 1, ' * 10}\nBaghuset\n{'3. sal ' * 20}".strip()}
    body = overlay({}, spelled(values, service), service)
    assert read(Customer(7, body, service, "1"))["address"] == values["address"]


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_absent_is_read_as_empty(service: Service) -> None:
    assert read(Customer(7, {"customerNumber": 7, "name": None}, service, "1")) == dict.fromkeys(NAMES, "")


def test_nul_is_left_out() -> None:
    assert read(Customer(7, {"name": "A\0B"}, "legacy"))["name"] == "AB"


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_the_limit_is_the_services_own(field: object) -> None:
    known = BY_NAME[field.name]  # type: ignore[attr-defined]
    if known.reference and known.name != "currency":
        assert known.legacy in NUMBERS["legacy"] and known.openapi in NUMBERS["openapi"]
        return
    openapi = 2 * TEXTS["openapi"]["address1"][1] if known.name == "address" else TEXTS["openapi"][known.openapi][1]
    assert known.limit == min(TEXTS["legacy"][known.legacy][1], openapi)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_complaint_about_either_spelling_is_named(field: object) -> None:
    known = BY_NAME[field.name]  # type: ignore[attr-defined]
    spellings = [known.legacy, known.openapi, known.legacy.upper(), known.openapi.capitalize()]
    assert {named(path) for path in spellings} == {known.name}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("address1", "address"),
        ("address2", "address"),
        ("customerGroup", "customer_group"),
        ("creditLimit", ""),
        ("", ""),
        (".", ""),
    ],
)
def test_a_complaint_is_named_by_its_head_or_not_at_all(path: str, name: str) -> None:
    assert named(path) == name
