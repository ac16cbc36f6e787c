"""The one command line, `webapp`: start, look after and try out an installation.

What only trying out needs (sandbox, simulator, demo) is imported by its command, so that app and worker start quickly.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
import peewee

from webapp import config, db, migrations, ports, prepare
from webapp.cli import serving, tending
from webapp.models.user import ADMINISTRATOR, ROLES

DAMAGED = "the database is damaged, nothing was synchronised; restore a backup of it (docs/deployment.md)"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """CleanManager's customers and e-conomic's, kept equal."""


@cli.command()
def demo() -> None:
    """Start the app, its worker and a pretend e-conomic, with two companies to try them with."""
    from webapp.cli.demo import start

    start()


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--worker/--no-worker", "with_worker", default=None, help="Default: with SQLite, yes.")
def serve(host: str, with_worker: bool | None) -> None:
    """Start the web server (PORT); with SQLite the worker runs in the same process."""
    serving.serve(host, with_worker)


@cli.command()
def worker() -> None:
    """Start a worker: with PostgreSQL any number of them, on any number of machines."""
    serving.work()


@cli.command()
def init() -> None:
    """Make or upgrade the database."""
    prepare()
    applied = migrations.upgrade()
    click.echo("\n".join(f"applied {name}" for name in applied) or "The database is up to date.")


@cli.command()
@click.option("--company", required=True, help="The company's name; made when it does not exist.")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(ROLES), default=ADMINISTRATOR, show_default=True)
@click.password_option()
def user(company: str, email: str, name: str, role: str, password: str) -> None:
    """Make a person who may sign in (the first one too)."""
    click.echo(tending.make_user(company, email, name, role, password))


@cli.command()
@click.option("--company", default="", help="Only this company, by name.")
def compare(company: str) -> None:
    """Compare every pair with e-conomic now, carry out what follows, and print the receipt."""
    sys.exit(tending.compare(company))


@cli.command()
@click.argument("company")
def plan(company: str) -> None:
    """Print what the sync would do for a company's pairs as they are known now; nothing is changed."""
    tending.print_plan(company)


@cli.command()
@click.argument("ours", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("theirs", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the pairs to this file.")
@click.option("--candidates", is_flag=True, help="Also those that are no more than possible (group: none).")
def match(ours: Path, theirs: Path, out: Path | None, candidates: bool) -> None:
    """Suggest pairs between two CSV files of customers.

    Each has a column `id` and others named as our fields (name, cvr, ean, address, postcode, city, email, phone, ...)
    or `number`; other columns are passed over. One line per suggested pair: both ids, score (0 to 100), group (sure
    or look) and the evidence.
    """
    from webapp.cli import matching

    matching.match_files(ours, theirs, out, candidates)


@cli.group()
def bench() -> None:
    """Measure this code against others on the same machine."""


@bench.command("matching")
@click.option("--seed", "seeds", type=int, multiple=True, help="Seeds of the Danish sets; default: the one held out.")
@click.option("--size", type=click.IntRange(50), default=5000, show_default=True, help="Customers on each side.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="Each is timed so many times.")
def bench_matching(seeds: tuple[int, ...], size: int, rounds: int) -> None:
    """Precision, recall, F1, recall@3 and time of `match`, next to Splink and recordlinkage if they are installed."""
    from webapp.bench import matching

    for line in matching.report(seeds or (matching.HELD_OUT,), size, rounds):
        click.echo(line)


@bench.command("pages")
@click.option("--size", "sizes", type=click.IntRange(150), multiple=True, default=(300, 10_000), show_default=True)
@click.option("--database", default="", help="An empty PostgreSQL database, which is filled; default: SQLite.")
@click.option("--rounds", type=click.IntRange(1), default=7, show_default=True, help="Requests of each page.")
def bench_pages(sizes: tuple[int, ...], database: str, rounds: int) -> None:
    """Milliseconds that each page takes for companies of these sizes, which are first made: 100000 takes minutes."""
    from webapp.cli import timing

    for line in timing.report(sizes, database, rounds):
        click.echo(line)


@cli.command()
def doctor() -> None:
    """Say what is wrong with this installation, if anything."""
    sys.exit(tending.doctor())


@cli.command()
@click.option("--port", default=8001, show_default=True)
@click.option("--from", "files", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--customers", type=int, help="An agreement of that many derived Danish companies.")
@click.option("--seed", default=0, show_default=True)
@click.option("--store", type=click.Path(dir_okay=False, path_type=Path), help="Keep the state in this file.")
def sandbox(port: int, files: tuple[Path, ...], customers: int | None, seed: int, store: Path | None) -> None:
    """Start the pretend e-conomic alone; `--from` loads recorded collection pages."""
    serving.run_sandbox(port, files, customers, seed, store)


@cli.command()
@click.option("--histories", type=click.IntRange(1), default=100, show_default=True)
@click.option("--seed", type=int, help="The first seed; default: the one after all that were played.")
@click.option("--steps", type=click.IntRange(1), help="How long each history is; default: as the tests play them.")
@click.option("--database", default="", help="An empty PostgreSQL database; default: SQLite in memory.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the sheet to this file.")
@click.option("--resume", type=click.Path(dir_okay=False, path_type=Path), help="Add up over several goes here.")
@click.option("--only", default="", help="Replay these steps of one seed (numbers with commas) and tell everything.")
def simulate(
    histories: int,
    seed: int | None,
    steps: int | None,
    database: str,
    report: Path | None,
    resume: Path | None,
    only: str,
) -> None:
    """Prove the sync: random histories of people, faults and crashes on this very code, each judged at its end."""
    from webapp.cli import simulating
    from webapp.simulation.steps import STEPS

    steps = steps or STEPS
    if only:
        sys.exit(simulating.replay(seed or 0, database, steps, [int(index) for index in only.split(",")]))
    sys.exit(simulating.simulate(histories, seed, database, steps, report, resume))


def main() -> None:
    """Run the command; a wrong setting, or a database that cannot be used, ends in one sentence."""
    ports.arm(os.environ.get("WEBAPP_FAILPOINT", ""))
    try:
        cli()
    except (config.WrongSetting, migrations.NewerDatabase) as wrong:
        click.echo(f"webapp: {wrong}", err=True)
        sys.exit(2)
    except peewee.DatabaseError as wrong:
        if not db.is_unusable(wrong):
            raise
        what = DAMAGED if db.is_damaged(wrong) else "the database does not answer"
        click.echo(f"webapp: {what}: {db.reason(wrong).splitlines()[0]}", err=True)
        sys.exit(2)
    finally:
        db.close()
