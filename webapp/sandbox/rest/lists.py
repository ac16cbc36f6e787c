"""The reference lists of the legacy service, read only but for units and customer groups."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from webapp.sandbox import references, rules
from webapp.sandbox.calls import Answer, Call, Handler
from webapp.sandbox.errors import ApiError, entry, not_found, validation
from webapp.sandbox.paging import collection, listed
from webapp.sandbox.references import Link
from webapp.sandbox.rest.customers import list_of
from webapp.sandbox.store import Row


@dataclass(frozen=True)
class ReferenceList:
    """One list: where it lies, what its key is called, how a row is shown, what may be asked of it."""

    path: str
    key: str
    show: Callable[[Any, Row, Link], Row]
    filterable: dict[str, str] = field(default_factory=dict)


def _numbered(path: str, key: str) -> ReferenceList:
    return ReferenceList(path, key, references.shows(path, key), {key: "number", "name": "text"})


LISTS = (
    ReferenceList("units", "unitNumber", references.show_unit),
    ReferenceList(
        "customer-groups",
        "customerGroupNumber",
        references.show_group,
        {"customerGroupNumber": "number", "name": "text"},
    ),
    ReferenceList("payment-terms", "paymentTermsNumber", references.shows("payment-terms", "paymentTermsNumber")),
    ReferenceList("currencies", "code", references.shows("currencies", "code")),
    _numbered("vat-zones", "vatZoneNumber"),
    _numbered("layouts", "layoutNumber"),
    _numbered("employees", "employeeNumber"),
    _numbered("accounts", "accountNumber"),
)
BY_PATH = {one.path: one for one in LISTS}


def rows_of(call: Call, one: ReferenceList) -> list[Row]:
    """The rows a list shows; deleted ones may be pointed at but are not listed."""
    rows = [row for row in call.agreement.reference(one.path).values() if not row.get("deleted")]
    return sorted(rows, key=lambda row: row[one.key])


def show_list(one: ReferenceList, call: Call) -> Answer:
    find = listed(rows_of(call, one), lambda row, name: row.get(name))
    sortable = one.filterable if one.path != "payment-terms" else {}
    return collection(call, find, lambda row: one.show(call.agreement, row, call.link), filterable=one.filterable,
                      sortable=sortable)  # fmt: skip


def show_one(one: ReferenceList, call: Call, key: str) -> Answer:
    return Answer(200, one.show(call.agreement, found(call, one.path, key), call.link))


def found(call: Call, path: str, key: str) -> Row:
    """The reference record, or 404."""
    row = call.agreement.reference(path).get(references.unescaped(key))
    if row is None:
        raise not_found("E06000" if call.method != "GET" else None)
    return dict(row)


def create_unit(call: Call) -> Answer:
    name = _unit_name(call)
    number = max((int(key) for key in call.agreement.reference("units")), default=0) + 1
    references.put(call.agreement, "units", number, {"unitNumber": number, "name": name})
    shown = references.show_unit(call.agreement, {"unitNumber": number, "name": name}, call.link)
    return Answer(201, shown, {"Location": shown["self"]})


def replace_unit(call: Call, key: str) -> Answer:
    row = found(call, "units", key) | {"name": _unit_name(call)}
    references.put(call.agreement, "units", key, row)
    return Answer(200, references.show_unit(call.agreement, row, call.link))


def _unit_name(call: Call) -> str:
    path = "/schema/units.post.schema.json"
    body = rules.body_object(call, path)
    problems = rules.text_problems("name", body["name"], 100) if "name" in body else []
    rules.refuse(call, problems, [] if body.get("name") or problems else ["name"], path)
    return str(body["name"])


def delete_unit(call: Call, key: str) -> Answer:
    row = found(call, "units", key)
    if any(product.get("unit") == row["unitNumber"] for product in call.agreement.reference("products").values()):
        raise ApiError(400, "Unit is in use and cannot be deleted.", code="E06099", hint="Products refer to this unit.")
    del call.agreement.reference("units")[key]
    return Answer(204)


def create_group(call: Call) -> Answer:
    body = rules.body_object(call, "/schema/customer-groups.post.schema.json")
    row = _read_group(call, body, body.get("customerGroupNumber"))
    if str(row["customerGroupNumber"]) in call.agreement.reference("customer-groups"):
        number = row["customerGroupNumber"]
        message = f"Customer group with number '{number}' already exists."
        raise validation([entry("customerGroupNumber", message, "E06010", number)])
    references.put(call.agreement, "customer-groups", row["customerGroupNumber"], row)
    shown = references.show_group(call.agreement, row, call.link)
    return Answer(201, shown, {"Location": shown["self"]})


def replace_group(call: Call, key: str) -> Answer:
    old = found(call, "customer-groups", key)
    body = rules.body_object(call, "/schema/customer-groups.put.schema.json")
    row = _read_group(call, body, old["customerGroupNumber"])
    references.put(call.agreement, "customer-groups", key, row)
    return Answer(200, references.show_group(call.agreement, row, call.link))


def _read_group(call: Call, body: Row, number: Any) -> Row:
    path = "/schema/customer-groups.post.schema.json"
    problems = rules.text_problems("name", body["name"], 50, 1) if "name" in body else []
    if number is not None:
        problems += rules.integer_problems("customerGroupNumber", number, 1)
    account, layout = (_number_of(body, name, key) for name, key in (("account", "accountNumber"),
                                                                     ("layout", "layoutNumber")))  # fmt: skip
    asked = {"name": body.get("name"), "customerGroupNumber": number, "account": account}
    rules.refuse(call, problems, [name for name, value in asked.items() if value is None], path)
    row = call.agreement.reference("accounts").get(str(account))
    if row is None or row["barred"] or row["accountType"] not in ("profitAndLoss", "status"):
        hint = f"Find a list of accounts at {call.link('/accounts')} ."
        raise validation([entry("account", f"Account '{account}' not found.", "E07150", account, hint)])
    return {"customerGroupNumber": number, "name": body["name"], "account": account, "layout": layout}


def _number_of(body: Row, name: str, key: str) -> int | None:
    value = body.get(name)
    return value.get(key) if isinstance(value, dict) else None


def delete_group(call: Call, key: str) -> Answer:
    row = found(call, "customer-groups", key)
    customers = call.agreement.customers
    if any(customers[number].get("customerGroup") == row["customerGroupNumber"] for number in customers):
        raise ApiError(400, "Customer group is in use and cannot be deleted.", code="E06099",
                       hint="Customers refer to this group.")  # fmt: skip
    del call.agreement.reference("customer-groups")[key]
    return Answer(204)


def group_customers(call: Call, key: str) -> Answer:
    return list_of(call, "customerGroup", found(call, "customer-groups", key)["customerGroupNumber"])


def employee_customers(call: Call, key: str) -> Answer:
    return list_of(call, "salesPerson", found(call, "employees", key)["employeeNumber"])


ROUTES: dict[tuple[str, str], Handler] = {
    ("POST", "/units"): create_unit,
    ("PUT", "/units/<key>"): replace_unit,
    ("DELETE", "/units/<key>"): delete_unit,
    ("POST", "/customer-groups"): create_group,
    ("PUT", "/customer-groups/<key>"): replace_group,
    ("DELETE", "/customer-groups/<key>"): delete_group,
    ("GET", "/customer-groups/<key>/customers"): group_customers,
    ("GET", "/employees/<key>/customers"): employee_customers,
}
for _one in LISTS:
    ROUTES["GET", f"/{_one.path}"] = partial(show_list, _one)
    ROUTES["GET", f"/{_one.path}/<key>"] = partial(show_one, _one)
