"""The words of a rehearsal: its totals, and what is said to whoever orders something meanwhile."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.filters import label, number
from webapp.sync.outlook import Move, Totals

REFUSED = _l(
    "Prøvetilstand er slået til, så intet bliver skrevet. Intet er ændret. En administrator kan gå i drift under "
    "Integrationer › Prøvetilstand."
)
BEFOREHAND = _l("Prøvetilstand er slået til. Du ser, hvad der ville ske, og intet bliver skrevet, før I går i drift.")
ENDS_FIRST = _l("Det, der allerede er undervejs til e-conomic, gøres færdigt først. Derefter skrives intet.")


def totals(found: Totals) -> list[tuple[str, str]]:
    """(what, how many) of each number, in the order of the page."""
    return [
        (str(_("Oprettes i e-conomic")), _customers(found.created)),
        (str(_("Ændres i CleanManager")), _customers(found.here)),
        (str(_("Ændres i e-conomic")), _customers(found.there)),
        *([(str(_("Slettes i e-conomic")), _customers(found.deleted))] if found.deleted else []),
        (str(_("Kræver et svar")), _customers(found.questions)),
    ]


def _customers(count: int) -> str:
    return str(ngettext("%(count)s kunde", "%(count)s kunder", count, count=number(count)))


def would(moves: Iterable[Move], side: str) -> str:
    """What a rehearsal keeps from being written on that side, as a line; '' when nothing."""
    told = [f"{label(one.field)} {one.before or '–'} → {one.after or '–'}" for one in moves if one.side == side]
    if not told:
        return ""
    fields = ", ".join(told)
    return str(
        _("Ville sende: %(fields)s", fields=fields) if side == "theirs" else _("Ville hente: %(fields)s", fields=fields)
    )
