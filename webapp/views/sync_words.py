"""The window's words: its sections, the marks of its rows, evidence for and against, and why something was refused."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.economic.limits import ADDRESS_LINE
from webapp.filters import day, in_sentence, label
from webapp.sync.creations import NOT_CREATED
from webapp.sync.fields import BY_NAME, NAMES
from webapp.sync.likely import Likely
from webapp.sync.matching import Doubt, Evidence
from webapp.sync.narrowing import WAITING_STATES
from webapp.sync.rows import Row
from webapp.sync.section import Section, State

# Section -> (title, what is said when nobody stands in it).
SECTIONS = {
    Section.CONFLICT: (_l("Synkroniseringskonflikter"), _l("Ingen kunder venter på et svar.")),
    Section.NEW: (_l("Nye kunder"), _l("Alle kunder har en partner eller er slået fra.")),
    Section.DELETED: (_l("Slettede kunder"), _l("Ingen parret kunde er slettet på den ene side.")),
    Section.OFF: (_l("Synkronisering deaktiveret"), _l("Ingen kunder er holdt uden for synkroniseringen.")),
    Section.PAIRED: (_l("Parrede kunder"), _l("Ingen kunder har en partner endnu.")),
}
FILTERS = {
    "": _l("Alle"),
    "answer": _l("Kræver svar"),
    "sure": _l("Forslag: sikre"),
    "look": _l("Forslag: se efter"),
    "new": _l("Uden partner"),
    "moving": _l("På vej"),
    "off": _l("Slået fra"),
}
# State -> (class of the mark, icon, word).
MARKS = {
    State.SURE: ("state-go", "question-circle", _l("Den samme?")),
    State.LOOK: ("state-go", "question-circle", _l("Den samme?")),
    State.OFF: ("", "slash-circle", _l("Slået fra")),
    State.CREATING: ("state-go", "arrow-right", _l("Oprettes")),
    State.DELETING: ("state-go", "arrow-repeat", _l("Slettes")),
    State.EQUAL: ("state-ok", "check-lg", _l("Ens")),
    State.AGREED: ("state-ok", "check-lg", _l("Aftalt forskellige")),
    State.SENDING: ("state-go", "arrow-right", _l("På vej")),
    State.FETCHING: ("state-go", "arrow-left", _l("På vej")),
    State.FAULT: ("state-bad", "x-octagon", _l("Fejl")),
    State.OTHER_PARTY: ("state-ask", "question-circle", _l("Den samme?")),
    State.OURS_GONE: ("state-ask", "exclamation-triangle", _l("Slettet her")),
    State.OURS_GONE_THEIRS_MOVED: ("state-ask", "exclamation-triangle", _l("Slettet her")),
    State.THEIRS_GONE: ("state-ask", "exclamation-triangle", _l("Slettet dér")),
    State.THEIRS_GONE_OURS_MOVED: ("state-ask", "exclamation-triangle", _l("Slettet dér")),
}
# (kind, field) of a piece of evidence -> its words; a missing field falls back on the kind.
EVIDENCE = {
    ("same", "number"): _l("Samme kundenummer"),
    ("same", "cvr"): _l("Samme CVR"),
    ("near", "cvr"): _l("CVR: ét ciffer fra"),
    ("other", "cvr"): _l("Andet CVR"),
    ("same", "ean"): _l("Samme EAN"),
    ("near", "ean"): _l("EAN: ét ciffer fra"),
    ("other", "ean"): _l("Andet EAN"),
    ("same", "email"): _l("Samme e-mail"),
    ("near", "email"): _l("E-mail: ét tegn fra"),
    ("domain", "email"): _l("Samme e-maildomæne"),
    ("other", "email"): _l("Anden e-mail"),
    ("same", "phone"): _l("Samme telefon"),
    ("near", "phone"): _l("Telefon: ét ciffer fra"),
    ("other", "phone"): _l("Anden telefon"),
    ("same", "name"): _l("Samme navn"),
    ("form", "name"): _l("Navn: kun stavemåde eller selskabsform"),
    ("order", "name"): _l("Navn: samme ord, anden rækkefølge"),
    ("letter", "name"): _l("Navn: ét bogstav fra"),
    ("letters", "name"): _l("Navn: få bogstaver fra"),
    ("part", "name"): _l("Navn: det ene er en del af det andet"),
    ("alike", "name"): _l("Navnet ligner"),
    ("other", "name"): _l("Andet navn"),
    ("same", "address"): _l("Samme adresse"),
    ("house", "address"): _l("Samme vej, andet husnummer"),
    ("alike", "address"): _l("Adressen ligner"),
    ("other", "address"): _l("Anden adresse"),
    ("same", "postcode"): _l("Samme postnr."),
    ("near", "postcode"): _l("Postnr.: ét ciffer fra"),
    ("other", "postcode"): _l("Andet postnr."),
    ("same", "city"): _l("Samme by"),
    ("other", "city"): _l("Anden by"),
}
# (kind, field) of what keeps a suggestion from being sure -> the words after "Se efter"; `ONLY` names what is equal.
DOUBTS = {
    ("other", "cvr"): _l("CVR siger imod"),
    ("other", "ean"): _l("EAN siger imod"),
    ("other", "name"): _l("navnet siger imod"),
    ("part", "name"): _l("navnet er kun delvist ens"),
    ("alike", "name"): _l("navnet ligner kun"),
    ("letters", "name"): _l("navnet er stavet forskelligt"),
    ("unknown", "name"): _l("navnet mangler"),
    ("other", "address"): _l("adressen siger imod"),
    ("house", "address"): _l("husnummeret siger imod"),
    ("alike", "address"): _l("adressen ligner kun"),
    ("unknown", "address"): _l("adressen mangler"),
    ("other", "city"): _l("byen siger imod"),
    ("other", "postcode"): _l("postnr. siger imod"),
    ("near", "cvr"): _l("CVR er ét ciffer fra"),
    ("near", "ean"): _l("EAN er ét ciffer fra"),
    ("near", "phone"): _l("telefon er ét ciffer fra"),
    ("shared", "cvr"): _l("flere har samme CVR"),
    ("shared", "ean"): _l("flere har samme EAN"),
    ("shared", "phone"): _l("flere har samme telefon"),
    ("shared", "number"): _l("kundenummeret siger ikke nok"),
    ("alone", "email"): _l("e-mail alene er ikke nok"),
    ("several", ""): _l("flere mulige"),
    ("alike", ""): _l("intet er helt ens"),
}
ONLY = _l("kun %(fields)s er ens")
# Kind of a permanent fault, or of an item's that a run could not carry out -> the sentence.
FAULTS = {
    "refused": _l("e-conomic afviste kunden."),
    "number_taken": _l("Kundenummeret er taget af en anden i e-conomic."),
    "number_held": _l("Kundenummeret blev taget af en anden imens. Vælg et andet nummer."),
    "not_stored": _l("e-conomic tog imod ændringen, men gemte ikke værdien."),
    "delete_refused": _l("e-conomic ville ikke slette kunden."),
    "missing": _l("Kunden findes ikke i e-conomic længere."),
    "forbidden": _l("Forbindelsen må ikke ændre kunden i e-conomic."),
    "unsupported": _l("e-conomic kunne ikke tage imod ændringen."),
    "stale_version": _l("Kunden blev ændret i e-conomic imens."),
    "grant_withdrawn": _l("Adgangen til e-conomic er trukket tilbage."),
    "moved": _l("Kunden blev ændret, parret eller slettet, efter planen blev vist."),
    "cancelled": _l("Oprettelsen blev fortrudt."),
    NOT_CREATED: _l("Efter jeres regler oprettes der ingen kunder i det system."),
    "deleted_before_creation": _l("Kunden blev slettet, før den blev oprettet i e-conomic."),
}
# What is wrong with one field -> its words, after the field's label.
COMPLAINTS = {
    "missing": _l("mangler"),
    "null": _l("mangler"),
    "too_short": _l("er kortere, end e-conomic tager imod"),
    "wrong_type": _l("er skrevet på en måde, e-conomic ikke tager imod"),
    "out_of_range": _l("er uden for det, e-conomic tager imod"),
}
# Kind of a temporary fault -> the sentence, when it has lasted.
TROUBLES = {
    "unreachable": _l("e-conomic kan ikke nås."),
    "rate_limited": _l("e-conomic beder os vente."),
    "server_fault": _l("e-conomic har en fejl."),
    "garbled": _l("e-conomic svarer noget, der ikke kan læses."),
}
PAUSES = {"grant_withdrawn": _l("Adgangen er trukket tilbage i e-conomic.")}


def mark(row: Row) -> tuple[str, str, str]:
    """Class, icon and word of the row's state."""
    if row.state == State.QUESTION:
        count = len(row.questions)
        return "state-ask", "exclamation-triangle", str(ngettext("%(num)s spørgsmål", "%(num)s spørgsmål", count))
    style, shape, word = MARKS.get(row.state, ("", "", ""))
    if row.is_rehearsed and row.state in WAITING_STATES:
        return "", shape, str(_("Venter"))
    return style, shape, str(word)


