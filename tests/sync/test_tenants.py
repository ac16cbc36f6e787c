"""Two companies that are connected to the same agreement: same numbers, same names, nothing in common."""

import pytest

from tests.sync.test_worker import wake
from tests.sync.world import World
from webapp import db
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.sync import connect, register


def everything_of(company: Company) -> dict[str, list[str]]:
    """Every row of the company in every table."""
    found = {}
    for table in db.database.get_tables():
        columns = [column.name for column in db.database.get_columns(table)]
        if "company_id" in columns:
            rows = db.database.execute_sql(f'SELECT * FROM "{table}" WHERE company_id = {company.id}').fetchall()
            found[table] = sorted(map(repr, rows))
    return found


@pytest.fixture
def twins(connected: World) -> tuple[World, Connection]:
    """Both companies have the same agreement number, customer numbers and names."""
    connected.pair_same()
    connected.theirs(7, "Ny kunde")
    connected.look(7)
    theirs = connected.connect_another("Fjordglans Rengøring ApS", connected.economic)
    register.add(theirs.company, 1042, {"name": "Havnens Tandklinik ApS"}, theirs.opened_by)
    return connected, theirs


def test_companies_with_the_same_agreement_touch_nothing_of_each_other(twins: tuple[World, Connection]) -> None:
    world, theirs = twins
    before = everything_of(theirs.company)
    pair = Pairing.get(Pairing.connection == world.connection)
    world.save(pair.customer, city="Odense", name="Havnens Tandklinik")
    world.economic.edit(7, name="Omdøbt")
    wake(world.connection, 7, 1042)
    while world.worker.turns(world.connection):
        pass
    world.economic.delete(1042)
    wake(world.connection, 1042)
    while world.worker.turns(world.connection):
        pass
    register.remove(world.company, pair.customer_id, world.alice)
    connect.new_webhook(world.connection)
    assert world.mirror(7).name == "Omdøbt"
    assert everything_of(theirs.company) == before


def test_another_companys_rows_are_not_found_by_their_ids(twins: tuple[World, Connection]) -> None:
    world, theirs = twins
    mirror, pair, customer = world.mirror(1042), Pairing.get(), Customer.of(world.company).get()
    other = theirs.company
    assert Mirror.found(other, mirror.id) is Customer.found(other, customer.id) is Pairing.found(other, pair.id) is None
    assert Mirror.locked_of(theirs, mirror.id) is Customer.locked_of(other, customer.id) is None
