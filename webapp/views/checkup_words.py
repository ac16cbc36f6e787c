"""How the findings of the health check are told."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp import filters
from webapp.sync import checkup
from webapp.sync.checkup import Finding, Row

TITLES = {
    "double": _l("Står to gange i samme system"),
    "number": _l("Samme nummer, to forskellige kunder"),
    "required": _l("Mangler noget, e-conomic kræver"),
    "cvr": _l("CVR-nr. med forkert kontrolciffer"),
    "ean": _l("EAN-nr. med forkert kontrolciffer"),
    "postcode": _l("Mærkeligt postnr."),
    "country": _l("Ukendt stavemåde af land"),
    "barred": _l("Spærret i e-conomic"),
}
REMEDIES = {
    "double": _l("Er det samme kunde to gange, så slet den ene, eller slå synkroniseringen fra for den."),
    "number": _l("Nummeret bruges af én kunde i CleanManager og af en anden i e-conomic. Par dem ikke på nummeret."),
    "required": _l("Udfyld feltet her, eller vælg en standardværdi for nye kunder under Integrationer."),
    "cvr": _l("Et dansk CVR-nr. har otte cifre, og det sidste passer til de andre. Ret det, eller tøm feltet."),
    "ean": _l("Et EAN-nr. har 13 cifre. Passer det ikke, kan en elektronisk faktura ikke leveres."),
    "postcode": _l("Et dansk postnr. har fire cifre. Er kunden udenlandsk, så skriv landet."),
    "country": _l("Skriv landets navn, som det staves på dansk eller engelsk."),
    "barred": _l(
        "e-conomic laver ikke fakturaer til en spærret kunde. Skal den ikke bruges, så slå synkroniseringen fra."
    ),
}


def system(row: Row) -> str:
    return "CleanManager" if row.side == "ours" else "e-conomic"


def systems(finding: Finding) -> str:
    """Where the customers of a finding stand; a number stands for one here and another there."""
    found = [finding.row] if finding.cause == "number" else finding.parties
    return ", ".join(dict.fromkeys(map(system, found)))


def is_mended_there(finding: Finding) -> bool:
    """No value of ours stands behind it, so it can only be put right in e-conomic."""
    return finding.row.side == "theirs" and finding.cause in checkup.MENDED | {"double"}


def told(finding: Finding) -> str:
    """What is odd about this customer, in a few words."""
    if finding.cause == "double":
        return "; ".join(_("Også nr. %(number)s: %(name)s", number=one.number, name=one.name) for one in finding.others)
    if finding.cause == "number":
        other = finding.others[0]
        return str(_("I %(system)s: %(name)s", system=system(other), name=other.name))
    if finding.cause == "barred":
        return str(_("Spærret"))
    return finding.value or str(_("%(field)s mangler", field=filters.label(finding.field)))


def heads() -> list[str]:
    return [_("Årsag"), _("System"), _("Kundenr."), _("Navn"), _("Felt"), _("Hvad")]


def line(finding: Finding) -> list[str]:
    """One line of the exported list."""
    field = filters.label(finding.field) if finding.field else ""
    row = finding.row
    return [str(TITLES[finding.cause]), systems(finding), str(row.number), row.name, field, told(finding)]
