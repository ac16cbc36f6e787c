"""Runs: a plan that is shown and approved first, its progress, pause and stop, the history, and taking it back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import auth, htmx
from webapp.models.connection import Connection
from webapp.models.run import DELETE, DROPPED, EXCLUDE, LOAD, PAIR, RESOLVE, Run, RunPlan
from webapp.sync import kinds, runs, runs_undo
from webapp.sync.runs import NotApplied
from webapp.sync.runs_plan import EVERYBODY, Selection
from webapp.sync.section import Section, State
from webapp.views import run_file, run_list, run_page, run_words, spreadsheet, sync_window
from webapp.views.load_page import Loaded
from webapp.views.sync_window import Asked

blueprint = Blueprint("runs", __name__, url_prefix="/runs")
WRONG = 422
MOST_DIGITS = 10
KIND = "<any(create_ours, create_theirs, pair, exclude, resolve, delete):kind>"


@blueprint.get("")
def index() -> str:
    """ "Kørsler": every plan and run, the newest first."""
    page = max(1, request.args.get("page", 1, type=int))
    listed, more = run_list.page(auth.company(), min(page, 10_000))
    return render_template("runs/index.html", runs=listed, page=page, more=more)


@blueprint.get("/list.<any(csv, xlsx):kind>")
def export_all(kind: str) -> ResponseReturnValue:
    """The same for a spreadsheet."""
    return spreadsheet.answer(kind, "koersler", _("Kørsler"), run_list.heads(), run_list.lines(auth.company()))


@blueprint.post(f"/plans/{KIND}")
def plan(kind: str) -> ResponseReturnValue:
    """Plan this kind of work for those who are picked, or for all that the window shows; nothing is done."""
    active = sync_window.connection()
    picked = selection() or _shown(active, kind)
    if picked is None:
        abort(400, str(run_words.NOBODY[kind]))
    made = runs.plan(active, kind, auth.user(), picked, request.form.to_dict())
    return htmx.go(url_for("runs.show", run_id=made.id))


def selection() -> Selection:
    """What a form has picked; what is no number is nobody."""
    pairs = [text.partition("-") for text in request.form.getlist("pair")]
    known = [(_id(ours), _id(theirs)) for ours, dash, theirs in pairs if dash]
    places, ours, theirs = (tuple(map(_id, request.form.getlist(name))) for name in ("place", "ours", "theirs"))
    return Selection(places, ours, theirs, tuple(known))


def _shown(active: Connection, kind: str) -> Selection | None:
    """All that the window is narrowed to, also those it has not drawn yet; None when that is nobody."""
    asked = Asked.of(request.form)
    if kind in (EXCLUDE, DELETE):
        return None
    if kind != RESOLVE and not asked.is_narrowed:
        return EVERYBODY
    section, state = (Section.CONFLICT if kind == RESOLVE else Section.NEW), (State.SURE if kind == PAIR else None)
    places = asked.of_lines(active).every(section, state)
    return Selection(places=places) if places else None


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS else 0


@blueprint.get("/<int:run_id>")
def show(run_id: int) -> ResponseReturnValue:
    """The plan with its address of its own; once applied, how far the run is and how it ended for whom."""
    run = _found(run_id)
    unread = Loaded(run).upload if run.state == DROPPED else None
    if unread is not None and auth.user().is_administrator:
        return htmx.go(url_for("imports.columns", upload_id=unread.id))
    return _page(run)


@blueprint.get("/<int:run_id>/list.<any(csv, xlsx):kind>")
def export(run_id: int, kind: str) -> ResponseReturnValue:
    """Every customer of the plan or run with its fields, old and new, for a spreadsheet."""
    run = _found(run_id)
    if run.is_making:
        abort(409, str(run_words.NOT_APPLIED["making"]))
    return spreadsheet.answer(kind, f"koersel-{run.id}", _("Kørsel"), run_file.heads(), run_file.lines(run))


@blueprint.post("/<int:run_id>/choices")
def choose(run_id: int) -> ResponseReturnValue:
    """The same customers, planned anew with other choices."""
    run = _found(run_id)
    is_chosen = run.kind in kinds.KINDS and not run.is_making and runs.choose(run, request.form.to_dict())
    told = "" if is_chosen else run_words.NOT_APPLIED["making" if run.is_making else "over"]
    return htmx.go(url_for("runs.show", run_id=run.id), str(told), "ask")


@blueprint.post("/<int:run_id>/start")
def start(run_id: int) -> ResponseReturnValue:
    """ "Indsend": exactly what was shown, and of what was held back the ticked ones."""
    run, ticked = _found(run_id), [_id(text) for text in request.form.getlist("also")]
    seal, confirmed = request.form.get("seal") or "-", request.form.getlist("confirm")
    if _is_chosen_anew(run, seal) and runs.choose(run, request.form.to_dict()):
        return _page(_found(run_id), str(run_words.NOT_APPLIED["chosen"])), WRONG
    try:
        runs.start(run, auth.user(), seal, ticked, confirmed)
    except NotApplied as fault:
        return _page(_found(run_id), str(run_words.NOT_APPLIED[fault.why])), WRONG
    return htmx.go(url_for("runs.show", run_id=run.id))


def _is_chosen_anew(run: Run, seal: str) -> bool:
    """The person saw this very plan, and has then chosen something that it was not made with."""
    shown = RunPlan.of(run)
    if shown is None or shown.seal != seal or run.kind not in kinds.KINDS:
        return False
    return any(request.form.get(name, value) != value for name, value in shown.choices.items())


@blueprint.get("/<int:run_id>/making")
def making(run_id: int) -> ResponseReturnValue:
    """How far the worker is with a plan; once it is whole, or there is none to be, its own page says so."""
    run = _found(run_id)
    if not run.is_making or not htmx.wants_piece():
        return htmx.go(url_for("runs.show", run_id=run.id))
    return htmx.partials(htmx.piece("#making", render_template("runs/_making.html", run=run)))


@blueprint.get("/<int:run_id>/progress")
def progress(run_id: int) -> ResponseReturnValue:
    """The progress bar, which asks for itself; at the end of the run every row of the window is drawn anew."""
    run = _found(run_id)
    if not htmx.wants_piece():
        return htmx.go(url_for("runs.show", run_id=run.id))
    if request.args.get("page"):
        return _whole(run) if run.is_over else htmx.partials(_bar(run, on_page=True), _facts(run))
    asked = Asked.on_show()
    counters = sync_window.Counters.of(asked.of_lines(run.connection))
    rest = sync_window.fresh(run.connection, asked) if run.is_over else sync_window.counted(counters)
    return htmx.partials(_bar(run), *rest)


@blueprint.post("/<int:run_id>/pause")
def pause(run_id: int) -> ResponseReturnValue:
    """ "Hold pause": what is under way comes to its end, and no more is begun."""
    run = _found(run_id)
    moved = runs.pause(run)
    return _answered(run, _("Kørslen holder pause. Det, der er i gang, bliver gjort færdigt."), moved)


@blueprint.post("/<int:run_id>/resume")
def resume(run_id: int) -> ResponseReturnValue:
    run = _found(run_id)
    moved = runs.resume(run)
    return _answered(run, _("Kørslen går videre."), moved)


@blueprint.post("/<int:run_id>/cancellation")
def stop(run_id: int) -> ResponseReturnValue:
    """ "Stop": what was made stays, what is under way comes to its end. "Læg planen væk" stops nothing."""
    run = _found(run_id)
    if request.form.get("plan"):
        return _put_away(run)
    moved = runs.stop(run)
    return _answered(run, _("Kørslen er stoppet. Det, der er gjort, bliver og kan fortrydes."), moved)


@blueprint.post("/<int:run_id>/again")
def again(run_id: int) -> ResponseReturnValue:
    """A new plan of just those that were changed between the plan and its run."""
    made = runs.plan_moved(_found(run_id), auth.user())
    return htmx.go(url_for("runs.show", run_id=made.id))


@blueprint.post("/<int:run_id>/undo")
def undo(run_id: int) -> ResponseReturnValue:
    """ "Fortryd": a plan of what returns and what cannot, unless there is one; nothing is done before it is applied."""
    run = _found(run_id)
    if not runs_undo.can_be_undone(run):
        abort(409, _("Kørslen kan ikke fortrydes. Intet er ændret."))
    made = runs_undo.planned(run) or runs_undo.plan(run, auth.user())
    return htmx.go(url_for("runs.show", run_id=made.id))


def _put_away(run: Run) -> ResponseReturnValue:
    if runs.put_away(run):
        back = "customers.index" if run.kind == LOAD else "sync.window"
        return htmx.go(url_for(back), _("Planen er lagt væk. Intet er gjort."))
    return htmx.go(url_for("runs.show", run_id=run.id), _("Planen er indsendt eller lagt væk imens. Intet er ændret."))


def _answered(run: Run, done: str, moved: bool) -> ResponseReturnValue:
    """The bar as it is now, and a word; without script the run's page. An old page can come too late."""
    message = done if moved else _("Kørslen er ikke længere, som siden viste. Intet er ændret.")
    kind = "ok" if moved else "ask"
    if not htmx.wants_piece():
        return htmx.go(url_for("runs.show", run_id=run.id), message, kind)
    fresh = _found(run.id)
    return htmx.partials(_bar(fresh), *sync_window.fresh(run.connection, Asked.on_show()), htmx.toast(message, kind))


def _bar(run: Run, *, on_page: bool = False) -> Any:
    run_page.counted(run)
    return htmx.piece(f"#run-{run.id}", render_template("runs/_progress.html", run=run, on_page=on_page))


def _facts(run: Run) -> Any:
    facts = render_template("runs/_facts.html", run=run, counts=run_page.counted(run))
    return htmx.piece("#facts", facts, "outerMorph")


def _page(run: Run, wrong: str = "") -> str:
    if run.is_making:
        return render_template("runs/making.html", run=run, wrong=wrong)
    template = "runs/plan.html" if run.is_planned else "runs/show.html"
    return render_template(template, page=run_page.read(run), run=run, wrong=wrong)


def _whole(run: Run) -> ResponseReturnValue:
    """The run's own page at its end: the bar, and how it ended for whom."""
    result = render_template("runs/_result.html", page=run_page.read(run), run=run)
    return htmx.partials(htmx.piece("#result", result))


def _found(run_id: int) -> Run:
    found = Run.found(auth.company(), run_id)
    if found is None:
        abort(404, _("Kørslen findes ikke."))
    return found


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"run_words": run_words, "pace_of": run_page.pace, "loaded": Loaded}
