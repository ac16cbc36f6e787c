"""Invoices: the sandbox holds none, so every list is empty and every sum is nothing."""

from webapp.sandbox.calls import Answer, Call, Handler
from webapp.sandbox.paging import collection, listed
from webapp.sandbox.rest.customers import existing

LISTS = ("drafts", "booked", "paid", "unpaid", "overdue", "not-due", "sent")


def index(call: Call) -> Answer:
    links = {name: call.link(f"/invoices/{name}") for name in (*LISTS, "totals")}
    return Answer(200, {**links, "self": call.link("/invoices")})


def empty(call: Call) -> Answer:
    return collection(call, listed([], lambda row, name: None), lambda row: row, filterable={}, sortable=())


def of_customer(call: Call, customer: int) -> Answer:
    existing(call, customer)
    path = f"/customers/{customer}/invoices"
    return Answer(200, {"drafts": call.link(f"{path}/drafts"), "booked": call.link(f"{path}/booked"),
                        "self": call.link(path)})  # fmt: skip


def list_of_customer(call: Call, customer: int) -> Answer:
    existing(call, customer)
    return empty(call)


def totals(call: Call) -> Answer:
    kinds = ("drafts", "booked")
    sums = {kind: {"invoiceCount": 0, "netAmountInBaseCurrency": 0.0, "self": call.link(f"/invoices/totals/{kind}")}
            for kind in kinds}  # fmt: skip
    return Answer(200, {**sums, "self": call.link("/invoices/totals")})


def totals_of_kind(call: Call, kind: str) -> Answer:
    here = call.link(f"/invoices/totals/{kind}")
    return Answer(200, {"invoiceCount": 0, "netAmountInBaseCurrency": 0.0, "self": here})


def totals_of_customer(call: Call, kind: str, customer: int) -> Answer:
    existing(call, customer)
    here = call.link(f"/invoices/totals/{kind}/customers/{customer}")
    return Answer(200, {"invoiceCount": 0, "netAmountInBaseCurrency": 0.0, "self": here})


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/invoices"): index,
    ("GET", "/invoices/totals"): totals,
    ("GET", "/invoices/totals/<any(drafts,booked):kind>"): totals_of_kind,
    ("GET", "/invoices/totals/<any(drafts,booked):kind>/customers/<int:customer>"): totals_of_customer,
    ("GET", "/customers/<int:customer>/invoices"): of_customer,
    ("GET", "/customers/<int:customer>/invoices/drafts"): list_of_customer,
    ("GET", "/customers/<int:customer>/invoices/booked"): list_of_customer,
    **{("GET", f"/invoices/{name}"): empty for name in LISTS},
}
