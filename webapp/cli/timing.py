"""`webapp bench pages`: how long each page takes for companies of several sizes, through the whole app."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from time import perf_counter, process_time
from typing import Any

import click
from flask.testing import FlaskClient

from webapp import create_app, db, migrations, vault
from webapp.cli.big_company import Furnished
from webapp.models.checked import Checked
from webapp.models.company import Company
from webapp.models.place import Place
from webapp.sync import checking
from webapp.views.sync_watch import HEADER, Watch

PIECE = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": "http://localhost/sync"}
SEARCHES = {"many hits": "aps", "some hits": "odense byg", "one hit": "95791444", "no hit": "qzqzqz", "one letter": "x"}
FILTERS = ("new", "answer", "sure")


def report(sizes: Sequence[int], database: str, rounds: int) -> Iterator[str]:
    """The sheet, a column for each size: all companies in one database, which must be empty and is left full."""
    with tempfile.TemporaryDirectory(prefix="bench-") as instance:
        app = create_app(_settings(instance, database))
        migrations.upgrade()
        with db.connected():
            if Company.select().exists():
                raise click.ClickException("the database is not empty")
            companies = [Furnished(size, app.config) for size in sizes]
            if not db.is_sqlite():
                db.database.execute_sql("VACUUM ANALYZE")
            columns = [dict(_pages(app.test_client(), company, rounds)) for company in companies]
            yield from _sheet(companies, columns)
        db.close()


def _sheet(companies: Sequence[Furnished], columns: Sequence[Mapping[str, float]]) -> Iterator[str]:
    yield _row("SQLite" if db.is_sqlite() else "PostgreSQL", [f"{one.size:,}" for one in companies])
    yield _row("---", ["---:"] * len(companies))
    for what in columns[0]:
        yield _row(what, [_told(column[what]) for column in columns])
    yield _row("*the worker's first fetch, seconds*", [f"{one.fetch_seconds:.1f}" for one in companies])


def _row(what: str, cells: Sequence[str]) -> str:
    return f"| {what} | {' | '.join(cells)} |"


def _told(milliseconds: float) -> str:
    return f"{milliseconds:,.0f}" if milliseconds >= 10 else f"{milliseconds:.1f}"


def _settings(instance: str, database: str) -> dict[str, Any]:
    economic = "http://economic.test"
    return {
        "INSTANCE": instance, "DATABASE_URL": database, "SECRET_KEY": "bench", "ENCRYPTION_KEY": vault.new_key(),
        "ECONOMIC_API_URL": f"{economic}/rest", "ECONOMIC_OPENAPI_URL": economic,
        "ECONOMIC_APP_SECRET_TOKEN": "demo-app-secret", "ECONOMIC_APP_PUBLIC_TOKEN": "demo-app-public",
    }  # fmt: skip


def _pages(client: FlaskClient, company: Furnished, rounds: int) -> Iterator[tuple[str, float]]:
    """Name -> the median of so many requests after one that warms up, in milliseconds."""
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = f"{company.alice.id}:{company.alice.epoch}", True
    for what, address, headers in _asked(company):
        yield what, median([_timed(client, address, headers) for _ in range(rounds + 1)][1:])
    yield "Sundhedstjek, the first time", _timed(client, "/checkup", {})
    Checked.delete().where(Checked.company == company.company).execute()
    yield "its look through the registers, which of many the worker takes", _took(company)
    yield "Sundhedstjek, again", median(_timed(client, "/checkup", {}) for _ in range(rounds))
    address = "/checkup?cause=double&page=2"
    yield "Sundhedstjek, a page of a cause", median(_timed(client, address, {}) for _ in range(rounds))


def _asked(company: Furnished) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What is asked for: name, address, and the headers with which the window asks."""
    yield "the sync window", "/sync", {}
    for what, text in SEARCHES.items():
        yield f"search, {what}", f"/sync/rows?q={text}", PIECE
    for only in FILTERS:
        yield f'filter "{only}"', f"/sync/rows?only={only}", PIECE
    yield "search in a filter", "/sync/rows?q=aps&only=new", PIECE
    new = Place.of(company.connection, "new").order_by(Place.name, Place.id)
    for what, offset in (("first", 50), ("from the middle of the section", new.count() // 2)):
        line = new.offset(offset).limit(1).get()
        yield f'"Vis 50 til", {what}', f"/sync/rows?section=new&after={line.name}~{line.id}", PIECE
    seen = {HEADER: str(Watch.begun(company.connection))}
    yield "what others changed (asked every 10 s)", "/sync/changes", PIECE | seen
    yield "Kunder", "/customers", {}
    yield "Kunder, the last page", "/customers?page=1000000", {}
    for what, text in SEARCHES.items():
        yield f"Kunder, search, {what}", f"/customers?q={text}", PIECE
    alone = new.where(Place.customer.is_null(False)).get().customer_id
    yield "a customer's page", f"/customers/{alone}", {}
    yield "Vælg partner", f"/pairings/partner/ours/{alone}", {}


def _clock() -> Callable[[], float]:
    """Processor time of this process; PostgreSQL works in another, so there it is the time that passed."""
    return process_time if db.is_sqlite() else perf_counter


def _took(company: Furnished) -> float:
    clock = _clock()
    begun = clock()
    checking.check(company.company, company.connection)
    return 1000 * (clock() - begun)


def _timed(client: FlaskClient, address: str, headers: dict[str, str]) -> float:
    clock = _clock()
    begun = clock()
    answer = client.get(address, headers=headers)
    taken = 1000 * (clock() - begun)
    assert answer.status_code in (200, 204), (address, answer.status)
    return taken
