"""The words of "Fejl efter årsag": a cause as a sentence, and what mends it."""

from __future__ import annotations

from flask_babel import gettext as _

from webapp.filters import in_sentence, label
from webapp.models.pairing import Pairing
from webapp.sync import causes
from webapp.sync.causes import Cause
from webapp.sync.preview import Names, shown
from webapp.views import sync_words


def title(cause: Cause) -> str:
    """The cause as a short sentence."""
    if cause.waits_for:
        return str(_("Venter på: %(field)s %(key)s", field=in_sentence(cause.field), key=cause.waits_for))
    if not cause.field:
        return sync_words.reason(cause.kind)
    said = dict(sync_words.complaints({"fields": {cause.field: cause.said}, "values": {}})).get(label(cause.field), "")
    return f"{label(cause.field)} {said or _('afvises af e-conomic')}"


def remedy(cause: Cause) -> str:
    """What to do about it."""
    if cause.waits_for:
        return str(_("Opret den i e-conomic, så fortsætter kunderne af sig selv. Eller vælg en anden her."))
    if cause.field:
        return str(_("Ret værdien her. Når du gemmer, prøves der igen."))
    return str(_("Se kunderne i Synkronisering, hvor hver af dem har en knap, der løser det."))


def heads() -> list[str]:
    return [
        _("Årsag"),
        _("Kundenr."),
        _("Navn"),
        _("Felt"),
        _("I CleanManager"),
        _("I e-conomic"),
        _("Svaret fra e-conomic"),
    ]


def line(cause: Cause, pair: Pairing, names: Names) -> list[str]:
    """One line of the exported list; what stands in one of e-conomic's lists is told by its name there."""
    customer, field = pair.customer, cause.field
    ours = shown(names, field, getattr(customer, field)) if field else ""
    theirs = shown(names, field, causes.suggested(pair, field)) if field else ""
    told = [label(field) if field else "", ours, theirs, sync_words.answered(pair.fault)]
    return [title(cause), str(customer.number), customer.name, *told]
