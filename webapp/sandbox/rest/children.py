"""What hangs under a customer: contacts, delivery locations, totals and templates."""

from webapp.sandbox import rules
from webapp.sandbox.calls import Answer, Call, Handler
from webapp.sandbox.errors import entry, not_found, validation
from webapp.sandbox.paging import collection, listed
from webapp.sandbox.rest.customers import existing
from webapp.sandbox.store import Row, Table

CONTACT_TEXTS = {"name": 255, "email": 255, "phone": 50, "notes": 2000, "eInvoiceId": 50}
NOTIFICATIONS = ("invoices", "orders", "quotations", "reminders")
LOCATION_TEXTS = {"address": 255, "city": 50, "country": 50, "postalCode": 15, "termsOfDelivery": 100}
PATH = "/schema"


def show_contact(call: Call, row: Row) -> Row:
    number, customer = row["number"], row["customerNumber"]
    shown: Row = {"customerContactNumber": number}
    shown |= {name: row[name] for name in ("email", "name", "phone", "notes", "eInvoiceId") if row.get(name)}
    shown |= {"emailNotifications": row.get("emailNotifications", []), "sortKey": row["sortKey"]}
    holder = {"customerNumber": customer, "self": call.link(f"/customers/{customer}")}
    return shown | {"customer": holder, "self": call.link(f"/customers/{customer}/contacts/{number}")}


def show_location(call: Call, row: Row) -> Row:
    number, customer = row["number"], row["customerNumber"]
    shown: Row = {"deliveryLocationNumber": number}
    shown |= {name: row[name] for name in LOCATION_TEXTS if row.get(name)}
    if row.get("barred"):
        shown["barred"] = True
    shown["sortKey"] = row["sortKey"]
    holder = {"customerNumber": customer, "self": call.link(f"/customers/{customer}")}
    return shown | {"customer": holder, "self": call.link(f"/customers/{customer}/delivery-locations/{number}")}


def _child(call: Call, table: Table, customer: int, number: int) -> Row:
    existing(call, customer)
    row = table.get(str(number))
    if row is None or row["customerNumber"] != customer:
        raise not_found("E06000")
    return dict(row)


def list_contacts(call: Call, customer: int) -> Answer:
    existing(call, customer)
    names = {"customerContactNumber": "number", "name": "text", "email": "text", "phone": "text"}
    find = listed(call.agreement.children(call.agreement.contacts, customer), _get_contact)
    return collection(call, find, lambda row: show_contact(call, row), filterable=names, sortable=names,
                      create="Create a new contact", recent=True)  # fmt: skip


def _get_contact(row: Row, name: str) -> object:
    return row.get("number" if name == "customerContactNumber" else name)


def get_contact(call: Call, customer: int, number: int) -> Answer:
    return Answer(200, show_contact(call, _child(call, call.agreement.contacts, customer, number)))


def create_contact(call: Call, customer: int) -> Answer:
    existing(call, customer)
    fields = _read_contact(call, customer, None)
    made = call.agreement.add_child(call.agreement.contacts, customer, fields)
    return _made(show_contact(call, made))


def replace_contact(call: Call, customer: int, number: int) -> Answer:
    old = _child(call, call.agreement.contacts, customer, number)
    fields = _read_contact(call, customer, number)
    kept = {name: old[name] for name in ("number", "customerNumber", "sortKey")}
    call.agreement.contacts[str(number)] = kept | fields | call.agreement.stamp()
    return Answer(200, show_contact(call, call.agreement.contacts[str(number)]))


def _read_contact(call: Call, customer: int, number: int | None) -> Row:
    body = rules.body_object(call, PATH)
    problems = [problem for name, longest in CONTACT_TEXTS.items() if name in body
                for problem in rules.text_problems(name, body[name], longest, 1 if name == "name" else 0)]  # fmt: skip
    required = ["name"] if number is None else ["name", "customerContactNumber"]
    wanted = body.get("emailNotifications", [])
    if not isinstance(wanted, list) or set(map(str, wanted)) - set(NOTIFICATIONS):
        problems.append(("emailNotifications", f"Value must be among {', '.join(NOTIFICATIONS)}.", wanted))
    rules.refuse(call, problems, [name for name in required if name not in body], PATH)
    for other in call.agreement.children(call.agreement.contacts, customer):
        if other["name"] == body["name"] and other["number"] != number:
            raise validation([entry("name", "Contact name must be unique.", "E06010", body["name"])])
    return {name: body[name] for name in (*CONTACT_TEXTS, "emailNotifications") if body.get(name)}


def delete_contact(call: Call, customer: int, number: int) -> Answer:
    _child(call, call.agreement.contacts, customer, number)
    _unpoint(call, customer, ("attention", "customerContact"), number)
    del call.agreement.contacts[str(number)]
    return Answer(204)


