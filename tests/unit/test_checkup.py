"""The health check's findings, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.sync import checkup
from webapp.sync.checkup import Report, Row, examine

REFERENCES = ("currency", "customer_group", "payment_terms", "vat_zone")
SOUND = dict.fromkeys(REFERENCES, "1") | {
    "name": "Blomster ApS",
    "cvr": "10150817",
    "ean": "5798000416604",
    "postcode": "5000",
    "country": "Danmark",
}

text = st.text("aB1 /@æØ-0٣²", max_size=12)
values = st.fixed_dictionaries({"name": text}, optional=dict.fromkeys(("cvr", "ean", "postcode", "country", "address",
                                                                       "email", "phone"), text))  # fmt: skip
rows = st.lists(
    st.builds(Row, st.sampled_from(("ours", "theirs")), st.integers(1, 99), st.integers(1, 9), values),
    max_size=12,
    unique_by=lambda row: (row.side, row.id),
)


def look(*rows: Row) -> Report:
    return examine(rows, dict)


def row(number: int = 1, side: str = "ours", pair: int = 0, **values: str) -> Row:
    return Row(side, number, number, SOUND | values, pair)  # type: ignore[arg-type]


def causes(*rows: Row) -> set[str]:
    return set(look(*rows).by_cause)


def test_sound_customers_are_ready() -> None:
    report = look(row(1), row(1, "theirs"))
    assert (report.findings, report.ready, report.checked) == ((), 100, 2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cvr", "10150818"),
        ("cvr", "1015081"),
        ("ean", "5798000416605"),
        ("ean", "57980004166"),
        ("postcode", "50000"),
        ("postcode", "SW1A 1AA"),
        ("country", "Dannmark"),
    ],
)
def test_a_value_that_cannot_be_right_is_found(field: str, value: str) -> None:
    (finding,) = look(row(**{field: value})).findings
    assert (finding.cause, finding.field, finding.value) == (field, field, value)


@pytest.mark.parametrize(
    "foreign", [{"country": "Tyskland", "postcode": "D-24937", "cvr": "DE129273398"}, {"country": "SE"}]
)
def test_other_countries_have_other_rules(foreign: dict[str, str]) -> None:
    assert causes(row(**foreign)) == set()


@pytest.mark.parametrize(
    "spelling", ["danmark", "DK", "Denmark", "Dänemark", "Storbritannien", "Deutschland", "Polska"]
)
def test_a_country_is_known_in_many_languages(spelling: str) -> None:
    assert "country" not in causes(row(country=spelling))


def test_the_same_name_and_key_twice_on_one_side_is_a_double() -> None:
    found = look(row(1), row(2, name="Blomster A/S", cvr="DK 10 15 08 17"), row(3, "theirs")).by_cause["double"]
    assert [(finding.row.number, [other.number for other in finding.others]) for finding in found] == [(1, [2])]


def test_doubles_are_told_together_and_each_is_counted() -> None:
    report = look(*(row(number) for number in range(1, 4)))
    assert (len(report.findings), report.odd) == (1, 3)


def test_one_that_is_like_a_double_of_others_is_told_beside_it() -> None:
    found = look(row(1, ean=""), row(2), row(3, cvr="")).by_cause["double"]
    assert [(finding.row.number, [other.number for other in finding.others]) for finding in found] == [
        (1, [2]),
        (3, [2]),
    ]


def test_partners_with_the_same_fault_are_told_once_and_mended_here() -> None:
    report = look(row(1, pair=7, cvr="12345678"), row(5, "theirs", pair=7, cvr="12345678"))
    assert [(finding.row.side, len(finding.others)) for finding in report.findings] == [("ours", 1)]


@pytest.mark.parametrize("there", ["12345678", "87654321"])
def test_partners_are_one_customer_whatever_is_wrong_with_them(there: str) -> None:
    others = [row(number, name=name) for number, name in enumerate(("Eg", "Bøg", "Ask"), 2)]
    report = look(row(1, pair=7, cvr="12345678"), row(1, "theirs", pair=7, cvr=there), *others)
    assert (report.checked, report.odd, report.ready) == (4, 1, 75)


def test_partners_with_different_faults_are_told_apart() -> None:
    report = look(row(1, pair=7, cvr="12345678"), row(5, "theirs", pair=7, cvr="87654321"))
    assert [finding.row.side for finding in report.findings] == ["ours", "theirs"]


def test_another_site_of_the_same_company_is_no_double() -> None:
    assert "double" not in causes(row(1, address="Torvet 1"), row(2, address="Torvet 2"))


def test_the_same_name_in_another_town_is_no_double() -> None:
    assert "double" not in causes(row(1, cvr="", ean=""), row(2, cvr="", ean="", postcode="8000"))


def test_a_number_that_means_another_party_there_is_told_once_and_counts_both() -> None:
    report = look(row(1), row(1, "theirs", name="Murer Hansen", cvr="", ean=""))
    assert [(finding.cause, finding.row.side) for finding in report.findings] == [("number", "ours")]
    assert report.odd == 2


def test_a_pair_with_different_names_was_somebodys_choice() -> None:
    other = row(1, "theirs", pair=7, name="Murer Hansen", cvr="", ean="")
    assert causes(row(1, pair=7), other) == set()


def test_what_is_required_may_come_from_a_default() -> None:
    lacking = row(name="", **dict.fromkeys(REFERENCES, ""))
    found = examine([lacking], lambda values: values | dict.fromkeys(REFERENCES[:3], "1")).by_cause["required"]
    assert [finding.field for finding in found] == ["name", "vat_zone"]


def test_a_barred_customer_is_told() -> None:
    assert [f.cause for f in look(Row("theirs", 1, 1, SOUND, barred=True)).findings] == ["barred"]


def test_hundreds_with_one_name_name_only_some_of_the_others() -> None:
    report = look(*(row(number) for number in range(1, 401)))
    assert max(len(finding.others) for finding in report.findings) == checkup.SHOWN_TOGETHER
    named = [party for finding in report.findings for party in finding.parties]
    assert {party.number for party in named} == set(range(1, 401)) and len(named) < 800


@given(rows)
def test_the_share_that_is_ready_and_the_odd_ones_add_up(drawn: list[Row]) -> None:
    report = look(*drawn)
    assert 0 <= report.ready <= 100 and (report.ready == 100) == (report.odd == 0)
    assert report.odd <= report.checked == len(drawn)


@given(rows)
def test_the_order_of_the_registers_does_not_matter(drawn: list[Row]) -> None:
    def seen(report: Report) -> list[tuple[str, str, int, str]]:
        return sorted((f.cause, f.row.side, f.row.id, f.field) for f in report.findings if f.cause != "number")

    assert seen(look(*drawn)) == seen(look(*reversed(drawn)))
