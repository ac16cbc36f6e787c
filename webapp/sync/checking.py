"""Sundhedstjek over a company's registers as they are now: looked through once for each state of them, then kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import SQL, chunked, fn

from webapp import db
from webapp.models import connection as connections
from webapp.models import lane
from webapp.models.checked import Checked, CheckedPage
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.default_rule import DefaultRule
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import OPEN, Pairing
from webapp.sync import checkup, defaulting, guard
from webapp.sync.checkup import Finding, Report, Row
from webapp.sync.defaulting import Rule
from webapp.sync.fields import NAMES, REFERENCES

PAGE = 100
AT_ONCE = 100
AT_LEISURE = 5_000
"""More customers than this are looked through by the worker; so many take about a third of a second."""
EDITION = 3
"""To be raised with every change of what is odd, or of how it is written: what was kept is then looked for anew."""


@dataclass(frozen=True)
class Check:
    """What a health check of the registers as they are now found, in the causes' order.

    `counts`: cause -> findings; `customers`: cause -> how many customers these are about.
    """

    company: Company
    stamp: str
    checked: int
    odd: int
    counts: Mapping[str, int]
    customers: Mapping[str, int]

    @property
    def ready(self) -> int:
        return checkup.ready(self.checked, self.odd)

    def pages(self, cause: str) -> int:
        return max(1, -(-self.counts.get(cause, 0) // PAGE))

    def page(self, cause: str, page: int) -> list[Finding]:
        """Some findings of one cause; page 1 is the first."""
        kept = CheckedPage.of(self.company, self.stamp, cause).where(CheckedPage.page == page)
        return [_read(cause, told) for row in kept for told in json.loads(row.findings_json)]

    def everything(self) -> Iterator[Finding]:
        for cause in self.counts:
            for row in CheckedPage.of(self.company, self.stamp, cause).iterator():
                yield from (_read(cause, told) for told in json.loads(row.findings_json))


def check(company: Company, connection: Connection | None, held: Lane | None = None) -> Check:
    """As kept, if the registers have not changed since; looked for and kept if they have. Raises Fenced where the
    lane that it is looked for on went to another worker.

    The stamp is taken before the registers are read: what changes meanwhile gives another stamp the next time.
    """
    rules = DefaultRule.rules(connection) if connection else []
    stamp = _stamp(company, connection, rules)
    return _told(company, Checked.of(company, stamp) or _look(company, connection, rules, stamp, held))


def known(company: Company, connection: Connection | None, *, few: int | None = None) -> tuple[Check | None, bool]:
    """What can be told at once, and whether it is of the registers as they are now; where not, the worker is asked
    to look. None: there is nothing yet. Where no worker would, or few are to be seen, it is always of now.
    """
    rules = DefaultRule.rules(connection) if connection else []
    stamp = _stamp(company, connection, rules)
    kept = Checked.last(company)
    if kept is not None and kept.stamp == stamp:
        return _told(company, kept), True
    works = connection is not None and connection.is_active and connection.state == connections.OPEN
    if connection is None or not works or _size(company, connection) <= (AT_LEISURE if few is None else few):
        return _told(company, _look(company, connection, rules, stamp)), True
    with db.write():
        Lane.wake(connection, lane.CHECK, connection.id, hurry=False)
    return _told(company, kept) if kept else None, False


def step(held: Lane, connection: Connection) -> None:
    """The worker's part: look the registers through, unless that has been done since they changed."""
    check(connection.company, connection, held)
    with db.write():
        held.hold()
        held.finish()


def _look(
    company: Company, connection: Connection | None, rules: list[Rule], stamp: str, held: Lane | None = None
) -> Checked:
    turn = Checked.turn(company)
    report = checkup.examine(list(_rows(company, connection)), _filled(connection, rules))
    kept = _keep(company, stamp, report, held, turn) or Checked.of(company, stamp)
    return kept or _look(company, connection, rules, _stamp(company, connection, rules), held)


def _size(company: Company, connection: Connection) -> int:
    return int(Customer.of(company).count() + Mirror.of(connection).count())


def _told(company: Company, kept: Checked) -> Check:
    causes = [cause for cause in checkup.CAUSES if cause in kept.counts]
    counts, customers = ({cause: kept.counts[cause][place] for cause in causes} for place in (0, 1))
    return Check(company, kept.stamp, kept.checked, kept.odd, counts, customers)


