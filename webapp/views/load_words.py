"""The words of what a file means: from which line a customer comes, and why one of them is held back."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp import auth, forms
from webapp.filters import label, number
from webapp.models.connection import Connection
from webapp.models.run import RunItem
from webapp.sync import judging, loading

DOUBTS = {
    "cvr": _l("Ligner ikke et dansk CVR-nr."),
    "ean": _l("Kontrolcifret passer ikke til et EAN-nr. på 13 cifre."),
    "email": _l("Ligner ikke en e-mailadresse."),
}
REASONS = (loading.NOT_A_NUMBER, loading.WRONG, loading.OTHER_HOLDER, loading.TWICE, loading.DOUBTFUL)


def why(item: RunItem) -> str:
    """Why a line is held back, as a sentence."""
    note = item.note
    if item.reason == loading.NOT_A_NUMBER:
        return str(
            _("”%(said)s” er ikke et kundenummer. Det skal være et helt tal fra 1 til 999999999.", said=note["said"])
        )
    if item.reason == loading.OTHER_HOLDER:
        return str(_("Nummeret bruges her af en, der hedder noget andet. Sæt hak, hvis det er den samme kunde."))
    if item.reason == loading.TWICE:
        others = ", ".join(map(number, note["again"]))
        return str(_("Ligner en anden i samme fil: linje %(others)s. Sæt hak, hvis den skal med.", others=others))
    if item.reason == loading.DOUBTFUL:
        return str(_("%(odd)s Sæt hak, hvis det skal gemmes, som det står.", odd=_odd(item)))
    choices = forms.choices_of(Connection.open_of(auth.company()))
    told = [(name, note["row"].get(name, "")) for name in note["wrong"]]
    return " ".join(f"{label(name)}: {forms.fault(name, value, choices)}" for name, value in told)


def told(item: RunItem) -> list[str]:
    """The line it comes from, and what looks odd in it."""
    note = item.note
    if "line" not in note:
        return []
    odd = _odd(item) if item.reason != loading.DOUBTFUL else ""
    return list(filter(None, (str(_("Linje %(line)s.", line=number(note["line"]))), odd)))


def _odd(item: RunItem) -> str:
    """What looks wrong with values that can be saved all the same."""
    values = item.note.get("row", {})
    found = [(name, judging.doubt(name, values.get(name, ""))) for name in item.note.get("doubted", ())]
    return " ".join(f"{label(name)}: {DOUBTS[code]}" for name, code in found if code)
