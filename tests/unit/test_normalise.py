"""Comparing forgives blanks, line ends and Unicode spelling and nothing else; searching forgives much more."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.sync.normalise import digits, fold, loose, same, search_text, settle, sort_key, spellings

texts = st.text(max_size=30)
danish = st.text(alphabet="abelmnorsuæøåöüé", min_size=1, max_size=12)


def finds(typed: str, name: str) -> bool:
    """The same as the tables' own `searched`, on one row."""
    stored = search_text(None, {"name": name})
    return all(any(spelling in stored for spelling in word) for word in spellings(typed))


@given(texts)
def test_settling_twice_changes_nothing(text: str) -> None:
    assert settle(settle(text)) == settle(text)


@given(texts)
def test_settling_only_trims_composes_and_joins_line_ends(text: str) -> None:
    def bare(value: str) -> str:
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()

    assert settle(text) == bare(text) and settle(f" {text}\t") == settle(text)


@pytest.mark.parametrize("value", [None, "", " ", "\n", "\u00a0"])
def test_absent_blank_and_empty_are_the_same(value: str | None) -> None:
    assert settle(value) == "" and same(value, "")


@pytest.mark.parametrize("other", ["åen", "Åen.", "Aaen", "Aen", "Å en"])
def test_case_spelling_and_accents_are_differences(other: str) -> None:
    assert not same("Åen", other)


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert same("Caf\u00e9 \u00c5", "Cafe\u0301 A\u030a")


def test_both_kinds_of_line_ends_are_the_same() -> None:
    assert same("Havnegade 1\r\nBaghuset", "Havnegade 1\nBaghuset")


@given(texts)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(danish)
def test_folding_forgets_case(text: str) -> None:
    assert fold(text.upper()) == fold(text)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("aabenraa", "Åbenrå"), ("åbenrå", "Aabenraa"), ("abenra", "Åbenrå"), ("århus", "Aarhus"), ("arhus", "Århus"),
        ("aero", "Ærø"), ("aeroe", "Ærø"), ("ærø", "Aeroe"), ("ærø", "AERO"),
        ("soren", "Søren"), ("soeren", "Søren"), ("sören", "Søren"), ("søren", "Soeren"), ("søren", "Sören"),
        ("Müller", "Mueller"), ("mueller", "Müller"), ("muller", "Müller"), ("müller", "MULLER"),
        ("cafe", "Café"), ("café", "CAFE"), ("strasse", "Straße"), ("lodz", "Łódź"),
    ],
)  # fmt: skip
def test_a_search_forgives_both_spellings_in_both_directions(typed: str, name: str) -> None:
    assert finds(typed, name)


@pytest.mark.parametrize(
    ("typed", "name"), [("el", "Michael"), ("el", "Noel"), ("elb", "Noelbaek"), ("ard", "Aagaard"), ("en", "Duen")]
)
def test_a_part_that_begins_within_a_pair_of_letters_is_found(typed: str, name: str) -> None:
    assert finds(typed, name)


@given(danish, st.data())
def test_any_part_of_a_name_finds_it(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    assert finds(name[start:end], name)


def test_words_are_found_in_any_order() -> None:
    assert finds("odense havnens", "Havnens Tandklinik, Odense")


def test_a_phone_is_found_as_written_and_as_digits() -> None:
    stored = search_text(7, {"phone": "+45 62 10 00 20"})
    assert "+45 62 10 00 20" in stored and digits("+45 62 10 00 20") in stored


def test_every_searched_field_is_in_the_text_and_no_other() -> None:
    values = {
        "name": "navn", "cvr": "33920459", "ean": "5790001", "email": "post", "phone": "6210", "postcode": "5000",
        "city": "by", "address": "vej", "country": "land", "website": "side", "currency": "DKK",
    }  # fmt: skip
    assert search_text(42, values).split("|") == [
        "42", "navn", "33920459", "5790001", "post", "6210", "5000", "by", "vej",
    ]  # fmt: skip


def test_names_sort_as_the_danish_alphabet_does() -> None:
    names = ["Aalborg Bad", "Zoo", "Åkande", "Ærø", "abe", "Øst", "Bo", "Éclair", "Aase"]
    ordered = sorted(names, key=sort_key)
    assert ordered == ["abe", "Bo", "Éclair", "Zoo", "Ærø", "Øst", "Åkande", "Aalborg Bad", "Aase"]


@pytest.mark.parametrize(
    ("written", "loosened"),
    [("Aabenraa", "abenra"), ("Ærø", "aro"), ("Møen", "moen"), ("Müller", "muller"), ("Boel", "bol"), ("Sue", "su")],
)
def test_what_is_stored_for_searching_forgives_spelled_out_letters(written: str, loosened: str) -> None:
    assert loose(written) == loosened


def test_a_customer_without_number_and_phone_is_found_by_what_it_has() -> None:
    assert search_text(None, {"name": "Bo"}) == "bo"


def test_names_sort_alike_whatever_the_blanks_between_their_words() -> None:
    assert sort_key(" Bo \t Hansen ") == sort_key("Bo Hansen") == "bo hansen"


def test_a_sort_key_has_an_end() -> None:
    assert len(sort_key("a b" * 200)) == 200