def _unpoint(call: Call, customer: int, names: tuple[str, ...], number: int) -> None:
    """A customer does not go on pointing at what is gone."""
    record = call.agreement.customers[customer]
    pointing = [name for name in names if record.get(name) == number]
    if pointing:
        call.agreement.edit(customer, **dict.fromkeys(pointing))


def list_locations(call: Call, customer: int) -> Answer:
    existing(call, customer)
    names = {"deliveryLocationNumber": "number", "address": "text", "city": "text"}
    find = listed(call.agreement.children(call.agreement.delivery_locations, customer), _get_location)
    return collection(call, find, lambda row: show_location(call, row), filterable=names, sortable=names,
                      create="Create a new delivery location", recent=True)  # fmt: skip


def _get_location(row: Row, name: str) -> object:
    return row.get("number" if name == "deliveryLocationNumber" else name)


def get_location(call: Call, customer: int, number: int) -> Answer:
    return Answer(200, show_location(call, _child(call, call.agreement.delivery_locations, customer, number)))


def create_location(call: Call, customer: int) -> Answer:
    existing(call, customer)
    fields = _read_location(call)
    return _made(show_location(call, call.agreement.add_child(call.agreement.delivery_locations, customer, fields)))


def replace_location(call: Call, customer: int, number: int) -> Answer:
    old = _child(call, call.agreement.delivery_locations, customer, number)
    kept = {name: old[name] for name in ("number", "customerNumber", "sortKey")}
    call.agreement.delivery_locations[str(number)] = kept | _read_location(call) | call.agreement.stamp()
    return Answer(200, show_location(call, call.agreement.delivery_locations[str(number)]))


def _read_location(call: Call) -> Row:
    body = rules.body_object(call, PATH)
    problems = [problem for name, longest in LOCATION_TEXTS.items() if name in body
                for problem in rules.text_problems(name, body[name], longest)]  # fmt: skip
    if "barred" in body:
        problems += rules.boolean_problems("barred", body["barred"])
    rules.refuse(call, problems, [], PATH)
    return {name: body[name] for name in (*LOCATION_TEXTS, "barred") if body.get(name)}


def delete_location(call: Call, customer: int, number: int) -> Answer:
    _child(call, call.agreement.delivery_locations, customer, number)
    _unpoint(call, customer, ("defaultDeliveryLocation",), number)
    del call.agreement.delivery_locations[str(number)]
    return Answer(204)


def _made(shown: Row) -> Answer:
    return Answer(201, shown, {"Location": shown["self"]})


def totals(call: Call, customer: int) -> Answer:
    existing(call, customer)
    return Answer(200, {
        "drafts": call.link(f"/invoices/totals/drafts/customers/{customer}"),
        "booked": call.link(f"/invoices/totals/booked/customers/{customer}"),
        "self": call.link(f"/customers/{customer}/totals"),
    })  # fmt: skip


def templates(call: Call, customer: int) -> Answer:
    existing(call, customer)
    path = f"/customers/{customer}/templates"
    return Answer(200, {
        "invoice": call.link(f"{path}/invoice"),
        "invoiceLine": call.link(f"{path}/invoiceline"),
        "self": call.link(path),
    })  # fmt: skip


def template(call: Call, customer: int) -> Answer:
    """A draft invoice ready to be filled in."""
    record = existing(call, customer)
    recipient = {"name": record["name"], "vatZone": {"vatZoneNumber": record["vatZone"]}}
    holder = {"customerNumber": customer, "self": call.link(f"/customers/{customer}")}
    here = call.link(f"/customers/{customer}/templates/invoice")
    return Answer(200, {"currency": record["currency"], "customer": holder, "recipient": recipient, "self": here})


def line_template(call: Call, customer: int) -> Answer:
    existing(call, customer)
    return Answer(501)


_CONTACTS, _LOCATIONS = "/customers/<int:customer>/contacts", "/customers/<int:customer>/delivery-locations"
ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", _CONTACTS): list_contacts,
    ("POST", _CONTACTS): create_contact,
    ("GET", f"{_CONTACTS}/<int:number>"): get_contact,
    ("PUT", f"{_CONTACTS}/<int:number>"): replace_contact,
    ("DELETE", f"{_CONTACTS}/<int:number>"): delete_contact,
    ("GET", _LOCATIONS): list_locations,
    ("POST", _LOCATIONS): create_location,
    ("GET", f"{_LOCATIONS}/<int:number>"): get_location,
    ("PUT", f"{_LOCATIONS}/<int:number>"): replace_location,
    ("DELETE", f"{_LOCATIONS}/<int:number>"): delete_location,
    ("GET", "/customers/<int:customer>/totals"): totals,
    ("GET", "/customers/<int:customer>/templates"): templates,
    ("GET", "/customers/<int:customer>/templates/invoice"): template,
    ("GET", "/customers/<int:customer>/templates/invoiceline"): line_template,
}
