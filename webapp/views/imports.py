"""Loading customers from a file: choose it, see which column is what, and on to the plan; nothing is done before."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import PurePath

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp import auth, files, htmx
from webapp.files import Unreadable
from webapp.filters import label, number
from webapp.models.connection import Connection
from webapp.models.run import LOAD, Run, RunPlan
from webapp.models.upload import Upload
from webapp.sync import runs
from webapp.sync.fields import NAMES
from webapp.sync.runs_plan import File, Selection
from webapp.views import import_columns, spreadsheet

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
WRONG = 422
SHOWN = 3
LONGEST_NAME = 100
EXAMPLE = (
    "1001", "Eksempel Rengøring ApS", "99000015", "5790000000005", "Havnegade 12", "5000", "Odense C", "Danmark",
    "post@example.dk", "66 10 00 14", "www.example.dk", "DKK", "1", "1", "1",
)  # fmt: skip
UNREADABLE = {
    "empty": _l("Filen er tom. Den første linje skal være kolonnernes navne, og hver kunde sin egen linje."),
    "binary": _l("Filen er hverken CSV eller Excel. Gem den som CSV eller XLSX, og vælg den igen."),
    "old": _l("Filen er et ældre Excel-ark (XLS) eller har en adgangskode. Gem den som XLSX uden adgangskode."),
    "packed": _l("Excel-arket fylder for meget, når det pakkes ud. Gem kun kunderne i en ny fil, og vælg den."),
    "damaged": _l("Excel-arket er beskadiget og kan ikke læses. Åbn det i Excel, gem det som en ny fil, og vælg den."),
    "long": _l("Filen har flere end %(most)s kunder. Del den i flere filer."),
    "wide": _l("Linje %(line)s har for mange kolonner. Se efter, om det er den rigtige fil."),
    "cells": _l("Linje %(line)s har flere felter, end der er kolonnenavne. Se efter, om der er et tegn for meget."),
    "broken": _l("Linje %(line)s kan ikke læses. Se efter, om der mangler et anførselstegn."),
    "nobody": _l("Der er ingen kunder i filen."),
    "gone": _l("Filen er her ikke længere. Vælg den igen."),
    "wrong": _l("Linje %(line)s viser fejlen %(text)s i en celle. Ret den i regnearket, og vælg filen igen."),
}


@blueprint.get("")
@auth.administrator_only
def index() -> str:
    """ "Indlæs kunder fra fil": choose one, or take a file with the right columns home."""
    return render_template("imports/index.html", wrong="")


@blueprint.post("")
def upload() -> ResponseReturnValue:
    """Keep the file, if it can be read at all; on to its columns."""
    sent = request.files.get("file")
    raw = sent.read() if sent else b""
    wrong = _refused(raw)
    if sent is None or wrong:
        return render_template("imports/index.html", wrong=wrong or _("Vælg en fil.")), WRONG
    made = Upload.keep(auth.company(), _name(sent.filename or ""), raw, auth.user())
    return redirect(url_for("imports.columns", upload_id=made.id), 303)


@blueprint.get("/template.<any(csv, xlsx):kind>")
@auth.administrator_only
def template(kind: str) -> ResponseReturnValue:
    """A file with the right columns and one example."""
    heads = [_("Kundenr."), *map(label, NAMES)]
    return spreadsheet.answer(kind, "skabelon-kunder", _("Kunder"), heads, [EXAMPLE])


@blueprint.get("/<int:upload_id>")
@auth.administrator_only
def columns(upload_id: int) -> ResponseReturnValue:
    """Which column is what, as far as their names tell; and why no plan could be made of the file."""
    found = _found(upload_id)
    if found.fault and "sheet" not in request.args:
        return _columns(found, *_chosen_before(found), _said(Unreadable(**json.loads(found.fault))))
    return _columns(found, request.args.get("sheet", 0, type=int))


@blueprint.post("/<int:upload_id>")
def plan(upload_id: int) -> ResponseReturnValue:
    """A plan of what the file would do; the one made of the same file before goes."""
    found, sheet = _found(upload_id), request.form.get("sheet", 0, type=int)
    try:
        picked = import_columns.chosen(request.form, files.table(found.sent, sheet).heads)
        wrong = _wrongly_chosen(picked)
        made = None if wrong else _planned(found, File(found.id, sheet, tuple(picked)))
    except Unreadable as fault:
        made, wrong = None, _said(fault)
    if made is None:
        return _columns(found, sheet, request.form, wrong), WRONG
    return htmx.go(url_for("runs.show", run_id=made.id))


@blueprint.post("/<int:upload_id>/removal")
def remove(upload_id: int) -> ResponseReturnValue:
    """ "Annullér": the file is forgotten, and a plan that is being made of it."""
    found = _found(upload_id)
    if found.run is not None and found.run.is_making:
        runs.put_away(found.run)
    Upload.delete().where(Upload.id == found.id).execute()
    return htmx.go(url_for("customers.index"), _("Filen er glemt igen. Intet er ændret."))


def _refused(raw: bytes) -> str:
    """Why nothing can come of this file; '' when its first lines can be read."""
    if len(raw) > files.MOST_BYTES:
        return str(_("Filen fylder mere end 10 MB. Del den i flere filer. Intet er ændret."))
    try:
        files.sheet_names(raw)
        sum(
            1 for _line in (islice(files.table(raw).lines, SHOWN) if files.is_workbook(raw) else files.table(raw).lines)
        )
    except Unreadable as fault:
        return _said(fault)
    return ""


def _planned(found: Upload, chosen: File) -> Run:
    """Raises Unreadable."""
    before = found.run
    Upload.update(fault="").where(Upload.id == found.id).execute()
    made = runs.plan(Connection.of_files(auth.company()), LOAD, auth.user(), Selection(file=chosen))
    Upload.update(run=made).where(Upload.id == found.id).execute()
    if before is not None:
        runs.put_away(before)
    return made


def _chosen_before(found: Upload) -> tuple[int, dict[str, str]]:
    """The sheet and the columns with which no plan could be made."""
    plan = RunPlan.of(found.run) if found.run else None
    file = Selection.read(plan.picked).file if plan and plan.picked else None
    columns = {f"column-{place}": name for place, name in enumerate(file.columns)} if file else {}
    return file.sheet if file else 0, columns


def _said(fault: Unreadable) -> str:
    told = {"line": number(fault.line), "text": fault.text, "most": number(files.MOST_LINES)}
    return str(_("%(why)s Intet er ændret.", why=UNREADABLE[fault.why] % told))


def _name(given: str) -> str:
    """The file's own name, without where it lay; its end tells what it is, so that stays."""
    name = re.sub(r"[\x00-\x1f]+", " ", PurePath(given.replace("\\", "/")).name).strip() or str(_("fil uden navn"))
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 9]}…{name[-8:]}"


