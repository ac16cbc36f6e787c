"""Customers as an accountant works with them: list, search, edit, new, delete, renumber."""

import math
from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from webapp.sandbox.agreement import HIGHEST_NUMBER, Agreement
from webapp.sandbox.fields import TEXTS
from webapp.sandbox.pages.session import inside
from webapp.sandbox.store import Row

SIZE = 50
REACH = 20_000
WORDS = {
    "name": "Navn", "corporateIdentificationNumber": "CVR-nr.", "ean": "EAN-nr.", "address": "Adresse",
    "zip": "Postnr.", "city": "By", "country": "Land", "email": "E-mail", "telephoneAndFaxNumber": "Telefon",
    "mobilePhone": "Mobil", "website": "Hjemmeside", "publicEntryNumber": "Offentligt bilagsnr.",
    "pNumber": "P-nummer",
}  # fmt: skip
CHOICES = (
    ("customerGroup", "Kundegruppe", "customer-groups", "customerGroupNumber"),
    ("paymentTerms", "Betalingsbetingelser", "payment-terms", "paymentTermsNumber"),
    ("vatZone", "Momszone", "vat-zones", "vatZoneNumber"),
    ("currency", "Valuta", "currencies", "code"),
    ("layout", "Layout", "layouts", "layoutNumber"),
    ("salesPerson", "Sælger", "employees", "employeeNumber"),
)
REQUIRED = ("customerGroup", "paymentTerms", "vatZone", "currency")
LIMITS = {field.name: field.longest for field in TEXTS}


pages = Blueprint("customers", __name__, url_prefix="/customers")


@pages.get("")
@inside
def index() -> Any:
    words, page = request.args.get("q", "").strip(), max(1, request.args.get("page", 1, type=int))
    rows, count = searched(g.agreement, words, (page - 1) * SIZE)
    last = max(1, math.ceil(count / SIZE))
    return render_template("customers.html", rows=rows, q=words, page=page, last=last, count=count)


@pages.route("/new", methods=["GET", "POST"])
@inside
def new() -> Any:
    if request.method == "GET":
        return _form({"customerNumber": g.agreement.next_number(), "currency": "DKK"}, [], new=True)
    number, fields, wrong = request.form.get("customerNumber", type=int), *_read(request.form)
    if number is None or not 1 <= number <= HIGHEST_NUMBER:
        wrong.append("Kundenummeret skal være et tal mellem 1 og 999999999.")
    elif number in g.agreement.customers:
        wrong.append(f"Kundenummer {number} er allerede i brug.")
    if wrong:
        return _form(fields | {"customerNumber": number}, wrong, new=True), 400
    g.agreement.add_customer(customerNumber=number, **{name: value for name, value in fields.items() if value})
    flash(f"Kunde {number} er oprettet.")
    return redirect(url_for("customers.index"))


@pages.route("/<int:number>", methods=["GET", "POST"])
@inside
def edit(number: int) -> Any:
    record = _found(number)
    if request.method == "GET":
        return _form(record, [])
    fields, wrong = _read(request.form)
    if wrong:
        return _form(record | fields, wrong), 400
    g.agreement.edit(number, **fields)
    flash(f"Kunde {number} er gemt.")
    return redirect(url_for("customers.edit", number=number))


@pages.route("/<int:number>/delete", methods=["GET", "POST"])
@inside
def delete(number: int) -> Any:
    record = _found(number)
    used = str(number) in g.agreement.used
    if request.method == "GET" or used:
        return render_template("customer_delete.html", record=record, used=used), 400 if used else 200
    g.agreement.delete(number)
    flash(f"Kunde {number} er slettet.")
    return redirect(url_for("customers.index"))


@pages.post("/<int:number>/renumber")
@inside
def renumber(number: int) -> Any:
    record, new_number = _found(number), request.form.get("new", type=int)
    if new_number is None or not 1 <= new_number <= HIGHEST_NUMBER or new_number in g.agreement.customers:
        return _form(record, ["Det nye kundenummer er i brug eller ugyldigt."]), 400
    g.agreement.renumber(number, new_number)
    flash(f"Kunde {number} har fået nummer {new_number}.")
    return redirect(url_for("customers.edit", number=new_number))


def searched(agreement: Agreement, words: str, start: int) -> tuple[list[Row], int]:
    """The customers that hold all the words somewhere in number, name, CVR, town, e-mail or telephone."""
    customers = agreement.customers
    if not words:
        return [customers[number] for number in customers.numbers(start, start + SIZE)], len(customers)
    if words.isdigit() and int(words) in customers:
        return [customers[int(words)]], 1
    # Of a derived crowd only the first are looked at: a person waits for this page.
    numbers = customers if len(customers) <= REACH else chain(customers.numbers(0, REACH), _changed_beyond(agreement))
    found = [record for number in numbers if _holds(record := customers[number], words.lower().split())]
    return found[start : start + SIZE], len(found)


def _changed_beyond(agreement: Agreement) -> Iterator[int]:
    last = agreement.customers.at(REACH - 1)
    return (record["customerNumber"] for record in agreement.customers.changed() if record["customerNumber"] > last)


def _holds(record: Row, words: list[str]) -> bool:
    names = ("customerNumber", "name", "corporateIdentificationNumber", "city", "email", "telephoneAndFaxNumber")
    text = " ".join(str(record.get(name) or "") for name in names).lower()
    return all(word in text for word in words)


def _found(number: int) -> Row:
    if number not in g.agreement.customers:
        abort(404)
    record: Row = g.agreement.customers[number]
    return record


def _form(record: Row, wrong: list[str], new: bool = False) -> Any:
    choices = [(name, word, list(g.agreement.reference(path).values()), key) for name, word, path, key in CHOICES]
    return render_template("customer.html", record=record, wrong=wrong, new=new, words=WORDS, choices=choices,
                           required=REQUIRED, limits=LIMITS)  # fmt: skip


def _read(form: Any) -> tuple[Row, list[str]]:
    """The fields of the form, None where empty, and what is wrong with them."""
    fields: Row = {name: _text(form.get(name, "")) for name in WORDS}
    wrong = [] if fields["name"] else ["Navn skal udfyldes."]
    wrong += [f"{word} er for langt." for name, word in WORDS.items() if len(fields[name] or "") > LIMITS[name]]
    for name, word, _, key in CHOICES:
        value = form.get(name, "")
        if value and key != "code" and not value.isdigit():
            wrong.append(f"{word} er ugyldig.")
            continue
        fields[name] = (value if key == "code" else int(value)) if value else None
        if name in REQUIRED and not value:
            wrong.append(f"{word} skal vælges.")
    try:
        limit = form.get("creditLimit", "").strip().replace(",", ".")
        fields["creditLimit"] = float(limit) if limit else None
    except ValueError:
        wrong.append("Kreditmaksimum skal være et tal.")
    fields["barred"] = True if form.get("barred") else None
    return fields, wrong


def _text(typed: str) -> str | None:
    return typed.replace("\r\n", "\n").strip() or None
