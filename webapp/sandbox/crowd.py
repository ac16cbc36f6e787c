"""A crowd of customers that exists only as a rule: each is worked out from its number when it is asked for."""

from webapp.sandbox.companies import company
from webapp.sandbox.store import Row

LATEST = "2024-06-30T12:00:00Z"
MEMBERS = {
    "name": "name",
    "cvr": "corporateIdentificationNumber",
    "ean": "ean",
    "address": "address",
    "zip": "zip",
    "city": "city",
    "country": "country",
    "email": "email",
    "phone": "telephoneAndFaxNumber",
    "website": "website",
}


class Crowd:
    """Customers `first` to `first + count - 1` of a seed; every agreement gives them the same lists."""

    def __init__(self, first: int, count: int, seed: int) -> None:
        self.first, self.count, self.seed = first, count, seed
        self.latest = LATEST

    def record(self, number: int) -> Row:
        """The customer with this number, as it is until somebody changes it."""
        index = number - self.first
        found = company(index, self.seed)
        record: Row = {"customerNumber": number, "currency": "DKK", "paymentTerms": 1 + index % 3, "customerGroup": 1,
                       "vatZone": 1, "balance": 0.0, "dueAmount": 0.0}  # fmt: skip
        record |= {name: found[key] for key, name in MEMBERS.items() if found[key]}
        record |= {
            "eInvoicingDisabledByDefault": False,
            "lastUpdated": f"2024-0{1 + index % 6}-{1 + index % 28:02}T08:00:00Z",
        }
        return record | {"objectVersion": f"C{index:015X}"}
