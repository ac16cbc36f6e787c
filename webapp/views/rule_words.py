"""The words of the rules, per field and for customers as a whole, and of what a change means in the books."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.filters import label
from webapp.models.field_rule import CUSTOMER, DIRECTION, NEW_CUSTOMER, FieldRule, Policy

DIRECTIONS = {
    "both": _l("↔ Begge veje"),
    "out": _l("→ Kun til e-conomic"),
    "in": _l("← Kun til CleanManager"),
    "off": _l("Synkroniseres ikke"),
}
CUSTOMERS = {
    "both": _l("↔ Begge veje"),
    "out": _l("→ Kun fra CleanManager til e-conomic"),
    "in": _l("← Kun fra e-conomic til CleanManager"),
}
CREATED = {
    "out": _l("Nye kunder oprettes kun i e-conomic"),
    "in": _l("Nye kunder oprettes kun i CleanManager"),
    "off": _l("Nye kunder oprettes i ingen af systemerne"),
}
# Side on which the company lets no customer be made -> the sentence.
NOT_CREATED = {
    "ours": _l("Efter jeres regler oprettes der ingen kunder i CleanManager."),
    "theirs": _l("Efter jeres regler oprettes der ingen kunder i e-conomic."),
}
WINNERS = {
    "ask": _l("Spørg hver gang"),
    "ours": _l("CleanManager vinder"),
    "theirs": _l("e-conomic vinder"),
}
# Effect in the books -> the sentence that tells it.
EFFECTS = {
    "vat_zone": _l("Kundens nye fakturaer får en anden moms."),
    "currency_owing": _l(
        "Kunden har en saldo, så valutaen kan ikke skiftes. Udlign saldoen i e-conomic først, så prøves det igen af "
        "sig selv."
    ),
    "currency": _l("Kundens nye fakturaer kommer i en anden valuta."),
    "customer_group_owing": _l("Kunden har en saldo, og kundegruppen bestemmer, hvilken konto den står på."),
    "customer_group": _l("Kundens nye fakturaer bogføres på den nye gruppes konto."),
    "payment_terms": _l("Kundens nye fakturaer får en anden forfaldsdato."),
    "ean_added": _l("Kundens nye fakturaer kan sendes elektronisk."),
    "ean_removed": _l("Kundens fakturaer kan ikke længere sendes elektronisk."),
    "ean_changed": _l("Kundens elektroniske fakturaer går til en anden modtager."),
    "renumbered": _l("Et kundenummer ændres aldrig af synkroniseringen."),
    "barred_owing": _l("Kunden har en saldo og kan ikke spærres."),
    "barred": _l("Kunden kan ikke længere faktureres."),
    "unbarred": _l("Kunden kan faktureres igen."),
}


def effect(name: str) -> str:
    return str(EFFECTS.get(name, ""))


def closed(direction: str) -> str:
    """Why a field stays different; '' for one that goes both ways."""
    return str(DIRECTIONS[direction]) if direction in DIRECTIONS and direction != "both" else ""


def rule(found: FieldRule) -> str:
    """One rule as a sentence."""
    if found.field == NEW_CUSTOMER:
        return str(CREATED.get(found.value, found.value))
    if found.field == CUSTOMER:
        return f"{_('Kunder')}: {CUSTOMERS.get(found.value, found.value)}"
    words = DIRECTIONS if found.kind == DIRECTION else WINNERS
    return f"{label(found.field)}: {words.get(found.value, found.value)}"


def in_force(policy: Policy, name: str) -> str:
    """Why a field goes another way than its own rule says; '' where it does not."""
    direction, own = policy.directions[name], policy.own.get(name, "both")
    if direction == own:
        return ""
    if direction == "off":
        return str(_("Synkroniseres ikke, fordi kunder kun går den anden vej."))
    if direction == "out":
        return str(_("Kun til e-conomic, fordi kunder kun går den vej."))
    return str(_("Kun til CleanManager, fordi kunder kun går den vej."))


def told(winners: Mapping[str, str]) -> str:
    """The answer to "altid for …"; '' when there was none."""
    said = [f"{label(name)}: {WINNERS[winner]}" for name, winner in winners.items()]
    return str(_("Svaret er gemt, og fra nu af gælder: %(rules)s.", rules="; ".join(said))) if said else ""
