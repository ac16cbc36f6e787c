"""The index of the search texts only makes a search quick: with it and without it the same rows are found."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp import db
from webapp.models import search
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.place import Place
from webapp.sync.section import Section, Standing, State

few = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
NEW = Standing(Section.NEW, State.NEW)
WORDS = (
    "Ærø",
    "aeroe",
    "Bageri",
    "Noel's",
    '"Café"',
    "100%",
    "a_b",
    "A/S",
    "el",
    "Åbenrå",
    "naestved",
    "Søn",
    "🧹🧽🪣",
)
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
parts = st.tuples(texts, st.integers(0, 8), st.integers(1, 9)).map(lambda part: part[0][part[1] :][: part[2]])
typed = st.one_of(texts, parts)


def enter(company: Company, number: int, name: str) -> Customer:
    customer = Customer(company=company, number=number)
    customer.take({"name": name})
    customer.save()
    return customer


def found(table: type[Customer] | type[Place], own: Company | Connection, text: str) -> set[int]:
    """What a search finds, by the index and without it, which must be the same."""
    slowly = {row.id for row in table.searched(own, text)}
    if search.held(table, text) is not None:
        assert {row.id for row in table.searched(own, text, by_index=True)} == slowly
    return slowly


@few
@given(st.lists(texts, max_size=5), typed)
def test_the_index_finds_what_a_look_at_every_row_finds(connection: Connection, names: list[str], text: str) -> None:
    with db.database.atomic() as undone:
        for number, name in enumerate(names, 1):
            Place.put(connection, NEW, customer=enter(connection.company, number, name))
        customers, lines = found(Customer, connection.company, text), found(Place, connection, text)
        assert lines == {line.id for line in Place.select() if line.customer_id in customers}
        undone.rollback()


def test_sqlite_and_postgresql_here_can_keep_an_index(connection: Connection) -> None:
    assert search.can_index()
    enter(connection.company, 1, "Havnens Tandklinik")
    assert search.held(Customer, "tandklinik") == (1 if db.is_sqlite() else None)


@pytest.mark.parametrize("gone, able", [(False, True), (True, False)])
def test_a_role_that_may_install_nothing_uses_what_is_installed(
    postgres_connection: Connection, gone: bool, able: bool
) -> None:
    with db.database.atomic() as undone:
        if gone:
            db.database.execute_sql("DROP EXTENSION pg_trgm CASCADE")
        db.database.execute_sql("CREATE ROLE a_guest; SET LOCAL ROLE a_guest")
        assert search.can_index() is able
        undone.rollback()


@pytest.mark.parametrize("text, held", [("tandklinik", 1), ("klin havn", 1), ("tandlaege", 0), ("ta", None)])
def test_the_index_is_asked_where_a_word_is_long_enough(
    sqlite_connection: Connection, text: str, held: int | None
) -> None:
    enter(sqlite_connection.company, 1, "Havnens Tandklinik")
    assert search.held(Customer, text) == held


def test_the_index_follows_a_row_that_is_changed_and_one_that_goes(connection: Connection) -> None:
    customer = enter(connection.company, 1, "Havnens Tandklinik")
    customer.take({"name": "Skovens Tandklinik"})
    customer.save()
    company = connection.company
    assert (found(Customer, company, "havnens"), found(Customer, company, "skovens")) == (set(), {customer.id})
    customer.delete_instance()
    assert found(Customer, company, "skovens") == set()


def test_a_change_that_is_taken_back_leaves_the_index_as_it_was(connection: Connection) -> None:
    with db.database.atomic() as undone:
        enter(connection.company, 1, "Havnens Tandklinik")
        undone.rollback()
    assert found(Customer, connection.company, "havnens") == set()
    assert search.held(Customer, "havnens") in (0, None)


def test_another_companys_rows_are_not_found_by_the_index(connection: Connection) -> None:
    enter(Company.create(name="Andre"), 1, "Havnens Tandklinik")
    assert found(Customer, connection.company, "havnens") == set()


def test_without_an_index_a_search_finds_the_same(sqlite_connection: Connection) -> None:
    customer = enter(sqlite_connection.company, 1, "Havnens Tandklinik")
    for trigger in ("added", "changed", "dropped"):
        db.database.execute_sql(f"DROP TRIGGER customer_search_{trigger}")
    db.database.execute_sql("DROP TABLE customer_search")
    assert found(Customer, sqlite_connection.company, "havnens") == {customer.id}
