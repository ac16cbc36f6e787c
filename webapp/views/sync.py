"""Synkronisering: the window over Kunder, its search and filters, rows that refresh themselves, and the comparison."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import auth, db, htmx
from webapp.models import sweep as sweeps
from webapp.models.connection import Connection
from webapp.models.place import Place
from webapp.models.run import Run
from webapp.models.sweep import Sweep
from webapp.sync import emptying, rows, sweep
from webapp.sync.section import Section
from webapp.views import rule_words, spreadsheet, sync_file, sync_window, sync_words
from webapp.views.sync_watch import Watch
from webapp.views.sync_window import Asked, Counters, Proof, Touched

blueprint = Blueprint("sync", __name__, url_prefix="/sync")


@blueprint.get("")
def window() -> ResponseReturnValue:
    found = sync_window.active_connection()
    if found is None:
        return sync_window.not_connected()
    return sync_window.page(found, Asked.of(request.args), htmx.wants_piece())


@blueprint.get("/rows")
def listed() -> ResponseReturnValue:
    """Rows for a search, a filter, or from behind the last one shown in a section."""
    active, asked = sync_window.connection(), Asked.of(request.args)
    if "section" in request.args:
        return _more(active, asked)
    if not htmx.wants_piece():
        return htmx.go(asked.address())
    answer = htmx.partials(*sync_window.fresh(active, asked))
    answer.headers["HX-Replace-Url"] = asked.all_ticked().address()
    return answer


def _more(active: Connection, asked: Asked) -> ResponseReturnValue:
    section = request.args["section"]
    if section not in list(Section):
        abort(400, _("Den del af vinduet findes ikke."))
    after = request.args.get("after", "")
    batch = rows.batch(asked.of_lines(active), Section(section), after)
    template = "sync/_batch.html" if htmx.wants_piece() else "sync/more.html"
    return render_template(template, batch=batch, section=Section(section), asked=asked)


@blueprint.get("/<section>/list.<any(csv, xlsx):kind>")
def export(section: str, kind: str) -> ResponseReturnValue:
    """A section as the window shows it through its search and filter, to the last line, for a spreadsheet."""
    active, asked = sync_window.connection(), Asked.of(request.args)
    if section not in list(Section):
        abort(404, _("Den del af vinduet findes ikke."))
    title = str(sync_words.SECTIONS[Section(section)][0])
    lines = sync_file.lines(asked.of_lines(active), Section(section))
    return spreadsheet.answer(kind, sync_file.NAMES[Section(section)], title, sync_file.heads(), lines)


@blueprint.get("/row/<int:place_id>")
def row(place_id: int) -> ResponseReturnValue:
    """One line that asks for itself while work is under way; silence while nothing has moved."""
    active = sync_window.connection()
    place = Place.get_or_none(Place.connection == active, Place.id == place_id)
    if place is None and Place.found(auth.company(), place_id) is None and not htmx.wants_piece():
        abort(404)
    if place is not None and str(place.version) == request.args.get("version"):
        return "", 204
    touched = Touched(active, place.customer_id if place else None, place.mirror_id if place else None)
    touched.before = {place_id: request.args.get("section", "")}
    return htmx.partials(*touched.drawn(Asked.on_show())) if htmx.wants_piece() else htmx.go(url_for("sync.window"))


@blueprint.get("/changes")
def changes() -> ResponseReturnValue:
    """Asked now and then by the open window: what others changed since it was drawn; silence when nothing."""
    active, seen = sync_window.connection(), Watch.of_request()
    if not htmx.wants_piece():
        return htmx.go(url_for("sync.window"))
    watch = seen.now(active) if seen else None
    if seen is None or watch is None or watch.waiting == seen.waiting or Run.current(active):
        return "", 204
    asked = Asked.on_show()
    counters = Counters.of(asked.of_lines(active))
    return htmx.partials(sync_window.watching(watch, asked), *sync_window.counted(counters))


@blueprint.get("/proof")
def proof() -> ResponseReturnValue:
    """The comparison's line, which asks for itself while one is running; at its end every row is drawn anew."""
    active = sync_window.connection()
    if not htmx.wants_piece():
        return htmx.go(url_for("sync.window"))
    found = Proof.of(active)
    line = htmx.piece("#proof", render_template("sync/_proof.html", proof=found, connection=active))
    return htmx.partials(line, *([] if found.running else sync_window.fresh(active, Asked.on_show())))


@blueprint.post("/compare")
def compare() -> ResponseReturnValue:
    """ "Sammenlign nu"."""
    active = sync_window.connection()
    is_held = sweep.begin(active, sweeps.COMPARE, auth.user()).state == sweeps.HELD
    if not htmx.wants_piece():
        waits = _("En sammenligning venter på dit svar, så ingen ny er begyndt.")
        done = waits if is_held else _("Sammenligningen er begyndt.")
        return htmx.go(url_for("sync.window"), done, "ask" if is_held else "ok")
    return htmx.partials(
        htmx.piece("#proof", render_template("sync/_proof.html", proof=Proof.of(active), connection=active))
    )


@blueprint.post("/brake/<int:sweep_id>")
def brake(sweep_id: int) -> ResponseReturnValue:
    """A person's answer when suspiciously many customers are missing there at once."""
    active = sync_window.connection()
    held = Sweep.get_or_none(Sweep.connection == active, Sweep.id == sweep_id)
    answer = request.form.get("answer")
    if held is None:
        abort(404)
    if answer not in ("gone", "keep"):
        abort(400)
    with db.write():
        is_first = sweep.answer_brake(held, answer == "gone")
    done = _("Kunderne bliver slået op en ad gangen.") if answer == "gone" else _("Intet er ændret.")
    done = done if is_first else _("Spørgsmålet er allerede besvaret.")
    if not htmx.wants_piece():
        return htmx.go(url_for("sync.window"), done)
    line = htmx.piece("#proof", render_template("sync/_proof.html", proof=Proof.of(active), connection=active))
    return htmx.partials(line, htmx.toast(done))


@blueprint.post("/emptied")
def emptied() -> ResponseReturnValue:
    """A person's answer when suspiciously many fields became empty at once on one side."""
    active, answer = sync_window.connection(), request.form.get("answer")
    choice = next((choice for choice in (emptying.GO, emptying.KEEP) if choice == answer), None)
    if choice is None:
        abort(400)
    try:
        emptying.decide(active, choice, request.form.get("seen", ""), auth.user())
        status, done = 200, _("Svaret bliver ført ud i livet, kunde for kunde.")
    except emptying.Stale:
        status, done = 409, _("Det har ændret sig imens. Se det igen. Intet er ændret.")
    if not htmx.wants_piece():
        return htmx.go(url_for("sync.window"), done, "ok" if status == 200 else "ask")
    line = htmx.piece("#proof", render_template("sync/_proof.html", proof=Proof.of(active), connection=active))
    return htmx.partials(line, htmx.toast(done, "ok" if status == 200 else "ask"), status=status)


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"sync_words": sync_words, "rule_words": rule_words}
