"""What a customer consists of here: each field's limits and its spelling in the two services."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A text field of the legacy service."""

    name: str
    longest: int
    shortest: int = 0
    required: bool = False


@dataclass(frozen=True)
class Reference:
    """A field that points at another record by number or by address."""

    name: str
    key: str
    path: str
    title: str
    code: str = "E06000"
    required: bool = False
    put_only: bool = False
    shown: bool = True


TEXTS = (
    Text("currency", 3, 3, required=True),
    Text("name", 255, 1, required=True),
    Text("address", 510),
    Text("zip", 30),
    Text("city", 50),
    Text("country", 50),
    Text("email", 255),
    Text("telephoneAndFaxNumber", 255),
    Text("mobilePhone", 50),
    Text("website", 255),
    Text("corporateIdentificationNumber", 40),
    Text("pNumber", 10, 10),
    Text("vatNumber", 20),
    Text("ean", 13),
    Text("publicEntryNumber", 50),
)

REFERENCES = (
    Reference("customerGroup", "customerGroupNumber", "customer-groups", "CustomerGroup", "E07140", required=True),
    Reference("paymentTerms", "paymentTermsNumber", "payment-terms", "PaymentTerms", "E07080", required=True),
    Reference("vatZone", "vatZoneNumber", "vat-zones", "VatZone", required=True),
    Reference("layout", "layoutNumber", "layouts", "Layout"),
    Reference("salesPerson", "employeeNumber", "employees", "Employee"),
    Reference("priceGroup", "priceGroupNumber", "price-groups", "PriceGroup", shown=False),
    Reference("attention", "customerContactNumber", "contacts", "CustomerContact", put_only=True),
    Reference("customerContact", "customerContactNumber", "contacts", "CustomerContact", put_only=True),
    Reference(
        "defaultDeliveryLocation", "deliveryLocationNumber", "delivery-locations", "DeliveryLocation", put_only=True
    ),
)

REFERENCE = {reference.name: reference for reference in REFERENCES}

# What a legacy PUT writes, and therefore clears when it is left out.
WRITABLE = (*(field.name for field in TEXTS), *REFERENCE, "creditLimit", "barred")

# The order of a live answer; recorded, not chosen.
ORDER = (
    "customerNumber", "currency", "paymentTerms", "customerGroup", "address", "balance", "dueAmount",
    "corporateIdentificationNumber", "city", "country", "creditLimit", "ean", "email", "barred", "name", "zip",
    "publicEntryNumber", "telephoneAndFaxNumber", "vatNumber", "website", "vatZone", "attention", "customerContact",
    "layout", "salesPerson", "lastUpdated", "contacts", "defaultDeliveryLocation", "templates", "totals",
    "deliveryLocations", "invoices", "mobilePhone", "pNumber", "eInvoicingDisabledByDefault", "metaData", "self",
)  # fmt: skip

FILTERABLE = {
    "address": "text", "balance": "number", "barred": "bool", "city": "text", "corporateIdentificationNumber": "text",
    "country": "text", "creditLimit": "number", "currency": "text", "customerGroup.customerGroupNumber": "number",
    "customerNumber": "number", "ean": "text", "email": "text", "lastUpdated": "time", "mobilePhone": "text",
    "name": "text", "pNumber": "text", "publicEntryNumber": "text", "telephoneAndFaxNumber": "text",
    "vatNumber": "text", "website": "text", "zip": "text",
}  # fmt: skip

SORTABLE = {name: kind for name, kind in FILTERABLE.items() if name not in ("barred", "pNumber") and "." not in name}