def _columns(found: Upload, sheet: int, form: Mapping[str, str] | None = None, wrong: str = "") -> str:
    try:
        sheets = files.sheet_names(found.sent)
        table = files.table(found.sent, sheet)
        first = [cells for _number, cells in islice(table.lines, SHOWN)]
    except Unreadable as fault:
        sheets, table, first, wrong = [], files.Table([], iter(())), [], wrong or _said(fault)
    picked = import_columns.chosen(form, table.heads) if form else import_columns.recognised(table.heads)
    examples = [
        [cells[place] for cells in first if place < len(cells) and cells[place]] for place in range(len(picked))
    ]
    return render_template(
        "imports/columns.html", upload=found, sheets=sheets, sheet=sheet, wrong=wrong, fields=_fields(),
        columns=list(zip(table.heads, examples, picked, strict=True)),
    )  # fmt: skip


def _fields() -> dict[str, str]:
    return {"number": str(_("Kundenr."))} | {name: label(name) for name in NAMES}


def _wrongly_chosen(picked: Sequence[str]) -> str:
    """What is wrong with how the columns were chosen; '' when nothing is."""
    if name := import_columns.twice(picked):
        return str(_("To kolonner er valgt som %(field)s. Vælg hvert felt én gang.", field=_fields()[name]))
    if not import_columns.can_tell(picked):
        return str(_("Vælg, hvilken kolonne der er kundens navn eller nummer."))
    return ""


def _found(upload_id: int) -> Upload:
    found = Upload.found(auth.company(), upload_id)
    if found is None:
        abort(404, _("Filen er her ikke længere. Vælg den igen."))
    return found
