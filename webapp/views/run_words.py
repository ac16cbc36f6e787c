"""The words of plans and runs: what each kind is called, what it does to a customer, why one is held back."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.filters import label, number
from webapp.models import run as states
from webapp.models.run import Run, RunItem, RunPlan
from webapp.sync.creations import NOT_CREATED
from webapp.sync.fields import NAMES
from webapp.sync.foresee import FORBIDDEN, SERIOUS
from webapp.views import load_words, rehearsal_words, rule_words, sync_words

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
    states.RESOLVE: (_l("Svar for flere kunder"), _l("Svarer for kunder"), _l("Besvares"), _l("Besvaret")),
    states.DELETE: (_l("Slet kunder"), _l("Sletter kunder"), _l("Slettes"), _l("Slettet")),
    states.LOAD: (_l("Indlæs kunder fra fil"), _l("Indlæser kunder"), _l("Indlæses"), _l("Indlæst")),
    states.UNDO: (_l("Fortryd en kørsel"), _l("Fortryder"), _l("Fortrydes"), _l("Fortrudt")),
}  # fmt: skip
UNDOES = {
    states.CREATE_THEIRS: _l("Fortryd: opret partnere i e-conomic"),
    states.CREATE_OURS: _l("Fortryd: opret partnere i CleanManager"),
    states.PAIR: _l("Fortryd: par kunder i CleanManager og e-conomic"),
    states.EXCLUDE: _l("Fortryd: slå synkronisering fra"),
    states.RESOLVE: _l("Fortryd: svar for flere kunder"),
    states.DELETE: _l("Fortryd: slet kunder"),
    states.LOAD: _l("Fortryd: indlæs kunder fra fil"),
}
STATES = {
    states.MAKING: ("state-go", "arrow-repeat", _l("Plan, bliver lavet")),
    states.PLANNED: ("", "question-circle", _l("Plan, ikke udført")),
    states.WAITING: ("state-go", "arrow-repeat", _l("I gang")),
    states.RUNNING: ("state-go", "arrow-repeat", _l("I gang")),
    states.PAUSED: ("state-ask", "pause-fill", _l("Holder pause")),
    states.STOPPED: ("", "stop-fill", _l("Stoppet")),
    states.DONE: ("state-ok", "check-lg", _l("Færdig")),
    states.DROPPED: ("", "slash-circle", _l("Plan, lagt væk")),
}
# What is said when nobody is picked, nor shown by the search and the filter.
NOBODY = {
    states.CREATE_THEIRS: _l("Ingen af de viste kunder i CleanManager er uden partner. Intet er ændret."),
    states.CREATE_OURS: _l("Ingen af de viste kunder i e-conomic er uden partner. Intet er ændret."),
    states.PAIR: _l("Ingen af de viste kunder har et sikkert forslag. Intet er ændret."),
    states.EXCLUDE: _l("Vælg de kunder, der skal holdes uden for synkroniseringen. Intet er ændret."),
    states.RESOLVE: _l("Ingen af de viste kunder venter på et svar. Intet er ændret."),
    states.DELETE: _l("Vælg de kunder, der skal slettes. Intet er ændret."),
}
REASONS = {
    "off": _l("Synkronisering er slået fra for kunden. Sæt hak, hvis den skal slås til."),
    "nothing_asked": _l("Har intet spørgsmål, der kan besvares her."),
    "asked_alone": _l("Er slettet eller givet til en anden på den ene side. Det besvares for sig i vinduet."),
    "creating": _l("Er ved at blive oprettet i e-conomic."),
    "deleting": _l("Er allerede ved at blive slettet."),
    "already_gone": _l("Er allerede slettet dér."),
    "other_party": _l("Nummeret står nu for en anden i e-conomic. Svar på det først."),
    "has_balance": _l("Har en saldo i e-conomic og slettes ikke."),
    "delete_refused": _l(
        "e-conomic ville ikke slette kunden, sikkert fordi den har posteringer. Den er, som den var, i begge systemer."
    ),
    "for_good": _l("Var slettet i CleanManager i forvejen, så den kan ikke oprettes igen i e-conomic herfra."),
    "back_since": _l("Er allerede tilbage."),
    "number_used_here": _l("Nummeret er givet til en anden i CleanManager siden."),
    "number_used_there": _l("Nummeret er givet til en anden i e-conomic siden."),
    "paired": _l("Har allerede en partner."),
    "twice": _l("Står allerede i planen sammen med en anden."),
    "unpaired_since": _l("Parringen er ophævet siden, så alt bliver, som det er."),
    "gone_since": _l("En af de to er slettet siden, så alt bliver, som det er."),
    "ruled": _l("En regel svarer nu på spørgsmålet, så svaret bliver, som det er."),
    "included_since": _l("Synkronisering er allerede slået til igen."),
    "no_number": _l("Kundenummeret mangler."),
    "several": _l("Flere kunder her har samme CVR- eller EAN-nr. Skriv kundenummeret i filen."),
    "deleted_since": _l("Kunden er slettet siden."),
    "paired_since": _l("Kunden har fået en partner i e-conomic siden, så den bliver."),
    "edited_since": _l("Kunden er ændret siden, så den bliver, som den er."),
    "erased": _l("Kundens personoplysninger er slettet, så der er intet at komme tilbage til."),
    "moved": _l("Kunden blev ændret, efter planen blev vist. Intet er gjort ved den."),
    NOT_CREATED: _l("Efter jeres regler oprettes der ingen kunder i det system."),
}
# What is taken back -> (what becomes of the customer, what became of it).
DOES = {
    "remove_ours": (
        _l("Slettes i CleanManager, og parringen ophæves."), _l("Slettet i CleanManager, og parringen er ophævet.")
    ),
    "remove_theirs": (
        _l("Slettes i e-conomic, og parringen ophæves."), _l("Slettet i e-conomic, og parringen er ophævet.")
    ),
    "restore": (
        _l("Felterne skrives tilbage i begge systemer, og parringen ophæves."),
        _l("Felterne er skrevet tilbage i begge systemer, og parringen er ophævet."),
    ),
    "apart": (_l("Parringen ophæves."), _l("Parringen er ophævet.")),
    "include": (_l("Synkronisering slås til igen."), _l("Synkronisering er slået til igen.")),
    "ask": (_l("Spørgsmålet stilles igen."), _l("Spørgsmålet er stillet igen.")),
    "ask_there": (
        _l("Felterne skrives tilbage, og spørgsmålet stilles igen."),
        _l("Felterne er skrevet tilbage, og spørgsmålet er stillet igen."),
    ),
    "return_ours": (_l("Kommer tilbage i CleanManager."), _l("Er tilbage i CleanManager.")),
    "take_away": (_l("Slettes igen i CleanManager."), _l("Slettet igen i CleanManager.")),
    "set_back": (_l("Felterne skrives tilbage."), _l("Felterne er skrevet tilbage.")),
    "recreate": (
        _l("Oprettes igen i e-conomic under samme nummer, kun med de felter, du ser her."),
        _l("Oprettet igen i e-conomic under samme nummer, kun med de felter, du ser her."),
    ),
}  # fmt: skip
SWITCHED_ON = _l("Synkronisering slås til for kunden.")
SWITCHED_BACK = _l("Synkronisering slås fra igen, som før kørslen.")
FOR_GOOD = _l("Kan ikke fortrydes: kunden er allerede slettet i CleanManager.")
KEPT = {
    "edited_there": _l("Kunden er ændret i e-conomic siden, så den bliver dér uden parring."),
    "has_balance": _l("Kunden har en saldo i e-conomic, så den bliver dér uden parring."),
    "has_contacts": _l("Kunden har kontakter eller leveringssteder i e-conomic, så den bliver dér uden parring."),
    "edited_here": _l("Slettet i e-conomic. Kunden blev ændret i CleanManager imens og er der endnu."),
    "refused": _l("e-conomic lader ikke kunden slette, så den bliver dér uden parring. Den har sikkert bilag."),
}
GROUPS = {
    "names": _l("Navn og adresse"),
    "contact": _l("E-mail, telefon og hjemmeside"),
    "numbers": _l("CVR og EAN"),
    "accounting": _l("Valuta, kundegruppe, betaling og moms"),
}
CHOICES = {
    "blanks": _l("Lad begge stå"),
    "ours": _l("Brug CleanManagers værdi"),
    "theirs": _l("Brug e-conomics værdi"),
    "same": _l("Samme nummer, ellers næste ledige"),
    "next": _l("Altid næste ledige"),
    "hold": _l("Hold dem tilbage"),
    "take": _l("Indlæs dem, og par dem bagefter"),
}
ANSWERS = {
    "both": _l("Lad begge stå"),
    "ours": _l("Brug CleanManagers værdi"),
    "theirs": _l("Brug e-conomics værdi"),
}
WHERE = {
    "both": _l("I begge systemer"),
    "theirs": _l("Kun i e-conomic"),
    "ours": _l("Kun i CleanManager"),
    "rest": _l("Der, hvor de er tilbage"),
}
NOT_APPLIED = {
    "rehearsal": rehearsal_words.REFUSED,
    "unconfirmed": _l("Sæt hak nederst ved, at der skal slettes, og tryk på knappen igen. Intet er gjort."),
    "chosen": _l(
        "Du har valgt noget andet, end planen viste. Her er den, som den bliver nu. Se den, og tryk igen. "
        "Intet er gjort."
    ),
    "making": _l("Planen bliver stadig lavet. Vent, til den er færdig. Intet er gjort."),
    "moved": _l("Planen er lavet om, siden du så den. Se den igen. Intet er gjort."),
    "busy": _l("En anden kørsel er i gang. Vent, til den er færdig, og tryk ”Indsend” igen. Intet er gjort."),
    "empty": _l("Der er ingen kunder i planen. Sæt hak ved dem, der skal med. Intet er gjort."),
    "over": _l("Planen er allerede udført eller lagt væk."),
    "closed": _l("Planen hører til en forbindelse, som er afbrudt. Intet er gjort."),
}


def fields() -> dict[str, str]:
    """What an answer can be for: every field, or one of them."""
    return {"all": str(_("Alle felter"))} | {name: label(name) for name in NAMES}


def title(run: Run, undone: Run | None = None) -> str:
    """What the run is called; of an undo, what it takes back."""
    return str(UNDOES[undone.kind] if run.kind == states.UNDO and undone is not None else KINDS[run.kind][0])


def heading(run: Run) -> str:
    plan = RunPlan.of(run) if run.kind == states.UNDO else None
    return title(run, plan.undoes if plan else None)


def stands(run: Run, state: str, *, is_open: bool = False) -> str:
    """Where an item stands in its plan or run; `is_open`: what holds it back is a person's to let pass."""
    waits = KINDS[run.kind][2] if run.is_planned else _("Ikke nået") if run.is_over else _("Tilbage")
    undoing = run.kind == states.UNDO
    words = {
        states.ITEM_WAITING: waits,
        states.ITEM_BEGUN: waits,
        states.ITEM_HELD: _("Holdt tilbage") if is_open or not undoing else _("Kan ikke fortrydes"),
        states.ITEM_DONE: KINDS[run.kind][3],
        states.ITEM_EQUAL: _("Uændret"),
        states.ITEM_FAILED: _("Fejlet"),
    }
    return str(words.get(state) or (_("Kommer ikke helt tilbage") if undoing else _("Kan ikke fortrydes")))


