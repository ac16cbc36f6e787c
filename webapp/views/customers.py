"""Kunder: the register, each customer's page, and the forms that change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp import auth, forms, htmx
from webapp.forms import CustomerForm
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.sync import register
from webapp.sync.fields import NAMES, REFERENCES
from webapp.sync.normalise import settle
from webapp.views import customer_file, customer_list, customer_page, spreadsheet

blueprint = Blueprint("customers", __name__, url_prefix="/customers")
WRONG = 422


@blueprint.get("")
def index() -> ResponseReturnValue:
    listing = customer_list.read(auth.company(), request.args)
    if htmx.wants_piece():
        return render_template("customers/_register.html", listing=listing)
    return render_template("customers/index.html", listing=listing)


@blueprint.get("/list.<any(csv, xlsx):kind>")
def export(kind: str) -> ResponseReturnValue:
    """The register, or what a search finds in it, for a spreadsheet."""
    lines = customer_file.lines(auth.company(), customer_list.search_of(request.args))
    return spreadsheet.answer(kind, "kunder", _("Kunder"), customer_file.heads(), lines)


@blueprint.get("/new")
@auth.inspectors_too
def new() -> ResponseReturnValue:
    return _form(CustomerForm.blank(_connection()))


@blueprint.post("")
@auth.inspectors_too
def create() -> ResponseReturnValue:
    form = CustomerForm.sent(request.form, auth.company())
    saved = Customer.made_by(auth.company(), form.hash)
    if saved is None and not form.faults:
        saved = _numbered(form, lambda: _add(form))
    if saved is None:
        return _form(form), WRONG
    message = _("%(name)s er oprettet med nummer %(number)s.", name=saved.name, number=saved.number)
    return htmx.go(url_for("customers.show", customer_id=saved.id), message)


@blueprint.get("/check/<name>")
def check(name: str) -> ResponseReturnValue:
    """What is wrong or odd with one field, while it is being typed."""
    if name == "number":
        return _check_number(request.args.get("number", "").strip())
    if name not in NAMES:
        abort(404)
    value = settle(request.args.get(name, ""))
    wrong = forms.fault(name, value, forms.choices_of(_connection()) if name in REFERENCES else None)
    return render_template("customers/_hint.html", wrong=wrong, doubt="" if wrong else forms.doubt(name, value))


@blueprint.get("/<int:customer_id>")
def show(customer_id: int) -> ResponseReturnValue:
    customer = _found(customer_id, deleted=True)
    page = customer_page.read(customer, request.args.get("history", ""))
    template = "customers/_customer.html" if htmx.wants_piece() else "customers/show.html"
    return render_template(template, page=page, customer=customer)


@blueprint.get("/<int:customer_id>/edit")
@auth.administrator_only
def edit(customer_id: int) -> ResponseReturnValue:
    customer = _found(customer_id)
    return _form(CustomerForm.of(customer, _connection()), customer)


@blueprint.post("/<int:customer_id>")
def change(customer_id: int) -> ResponseReturnValue:
    """Save what the person changed; what others changed meanwhile comes back for another look."""
    customer = _found(customer_id)
    form = CustomerForm.sent(request.form, auth.company(), customer)
    saved = None if form.faults else _numbered(form, lambda: _change(customer, form))
    if isinstance(saved, register.Moved):
        form.meet(saved.customer.values, saved.fields)
    if not isinstance(saved, register.Changed):
        return _form(form, customer), WRONG
    return _saved(saved.customer, form)


@blueprint.get("/<int:customer_id>/removal")
@auth.administrator_only
def removal(customer_id: int) -> ResponseReturnValue:
    customer = _found(customer_id)
    return render_template("customers/removal.html", page=customer_page.read(customer), customer=customer)


@blueprint.post("/<int:customer_id>/removal")
def remove(customer_id: int) -> ResponseReturnValue:
    customer = _found(customer_id)
    try:
        register.remove(auth.company(), customer.id, auth.user())
    except register.NoSuchCustomer:
        abort(404, _("Kunden er allerede slettet."))
    return htmx.go(url_for("customers.index"), _("%(name)s er slettet.", name=customer.name))


def _connection() -> Connection | None:
    return Connection.open_of(auth.company())


def _found(customer_id: int, *, deleted: bool = False) -> Customer:
    customer = Customer.found(auth.company(), customer_id, deleted=deleted)
    if customer is None:
        abort(404, _("Kunden findes ikke, eller den er slettet."))
    return customer


def _form(form: CustomerForm, customer: Customer | None = None) -> str:
    return render_template(
        "customers/form.html",
        form=form,
        customer=customer,
        next_number="" if customer else Customer.next_number(auth.company()),
        action=url_for("customers.change", customer_id=customer.id) if customer else url_for("customers.create"),
        back=url_for("customers.show", customer_id=customer.id) if customer else url_for("customers.index"),
    )


def _numbered(form: CustomerForm, save: Callable[[], Any]) -> Any:
    """Run `save`; a number that somebody else has becomes a fault of the form, and None is the answer."""
    try:
        return save()
    except register.NumberInUse:
        form.refuse_number(_("en anden kunde"))
        return None
    except register.NoSuchCustomer:
        abort(404, _("Kunden er slettet imens."))


def _add(form: CustomerForm) -> Customer:
    return register.add(auth.company(), form.new_number, form.typed, auth.user(), form_hash=form.hash)


def _change(customer: Customer, form: CustomerForm) -> register.Changed | register.Moved:
    numbers = {"number": form.new_number, "shown_number": form.shown_number}
    return register.change(auth.company(), customer.id, form.shown, form.typed, auth.user(), **numbers)


def _saved(customer: Customer, form: CustomerForm) -> ResponseReturnValue:
    page = customer_page.read(customer)
    text = _("%(name)s er gemt og sendes til e-conomic.") if page.is_under_way else _("%(name)s er gemt.")
    address = url_for("customers.show", customer_id=customer.id)
    if not htmx.wants_piece():
        return htmx.go(address, text % {"name": customer.name})
    fresh = render_template("customers/_customer.html", page=page, customer=customer)
    return htmx.partials(htmx.piece("#customer", fresh), htmx.toast(text % {"name": customer.name}), close_dialog=True)


def _check_number(text: str) -> str:
    """Is the number free? Asked while it is typed; `id` is the customer that may keep its own."""
    number = forms.read_number(text)
    if not text:
        return render_template("customers/_hint.html", wrong="", doubt="")
    if number is None:
        return render_template("customers/_hint.html", wrong=_("Skriv et helt tal fra 1 til 999999999."), doubt="")
    holder = Customer.with_number(auth.company(), number)
    wrong = ""
    if holder is not None and holder.id != request.args.get("id", type=int):
        wrong = forms.taken(number, holder.name)
    return render_template("customers/_hint.html", wrong=wrong, doubt="")


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"words": customer_page}
