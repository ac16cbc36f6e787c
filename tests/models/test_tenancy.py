"""The wall between companies stands in the tables themselves: every reference carries the company."""

from collections.abc import Callable
from typing import Any

import pytest
from peewee import IntegrityError

from tests.models import tables
from webapp import db
from webapp.models.attempt import Attempt
from webapp.models.base import Row
from webapp.models.checked import Checked, CheckedPage
from webapp.models.company import Company
from webapp.models.confirmation import Confirmation
from webapp.models.connection import AccessGrant, Connection, Reference, UnitMapping
from webapp.models.customer import Customer
from webapp.models.default_rule import DefaultRule
from webapp.models.erasure import Erasure
from webapp.models.exclusion import Exclusion
from webapp.models.field_rule import FieldRule
from webapp.models.history import History
from webapp.models.inbox import Inbox
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.notice import Notice
from webapp.models.pairing import CLOSED, Pairing
from webapp.models.place import Heartbeat, Place
from webapp.models.run import Run, RunItem, RunPlan
from webapp.models.suggestion import NotSame, Suggestion
from webapp.models.sweep import Sweep
from webapp.models.tally import Tally
from webapp.models.upload import Upload
from webapp.models.user import User

MODELS: list[Any] = [
    Company, User, Customer, Connection, Reference, UnitMapping, AccessGrant, Mirror, Pairing, Exclusion, Lane,
    Attempt, Inbox, Sweep, Run, RunPlan, RunItem, History, Place, Tally, Heartbeat, FieldRule, Confirmation,
    DefaultRule, Suggestion, NotSame, Checked, CheckedPage, Notice, Upload, Erasure,
]  # fmt: skip
PARTIAL = {
    "customer_number": "deleted_at IS NULL",
    "connection_open": "state <> 'closed'",
    "mirror_number": "gone_at IS NULL",
    "pairing_customer": "state <> 'closed'",
    "pairing_mirror": "state <> 'closed'",
    "pairing_number": "state = 'creating'",
    "exclusion_customer": "ended_at IS NULL",
    "exclusion_mirror": "ended_at IS NULL",
    "default_rule_position": "ended_at IS NULL",
    "field_rule_one": "ended_at IS NULL",
    "suggestion_best_customer": "rank = 0",
    "suggestion_best_mirror": "rank = 0",
    "not_same_living": "ended_at IS NULL",
}


def tenant_tables() -> list[str]:
    return [name for name in tables.names() if "company_id" in tables.columns(name)]


