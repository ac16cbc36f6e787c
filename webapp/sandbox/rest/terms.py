"""Payment terms: made, renamed and deleted, but never given another type or number of days."""

from webapp.sandbox import references, rules
from webapp.sandbox.calls import Answer, Call, Handler
from webapp.sandbox.errors import ApiError, entry, validation
from webapp.sandbox.rest.lists import found
from webapp.sandbox.store import Row

TYPES = ("net", "invoiceMonth", "paidInCash", "prepaid", "dueDate", "factoring", "invoiceWeekStartingSunday",
         "invoiceWeekStartingMonday", "creditcard")  # fmt: skip
SHOWN = references.shows("payment-terms", "paymentTermsNumber")
PATH = "/schema/payment-terms.post.schema.json"


def create(call: Call) -> Answer:
    row = _read(call)
    number = max((int(key) for key in call.agreement.reference("payment-terms")), default=0) + 1
    kept = _ordered(row | {"paymentTermsNumber": number})
    references.put(call.agreement, "payment-terms", number, kept)
    shown = SHOWN(call.agreement, kept, call.link)
    return Answer(201, shown, {"Location": shown["self"]})


def replace(call: Call, key: str) -> Answer:
    old, row = found(call, "payment-terms", key), _read(call)
    for name in ("paymentTermsType", "daysOfCredit"):
        if row.get(name, old.get(name)) != old.get(name):
            raise validation([entry(name, f"{name} cannot be changed.", "E06151", row.get(name))])
    kept = _ordered({name: old[name] for name in ("paymentTermsNumber", "daysOfCredit") if name in old} | row)
    references.put(call.agreement, "payment-terms", key, kept)
    return Answer(200, SHOWN(call.agreement, kept, call.link))


def delete(call: Call, key: str) -> Answer:
    row = found(call, "payment-terms", key)
    customers = call.agreement.customers
    if any(customers[number].get("paymentTerms") == row["paymentTermsNumber"] for number in customers):
        raise ApiError(400, "Payment terms are in use and cannot be deleted.", code="E06099",
                       hint="Customers refer to these terms.")  # fmt: skip
    del call.agreement.reference("payment-terms")[key]
    return Answer(204)


def _read(call: Call) -> Row:
    body = rules.body_object(call, PATH)
    problems = rules.text_problems("name", body["name"], 50) if "name" in body else []
    if "description" in body:
        problems += rules.text_problems("description", body["description"], 1000)
    if "daysOfCredit" in body:
        problems += rules.integer_problems("daysOfCredit", body["daysOfCredit"])
    kind = body.get("paymentTermsType")
    if "paymentTermsType" in body and kind not in TYPES:
        problems.append(("paymentTermsType", f"Value {kind!r} is not defined in enum.", kind))
    missing = [name for name in ("name", "paymentTermsType") if not body.get(name)]
    rules.refuse(call, problems, missing, PATH)
    return {name: body[name] for name in ("daysOfCredit", "description", "name", "paymentTermsType") if name in body}


def _ordered(row: Row) -> Row:
    order = ("paymentTermsNumber", "daysOfCredit", "description", "name", "paymentTermsType")
    return {name: row[name] for name in order if name in row}


ROUTES: dict[tuple[str, str], Handler] = {
    ("POST", "/payment-terms"): create,
    ("PUT", "/payment-terms/<key>"): replace,
    ("DELETE", "/payment-terms/<key>"): delete,
}
