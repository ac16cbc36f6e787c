"""Fejl efter årsag: customers that e-conomic refused for the same reason, and the remedy where they stand."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp import forms, htmx
from webapp.forms import Choices
from webapp.models.connection import Connection, Reference
from webapp.models.pairing import Pairing
from webapp.sync import causes, register
from webapp.sync.causes import Cause, Group
from webapp.sync.normalise import same, settle
from webapp.views import cause_words, grid, spreadsheet, sync_window

blueprint = Blueprint("causes", __name__, url_prefix="/sync/causes")
WRONG = 422
AT_ONCE = 100


@dataclass(frozen=True)
class Line:
    """One customer of the grid: what is typed over, what was typed or is offered, what e-conomic has, what is wrong."""

    pair: Pairing
    shown: str
    typed: str
    theirs: str = ""
    wrong: str = ""


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Every cause; the one asked for, or the only one, with its grid."""
    active = sync_window.active_connection()
    if active is None:
        return sync_window.not_connected()
    found = causes.groups(active)
    return _page(active, found, _chosen(found, request.args.get("cause", "")))


@blueprint.get("/list.<any(csv, xlsx):kind>")
def export(kind: str) -> ResponseReturnValue:
    """Every cause with its customers, a line each, for a spreadsheet."""
    active = sync_window.connection()
    names = Reference.names(active)
    lines = (cause_words.line(group.cause, pair, names) for group in causes.groups(active) for pair in group.pairs)
    return spreadsheet.answer(kind, "fejl", _("Fejl efter årsag"), cause_words.heads(), lines)


@blueprint.post("")
def save() -> ResponseReturnValue:
    """ "Gem og prøv igen": each customer by itself; what cannot be saved comes back with the reason."""
    active = sync_window.connection()
    cause = Cause.of_key(request.form.get("cause", ""))
    if not cause.is_mended_here:
        abort(400, _("Det kan ikke rettes her. Intet er ændret."))
    choices = forms.choices_of(active)
    lines = [_saved(active, line, cause.field, choices) for line in _typed(active) if not same(line.typed, line.shown)]
    if any(line.wrong for line in lines):
        return _come_back(active, cause, lines), WRONG
    done = ngettext("%(num)s kunde er gemt og prøves igen.", "%(num)s kunder er gemt og prøves igen.", len(lines))
    return htmx.go(url_for("causes.index"), done if lines else _("Intet er ændret."))


def _come_back(active: Connection, cause: Cause, sent: list[Line]) -> str:
    """The grid with what is wrong first, and below it whoever was not sent."""
    found, ids = causes.groups(active), {line.pair.id for line in sent}
    rest = [pair for group in found if group.cause == cause for pair in group.pairs if pair.id not in ids]
    lines = [line for line in sent if line.wrong] + [_offered(pair, cause.field) for pair in rest]
    return _page(active, found, Group(cause, tuple(line.pair for line in lines)), lines[:AT_ONCE])


def _page(active: Connection, found: tuple[Group, ...], group: Group | None, lines: list[Line] | None = None) -> str:
    name = group.cause.field if group else ""
    if lines is None and group and name:
        lines = [_offered(pair, name) for pair in group.pairs[:AT_ONCE]]
    return render_template(
        "causes/index.html", groups=found, chosen=group, lines=lines or [], cause_words=cause_words,
        options=forms.choices_of(active).get(name, {}), waiting=causes.missing(active),
    )  # fmt: skip


def _chosen(found: tuple[Group, ...], key: str) -> Group | None:
    mended = [group for group in found if group.cause.is_mended_here]
    return next((group for group in found if group.cause.key == key), None if key else next(iter(mended), None))


def _offered(pair: Pairing, name: str) -> Line:
    """What stands in the grid at first: ours, or where ours says nothing what e-conomic has."""
    ours, theirs = getattr(pair.customer, name), causes.suggested(pair, name)
    return Line(pair, ours, ours or theirs, theirs)


def _typed(active: Connection) -> list[Line]:
    """The lines of the grid that came back, each with what the person saw and typed."""
    ids = [forms.read_number(name.removeprefix("value-")) for name in request.form if name.startswith("value-")]
    pairs = [Pairing.found(active.company, pair_id) for pair_id in ids[:AT_ONCE] if pair_id]
    return [
        Line(pair, request.form.get(f"shown-{pair.id}", ""), settle(request.form[f"value-{pair.id}"]))
        for pair in pairs
        if pair is not None and pair.connection_id == active.id
    ]


def _saved(active: Connection, line: Line, name: str, choices: Choices) -> Line:
    """Save one; the answer says what went wrong, if anything did."""
    try:
        shown, wrong = grid.save(active.company, line.pair.customer_id, name, line.shown, line.typed, choices)
    except register.NoSuchCustomer:
        shown, wrong = line.shown, _("Kunden findes ikke længere.")
    return Line(line.pair, shown, line.typed, wrong=wrong)
