"""Customers of customersapi v3.1.0: every update names the version it builds on."""

from webapp.sandbox import keeping, rules, search
from webapp.sandbox.calls import Answer, Call, Handler
from webapp.sandbox.errors import not_found
from webapp.sandbox.newer import checks, lists
from webapp.sandbox.newer.mapping import spelled, stored, unknown_to_newer, without_unsaid_defaults
from webapp.sandbox.store import Row

FILTERABLE = {"customerNumber": "number"}


def _show(call: Call, record: Row) -> Row:
    return spelled(record, call.sandbox.switches.newer_shows_null)


def _existing(call: Call, number: int) -> Row:
    if number not in call.agreement.customers:
        raise not_found()
    return call.agreement.customers[number]


def by_cursor(call: Call) -> Answer:
    find = search.finder(call.agreement.customers)
    return lists.by_cursor(call, find, lambda record: _show(call, record), "customerNumber", FILTERABLE)


def by_page(call: Call) -> Answer:
    find = search.finder(call.agreement.customers)
    return lists.by_page(call, find, lambda record: _show(call, record), FILTERABLE, ("customerNumber",))


def count(call: Call) -> Answer:
    return lists.count(call, search.finder(call.agreement.customers), FILTERABLE)


def get(call: Call, number: int) -> Answer:
    return Answer(200, _show(call, _existing(call, number)))


def create(call: Call) -> Answer:
    """The caller gives the number."""
    number = checks.body_object(call).get("customerNumber")
    checks.check_number(number)
    assert isinstance(number, int)
    values = checks.read_customer(call, {}, number)
    if number in call.agreement.customers:
        message = f"Customer {number} already exists."
        checks.refuse([checks.problem("customerNumber", message, "CustomerAlreadyExists")])
    record = keeping.kept(stored(values), {}, call.sandbox.switches.texts_kept)
    call.agreement.create(record | {"customerNumber": number}, via="customersapi", key=call.key)
    place = {"Location": call.link(f"/Customers/{number}")}
    return Answer(201, {"customerNumber": number}, place)


def replace(call: Call, number: int) -> Answer:
    """A true replace of what this service knows; the version is looked at before the values."""
    record = _existing(call, number)
    body = checks.body_object(call)
    checks.check_version(body.get("objectVersion"), record["objectVersion"])
    values = checks.read_customer(call, spelled(record), number)
    if values.get("customerNumber", number) != number:
        message = "The customer number cannot be changed."
        checks.refuse([checks.problem("customerNumber", message, "CustomerannotChangeNumber")])
    fresh = unknown_to_newer(record) | without_unsaid_defaults(stored(values, record), record)
    # An empty text from old days is not shown here, so leaving it out is not a wish to clear it.
    fresh |= {name: "" for name, value in record.items() if value == "" and name not in fresh}
    fresh |= {"customerNumber": number, "objectVersion": record["objectVersion"]}
    made = call.agreement.replace(keeping.kept(fresh, record, call.sandbox.switches.texts_kept))
    form = call.sandbox.switches.newer_put_answer
    if form == "200-customer":
        return Answer(200, _show(call, made))
    return Answer(204 if form == "204" else 200)


def delete(call: Call, number: int) -> Answer:
    _existing(call, number)
    rules.check_deletable(call, number)
    call.agreement.delete(number)
    return Answer(204)


def setup(call: Call) -> Answer:
    groups, layouts = (call.agreement.reference(path) for path in ("customer-groups", "layouts"))
    return Answer(200, {"defaultCustomerGroupNumber": min(map(int, groups), default=None),
                        "defaultLayoutNumber": min(map(int, layouts), default=None),
                        "objectVersion": "0000000000000001"})  # fmt: skip


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/customers"): by_cursor,
    ("POST", "/customers"): create,
    ("GET", "/customers/paged"): by_page,
    ("GET", "/customers/count"): count,
    ("GET", "/customers/<int:number>"): get,
    ("PUT", "/customers/<int:number>"): replace,
    ("DELETE", "/customers/<int:number>"): delete,
    ("GET", "/setup"): setup,
}
