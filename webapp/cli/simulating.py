"""`webapp simulate`: play histories, say how far it is, shrink what fails, and write the sheet."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click

from webapp import db
from webapp.models.company import Company
from webapp.simulation import campaign, store
from webapp.simulation.campaign import Totals
from webapp.simulation.play import Outcome, play
from webapp.simulation.sheet import sheet
from webapp.simulation.steps import history

SAVE_EVERY = 20


def simulate(
    histories: int, seed: int | None, database: str, length: int, report: Path | None, resume: Path | None
) -> int:
    """The exit code: 0 when no history broke an invariant."""
    totals = Totals.load(resume) if resume else Totals()
    first = totals.next_seed if seed is None else seed
    with store.opened(database) as kept:
        _refuse_a_used_one()
        about = {"commit": _commit(), "database": "PostgreSQL" if database.startswith("postgresql") else "SQLite"}

        def told(outcome: Outcome, totals: Totals) -> None:
            _progress(outcome.seed - first + 1, histories, totals)
            if outcome.failed:
                _explain(kept, outcome, length)
            if resume and (outcome.seed - first) % SAVE_EVERY == SAVE_EVERY - 1:
                totals.save(resume)

        campaign.run(kept, range(first, first + histories), length, totals, told, about)
    click.echo()
    if resume:
        totals.save(resume)
    if report:
        report.write_text(sheet(totals) + "\n")
    else:
        click.echo(sheet(totals))
    return 1 if totals.failing else 0


def replay(seed: int, database: str, length: int, only: list[int]) -> int:
    """Play some steps of one seed and tell all that happens."""
    steps = history(seed, length, only)
    with store.opened(database) as kept:
        _refuse_a_used_one()
        kept.clear()
        outcome = play(seed, steps)
    click.echo("\n".join([*map(str, steps), "", *outcome.lines, "", *(outcome.violations or ["All invariants hold."])]))
    return 1 if outcome.failed else 0


def _refuse_a_used_one() -> None:
    with db.connected():
        if Company.select().exists():
            raise click.UsageError("this database holds companies, and the simulator empties what it is given")


def _progress(done: int, of: int, totals: Totals) -> None:
    filled = round(30 * done / of)
    bar = f"[{'#' * filled}{'.' * (30 - filled)}]"
    click.echo(f"{chr(13)}{bar} {done} of {of}, {totals.histories} in all, {len(totals.failing)} failed", nl=False)


def _explain(kept: store.Store, outcome: Outcome, length: int) -> None:
    few = campaign.shortest(kept, outcome, length)
    click.echo(f"\nseed {outcome.seed}: {outcome.violations[0]}")
    click.echo("\n".join(f"  {step}" for step in history(outcome.seed, length, few)))
    click.echo(f"  {campaign.replay_line(outcome.seed, length, few)}")


def _commit() -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=Path(__file__).parent)
    except OSError:
        return ""
    return told.stdout.strip()
