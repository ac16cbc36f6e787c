"""Contacts and delivery locations of customersapi v3.1.0, over the records the legacy service shows too."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from webapp.sandbox.calls import Answer, Call, Handler
from webapp.sandbox.errors import not_found
from webapp.sandbox.newer import checks, lists
from webapp.sandbox.newer.mapping import Field
from webapp.sandbox.paging import Find, listed
from webapp.sandbox.store import Row, Table

RECEIVES = ("receiveQuotes", "receiveOrders", "receiveInvoices", "receiveEInvoices", "receiveStatementOfAccounts",
            "receiveReminders")  # fmt: skip
# The receive flags which the legacy service knows as a list of words.
WORDS = {"receiveQuotes": "quotations", "receiveOrders": "orders", "receiveInvoices": "invoices",
         "receiveReminders": "reminders"}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One of the two kinds of children."""

    path: str
    texts: dict[str, int]
    flags: dict[str, str]
    filterable: dict[str, str]
    table: Callable[[Call], Table]


CONTACTS = Kind(
    "contacts",
    {"name": 255, "email": 255, "phone": 50, "notes": 2000, "eInvoiceId": 50},
    {name: name for name in RECEIVES},
    {"number": "number", "customerNumber": "number", "userInterfaceNumber": "number", "name": "text", "email": "text",
     "eInvoiceId": "text", "lastUpdated": "time", "isDeleted": "bool", "active": "bool"},
    lambda call: call.agreement.contacts,
)  # fmt: skip
LOCATIONS = Kind(
    "deliverylocations",
    {"address": 255, "city": 50, "country": 50, "postalCode": 15, "termsOfDelivery": 100, "eInvoiceId": 50},
    {"isBarred": "barred"},
    {"number": "number", "customerNumber": "number", "userInterfaceNumber": "number", "city": "text",
     "country": "text", "eInvoiceId": "text", "isBarred": "bool", "lastUpdated": "time"},
    lambda call: call.agreement.delivery_locations,
)  # fmt: skip


def show(kind: Kind, row: Row) -> Row:
    """A child in the newer spelling."""
    shown = {"number": row["number"], "customerNumber": row["customerNumber"], "userInterfaceNumber": row["sortKey"]}
    shown |= {name: row[name] for name in kind.texts if row.get(name)}
    words = row.get("emailNotifications", [])
    for flag, stored in kind.flags.items():
        shown[flag] = WORDS[flag] in words if flag in WORDS else bool(row.get(stored))
    if kind is CONTACTS:
        shown |= {"isDeleted": False, "active": True}
    return shown | {"lastUpdated": row["lastUpdated"], "objectVersion": row["objectVersion"]}


def _find(kind: Kind, call: Call) -> Find:
    rows = sorted(kind.table(call).values(), key=lambda row: int(row["number"]))
    return listed(rows, lambda row, name: show(kind, row).get(name))


def by_cursor(kind: Kind, call: Call) -> Answer:
    return lists.by_cursor(call, _find(kind, call), partial(show, kind), "number", kind.filterable)


def by_page(kind: Kind, call: Call) -> Answer:
    return lists.by_page(call, _find(kind, call), partial(show, kind), kind.filterable, ("number", "customerNumber"))


def count(kind: Kind, call: Call) -> Answer:
    return lists.count(call, _find(kind, call), kind.filterable)


def get(kind: Kind, call: Call, number: int) -> Answer:
    return Answer(200, show(kind, _existing(kind, call, number)))


def _existing(kind: Kind, call: Call, number: object) -> Row:
    row = kind.table(call).get(str(number))
    if row is None:
        raise not_found()
    return dict(row)


def create(kind: Kind, call: Call) -> Answer:
    body = checks.body_object(call)
    fields = _read(kind, body)
    customer = body.get("customerNumber")
    if not isinstance(customer, int) or customer not in call.agreement.customers:
        code = "CustomerDoesNotExist" if kind is CONTACTS else "CustomerNotFound"
        raise checks.refusal([checks.problem("customerNumber", f"Customer {customer} does not exist.", code)])
    _check_name(kind, call, customer, fields, None)
    made = call.agreement.add_child(kind.table(call), customer, fields)
    return Answer(201, {"number": made["number"]}, {"Location": call.link(f"/{kind.path}/{made['number']}")})


def replace(kind: Kind, call: Call) -> Answer:
    body = checks.body_object(call)
    old = _existing(kind, call, body.get("number"))
    checks.check_version(body.get("objectVersion"), old["objectVersion"])
    fields = _read(kind, body)
    if body.get("customerNumber", old["customerNumber"]) != old["customerNumber"]:
        message = "The customer number cannot be changed."
        checks.refuse([checks.problem("customerNumber", message, "CustomerNumberMismatch")])
    _check_name(kind, call, old["customerNumber"], fields, old["number"])
    kept = {name: old[name] for name in ("number", "customerNumber", "sortKey")}
    kind.table(call)[str(old["number"])] = kept | fields | call.agreement.stamp()
    return Answer(204)


def _read(kind: Kind, body: Row) -> Row:
    fields = {name: Field("text", name, longest) for name, longest in kind.texts.items()}
    fields |= {name: Field("boolean", name, 0, False) for name in kind.flags}
    checks.refuse([found for name, field in fields.items() if name in body
                   for found in checks.shape_problems(name, body[name], field)])  # fmt: skip
    if kind is CONTACTS and not body.get("name"):
        checks.refuse([checks.problem("name", "Contact name is missing.", "CustomerContactNameNullOrEmpty")])
    read = {name: body[name] for name in kind.texts if body.get(name)}
    read |= {stored: True for flag, stored in kind.flags.items() if body.get(flag) and flag not in WORDS}
    words = [word for flag, word in WORDS.items() if body.get(flag)]
    return read | ({"emailNotifications": words} if kind is CONTACTS and words else {})


def _check_name(kind: Kind, call: Call, customer: int, fields: Row, number: int | None) -> None:
    others = call.agreement.children(kind.table(call), customer)
    if kind is CONTACTS and any(row["name"] == fields["name"] and row["number"] != number for row in others):
        message = "A contact of this name exists."
        checks.refuse([checks.problem("name", message, "CustomerContactNameAlreadyExists")])


def delete(kind: Kind, call: Call, number: int) -> Answer:
    row = _existing(kind, call, number)
    pointing = call.agreement.customers[row["customerNumber"]]
    names = ("attention", "customerContact") if kind is CONTACTS else ("defaultDeliveryLocation",)
    if any(pointing.get(name) == number for name in names):
        code = "CustomerContactIsInUse" if kind is CONTACTS else "DeliveryLocationUsedOnCustomers"
        checks.refuse([checks.problem("number", "It is in use.", code)])
    del kind.table(call)[str(number)]
    return Answer(204)


ROUTES: dict[tuple[str, str], Handler] = {}
for _kind in (CONTACTS, LOCATIONS):
    ROUTES["GET", f"/{_kind.path}"] = partial(by_cursor, _kind)
    ROUTES["POST", f"/{_kind.path}"] = partial(create, _kind)
    ROUTES["PUT", f"/{_kind.path}"] = partial(replace, _kind)
    ROUTES["GET", f"/{_kind.path}/paged"] = partial(by_page, _kind)
    ROUTES["GET", f"/{_kind.path}/count"] = partial(count, _kind)
    ROUTES["GET", f"/{_kind.path}/<int:number>"] = partial(get, _kind)
    ROUTES["DELETE", f"/{_kind.path}/<int:number>"] = partial(delete, _kind)
