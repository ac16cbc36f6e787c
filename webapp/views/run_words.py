"""The words of plans and runs: what each kind is called, what it does to a customer, why one is held back."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.filters import label, number
from webapp.models import run as states
from webapp.models.run import Run, RunItem, RunPlan
from webapp.views import sync_words

# Kind -> (title, what goes on, what becomes of each, what became of it).
KINDS = {
    states.CREATE_THEIRS: (
        _l("Opret partnere i e-conomic"), _l("Opretter partnere i e-conomic"), _l("Oprettes"), _l("Oprettet")
    ),
    states.CREATE_OURS: (
        _l("Opret partnere i CleanManager"), _l("Opretter partnere i CleanManager"), _l("Oprettes"), _l("Oprettet")
    ),
    states.PAIR: (
        _l("Par kunder i CleanManager og e-conomic"), _l("Parrer kunder"), _l("Parres"), _l("Parret")
    ),
    states.EXCLUDE: (
        _l("Slå synkronisering fra for flere kunder"), _l("Slår synkronisering fra"), _l("Slås fra"), _l("Slået fra")
    ),
    states.UNDO: (_l("Fortryd en kørsel"), _l("Fortryder"), _l("Fortrydes"), _l("Fortrudt")),
}  # fmt: skip
UNDOES = {
    states.CREATE_THEIRS: _l("Fortryd: opret partnere i e-conomic"),
    states.CREATE_OURS: _l("Fortryd: opret partnere i CleanManager"),
    states.PAIR: _l("Fortryd: par kunder i CleanManager og e-conomic"),
    states.EXCLUDE: _l("Fortryd: slå synkronisering fra"),
}
STATES = {
    states.PLANNED: ("", "question-circle", _l("Plan, ikke udført")),
    states.WAITING: ("state-go", "arrow-repeat", _l("I gang")),
    states.RUNNING: ("state-go", "arrow-repeat", _l("I gang")),
    states.PAUSED: ("state-ask", "pause-fill", _l("Holder pause")),
    states.STOPPED: ("", "stop-fill", _l("Stoppet")),
    states.DONE: ("state-ok", "check-lg", _l("Færdig")),
    states.DROPPED: ("", "slash-circle", _l("Plan, lagt væk")),
}
REASONS = {
    "paired": _l("Har allerede en partner."),
    "twice": _l("Står allerede i planen sammen med en anden."),
    "unpaired_since": _l("Parringen er ophævet siden, så alt bliver, som det er."),
    "gone_since": _l("En af de to er slettet siden, så alt bliver, som det er."),
    "included_since": _l("Synkronisering er allerede slået til igen."),
    "moved": _l("Kunden blev ændret, efter planen blev vist. Intet er gjort ved den."),
}
DOES = {
    "remove_ours": _l("Slettes i CleanManager, og parringen ophæves."),
    "remove_theirs": _l("Slettes i e-conomic, og parringen ophæves."),
    "restore": _l("Felterne skrives tilbage i begge systemer, og parringen ophæves."),
    "apart": _l("Parringen ophæves."),
    "include": _l("Synkronisering slås til igen."),
}
KEPT = {
    "edited_there": _l("Kunden er ændret i e-conomic siden, så den bliver dér uden parring."),
    "has_balance": _l("Kunden har en saldo i e-conomic, så den bliver dér uden parring."),
    "has_contacts": _l("Kunden har kontakter eller leveringssteder i e-conomic, så den bliver dér uden parring."),
    "refused": _l("e-conomic lader ikke kunden slette, så den bliver dér uden parring. Den har sikkert bilag."),
}
GROUPS = {
    "names": _l("Navn og adresse"),
    "contact": _l("E-mail, telefon og hjemmeside"),
    "numbers": _l("CVR og EAN"),
    "accounting": _l("Valuta, kundegruppe, betaling og moms"),
}
CHOICES = {
    "blanks": _l("Udfyld kun tomme felter"),
    "ours": _l("Brug CleanManagers"),
    "theirs": _l("Brug e-conomics"),
    "same": _l("Samme nummer, ellers næste ledige"),
    "next": _l("Altid næste ledige"),
}
NOT_APPLIED = {
    "moved": _l("Planen er lavet om, siden du så den. Se den igen. Intet er gjort."),
    "busy": _l("En anden kørsel er i gang. Vent, til den er færdig, og tryk ”Indsend” igen. Intet er gjort."),
    "empty": _l("Der er ingen kunder i planen. Sæt hak ved dem, der skal med. Intet er gjort."),
    "over": _l("Planen er allerede udført eller lagt væk."),
}


def title(run: Run, undone: Run | None = None) -> str:
    """What the run is called; of an undo, what it takes back."""
    return str(UNDOES[undone.kind] if run.kind == states.UNDO and undone is not None else KINDS[run.kind][0])


def heading(run: Run) -> str:
    plan = RunPlan.of(run) if run.kind == states.UNDO else None
    return title(run, plan.undoes if plan else None)


def why(item: RunItem) -> str:
    """Why an item is held back or could not be carried out, as a sentence."""
    note = item.note
    if item.reason == "lookalike":
        return str(_("Ligner %(name)s, der allerede findes.", name=note.get("alike", "")))
    if item.reason == "foreseen":
        wrong = [f"{name} {said}".strip() for name, said in sync_words.complaints(note)]
        return str(_("e-conomic vil afvise kunden: %(wrong)s.", wrong=", ".join(wrong)))
    return str(REASONS.get(item.reason) or sync_words.reason(item.reason))


def does(item: RunItem) -> str:
    """What taking an item back does, or did, with what stays."""
    note = item.note
    if note.get("kept"):
        return str(KEPT[note["kept"]])
    stays = ", ".join(label(name) for name in note.get("stays", ()))
    said = str(DOES[note["does"]]) if note.get("does") in DOES else ""
    return f"{said} {_('Bliver, for det er ændret siden: %(fields)s.', fields=stays)}" if stays else said


def lasting(seconds: float) -> str:
    """About how long, in the unit that reads best."""
    if seconds < 90:
        count = max(1, round(seconds))
        return str(ngettext("%(count)s sekund", "%(count)s sekunder", count, count=number(count)))
    minutes = round(seconds / 60)
    if minutes < 120:
        return str(ngettext("%(count)s minut", "%(count)s minutter", minutes, count=number(minutes)))
    hours = round(minutes / 60)
    return str(ngettext("%(count)s time", "%(count)s timer", hours, count=number(hours)))
