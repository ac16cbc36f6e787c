"""`webapp bench pages`: the processor time of each page for companies of several sizes, through the whole app."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Any

from flask.testing import FlaskClient

from webapp import create_app, db, migrations, vault
from webapp.cli.bench_company import Furnished
from webapp.models.place import Place
from webapp.views.sync_watch import HEADER, Watch

ROUNDS = 7
PIECE = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": "http://localhost/sync"}
SEARCHES = {"many hits": "aps", "some hits": "odense byg", "one hit": "95791444", "no hit": "qzqzqz", "one letter": "x"}
FILTERS = ("new", "answer", "sure")


@dataclass(frozen=True)
class Timed:
    """One page's processor milliseconds at each size, median and longest."""

    what: str
    milliseconds: list[tuple[float, float]]

    def __str__(self) -> str:
        cells = (f"{middle:.0f}" if middle >= 10 else f"{middle:.1f}" for middle, _ in self.milliseconds)
        return f"| {self.what} | {' | '.join(cells)} |"


def report(sizes: Sequence[int], database: str, rounds: int = ROUNDS) -> Iterator[str]:
    """The sheet, a column for each size: everything in one database, which is to be empty and is left full."""
    with tempfile.TemporaryDirectory(prefix="bench-") as instance:
        app = create_app(_settings(instance, database))
        migrations.upgrade()
        with db.connected():
            companies = [Furnished(size, app.config) for size in sizes]
            if not db.is_sqlite():
                db.database.execute_sql("ANALYZE")
            columns = [dict(_pages(app.test_client(), company, rounds)) for company in companies]
            yield f"| {'SQLite' if db.is_sqlite() else 'PostgreSQL'} | {' | '.join(f'{size:,}' for size in sizes)} |"
            yield "| --- |" + " ---: |" * len(sizes)
            for what in columns[0]:
                yield str(Timed(what, [column[what] for column in columns]))
            yield "| *first fetch, seconds* | " + " | ".join(f"{one.fetch_seconds:.1f}" for one in companies) + " |"
        db.close()


def _settings(instance: str, database: str) -> dict[str, Any]:
    economic = "http://economic.test"
    return {
        "INSTANCE": instance, "DATABASE_URL": database, "SECRET_KEY": "bench", "ENCRYPTION_KEY": vault.new_key(),
        "ECONOMIC_API_URL": f"{economic}/rest", "ECONOMIC_OPENAPI_URL": economic,
        "ECONOMIC_APP_SECRET_TOKEN": "demo-app-secret", "ECONOMIC_APP_PUBLIC_TOKEN": "demo-app-public",
    }  # fmt: skip


def _pages(client: FlaskClient, company: Furnished, rounds: int) -> Iterator[tuple[str, tuple[float, float]]]:
    """Name -> the median and the longest of so many requests, after one that warms up."""
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = f"{company.alice.id}:{company.alice.epoch}", True
    for what, address, headers in _asked(company):
        taken = [_timed(client, address, headers) for _ in range(rounds + 1)][1:]
        yield what, (median(taken), max(taken))


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
    yield "Sundhedstjek, both registers", "/checkup", {}
    yield "Sundhedstjek, a page of a cause", "/checkup?cause=double&page=2", {}
    yield "a customer's page", f"/customers/{new.where(Place.customer.is_null(False)).get().customer_id}", {}


def _timed(client: FlaskClient, address: str, headers: dict[str, str]) -> float:
    begun = process_time()
    answer = client.get(address, headers=headers)
    taken = 1000 * (process_time() - begun)
    assert answer.status_code in (200, 204), (address, answer.status)
    return taken
