"""Believable companies, the same for the same seed."""

import re
from itertools import islice

from webapp.sandbox.companies import companies, company, slug, valid_cvr
from webapp.sandbox.places import PLACES

KEYS = {"name", "cvr", "ean", "address", "zip", "city", "country", "email", "phone", "website", "customerNumber"}
MANY = list(companies(3000, seed=7))


def adds_up(cvr: str) -> bool:
    weights = (2, 7, 6, 5, 4, 3, 2, 1)
    return len(cvr) == 8 and cvr.isdigit() and sum(int(cvr[at]) * weights[at] for at in range(8)) % 11 == 0


def test_every_company_has_the_same_keys_and_only_texts() -> None:
    assert all(set(one) == KEYS for one in MANY)
    assert all(isinstance(value, str) for one in MANY for name, value in one.items() if name != "customerNumber")


def test_a_company_follows_from_its_index_alone() -> None:
    assert company(1234, 7) == MANY[1234]
    assert company(1234, 8) != MANY[1234]


def test_nothing_is_kept_while_they_are_made() -> None:
    assert next(islice(companies(10**9, seed=1), 5, None)) == company(5, 1)


def test_town_and_postcode_belong_together() -> None:
    assert {(one["zip"], one["city"]) for one in MANY} <= set(PLACES)
    assert len(PLACES) >= 110


def test_most_cvr_numbers_add_up_and_a_few_do_not() -> None:
    given = [one["cvr"] for one in MANY if one["cvr"]]
    good = sum(adds_up(cvr) for cvr in given)
    assert 0.9 < good / len(given) < 0.99


def test_there_are_eans_right_and_wrong() -> None:
    eans = [one["ean"] for one in MANY if one["ean"]]
    right = [sum(int(d) * (3 if n % 2 else 1) for n, d in enumerate(ean)) % 10 == 0 for ean in eans]
    assert any(right)
    assert not all(right)


def test_housing_associations_have_many_sites_under_one_cvr() -> None:
    sites = [one for one in MANY if " afd. " in one["name"]]
    by_cvr = {one["cvr"]: 0 for one in sites}
    for one in sites:
        by_cvr[one["cvr"]] += 1
    assert max(by_cvr.values()) >= 6


def test_near_doubles_stand_close_to_their_originals() -> None:
    folded = [re.sub(r"\W|aps|as$", "", one["name"].lower().replace("aa", "å").replace("oe", "ø")) for one in MANY]
    close = sum(folded[at] in folded[max(0, at - 5) : at] for at in range(len(folded)))
    assert close > 20


def test_the_dirt_of_real_life_is_there() -> None:
    names = " ".join(one["name"] for one in MANY)
    assert all(word in names for word in ("ApS", "A/S", "I/S", " v/", "æ", "ø", "å", "&", "Kommune"))
    assert any("c/o" in one["address"] and "\n" in one["address"] for one in MANY)


def test_a_name_becomes_a_host_name() -> None:
    assert slug("Ærø Åse & Søn ApS") == "aeroe-aase-soen"


def test_the_next_valid_cvr_is_found() -> None:
    assert adds_up(valid_cvr(12345678))
