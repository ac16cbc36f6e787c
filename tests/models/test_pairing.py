"""Pairings: whose partner somebody is, however many pairs there are."""

import logging

import pytest

from webapp import db
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_whose_partner_somebody_is_is_told_without_walking_through_all_pairs(
    sqlite_database: str, caplog: pytest.LogCaptureFixture, side: str
) -> None:
    with db.connected(), caplog.at_level(logging.DEBUG, "peewee"):
        company = Company.create(name="Fjordglans")
        connection = Connection.create(company=company, agreement_number=1, agreement_name="Fjordglans")
        ours, theirs = Customer.create(company=company, number=1), Mirror(id=1, connection=connection)
        asked = Pairing.of_customer(ours) if side == "ours" else Pairing.of_mirror(theirs)
        sql, values = caplog.records[-1].msg
        plan = str(db.database.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values).fetchall())
    assert asked is None and "SEARCH" in plan and "SCAN" not in plan
