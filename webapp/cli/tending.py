"""Looking after an installation: people, comparisons, a dry run, and what is wrong."""

from __future__ import annotations

from datetime import timedelta

import click

from webapp import config, db, migrations, ports, prepare, vault
from webapp.economic.errors import EconomicError
from webapp.models import sweep as sweeps
from webapp.models.company import Company
from webapp.models.connection import CLOSED, SOURCE, Connection
from webapp.models.lane import Lane
from webapp.models.notice import Notice
from webapp.models.place import Heartbeat
from webapp.models.sweep import Sweep
from webapp.models.user import User
from webapp.notices import posting
from webapp.sync import connect, outlook, silence, sweep
from webapp.worker import Worker

PATIENCE = timedelta(minutes=30)


def make_user(company: str, email: str, name: str, role: str, password: str) -> str:
    """A sentence that says who was made. Raises click.UsageError when the e-mail is in use."""
    prepare()
    migrations.upgrade()
    with db.connected(), db.write():
        if User.with_email(email) is not None:
            raise click.UsageError(f"somebody signs in with {email} already")
        of = Company.get_or_none(Company.name == company) or Company.create(name=company)
        person = User(company=of, email=email.strip(), name=name.strip(), role=role)
        person.set_password(password)
        person.save()
    return f"{name} may sign in to {company} with {email}."


def compare(company: str) -> int:
    """The exit code: 0 when every pair is equal or settled, 1 when something waits for a person, 2 when it failed."""
    settings = prepare()
    migrations.upgrade()
    with db.connected():
        found = [c for c in Connection.working() if c.is_economic and c.is_active and company in ("", c.company.name)]
        if not found:
            click.echo("No company is connected, active and working.", err=True)
            return 2
        worker = Worker(settings)
        return max(_compare_one(worker, connection) for connection in found)


def _compare_one(worker: Worker, connection: Connection) -> int:
    ordered = sweep.begin(connection, sweeps.COMPARE)
    until = ports.now() + PATIENCE
    while _busy(connection, ordered) and ports.now() < until:
        if not worker.turns(Connection.get_by_id(connection.id)):
            ports.sleep(0.2)
    done = Sweep.get_by_id(ordered.id)
    name = connection.company.name
    if done.state == sweeps.HELD:
        click.echo(f"{name}: stopped, because {len(done.candidates)} customers seem to be gone from e-conomic at once.")
        return 1
    if done.state != sweeps.DONE:
        click.echo(f"{name}: the comparison did not come to its end; see `webapp doctor`.", err=True)
        return 2
    click.echo(f"{name}: {done.pairs} pairs compared, {done.equal} equal.")
    return 0 if done.pairs == done.equal else 1


def _busy(connection: Connection, ordered: Sweep) -> bool:
    """The sweep, or a look that it asked for, is not done; faults that only time mends are not waited for."""
    if Sweep.get_by_id(ordered.id).state == sweeps.RUNNING:
        return bool(Connection.working().where(Connection.id == connection.id).exists())
    return bool(Lane.select().where(Lane.connection == connection, Lane.tries == 0).exists())


def print_plan(company: str) -> None:
    """One line for each field that would be written or asked about, and each pair that asks as a whole."""
    prepare()
    with db.connected():
        found = Connection.select().join(Company).where(Company.name == company, Connection.state != CLOSED)
        for prospect in (one for connection in found for one in outlook.of(connection)):
            whom, planned = prospect.pairing.customer.label, prospect.plan
            for field in planned.fields if planned else ():
                if field.outcome != "nothing":
                    click.echo(f"{whom}\t{field.name}\t{field.outcome}\t{field.ours!r}\t{field.theirs!r}")
            if planned is None or not planned.fields:
                click.echo(f"{whom}\t\t{planned.presence if planned else prospect.state}")


def doctor() -> int:
    """0 when all is well; a line for each thing that is not."""
    try:
        settings = prepare()
    except config.WrongSetting as setting:
        click.echo(f"WRONG  {setting}")
        return 1
    with db.connected():
        db.refuse_damaged()
        wrong = _wrong(settings)
    click.echo("\n".join(f"WRONG  {line}" for line in wrong) or "All is well.")
    return 1 if wrong else 0


def _wrong(settings: dict[str, object]) -> list[str]:
    """Nothing more can be asked of a database whose tables are not all there, or not as they are known here."""
    if newer := migrations.unknown():
        return [f"A newer program has upgraded the database (by {', '.join(newer)}): start that one."]
    if migrations.pending():
        return ["The database is not up to date: run `webapp init`."]
    living = Connection.select().where(Connection.state != "closed", Connection.source == SOURCE)
    return [*_workers(), *(line for connection in living for line in _of(connection, settings))]


def _workers() -> list[str]:
    newest = Heartbeat.select().order_by(Heartbeat.seen_at.desc()).first()
    if newest is None or newest.seen_at < ports.now() - timedelta(minutes=1):
        return ["No worker is at work: start `webapp worker` (or `webapp serve` with SQLite)."]
    return []


def _of(connection: Connection, settings: dict[str, object]) -> list[str]:
    name = f"{connection.company.name}, agreement {connection.agreement_number}"
    wrong = []
    if connection.state == "paused":
        wrong.append(f"{name}: paused ({connection.state_reason}).")
    if not connection.customersapi:
        wrong.append(
            f"{name}: the newer customers service is closed to it, so a colleague's edit made in the second "
            "between our read and our write can be lost."
        )
    if quiet := silence.of(connection):
        wrong.append(f"{name}: changes were found that no webhook call had told of: {quiet.untold}.")
    if unsent := posting.unsent().where(Notice.company == connection.company).first():
        wrong.append(f"{name}: a mail to an administrator could not be sent ({unsent.fault}).")
    try:
        client = connect.client(connection, connect.Endpoints.of(settings))  # type: ignore[arg-type]
        client.prove("legacy")
        if connection.customersapi:
            client.prove("openapi")
    except (EconomicError, vault.Unreadable) as fault:
        wrong.append(f"{name}: e-conomic cannot be reached with its grant ({fault}).")
    return wrong
