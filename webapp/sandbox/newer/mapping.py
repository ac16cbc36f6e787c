"""The newer spelling of a customer, over the same stored record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.sandbox.store import Row


@dataclass(frozen=True)
class Field:
    """One field of the newer service; `stored` is its name in the record, `longest` its limit if it is a text."""

    kind: str
    stored: str
    longest: int = 0
    nullable: bool = True


def _text(longest: int, stored: str = "") -> Field:
    return Field("text", stored, longest)


def _integer(stored: str = "", *, nullable: bool = True) -> Field:
    return Field("integer", stored, 0, nullable)


_SPELLED: dict[str, Field] = {
    "customerNumber": _integer(nullable=False),
    "customerGroupNumber": _integer("customerGroup", nullable=False),
    "zone": _integer("vatZone", nullable=False),
    "currency": _text(3),
    "access": Field("boolean", "access", 0, False),
    "name": _text(255),
    "address1": _text(255),
    "address2": _text(255),
    "postCode": _text(30, "zip"),
    "city": _text(50),
    "country": _text(50),
    "contactPerson": _text(50),
    "phone": _text(255, "telephoneAndFaxNumber"),
    "email": _text(255),
    "paymentDays": _integer(),
    "bankAccount": _text(50),
    "cvrNo": _text(40, "corporateIdentificationNumber"),
    "ourRef": _integer("salesPerson"),
    "layoutGroup": _integer("layout"),
    "paymentTermId": _integer("paymentTerms"),
    "homepage": _text(255, "website"),
    "defaultTheirRef": _integer("customerContact"),
    "defaultAttention": _integer("attention"),
    "layoutGroupPrint": _integer(),
    "language": _integer(),
    "discountGroupNumber": _integer(),
    "priceGroupNumber": _integer("priceGroup"),
    "defaultDeliveryLocation": _integer(),
    "eanLocationNumber": _text(13, "ean"),
    "voucherNumber": _text(30, "publicEntryNumber"),
    "county": _text(50),
    "vatNo": _text(50, "vatNumber"),
    "creditMaximum": Field("number", "creditLimit"),
    "recipientPeppol": _text(30),
    "defaultDiscountPct": Field("number", ""),
    "bankGiroNumber": _text(20),
    "iban": _text(50),
    "swift": _text(20),
    "directDebitMandateDate": Field("date", ""),
    "pnr": _text(40, "pNumber"),
    "nemHandelReceiverType": _integer(),
    "mobilePhone": _text(50),
    "emailAttachmentLanguage": _integer(nullable=False),
    "defaultDisableEInvoicing": Field("boolean", "eInvoicingDisabledByDefault", 0, False),
    "defaultInvoiceRecipient": _text(255),
    "defaultInvoiceTemplate": _integer(),
    "defaultOrderRecipient": _text(255),
    "defaultOrderTemplate": _integer(),
    "defaultQuoteRecipient": _text(255),
    "defaultQuoteTemplate": _integer(),
    "defaultReminderRecipient": _text(255),
    "defaultReminderTemplate": _integer(),
    "defaultStatementOfAccountRecipient": _text(255),
    "defaultStatementOfAccountTemplate": _integer(),
    "objectVersion": _text(100),
}
FIELDS: Mapping[str, Field] = {
    name: Field(field.kind, field.stored or name, field.longest, field.nullable) for name, field in _SPELLED.items()
}
SPECIAL = ("access", "address1", "address2", "objectVersion")
LINE = 255
ALWAYS: Row = {"emailAttachmentLanguage": 0, "defaultDisableEInvoicing": False}


def spelled(record: Row, nulls: bool = False) -> Row:
    """A stored record as the newer service answers it."""
    first, second = address_lines(record)
    values = {name: record.get(field.stored) for name, field in FIELDS.items()}
    values |= {"access": not record.get("barred"), "address1": first, "address2": second}
    shown = {name: ALWAYS.get(name) if value is None else value for name, value in values.items()}
    return shown if nulls else {name: value for name, value in shown.items() if value not in (None, "")}


def address_lines(record: Row) -> tuple[str | None, str | None]:
    """The legacy address in two lines: parted at the first line break, or where the first line is full."""
    first, _, second = str(record.get("address") or "").partition("\n")
    if len(first) > LINE:
        first, second = first[:LINE], first[LINE:] + second
    return first or None, second[:LINE] or None


def stored(values: Row, before: Row | None = None) -> Row:
    """What the newer service's values become in the record; empty is absent, an address not touched stays as it is."""
    record: Row = {FIELDS[name].stored: value for name, value in values.items()
                   if name not in SPECIAL and value not in (None, "")}  # fmt: skip
    if values.get("access") is False:
        record["barred"] = True
    first, second = values.get("address1") or None, values.get("address2") or None
    if before and (first, second) == address_lines(before):
        return record | ({"address": before["address"]} if "address" in before else {})
    if first or second:
        record["address"] = f"{first or ''}\n{second}" if second else str(first)
    return record


def unknown_to_newer(record: Row) -> Row:
    """What a replace by the newer service leaves alone."""
    known: set[Any] = {field.stored for field in FIELDS.values()} | {"address", "barred"}
    return {name: value for name, value in record.items() if name not in known}


def without_unsaid_defaults(fresh: Row, before: Row) -> Row:
    """A default that a GET shows of a value never stored is not stored by sending it back."""
    unsaid = {FIELDS[name].stored: value for name, value in ALWAYS.items() if FIELDS[name].stored not in before}
    return {name: value for name, value in fresh.items() if name not in unsaid or value != unsaid[name]}
