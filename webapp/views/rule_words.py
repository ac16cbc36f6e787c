"""The words of the rules per field, and of what a change means in the books."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.filters import label
from webapp.models.field_rule import DIRECTION, FieldRule

DIRECTIONS = {
    "both": _l("↔ Begge veje"),
    "out": _l("→ Kun til e-conomic"),
    "in": _l("← Kun til CleanManager"),
    "off": _l("Synkroniseres ikke"),
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
    words = DIRECTIONS if found.kind == DIRECTION else WINNERS
    return f"{label(found.field)}: {words.get(found.value, found.value)}"


def told(winners: Mapping[str, str]) -> str:
    """The answer to "altid for …"; '' when there was none."""
    said = [f"{label(name)}: {WINNERS[winner]}" for name, winner in winners.items()]
    return str(_("Svaret er gemt, og fra nu af gælder: %(rules)s.", rules="; ".join(said))) if said else ""
