"""Customers of the legacy service: list, read, create, replace, patch, delete."""

from webapp.sandbox import keeping, rules, search
from webapp.sandbox.calls import Answer, Call, Handler
from webapp.sandbox.customers import getter
from webapp.sandbox.errors import ApiError, entry, not_found, schema, validation
from webapp.sandbox.fields import FILTERABLE, ORDER, REFERENCES, SORTABLE, WRITABLE
from webapp.sandbox.paging import collection, listed
from webapp.sandbox.store import Row

NEVER_SHOWN = ("contacts", "deliveryLocations", "templates", "totals", "invoices", "metaData", "self")


def show(call: Call, record: Row, *, single: bool = False) -> Row:
    """A record as the service answers it: links made, false and unset left out, keys in the recorded order."""
    number = record["customerNumber"]
    path = f"/customers/{number}"
    shown = {name: value for name, value in record.items() if name in ORDER and name not in NEVER_SHOWN}
    if not shown.get("barred"):
        shown.pop("barred", None)
    for field in REFERENCES:
        if field.name in shown:
            shown[field.name] = _reference(call, number, field.name, field.key, field.path, record[field.name])
    shown.setdefault("eInvoicingDisabledByDefault", False)
    shown |= _links(call, number)
    if single:
        href = call.link(path)
        shown["metaData"] = {
            "delete": {"description": "Delete this customer.", "href": href, "httpMethod": "delete"},
            "replace": {"description": "Replace this customer.", "href": href, "httpMethod": "put"},
        }
    return {name: shown[name] for name in ORDER if name in shown}


def _reference(call: Call, customer: int, name: str, key: str, path: str, number: int) -> Row:
    own = f"/customers/{customer}"
    if name == "defaultDeliveryLocation":
        return {key: number, "self": call.link(f"{own}/{path}/{number}")}
    if name in ("attention", "customerContact"):
        holder = {"customerNumber": customer, "self": call.link(own)}
        return {key: number, "customer": holder, "self": call.link(f"{own}/{path}/{number}")}
    return {key: number, "self": call.link(f"/{path}/{number}")}


def _links(call: Call, number: int) -> Row:
    path = f"/customers/{number}"
    return {
        "contacts": call.link(f"{path}/contacts"),
        "templates": {
            "invoice": call.link(f"{path}/templates/invoice"),
            "invoiceLine": call.link(f"{path}/templates/invoiceline"),
            "self": call.link(f"{path}/templates"),
        },
        "totals": {
            "drafts": call.link(f"/invoices/totals/drafts/customers/{number}"),
            "booked": call.link(f"/invoices/totals/booked/customers/{number}"),
            "self": call.link(f"{path}/totals"),
        },
        "deliveryLocations": call.link(f"{path}/delivery-locations"),
        "invoices": {
            "drafts": call.link(f"{path}/invoices/drafts"),
            "booked": call.link(f"{path}/invoices/booked"),
            "self": call.link(f"{path}/invoices"),
        },
        "self": call.link(path),
    }


def existing(call: Call, number: int, code: str | None = None) -> Row:
    """The customer, or 404."""
    if number not in call.agreement.customers:
        raise not_found(code)
    return call.agreement.customers[number]


def list_customers(call: Call) -> Answer:
    find = search.finder(call.agreement.customers)
    return collection(call, find, lambda record: show(call, record), filterable=FILTERABLE, sortable=SORTABLE,
                      create="Create a new customer", recent=True)  # fmt: skip


def list_of(call: Call, field: str, number: int) -> Answer:
    """The customers that point at one group or employee."""
    customers = call.agreement.customers
    rows = [record for record in search.walked(customers, 0, len(customers)) if record.get(field) == number]
    find = listed(rows, lambda record, name: getter(record)(name))
    return collection(call, find, lambda record: show(call, record), filterable=FILTERABLE, sortable=SORTABLE,
                      recent=True)  # fmt: skip


def get(call: Call, number: int) -> Answer:
    return Answer(200, show(call, existing(call, number), single=True))


def create(call: Call) -> Answer:
    record = rules.read_customer(call)
    rules.check_new_number(call, record.get("customerNumber"))
    return _created(call, record)


def _created(call: Call, record: Row) -> Answer:
    record = keeping.kept(rules.settled(record, {}), {}, call.sandbox.switches.texts_kept)
    made = call.agreement.create(record, via="api", key=call.key)
    return Answer(201, show(call, made, single=True), {"Location": call.link(f"/customers/{made['customerNumber']}")})


def replace(call: Call, number: int) -> Answer:
    """A true replace; a free number is created; another number in the body renumbers where that is allowed."""
    record = rules.read_customer(call, number)
    if number not in call.agreement.customers:
        rules.refuse(call, rules.integer_problems("customerNumber", number, 1, rules.HIGHEST), [], "/schema")
        return _created(call, record | {"customerNumber": number})
    asked = record.pop("customerNumber", number)
    if asked != number:
        _check_renumbering(call, asked)
    before = call.agreement.customers[number]
    kept = {name: value for name, value in before.items() if name not in WRITABLE}
    sent = keeping.kept(rules.settled(record, before), before, call.sandbox.switches.texts_kept)
    made = call.agreement.replace(kept | sent)
    if asked != number:
        made = call.agreement.renumber(number, asked)
    return Answer(200, show(call, made, single=True))


def _check_renumbering(call: Call, asked: int) -> None:
    if not call.sandbox.switches.renumbering_allowed:
        message = "The agreement does not allow customer numbers to be changed."
        raise validation([entry("customerNumber", message, "E06011", asked)])
    rules.check_new_number(call, asked)


def patch(call: Call, number: int) -> Answer:
    """A JSON-Patch list; only eInvoicingDisabledByDefault can be replaced."""
    record = existing(call, number)
    steps = call.json
    if not isinstance(steps, list):
        problem = rules.expected("Array", "", steps)
        raise schema([problem], call.link("/schema"), call.sandbox.switches.schema_errors)
    for step in steps:
        record["eInvoicingDisabledByDefault"] = _patched(step)
    return Answer(200, show(call, call.agreement.replace(record), single=True))


def _patched(step: object) -> bool:
    fits = isinstance(step, dict) and step.get("op") == "replace" and step.get("path") == "/eInvoicingDisabledByDefault"
    value = step.get("value") if isinstance(step, dict) else None
    if not fits or not isinstance(value, bool):
        hint = "Only 'replace' of /eInvoicingDisabledByDefault with a boolean is supported."
        raise ApiError(400, "Could not apply the patch.", code="E04300", hint=hint)
    return value


def delete(call: Call, number: int) -> Answer:
    existing(call, number, "E06000")
    rules.check_deletable(call, number)
    call.agreement.delete(number)
    return Answer(204)


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/customers"): list_customers,
    ("POST", "/customers"): create,
    ("GET", "/customers/<int:number>"): get,
    ("PUT", "/customers/<int:number>"): replace,
    ("PATCH", "/customers/<int:number>"): patch,
    ("DELETE", "/customers/<int:number>"): delete,
}
