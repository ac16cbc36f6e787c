"""What names, addresses and numbers are compared by: one test for each spelling that must not tell two apart."""

import pytest

from webapp.sync.keys import city_key, domain_of, key_of, keys_of, name_key, name_parts, postcode_key, street_key


@pytest.mark.parametrize(
    "name",
    [
        "Havnens Tandklinik ApS", "Havnens Tandklinik APS.", "Havnens Tandklinik A/S", "HAVNENS TANDKLINIK A.S.",
        "Havnens Tandklinik I/S", "Havnens Tandklinik IVS", "Havnens Tandklinik K/S", "Havnens Tandklinik P/S",
        "Havnens-Tandklinik, ApS", "Havnens Tandklinik a.m.b.a.", "A/S Havnens Tandklinik", "Havnens Tandklinik GmbH",
        "Havnens Tandklinik Ltd.", "Havnens Tandklinik AB", "Havnens Tandklinik S.p.A.",
        "Havnens Tandklinik GmbH & Co. KG", "I/S Havnens Tandklinik",
    ],
)  # fmt: skip
def test_a_legal_form_of_any_country_is_not_part_of_a_name(name: str) -> None:
    assert name_key(name) == "havnens tandklinik"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sørensen & Søn", "Soerensen og Søn"),
        ("Sørensen & Søn", "Sorensen+Son"),
        ("Ærø Færgeri", "AEROE FAERGERI"),
        ("Aabenraa Bageri", "Åbenrå Bageri"),
        ("Gl. Kbh. Bageri", "Gammel København Bageri"),
        ("Copenhagen Cycles", "Kbh Cycles"),
        ("J.P. Møller", "JP Møller"),
        ("E/F Solgården", "Ejerforeningen Solgården"),
        ("Skt. Hans Apotek", "Sankt Hans Apotek"),
        ("Maler v/Jens Hansen", "Maler v. Jens Hansen"),
        ("Müller Söhne", "Mueller Soehne"),
        ("Café Élan", "Cafe Elan"),
    ],
)
def test_two_spellings_of_a_name_are_one(one: str, other: str) -> None:
    assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize(("one", "other"), [("Is-kiosken", "Kiosken"), ("Hus 3", "Hus 4"), ("株式会社", "有限会社")])
def test_what_tells_names_apart_is_kept(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("name", ["", "ApS", "& og", "---"])
def test_a_name_of_nothing_but_form_and_signs_has_no_key(name: str) -> None:
    assert name_key(name) == ""


def test_a_firm_and_its_owner_are_two_parts() -> None:
    assert name_parts("Malerfirma v/ Jens Hansen") == (("malerfirma",), ("jens", "hansen"))
    assert name_parts("Jens Hansen") == ()


@pytest.mark.parametrize("written", ["33920459", "DK33920459", "DK-33 92 04 59", "CVR-nr. 33920459", "dk 33.92.04.59"])
def test_a_cvr_is_its_digits(written: str) -> None:
    assert key_of("cvr", written) == "33920459"


@pytest.mark.parametrize("written", ["SE556036079301", "se 556036-0793 01"])
def test_a_foreign_number_keeps_all_its_digits(written: str) -> None:
    assert key_of("cvr", written) == "556036079301"


@pytest.mark.parametrize("field", ["cvr", "ean", "phone", "email"])
@pytest.mark.parametrize("value", ["", "0", "00000000", "-", "123", "ingen"])
def test_a_value_that_says_nothing_is_no_key(field: str, value: str) -> None:
    assert key_of(field, value) == ""


@pytest.mark.parametrize("written", ["86100000", "86 10 00 00", "+45 86100000", "0045 86 10 00 00", "tlf. 86-10-00-00"])
def test_a_phone_is_its_last_eight_digits(written: str) -> None:
    assert key_of("phone", written) == "86100000"


def test_a_field_with_several_phones_or_mailboxes_has_a_key_for_each() -> None:
    assert keys_of("phone", "86 10 00 00 / 20 30 40 50") == ("86100000", "20304050")
    assert keys_of("email", "A@x.dk; b@x.dk") == ("a@x.dk", "b@x.dk")


@pytest.mark.parametrize(("written", "key"), [("0042", "42"), (" 42 ", "42"), ("0", "")])
def test_a_customer_number_is_without_blanks_and_leading_noughts(written: str, key: str) -> None:
    assert key_of("number", written) == key


def test_a_domain_that_strangers_share_is_nobodys() -> None:
    assert domain_of("jens@gmail.com") == domain_of("a@hotmail.dk") == "" and domain_of("jens@firma.dk") == "firma.dk"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Havnegade 12", "HAVNEGADE 12, 2. tv."),
        ("Havneg. 12", "Havnegade 12"),
        ("Skolev. 4B", "Skolevej 4 b"),
        ("Gl. Kongevej 7", "Gammel Kongevej 7, st."),
        ("Nr. Allé 9", "Nørre Alle 9"),
        ("Sdr. Boulevard 3", "Søndre Boul. 3"),
        ("Skt. Peders Stræde 1", "Sankt Peders Str. 1"),
        ("Store Torv 2", "St. Torv 2"),
        ("Østergade 5\nPostboks 12", "Østergade 5"),
        ("Håndværkervej 8", "Haandvaerkervej 8"),
        ("Hauptstraße 10", "Hauptstrasse 10"),
        ("10 Downing Street", "10 Downing St"),
        ("221 Baker Road", "221, Baker Rd."),
    ],
)
def test_two_spellings_of_an_address_are_one(one: str, other: str) -> None:
    assert street_key(one) == street_key(other) and all(street_key(one))


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("1-2-3 Ginza", ("ginza", "1-2-3")),
        ("10 2nd Avenue", ("2nd ave", "10")),
        ("12bis rue de la Paix, 75002 Paris", ("ru de la paix", "12bis")),
        ("Ginza", ("ginza", "")),
        ("12", ("", "12")),
    ],
)
def test_an_address_may_begin_with_its_number(address: str, key: tuple[str, str]) -> None:
    assert street_key(address) == key


@pytest.mark.parametrize("other", ["Havnegade 14", "Havnegade 12B", "Havnevej 12", "Havnegade"])
def test_another_house_or_street_is_another_address(other: str) -> None:
    assert street_key("Havnegade 12") != street_key(other)


@pytest.mark.parametrize("city", ["København K", "Kbh. K", "KØBENHAVN", "Copenhagen", "Koebenhavn NV"])
def test_a_town_is_without_its_quarter(city: str) -> None:
    assert city_key(city) == "kobenhavn"


@pytest.mark.parametrize(("written", "key"), [("DK-5000", "5000"), ("5000 ", "5000"), ("sw1a 1aa", "SW1A1AA")])
def test_a_postcode_is_letters_and_digits(written: str, key: str) -> None:
    assert postcode_key(written) == key
    assert postcode_key("00-950") == "00950"
