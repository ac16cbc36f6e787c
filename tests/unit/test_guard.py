"""The consequence guard: one row per effect in the books, and what it lets pass."""

import pytest

from webapp.sync.guard import TABLE, Grade, balance, effect, strays

# field, before, after, balance -> effect and grade. One row for each line of the table, in its order.
EFFECTS = [
    ("vat_zone", "1", "3", None, "vat_zone", Grade.SERIOUS),
    ("currency", "DKK", "EUR", 1250.0, "currency_owing", Grade.FORBIDDEN),
    ("currency", "DKK", "EUR", None, "currency", Grade.SERIOUS),
    ("customer_group", "1", "2", -10.0, "customer_group_owing", Grade.SERIOUS),
    ("customer_group", "1", "2", 0.0, "customer_group", Grade.HARMLESS),
    ("payment_terms", "1", "4", 1250.0, "payment_terms", Grade.HARMLESS),
    ("ean", "", "5798009811578", None, "ean_added", Grade.HARMLESS),
    ("ean", "5798009811578", "", None, "ean_removed", Grade.SERIOUS),
    ("ean", "5798009811578", "5798000417670", None, "ean_changed", Grade.SERIOUS),
    ("number", "1042", "1043", None, "renumbered", Grade.FORBIDDEN),
    ("barred", "", "1", 1250.0, "barred_owing", Grade.FORBIDDEN),
    ("barred", "", "1", 0.0, "barred", Grade.SERIOUS),
    ("barred", "1", "", None, "unbarred", Grade.SERIOUS),
]


@pytest.mark.parametrize(("field", "before", "after", "owed", "name", "grade"), EFFECTS, ids=lambda v: str(v))
def test_an_effect_in_the_books_has_its_grade(
    field: str, before: str, after: str, owed: float | None, name: str, grade: Grade
) -> None:
    found = effect(field, before, after, owed)
    assert found and (found.name, found.grade) == (name, grade)


def test_every_line_of_the_table_has_its_row_here() -> None:
    assert [line.effect.name for line in TABLE] == [row[4] for row in EFFECTS]


@pytest.mark.parametrize("field", ["name", "phone", "address", "email", "website", "cvr"])
def test_a_field_that_the_books_do_not_know_passes(field: str) -> None:
    assert effect(field, "a", "b", 1250.0) is None


def test_what_stays_the_same_has_no_effect() -> None:
    assert effect("vat_zone", "1", " 1 ") is None


@pytest.mark.parametrize(("raw", "owed"), [({"balance": 12.5}, 12.5), ({"balance": 0}, 0.0), ({}, None)])
def test_the_balance_is_known_only_where_it_was_told(raw: dict[str, object], owed: float | None) -> None:
    assert balance(raw) == owed


@pytest.mark.parametrize(
    ("raw", "body", "names"),
    [
        ({"customerNumber": 7, "name": "a"}, {"customerNumber": 7, "name": "b"}, []),
        ({"customerNumber": 7}, {"customerNumber": 8}, ["renumbered"]),
        ({"number": 7, "access": True}, {"number": 7, "access": False}, ["barred"]),
        ({"number": 7, "access": False}, {"number": 7, "access": True}, ["unbarred"]),
        ({"customerNumber": 7, "barred": True}, {"customerNumber": 7, "barred": True}, []),
    ],
)
def test_a_body_that_moves_the_number_or_the_bar_is_noticed(
    raw: dict[str, object], body: dict[str, object], names: list[str]
) -> None:
    assert [stray.name for stray in strays(raw, body)] == names
