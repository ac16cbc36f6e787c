"""Who might be the same party: what counts, what speaks against, and that crowds of equal names stay harmless."""

import pytest

from webapp.sync import matching
from webapp.sync.matching import Evidence, candidates, evidence, lookalikes, name_key, score

TANDKLINIK = {
    "name": "Havnens Tandklinik ApS",
    "cvr": "33920459",
    "address": "Havnegade 12",
    "postcode": "5000",
    "email": "post@tand.dk",
}


@pytest.mark.parametrize(
    "name", ["Havnens Tandklinik", "HAVNENS TANDKLINIK A/S", "Havnens  Tandklinik, I/S", "Havnens-Tandklinik"]
)
def test_the_legal_form_and_punctuation_are_not_part_of_a_name(name: str) -> None:
    assert name_key(name) == name_key(TANDKLINIK["name"])


@pytest.mark.parametrize(
    ("one", "other"),
    [("Sørensen & Søn", "Soerensen og Søn"), ("Gl. Kbh. Bageri", "Gammel København Bageri"), ("Ærø", "AEROE")],
)
def test_usual_abbreviations_and_spellings_are_one_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize("written", ["DK33920459", "33 92 04 59", "DK-33920459"])
def test_the_same_cvr_written_differently_is_the_same(written: str) -> None:
    assert Evidence("same", "cvr", True) in evidence(TANDKLINIK, {"name": "Et andet navn", "cvr": written})


@pytest.mark.parametrize("empty", ["", "00000000", "123", "-"])
def test_a_cvr_that_says_nothing_is_no_evidence(empty: str) -> None:
    assert not any(found.field == "cvr" for found in evidence({"name": "A", "cvr": empty}, {"name": "B", "cvr": empty}))


def test_another_cvr_speaks_against_an_equal_name() -> None:
    other = TANDKLINIK | {"cvr": "29023262"}
    assert Evidence("other", "cvr", False) in evidence(TANDKLINIK, other)
    assert score(TANDKLINIK, other) < score(TANDKLINIK, TANDKLINIK | {"cvr": ""})


@pytest.mark.parametrize(
    ("name", "kind", "supports"),
    [
        ("HAVNENS tandklinik aps", "same", True),
        ("Havnens Tandklinik A/S", "form", True),
        ("Havnens Tandklink ApS", "letter", True),
        ("Skovbryn Friskole", "other", False),
    ],
)
def test_names_are_same_but_for_the_form_alike_or_other(name: str, kind: str, supports: bool) -> None:
    assert Evidence(kind, "name", supports) in evidence({"name": TANDKLINIK["name"]}, {"name": name})


def test_the_same_party_is_likely_and_another_is_not() -> None:
    pool = [(1, {"name": "Skovbryn Friskole", "cvr": "42068492"}), (2, TANDKLINIK | {"name": "Havnens Tandklinik"})]
    found = candidates(TANDKLINIK, pool)
    assert [(one.key, one.is_likely) for one in found] == [(2, True), (1, False)]


def test_a_customer_with_the_same_cvr_is_found_among_many_better_names() -> None:
    pool = [(n, {"name": "Havnens Tandklinik"}) for n in range(300)] + [(999, {"name": "Z", "cvr": "33920459"})]
    assert 999 in [one.key for one in candidates(TANDKLINIK, pool, most=400)]


def test_equal_candidates_stand_in_the_pools_order() -> None:
    pool = [(n, {"name": "Diverse"}) for n in range(352)]
    assert [one.key for one in candidates({"name": "Diverse"}, pool)] == list(range(20))


def test_scores_are_symmetric_and_bounded() -> None:
    others = [{"name": ""}, {"name": "x"}, TANDKLINIK | {"cvr": "1"}, TANDKLINIK | {"postcode": "9000"}, TANDKLINIK]
    for other in others:
        assert 0 <= score(TANDKLINIK, other) == score(other, TANDKLINIK) <= 100


def test_lookalikes_are_those_of_ours_with_a_mark_of_theirs() -> None:
    ours = [(1, TANDKLINIK), (2, {"name": "Skovbryn Friskole"}), (3, {"name": "Noget helt tredje"})]
    theirs = [(7, {"name": "Anden", "cvr": "DK33920459"}), (8, {"name": "SKOVBRYN FRISKOLE I/S"})]
    assert lookalikes(ours, theirs) == {1: 7, 2: 8}


def test_equal_names_on_one_side_alone_hold_nobody_back() -> None:
    assert lookalikes([(n, {"name": "Diverse"}) for n in range(352)], [(1, {"name": "En anden"})]) == {}


def test_many_equal_names_on_both_sides_are_each_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    known = matching._marks
    monkeypatch.setattr(matching, "_marks", lambda values: calls.append(1) or known(values))
    crowd = [(n, {"name": "Diverse"}) for n in range(352)]
    assert len(lookalikes(crowd, crowd)) == 352 and len(calls) == 704


@pytest.mark.parametrize("nameless", [{}, {"name": ""}, {"name": "ApS", "cvr": "00000000"}])
def test_those_without_a_mark_look_like_nobody(nameless: dict[str, str]) -> None:
    assert lookalikes([(1, nameless)], [(2, nameless)]) == {}