def evidence(found: Evidence) -> str:
    return str(EVIDENCE.get((found.kind, found.field)) or label(found.field))


def surety(likely: Likely) -> str:
    """Whether somebody need look at a suggestion, and why."""
    if likely.sure:
        return str(_("Sikker"))
    return str(_("Se efter: %(why)s", why=doubt(likely.doubt)) if likely.doubt else _("Se efter"))


def doubt(found: Doubt) -> str:
    """Why a suggestion is not sure, as one short phrase."""
    if found.kind != "only":
        return str(DOUBTS.get((found.kind, "".join(found.fields)), ""))
    *first, last = (in_sentence(field) for field in found.fields)
    return str(ONLY) % {"fields": _("%(first)s og %(last)s", first=", ".join(first), last=last) if first else last}


def reason(kind: str) -> str:
    """Why something was not done, as a sentence."""
    return str(FAULTS.get(kind) or TROUBLES.get(kind) or _("Det lykkedes ikke i e-conomic."))


def complaints(fault: dict[str, Any]) -> list[tuple[str, str]]:
    """(field's label, what is wrong with it) for each field of ours that the fault names."""
    given = fault.get("values", {})
    named = [(field, said) for field, said in fault.get("fields", {}).items() if field in NAMES]
    return [(label(field), _said(field, said, given.get(field, ""))) for field, said in named]


