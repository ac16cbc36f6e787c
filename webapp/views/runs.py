"""Runs: "Opret partnere" shows its plan, starts, tells how far it is, can be stopped, and says what failed and why."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import auth, htmx
from webapp.models import run as states
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import Run, RunItem
from webapp.sync import runs
from webapp.sync.runs import BulkPlan, Rule
from webapp.views import sync_window
from webapp.views.sync_window import Asked

blueprint = Blueprint("runs", __name__, url_prefix="/runs")
WRONG = 422
SHOWN = 100
KINDS = {"ours": states.CREATE_THEIRS, "theirs": states.CREATE_OURS}
SIDE = "<any(ours, theirs):side>"


@dataclass(frozen=True)
class Failed:
    """An item that could not be carried out, with its customer as it is now."""

    item: RunItem
    party: Customer | Mirror | None
    fault: dict[str, Any]


@blueprint.get(f"/new/{SIDE}")
@auth.administrator_only
def new(side: str) -> ResponseReturnValue:
    """The plan: nothing has been done."""
    return _plan(side, _rule(request.args.get("rule", "same")))


@blueprint.post(f"/new/{SIDE}")
def begin(side: str) -> ResponseReturnValue:
    """ "Indsend": exactly what was shown, and of what was held back the ticked ones."""
    active, rule = sync_window.connection(), _rule(request.form.get("rule", "same"))
    ticked = {
        int(text) for text in request.form.getlist("also") if text.isascii() and text.isdigit() and len(text) < 10
    }
    plan = runs.plan_bulk(active, KINDS[side], rule)
    if request.form.get("seen") != seal(plan):
        return _plan(
            side, rule, ticked, _("Kunderne blev ændret, efter planen blev vist. Se den igen. Intet er gjort.")
        ), WRONG
    if not plan.ready and not ticked:
        return _plan(side, rule, ticked, _("Der er ingen kunder at oprette. Sæt hak ved dem, der skal med.")), WRONG
    ordered = runs.begin(active, plan, ticked, auth.user())
    if not htmx.wants_piece():
        return htmx.go(url_for("runs.show", run_id=ordered.id))
    progress = htmx.piece("#run", render_template("runs/_progress.html", run=ordered), "innerHTML")
    return htmx.partials(progress, close_dialog=True)


@blueprint.get("/<int:run_id>")
def show(run_id: int) -> ResponseReturnValue:
    """How far a run is, and how it ended for whom."""
    run = _found(run_id)
    return render_template("runs/show.html", run=run, failed=_failed(run), latest=_latest(run))


@blueprint.get("/<int:run_id>/progress")
def progress(run_id: int) -> ResponseReturnValue:
    """The progress bar, which asks for itself; at the end of the run every row of the window is drawn anew."""
    run = _found(run_id)
    if not htmx.wants_piece():
        return htmx.go(url_for("runs.show", run_id=run.id))
    bar = htmx.piece(f"#run-{run.id}", render_template("runs/_progress.html", run=run))
    if request.args.get("page"):
        return _whole(run) if run.is_over else htmx.partials(bar)
    asked = Asked.on_show()
    counters = sync_window.Counters.of(run.connection, asked)
    rest = sync_window.fresh(run.connection, asked) if run.is_over else sync_window.counted(counters)
    return htmx.partials(bar, *rest)


@blueprint.post("/<int:run_id>/cancellation")
def stop(run_id: int) -> ResponseReturnValue:
    """ "Stop": what was made stays, what is under way comes to its end."""
    run = _found(run_id)
    runs.stop(run)
    done = _("Kørslen er stoppet. Det, der er oprettet, bliver.")
    if not htmx.wants_piece():
        return htmx.go(url_for("runs.show", run_id=run.id), done)
    bar = htmx.piece(f"#run-{run.id}", render_template("runs/_progress.html", run=_found(run_id)))
    return htmx.partials(bar, *sync_window.fresh(run.connection, Asked.on_show()), htmx.toast(done))


def _whole(run: Run) -> ResponseReturnValue:
    """The run's own page at its end: the bar, and how it ended for whom."""
    result = render_template("runs/_result.html", run=run, failed=_failed(run), latest=_latest(run))
    return htmx.partials(htmx.piece("#result", result))


def seal(plan: BulkPlan) -> str:
    """A short mark of everything the plan shows: another plan has another mark."""
    shown = [(item.party.id, item.party.version, item.number, item.held) for item in plan.items]
    return hashlib.sha256(repr((plan.kind, plan.rule, shown)).encode()).hexdigest()[:16]


def _plan(side: str, rule: Rule, ticked: Iterable[int] = (), wrong: str = "") -> str:
    active = sync_window.connection()
    plan = runs.plan_bulk(active, KINDS[side], rule)
    return render_template(
        "runs/new.html",
        side=side,
        plan=plan,
        lookalikes=[item for item in plan.held if item.held == "lookalike"],
        lacking=[item for item in plan.held if item.held == "lacking"],
        renumbered=sum(1 for item in plan.ready if not item.same_number),
        seen=seal(plan),
        ticked=set(ticked),
        shown=SHOWN,
        wrong=wrong,
        current=Run.current(active),
        action=url_for("runs.begin", side=side),
        back=url_for("sync.window"),
    )


def _rule(text: str) -> Rule:
    if text not in ("same", "next"):
        abort(400, _("Kundenumre kan ikke gives sådan."))
    return cast(Rule, text)


def _found(run_id: int) -> Run:
    found = Run.found(auth.company(), run_id)
    if found is None:
        abort(404, _("Kørslen findes ikke."))
    return found


def _items(run: Run, state: str) -> list[RunItem]:
    query = RunItem.select().where(RunItem.run == run, RunItem.state == state)
    return list(query.order_by(RunItem.settled_at.desc(), RunItem.id.desc()).limit(SHOWN))


def _parties(run: Run, items: list[RunItem]) -> dict[int, Customer | Mirror]:
    """Item -> its customer as it is now, in one query."""
    table = Customer if run.kind == states.CREATE_THEIRS else Mirror
    ids = {item.id: item.customer_id or item.mirror_id for item in items}
    rows = {
        row.id: row for row in table.select().where(table.company == run.company_id, table.id.in_(list(ids.values())))
    }
    return {item: rows[party] for item, party in ids.items() if party in rows}


def _failed(run: Run) -> list[Failed]:
    items = _items(run, states.ITEM_FAILED)
    parties = _parties(run, items)
    wanted = [item.pairing_id for item in items if item.pairing_id]
    pairs = {pair.id: pair.fault for pair in Pairing.select().where(Pairing.id.in_(wanted))} if wanted else {}
    return [Failed(item, parties.get(item.id), pairs.get(item.pairing_id, {})) for item in items]


def _latest(run: Run) -> list[tuple[RunItem, Customer | Mirror]]:
    items = _items(run, states.ITEM_DONE)[:10]
    parties = _parties(run, items)
    return [(item, parties[item.id]) for item in items if item.id in parties]