def _stamp(company: Company, connection: Connection | None, rules: list[Rule]) -> str:
    """Another one after every change of what is looked at: each change of a row raises its version."""
    ours = Customer.select(fn.COUNT(SQL("*")), fn.SUM(Customer.version)).where(Customer.company == company)
    told: list[Any] = [EDITION, list(ours.tuples())]
    if connection is not None:
        theirs = Mirror.select(fn.COUNT(SQL("*")), fn.SUM(Mirror.version)).where(Mirror.connection == connection)
        pairs = Pairing.select(Pairing.state, fn.COUNT(SQL("*")), fn.SUM(Pairing.version)).group_by(Pairing.state)
        told += [connection.id, list(theirs.tuples()), rules, sorted(connection.defaults.items())]
        told += sorted(pairs.where(Pairing.connection == connection).tuples())
    return hashlib.sha256(repr(told).encode()).hexdigest()


@db.retrying
def _keep(company: Company, stamp: str, report: Report, held: Lane | None, turn: int) -> Checked | None:
    """None where another was kept meanwhile, or somebody erased whom this one may name."""
    pages = [
        {"company": company, "stamp": stamp, "cause": cause, "page": page, "findings_json": json.dumps(told)}
        for cause, findings in report.by_cause.items()
        for page, told in enumerate(chunked([_written(finding) for finding in findings], PAGE), 1)
    ]
    counts = json.dumps({cause: (len(found), checkup.customers(found)) for cause, found in report.by_cause.items()})
    facts = {"stamp": stamp, "checked": report.checked, "odd": report.odd, "counts_json": counts}
    with db.write():
        if held is not None:
            held.hold()
        company.take_turns()
        if Checked.turn(company) != turn:
            return None
        Checked.delete().where(Checked.company == company).execute()
        kept: Checked = Checked.create(company=company, **facts)
        CheckedPage.delete().where(CheckedPage.company == company).execute()
        for part in chunked(pages, AT_ONCE):
            CheckedPage.insert_many(part).execute()
    return kept


def _written(finding: Finding) -> list[Any]:
    row, others = finding.row, [[other.side, other.id, other.number, other.name] for other in finding.others]
    return [row.side, row.id, row.number, row.name, finding.field, finding.value, others]


def _read(cause: str, told: list[Any]) -> Finding:
    side, row_id, number, name, field, value, others = told
    row = Row(side, row_id, number, {"name": name} | ({field: value} if field else {}))
    rest = (Row(side, row_id, number, {"name": name}) for side, row_id, number, name in others)
    return Finding(cause, row, field, tuple(rest))


def _filled(connection: Connection | None, rules: list[Rule]) -> Callable[[Mapping[str, str]], Mapping[str, str]]:
    """Before there is a connection nobody can know the lists, so nothing of them is missing yet."""
    if connection is None:
        return lambda values: dict.fromkeys(REFERENCES, "?") | dict(values)
    defaults = connection.defaults
    return lambda values: defaulting.filled(values, rules, defaults)


def _rows(company: Company, connection: Connection | None) -> Iterator[Row]:
    """Both registers, read as plain rows: there may be very many."""
    partners: dict[str, dict[int, int]] = {"ours": {}, "theirs": {}}
    if connection:
        pairs: Any = Pairing.select(Pairing.id, Pairing.customer, Pairing.mirror)
        for pair, ours, theirs in pairs.where(Pairing.connection == connection, Pairing.state == OPEN).tuples():
            partners["ours"][ours] = partners["theirs"][theirs] = pair
    for customer in _plain(Customer, Customer.of(company)):
        yield Row("ours", *customer, pair=partners["ours"].get(customer[0], 0))
    if connection:
        barred = _barred(connection)
        for mirror in _plain(Mirror, Mirror.of(connection)):
            pair = partners["theirs"].get(mirror[0], 0)
            yield Row("theirs", *mirror, pair=pair, barred=mirror[0] in barred)


def _plain(table: Any, query: Any) -> Iterator[tuple[int, int, dict[str, str]]]:
    columns = [table.id, table.number, *(getattr(table, name) for name in NAMES)]
    for key, number, *values in query.select(*columns).order_by(table.number).tuples().iterator():
        yield key, number, dict(zip(NAMES, values, strict=True))


def _barred(connection: Connection) -> set[int]:
    """Only rows whose record holds the words are read whole."""
    said = Mirror.raw_json.contains('"barred": true') | Mirror.raw_json.contains('"access": false')
    return {mirror.id for mirror in Mirror.of(connection).where(said) if guard.is_barred(mirror.record)}