def test_every_table_has_a_model_and_the_other_way_round(database: str) -> None:
    assert sorted(tables.names()) == sorted(model._meta.table_name for model in MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_model_has_the_columns_of_its_table(database: str, model: Any) -> None:
    assert set(model._meta.columns) == tables.columns(model._meta.table_name)


def test_every_row_but_a_worker_and_a_company_belongs_to_a_company(database: str) -> None:
    assert set(tables.names()) - set(tenant_tables()) == {"company", "heartbeat"}


def test_every_reference_carries_the_company(database: str) -> None:
    keys = tables.foreign_keys()
    for table in tenant_tables():
        mine = [key for key in keys if key.table == table]
        pointing = {column for column in tables.columns(table) if column.endswith("_id")} - {"company_id", "log_id"}
        carried = {key.columns[1] for key in mine if key.columns[0] == "company_id" and len(key.columns) == 2}
        assert (table, carried) == (table, pointing)
        assert any(key.columns[0] == "company_id" for key in mine)
        for key in mine:
            assert key.target_columns == (("id",) if key.target == "company" else ("company_id", "id"))


def test_what_is_unique_among_the_living_is_so_on_every_database(database: str) -> None:
    assert tables.unique_indexes() == PARTIAL


class Tenant:
    """One company with a row, or two, in every table; what is unique begins at `first`."""

    def __init__(self, name: str, first: int = 1) -> None:
        self.company = Company.create(name=name)
        own: dict[str, Any] = {"company": self.company}
        self.user = User.create(email=f"{name}@x.dk", name=name, **own)
        self.customer, self.other = (Customer.create(number=first + n, **own) for n in (0, 1))
        self.connection = Connection.create(agreement_number=1, agreement_name=name, **own)
        own["connection"] = self.connection
        self.mirror, self.stranger = (Mirror.create(number=first + n, **own) for n in (0, 1))
        self.pairing = Pairing.create(customer=self.customer, mirror=self.mirror, **own)
        Exclusion.create(customer=self.other, **own)
        Exclusion.create(mirror=self.stranger, **own)
        Reference.create(kind="unit", key=str(first), name="stk.", **own)
        UnitMapping.create(kind=f"kind {first}", key="1", **own)
        AccessGrant.create(company=self.company, user=self.user, state_hash=name)
        Lane.create(side="pair", record=first, **own)
        Attempt.create(pairing=self.pairing, kind="create", number=1, **own)
        Confirmation.create(pairing=self.pairing, field="vat_zone", before="1", after="2", effect="vat_zone", **own)
        FieldRule.create(field=f"field {first}", kind="winner", value="ours", **own)
        DefaultRule.create(position=first, **own)
        Inbox.create(**own)
        Sweep.create(kind="fetch", **own)
        self.run = Run.create(kind="create_ours", **own)
        RunPlan.create(run=self.run, undoes=self.run, follows=self.run, applied_by=self.user, **own)
        RunItem.create(company=self.company, run=self.run, position=first)
        History.create(side="ours", cause="person", **own)
        Place.create(section="paired", state="equal", customer=self.customer, mirror=self.mirror, **own)
        Tally.create(section=f"section {first}", state="equal", **own)
        between: dict[str, Any] = own | {"customer": self.customer, "mirror": self.mirror}
        Upload.create(company=self.company, name="x.csv", content=b"x", created_by=self.user, run=self.run)
        Erasure.create(company=self.company, customer=self.customer, by=self.user)
        Suggestion.create(rank=0, **between)
        NotSame.create(**between)
        of_check: dict[str, Any] = {"company": self.company, "stamp": name}
        Checked.create(checked=1, odd=1, counts_json="{}", **of_check)
        CheckedPage.create(cause="double", page=1, findings_json="[]", **of_check)
        told = User.create(company=self.company, email=f"told-{name}@x.dk", name=name)
        Notice.create(company=self.company, user=told)

    def target(self, table: str) -> int:
        """The row that a reference to this table may point at."""
        rows: dict[str, Row] = {
            "users": self.user, "customer": self.customer, "connection": self.connection, "mirror": self.mirror,
            "pairing": self.pairing, "run": self.run,
        }  # fmt: skip
        return int(rows[table].id)


def point(key: tables.ForeignKey, of: Tenant, at: Tenant) -> None:
    """Let one company's row of this table point at another row of the key's target; raises what the database says."""
    column = key.columns[1]
    where = f"company_id = {of.company.id}"
    if "id" in tables.columns(key.table):
        filled = db.database.execute_sql(f'SELECT id FROM "{key.table}" WHERE {where} ORDER BY {column} IS NULL, id')
        where = f"id = {filled.fetchone()[0]}"
    with db.database.atomic():
        db.database.execute_sql(f'UPDATE "{key.table}" SET {column} = {at.target(key.target)} WHERE {where}')


def test_no_row_can_point_at_another_companys_row(database: str) -> None:
    with db.connected():
        mine, theirs = Tenant("mine"), Tenant("theirs", 11)
        keys = [key for key in tables.foreign_keys() if key.target != "company"]
        assert len(keys) > 40
        for key in keys:
            point(key, mine, mine)
            with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
                point(key, mine, theirs)


def twice(tenant: Tenant) -> dict[str, tuple[Callable[[], Row], Callable[[], Any]]]:
    """By index: what a second living row would be, and what makes room for it."""
    own: dict[str, Any] = {"company": tenant.company, "connection": tenant.connection}
    company, pairing = tenant.company, tenant.pairing
    return {
        "customer_number": (
            lambda: Customer.create(company=company, number=1),
            lambda: Customer.update(deleted_at=company.created_at).execute(),
        ),
        "connection_open": (
            lambda: Connection.create(company=company, agreement_number=2, agreement_name=""),
            lambda: Connection.update(state=CLOSED).execute(),
        ),
        "mirror_number": (
            lambda: Mirror.create(number=1, **own),
            lambda: Mirror.update(gone_at=company.created_at).execute(),
        ),
        "pairing_customer": (
            lambda: Pairing.create(customer=tenant.customer, state="creating", new_number=9, **own),
            lambda: pairing.close("unpaired"),
        ),
        "pairing_mirror": (
            lambda: Pairing.create(customer=tenant.other, mirror=tenant.mirror, **own),
            lambda: pairing.close("unpaired"),
        ),
        "exclusion_customer": (
            lambda: Exclusion.create(customer=tenant.other, **own),
            lambda: Exclusion.update(ended_at=company.created_at).execute(),
        ),
        "default_rule_position": (
            lambda: DefaultRule.create(position=1, **own),
            lambda: DefaultRule.update(ended_at=company.created_at).execute(),
        ),
        "field_rule_one": (
            lambda: FieldRule.create(field="field 1", kind="winner", value="theirs", **own),
            lambda: FieldRule.update(ended_at=company.created_at).execute(),
        ),
        "suggestion_best_customer": (
            lambda: Suggestion.create(customer=tenant.customer, mirror=tenant.stranger, rank=0, **own),
            lambda: Suggestion.update(rank=1).execute(),
        ),
        "suggestion_best_mirror": (
            lambda: Suggestion.create(customer=tenant.other, mirror=tenant.mirror, rank=0, **own),
            lambda: Suggestion.update(rank=1).execute(),
        ),
        "not_same_living": (
            lambda: NotSame.create(customer=tenant.customer, mirror=tenant.mirror, **own),
            lambda: NotSame.update(ended_at=company.created_at).execute(),
        ),
    }


@pytest.mark.parametrize("index", sorted(set(PARTIAL) - {"pairing_number", "exclusion_mirror"}))
def test_a_second_living_row_is_refused_until_the_first_has_ended(database: str, index: str) -> None:
    with db.connected():
        make, end = twice(Tenant("mine"))[index]
        with pytest.raises(IntegrityError), db.database.atomic():
            make()
        end()
        assert make().id


def test_a_number_is_reserved_for_one_creation(database: str) -> None:
    with db.connected():
        tenant = Tenant("mine")
        own: dict[str, Any] = {"company": tenant.company, "connection": tenant.connection, "state": "creating"}
        Pairing.create(customer=tenant.other, new_number=9, **own)
        third = Customer.create(company=tenant.company, number=3)
        with pytest.raises(IntegrityError), db.database.atomic():
            Pairing.create(customer=third, new_number=9, **own)


def test_a_pair_without_its_two_sides_is_refused(database: str) -> None:
    with db.connected():
        tenant = Tenant("mine")
        own: dict[str, Any] = {"company": tenant.company, "connection": tenant.connection, "customer": tenant.other}
        for state in ("open", "creating"):
            with pytest.raises(IntegrityError), db.database.atomic():
                Pairing.create(state=state, **own)
