"""Erasing one customer's personal data for good: every value of it goes, ids, times and who did what stay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from webapp import db
from webapp.models import attempt as attempts
from webapp.models import history, lane, pairing
from webapp.models import run as states
from webapp.models.attempt import Attempt
from webapp.models.checked import Checked
from webapp.models.company import Company
from webapp.models.confirmation import Confirmation
from webapp.models.connection import CLOSED, Connection
from webapp.models.customer import Customer
from webapp.models.erasure import Erasure
from webapp.models.exclusion import Exclusion
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.run import Run, RunItem
from webapp.models.suggestion import Suggestion
from webapp.models.upload import Upload
from webapp.models.user import User
from webapp.sync import apply, register, runs_load, standing
from webapp.sync.forgetting import BECAUSE, EMPTY, blank, wipe_there
from webapp.sync.register import NoSuchCustomer

NAMING = ("name", "cvr", "ean", "email", "phone", "address")
"""Values by which a customer is told from another also where no id leads to it, as in the lines of a file."""

SHORTEST = 5


class Hindered(Exception):
    """Something about the customer is under way. `why`: creating, deleting, sending, asked or running."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def hindrance(customer: Customer) -> str:
    """What has to come to its end first; '' when nothing has."""
    pairs = list(Pairing.select().where(Pairing.company == customer.company_id, Pairing.customer == customer))
    making = Run.select().where(Run.company == customer.company_id, Run.state == states.MAKING)
    if making.where(Run.kind != states.LOAD).exists():  # Its values may have been read for that plan already.
        return "running"
    if _items_under_way(customer, pairs).exists():
        return "running"
    return next(filter(None, map(_of_pair, pairs)), "")


def _of_pair(pair: Pairing) -> str:
    if pair.connection.state == CLOSED:
        return ""  # Nothing more is sent there, nor can anything be answered.
    if pair.state == pairing.CREATING:
        return "creating"
    if pair.deleting:
        return "deleting"
    if any(Attempt.pending(pair, kind) for kind in (attempts.CREATE, attempts.UPDATE, attempts.DELETE)):
        return "sending"
    if pair.state == pairing.CLOSED or pair.customer.deleted_at or pair.mirror.gone_at:
        return ""
    if not pair.connection.is_active:
        return ""  # Nobody can answer, and nothing is begun.
    planned = standing.plan_of(pair)
    return "asked" if planned.questions else "sending" if planned.pushes else ""


def _items_under_way(customer: Customer, pairs: Sequence[Pairing]) -> Any:
    own = (RunItem.customer_id == customer.id) | RunItem.pairing_id.in_([pair.id for pair in pairs])
    waits = (RunItem.state == states.ITEM_WAITING) & Run.state.in_(states.OPEN_STATES)
    items = RunItem.select().join(Run, on=(Run.id == RunItem.run)).where(RunItem.company == customer.company_id, own)
    items = items.join(Connection, on=(Connection.id == Run.connection)).where(Connection.state != CLOSED)
    return items.where(waits | (RunItem.state == states.ITEM_BEGUN))


def partners_there(customer: Customer) -> list[Mirror]:
    """Who stands in e-conomic still and has been nobody else's partner: it stays there, and here as its copy."""
    return [mirror for mirror in _own_mirrors(customer) if not mirror.gone_at]


@db.retrying
def erase(company: Company, customer_id: int, by: User | None) -> Customer:
    """Delete the customer here if it is not yet, end its pairs, and forget every value. Raises NoSuchCustomer and
    Hindered."""
    with db.write():
        company.take_turns()  # Before any other row, as whoever orders a plan or forgets a check does.
        # So that no file under way adds a line that it has read and that is forgotten here.
        list(
            db.for_update(
                Run.select().where(Run.company == company, Run.state.in_(states.OPEN_STATES)).order_by(Run.id)
            )
        )
        customer = Customer.locked_of(company, customer_id)
        if customer is None or Erasure.of(customer):
            raise NoSuchCustomer(str(customer_id))
        if why := hindrance(customer):
            raise Hindered(why)
        if not customer.deleted_at:
            register.delete(customer, by)
        _end_pairs(customer, by)
        mirrors, naming = _own_mirrors(customer), _naming(customer)
        _forget_plans(customer)
        _wipe(customer, mirrors)
        _wipe_elsewhere(company, naming)
        for mirror in mirrors:
            wipe_there(mirror) if mirror.gone_at else _leave_alone(mirror, by)
        Erasure.create(company=company, customer=customer, by=by)
        facts = {"customer_id": customer.id, "by": by, "version": customer.version}
        History.note(company, history.OURS, "erase", field="erased", **facts)
        return customer


