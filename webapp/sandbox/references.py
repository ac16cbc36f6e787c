"""The reference records a new agreement starts with, and how each list shows its rows."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from webapp.sandbox.store import Row

if TYPE_CHECKING:
    from webapp.sandbox.agreement import Agreement

CURRENCIES = {
    "DKK": ("208", "Danske kroner"),
    "EUR": ("978", "Euro"),
    "SEK": ("752", "Svenske kroner"),
    "NOK": ("578", "Norske kroner"),
    "GBP": ("826", "Britiske pund"),
    "USD": ("840", "Amerikanske dollar"),
}
ZONES = {
    1: ("Domestic", True),
    2: ("EU", True),
    3: ("Abroad", True),
    4: ("Domestic exempt VAT", False),
}
TERMS = {
    1: ("Netto 8 dage", "net", 8),
    2: ("Netto 14 dage", "net", 14),
    3: ("Til omgående betaling", "net", 0),
    4: ("Løbende måned 30 dage", "invoiceMonth", 30),
    5: ("Netto 30 dage", "net", 30),
}
UNITS = {1: "stk.", 2: "timer", 6: "Mdr", 7: "Mdr.", 10: "År"}
LAYOUTS = {
    19: "DK. std. m. bankoplys. 1.5",
    20: "DK. std. m. girokort 1.5",
    21: "Eng. std. m. bankoplys. 1.5 07.01.14",
}
GROUPS = {1: ("Danske", None), 2: ("Udenlandske", 21)}
ACCOUNTS = {
    1010: ("Salg af varer/ydelser m/moms", "profitAndLoss", False),
    5600: ("Debitorer", "status", False),
    5601: ("Debitorer, spærret", "status", True),
    9999: ("Sum", "totalFrom", False),
}
EMPLOYEES = {1: "Anne Holm", 2: "Bent Krogh"}


def seed(agreement: "Agreement") -> None:
    """Give a new agreement the lists every agreement has."""
    for code, (iso, name) in CURRENCIES.items():
        put(agreement, "currencies", code, {"code": code, "isoNumber": iso, "name": name})
    for number, (name, suppliers) in ZONES.items():
        zone = {"name": name, "vatZoneNumber": number, "enabledForCustomer": True, "enabledForSupplier": suppliers}
        put(agreement, "vat-zones", number, zone)
    for number, (name, kind, days) in TERMS.items():
        add_term(agreement, number, name, kind, days)
    for number, name in UNITS.items():
        put(agreement, "units", number, {"unitNumber": number, "name": name})
    for number, name in LAYOUTS.items():
        put(agreement, "layouts", number, {"layoutNumber": number, "name": name})
    for number, (name, kind, barred) in ACCOUNTS.items():
        row = {"accountNumber": number, "accountType": kind, "name": name, "barred": barred}
        put(agreement, "accounts", number, row)
    for number, (name, layout) in GROUPS.items():
        add_group(agreement, number, name, layout)
    for number, name in EMPLOYEES.items():
        put(agreement, "employees", number, {"employeeNumber": number, "name": name})


def put(agreement: "Agreement", path: str, key: Any, row: Row) -> None:
    """Keep one reference record."""
    agreement.reference(path)[str(key)] = row


def add_term(agreement: "Agreement", number: int, name: str, kind: str = "net", days: int | None = 8) -> None:
    """A payment term."""
    row: Row = {"paymentTermsNumber": number, "daysOfCredit": days, "name": name, "paymentTermsType": kind}
    put(agreement, "payment-terms", number, {key: value for key, value in row.items() if value is not None})


def add_group(agreement: "Agreement", number: int, name: str, layout: int | None = None) -> None:
    """A customer group on the usual account."""
    row = {"customerGroupNumber": number, "name": name, "account": 5600, "layout": layout}
    put(agreement, "customer-groups", number, row)


def defaults(agreement: "Agreement") -> Row:
    """What a customer made on screen gets when nothing else is said."""
    return {
        "currency": "DKK",
        "paymentTerms": _first(agreement, "payment-terms"),
        "customerGroup": _first(agreement, "customer-groups"),
        "vatZone": _first(agreement, "vat-zones"),
    }


def _first(agreement: "Agreement", path: str) -> int:
    return min(int(key) for key in agreement.reference(path))


Link = Callable[[str], str]


def show_unit(agreement: "Agreement", row: Row, link: Link) -> Row:
    path = f"/units/{row['unitNumber']}"
    return {"unitNumber": row["unitNumber"], "name": row["name"], "products": link(f"{path}/products"),
            "self": link(path)}  # fmt: skip


def show_group(agreement: "Agreement", row: Row, link: Link) -> Row:
    path = f"/customer-groups/{row['customerGroupNumber']}"
    shown = {
        "customerGroupNumber": row["customerGroupNumber"],
        "name": row["name"],
        "account": _account(agreement, row["account"], link),
    }
    if row.get("layout"):
        layout = agreement.reference("layouts").get(str(row["layout"]), {"layoutNumber": row["layout"]})
        shown["layout"] = {**layout, "self": link(f"/layouts/{row['layout']}")}
        shown["layout"].pop("deleted", None)
    return shown | {"customers": link(f"{path}/customers"), "self": link(path)}


def _account(agreement: "Agreement", number: int, link: Link) -> Row:
    row = agreement.reference("accounts").get(str(number), {"name": "", "accountType": "status"})
    return {
        "accountNumber": number,
        "accountType": row["accountType"],
        "balance": 0.0,
        "blockDirectEntries": False,
        "debitCredit": "debit",
        "name": row["name"],
        "accountingYears": link(f"/accounts/{number}/accounting-years"),
        "self": link(f"/accounts/{number}"),
    }


def shows(path: str, key: str) -> Callable[["Agreement", Row, Link], Row]:
    """The plain way: the row as kept, false booleans as they are, and its address."""
    return lambda agreement, row, link: {**row, "self": link(f"/{path}/{escaped(row[key])}")}


# How a key that is text is written inside an address.
ESCAPES = {"_": "_8_", "<": "_0_", ">": "_1_", "*": "_2_", "%": "_3_", ":": "_4_", "&": "_5_", "/": "_6_",
           "\\": "_7_", " ": "_9_", "?": "_10_", ".": "_11_", "#": "_12_", "+": "_13_"}  # fmt: skip
_BACK = {code: sign for sign, code in ESCAPES.items()}


def escaped(key: Any) -> str:
    """A key as it stands in an address."""
    return "".join(ESCAPES.get(sign, sign) for sign in str(key))


def unescaped(text: str) -> str:
    """A key as it was before it stood in an address."""
    out, at = "", 0
    while at < len(text):
        end = text.find("_", at + 1)
        if text[at] == "_" and text[at : end + 1] in _BACK:
            out, at = out + _BACK[text[at : end + 1]], end + 1
        else:
            out, at = out + text[at], at + 1
    return out