def _said(field: str, said: str, value: str) -> str:
    if said not in COMPLAINTS and value and BY_NAME[field].reference:
        return str(_("”%(value)s” findes ikke i e-conomic eller er spærret dér", value=value))
    if said != "too_long":
        return str(COMPLAINTS.get(said, ""))
    most = BY_NAME[field].limit
    if BY_NAME[field].kind == "lines":
        return str(_("må højst have %(most)s tegn, og højst %(line)s i en linje", most=most, line=ADDRESS_LINE))
    return str(_("må højst have %(most)s tegn i e-conomic", most=most))


def answered(fault: dict[str, Any]) -> str:
    """e-conomic's own words, where we have none of ours that say it better."""
    told = fault.get("kind") in ("number_taken", "number_held") or any(said for _field, said in complaints(fault))
    return "" if told else str(fault.get("text", ""))


def trouble(kind: str) -> str:
    return str(TROUBLES.get(kind) or _("Noget hos e-conomic standser arbejdet."))


def pause(why: str) -> str:
    return str(PAUSES.get(why) or _("Forbindelsen til e-conomic er sat på pause."))


def labels(fields: tuple[str, ...]) -> str:
    """Names of fields for the middle of a sentence."""
    return ", ".join(label(field) for field in fields)


def excluded(row: Row) -> str:
    """Who left a customer out of the synchronisation, and when; '' for others."""
    off = row.excluded
    if off is None:
        return ""
    who = off.created_by.name if off.created_by else ""
    told = ", ".join(filter(None, (who, day(off.created_at))))
    return f"{told}: ”{off.reason}”" if off.reason else told


def answers(filled: dict[str, str], seen: dict[str, object]) -> dict[str, object]:
    """The form fields that pair two at once: what was seen of them, and the empty values filled from the other."""
    return seen | {f"answer-{field}": side for field, side in filled.items()}


def give_way(row: Row) -> dict[str, object]:
    """The form fields that let e-conomic's values stand where it refused ours."""
    refused = row.fault.get("values", {})
    versions = {"ours": row.customer, "theirs": row.mirror, "pair": row.pairing}
    seen: dict[str, object] = {name: seen.version for name, seen in versions.items() if seen is not None}
    return seen | {f"answer-{field}": "theirs" for field in refused}