def why(item: RunItem) -> str:
    """Why an item is held back or could not be carried out, as a sentence."""
    note = item.note
    if item.reason == "lookalike":
        return str(_("Ligner %(name)s, der allerede findes.", name=note.get("alike", "")))
    if item.reason in load_words.REASONS:
        return load_words.why(item)
    if item.reason == "foreseen":
        wrong = [f"{name} {said}".strip() for name, said in sync_words.complaints(note)]
        return str(_("e-conomic vil afvise kunden: %(wrong)s.", wrong=", ".join(wrong)))
    if item.reason == SERIOUS:
        return str(_("Venter på dit navn: %(effects)s", effects=_effects(item)))
    if item.reason == FORBIDDEN and "effects" in note:
        return str(_("Kan ikke gøres: %(effects)s", effects=_effects(item)))
    return str(REASONS.get(item.reason) or sync_words.reason(item.reason))


def _effects(item: RunItem) -> str:
    told = item.note.get("effects", {})
    return " ".join(f"{label(name)}: {rule_words.effect(effect)}" for name, effect in told.items())


def does(item: RunItem) -> str:
    """What becomes, or became, of an item beside its fields: of one taken back, with what stays."""
    note = item.note
    if note.get("kept"):
        return str(KEPT[note["kept"]])
    said = load_words.told(item)
    if note.get("does") in DOES and not _is_left(item):
        becomes, became = DOES[note["does"]]
        said.append(str(became if item.state == states.ITEM_DONE else becomes))
    if note.get("stays"):
        stays = ", ".join(label(name) for name in note["stays"])
        said.append(str(_("Bliver, for det er ændret siden: %(fields)s.", fields=stays)))
    if note.get("closed"):
        closed = ", ".join(label(name) for name in note["closed"])
        said.append(str(_("Bliver, for en regel har lukket feltet: %(fields)s.", fields=closed)))
    if note.get("ruled"):
        ruled = ", ".join(label(name) for name in note["ruled"])
        said.append(str(_("Bliver, for en regel svarer nu på feltet: %(fields)s.", fields=ruled)))
    if note.get("ended") and item.reason != "off":
        said.append(str(SWITCHED_BACK if note.get("does") else SWITCHED_ON))
    if note.get("for_good"):
        said.append(str(FOR_GOOD))
    if note.get("effects") and not item.reason:
        said.append(str(_("Bekræftet: %(effects)s", effects=_effects(item))))
    return " ".join(said)


def differing(names: Iterable[str]) -> str:
    """What two go on saying each in its own way."""
    return str(_("Bliver ved med at være forskellige: %(fields)s.", fields=", ".join(map(label, names))))


def undone(done: int, partly: int, total: int, is_over: bool) -> str:
    """How much of a run another one has taken back."""
    if not is_over:
        return str(_("Kørslen bliver fortrudt nu"))
    if done == total and not partly:
        return str(_("Kørslen blev fortrudt"))
    counts = {"done": number(done), "total": number(total), "partly": number(partly)}
    if partly:
        return str(_("%(done)s af %(total)s blev fortrudt, heraf %(partly)s ikke helt", **counts))
    return str(_("%(done)s af %(total)s blev fortrudt", **counts))


def _is_left(item: RunItem) -> bool:
    """Whether nothing becomes of it."""
    return item.state == states.ITEM_FAILED or (item.state == states.ITEM_HELD and item.reason != SERIOUS)


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
