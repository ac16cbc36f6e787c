"""Slet personoplysninger: what goes for good and what stays, and the word by which it is done."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp import auth, htmx
from webapp.models.customer import Customer
from webapp.models.erasure import Erasure
from webapp.sync import erasing
from webapp.sync.normalise import fold
from webapp.sync.register import NoSuchCustomer

blueprint = Blueprint("erasure", __name__, url_prefix="/customers")
WRONG = 422
HINDERED = {
    "creating": _l("Kunden er ved at blive oprettet i e-conomic. Vent, til det er sket, eller opgiv den først."),
    "deleting": _l("Kunden er ved at blive slettet i e-conomic. Vent, til det er sket."),
    "sending": _l("Noget om kunden er på vej til e-conomic. Vent, til det er sendt, og prøv igen."),
    "asked": _l("Der er et spørgsmål om kunden, som venter på svar. Svar på det i Synkronisering først."),
    "running": _l("En kørsel er i gang med kunden. Vent, til den er færdig, eller stop den først."),
}


@blueprint.get("/<int:customer_id>/erasure")
@auth.administrator_only
def ask(customer_id: int) -> str:
    """What goes and what stays; nothing is done."""
    return _page(_found(customer_id))


@blueprint.post("/<int:customer_id>/erasure")
def erase(customer_id: int) -> ResponseReturnValue:
    """Erase, when the customer was named: by name or by number."""
    customer = _found(customer_id)
    said = fold(request.form.get("said", ""))
    if said not in (fold(customer.name) or str(customer.number), str(customer.number)):
        return _page(customer, _("Skriv kundens navn eller nummer, som det står her. Intet er slettet.")), WRONG
    try:
        erasing.erase(auth.company(), customer.id, auth.user())
    except erasing.Hindered as fault:
        return _page(customer, str(HINDERED[fault.why])), WRONG
    except NoSuchCustomer:
        abort(404, _("Kundens personoplysninger er allerede slettet."))
    return htmx.go(url_for("customers.show", customer_id=customer.id), _("Personoplysningerne er slettet."))


def _page(customer: Customer, wrong: str = "") -> str:
    why = erasing.hindrance(customer)
    return render_template(
        "customers/erasure.html", customer=customer, there=erasing.partners_there(customer), wrong=wrong,
        hindered=str(HINDERED[why]) if why else "", said=request.form.get("said", ""),
    )  # fmt: skip


def _found(customer_id: int) -> Customer:
    customer = Customer.found(auth.company(), customer_id, deleted=True)
    if customer is None or Erasure.of(customer):
        abort(404, _("Kunden findes ikke, eller dens personoplysninger er allerede slettet."))
    return customer