def _end_pairs(customer: Customer, by: User | None) -> None:
    """So that nothing there comes back here by itself; and it stands nowhere, nor where nothing is synchronised now."""
    living = Pairing.select().where(Pairing.customer == customer, Pairing.state != pairing.CLOSED)
    for one in living.order_by(Pairing.id):
        pair = apply.lock(one.id)
        if pair is not None:
            pair.customer = customer
            pair.close(BECAUSE, by)
            standing.put_apart(pair)
    for place in list(Place.select().where(Place.company == customer.company_id, Place.customer == customer)):
        standing.put_customer(place.connection, customer)


def _own_mirrors(customer: Customer) -> list[Mirror]:
    mine = Pairing.select(Pairing.mirror).where(Pairing.customer == customer, Pairing.mirror.is_null(False))
    others = Pairing.select(Pairing.mirror).where(Pairing.customer != customer, Pairing.mirror.is_null(False))
    own = Mirror.company == customer.company_id
    return list(Mirror.select().where(own, Mirror.id.in_(mine), Mirror.id.not_in(others)).order_by(Mirror.id))


def _leave_alone(mirror: Mirror, by: User | None) -> None:
    """ "Ingen synkronisering", so that no creation in bulk copies it here again."""
    connection = mirror.connection
    if Exclusion.of(connection, mirror) is None:
        Exclusion.create(company=mirror.company_id, connection=connection, mirror=mirror, created_by=by, reason=BECAUSE)
    if connection.state != CLOSED and connection.is_active:
        standing.put_mirror(connection, mirror)


def _forget_plans(customer: Customer) -> None:
    """Files that are not loaded yet may hold it too."""
    company = customer.company_id
    Upload.delete().where(Upload.company == company).execute()
    for run in Run.select().where(Run.company == company, Run.kind == states.LOAD, Run.state.in_(states.PLANS)):
        run.state = states.DROPPED
        run.save()
        runs_load.forget(run)


def _wipe(customer: Customer, mirrors: Sequence[Mirror]) -> None:
    """Everything that an id leads to."""
    customer.take(dict(EMPTY))
    customer.form_hash, customer.version = None, customer.version + 1
    customer.save()
    company, there = customer.company_id, [mirror.id for mirror in mirrors]
    pairs = [one.id for one in Pairing.select(Pairing.id).where(Pairing.customer == customer)]
    emptied = {"base_json": "{}", "party_json": "", "fault_json": "", "guard_json": ""}
    Pairing.update(emptied).where(Pairing.id.in_(pairs)).execute()
    Attempt.update(body_json="{}", fields_json="{}", fault_text="").where(Attempt.pairing.in_(pairs)).execute()
    Confirmation.update(before="", after="").where(Confirmation.pairing.in_(pairs)).execute()
    Lane.update(fault_text="").where(Lane.company == company, Lane.side == lane.PAIR, Lane.record.in_(pairs)).execute()
    Suggestion.delete().where(Suggestion.company == company, Suggestion.customer == customer).execute()
    mine = _of_rows(RunItem, customer, pairs, there)
    waiting = RunItem.state.in_((states.ITEM_WAITING, states.ITEM_BEGUN))
    RunItem.update(state=states.ITEM_HELD, reason=BECAUSE).where(mine, waiting).execute()
    RunItem.update(reason=BECAUSE).where(mine, RunItem.reason != "").execute()
    for table in (History, RunItem):
        blank(table).where(_of_rows(table, customer, pairs, there)).execute()


def _of_rows(table: Any, customer: Customer, pairs: Sequence[int], there: Sequence[int]) -> Any:
    own = (table.customer_id == customer.id) | table.pairing_id.in_(pairs) | table.mirror_id.in_(there)
    return (table.company == customer.company_id) & own


def _naming(customer: Customer) -> list[str]:
    """What it is known by, and was before: a line of a file may tell of it as it was called then."""
    own = History.company == customer.company_id, History.customer_id == customer.id
    lines = History.select(History.before, History.after).where(*own, History.field.in_(NAMING)).tuples()
    found = {customer.values[name] for name in NAMING}.union(*lines)
    return sorted(value for value in found if len(value) >= SHORTEST)


def _wipe_elsewhere(company: Company, naming: Sequence[str]) -> None:
    """What tells of it without an id: lines of files, whom another was taken for, and what the health check found."""
    Checked.forget(company)
    for value in naming:
        written = json.dumps(value, ensure_ascii=False)[1:-1]
        for item in RunItem.select().where(RunItem.company == company, RunItem.note_json.contains(written)):
            if value in item.note.get("row", {}).values() and not item.customer_id:
                item.before, item.after, item.note = "", "", {"erased": True}
                is_left_out = item.state == states.ITEM_WAITING
                item.state = states.ITEM_HELD if is_left_out else item.state
                item.reason = BECAUSE if is_left_out or item.reason else ""
            elif item.note.get("alike", "").startswith(f"{value} ("):
                item.note = {name: told for name, told in item.note.items() if name != "alike"}
            else:
                continue  # Somebody else, in whose name or address the value stands.
            item.save()
