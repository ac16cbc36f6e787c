"""The rules for new customers, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.sync.countries import code_of
from webapp.sync.defaulting import Rule, chosen, filled
from webapp.sync.fields import REFERENCES

DEFAULTS = dict.fromkeys(REFERENCES, "1")

values = st.fixed_dictionaries(
    {name: st.sampled_from(["", "5"]) for name in REFERENCES}
    | {"country": st.sampled_from(["", "Danmark", "Sverige", "Norge", "Ukendtland"])}
    | {name: st.sampled_from(["", "10150817"]) for name in ("cvr", "ean")}
)
rules = st.lists(
    st.builds(
        Rule,
        st.integers(1, 9),
        st.sampled_from(["", "DK", "EU", "abroad", "SE"]),
        st.sampled_from(["", "with", "without"]),
        st.sampled_from(["", "company", "private"]),
        st.dictionaries(st.sampled_from(REFERENCES), st.sampled_from(["2", "3"])),
    ),
    max_size=4,
)


@pytest.mark.parametrize(
    ("country", "wanted", "holds"),
    [
        ("", "DK", True),
        ("danmark", "DK", True),
        ("Sweden", "EU", True),
        ("Danmark", "EU", False),
        ("Norge", "EU", False),
        ("Norge", "abroad", True),
        ("Tyskland", "abroad", False),
        ("Deutschland", "DE", True),
        ("Ukendtland", "abroad", False),
    ],
)
def test_a_rule_knows_countries_by_any_spelling(country: str, wanted: str, holds: bool) -> None:
    assert Rule(1, country=wanted).holds({"country": country}) == holds


@pytest.mark.parametrize(
    ("given_", "party", "holds"),
    [
        ({"cvr": "10150817"}, "company", True),
        ({"ean": "5798000416604"}, "company", True),
        ({}, "company", False),
        ({}, "private", True),
    ],
)
def test_a_company_is_told_by_its_numbers(given_: dict[str, str], party: str, holds: bool) -> None:
    assert Rule(1, party=party).holds(given_) == holds


def test_the_first_rule_with_a_say_wins_field_by_field() -> None:
    first, second = Rule(1, sets={"currency": "EUR"}), Rule(2, sets={"currency": "SEK", "vat_zone": "2"})
    found = chosen({}, [first, second], DEFAULTS)
    assert (found["currency"].value, found["currency"].rule) == ("EUR", first)
    assert (found["vat_zone"].value, found["vat_zone"].rule) == ("2", second)
    assert (found["payment_terms"].value, found["payment_terms"].rule) == ("1", None)


@given(values, rules)
def test_what_a_customer_has_is_never_replaced(drawn: dict[str, str], laid: list[Rule]) -> None:
    after = filled(drawn, laid, DEFAULTS)
    assert after.keys() == drawn.keys()
    assert all(after[name] == value for name, value in drawn.items() if value)


@given(values, rules)
def test_every_gap_is_filled_when_there_are_defaults(drawn: dict[str, str], laid: list[Rule]) -> None:
    assert all(filled(drawn, laid, DEFAULTS)[name] for name in REFERENCES)


@given(values, rules)
def test_a_rule_that_does_not_hold_changes_nothing(drawn: dict[str, str], laid: list[Rule]) -> None:
    holding = [rule for rule in laid if rule.holds(drawn)]
    assert filled(drawn, laid, DEFAULTS) == filled(drawn, holding, DEFAULTS)


def test_no_country_is_our_own() -> None:
    assert (code_of(""), code_of("Dk"), code_of("Tyskland"), code_of("Nowhere")) == ("DK", "DK", "DE", "")
