"""What e-conomic takes in a customer, by service and property, and the check of a body against it before the call.

From the published schemas: customers POST and PUT (legacy) and customersapi v3.1.0 (openapi).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Literal

from webapp.economic.complaints import FieldFault

Service = Literal["legacy", "openapi"]
Body = dict[str, object]

ADDRESS_LINE = 255
HIGHEST_NUMBER = 999_999_999

TEXTS: Mapping[Service, Mapping[str, tuple[int, int]]] = {
    "legacy": {
        "address": (0, 510), "city": (0, 50), "corporateIdentificationNumber": (0, 40), "country": (0, 50),
        "currency": (3, 3), "ean": (0, 13), "email": (0, 255), "mobilePhone": (0, 50), "name": (1, 255),
        "pNumber": (10, 10), "publicEntryNumber": (0, 50), "telephoneAndFaxNumber": (0, 255), "vatNumber": (0, 20),
        "website": (0, 255), "zip": (0, 30),
    },
    "openapi": {
        "address1": (0, 255), "address2": (0, 255), "bankAccount": (0, 50), "bankGiroNumber": (0, 20), "city": (0, 50),
        "contactPerson": (0, 50), "country": (0, 50), "county": (0, 50), "currency": (3, 3), "cvrNo": (0, 40),
        "defaultInvoiceRecipient": (0, 255), "defaultOrderRecipient": (0, 255), "defaultQuoteRecipient": (0, 255),
        "defaultReminderRecipient": (0, 255), "defaultStatementOfAccountRecipient": (0, 255),
        "eanLocationNumber": (0, 13), "email": (0, 255), "homepage": (0, 255), "iban": (0, 50), "mobilePhone": (0, 50),
        "name": (1, 255), "phone": (0, 255), "pnr": (0, 40), "postCode": (0, 30), "recipientPeppol": (0, 30),
        "swift": (0, 20), "vatNo": (0, 50), "voucherNumber": (0, 30),
    },
}  # fmt: skip

NUMBERS: Mapping[Service, frozenset[str]] = {
    "legacy": frozenset({
        "attention.customerContactNumber", "customerContact.customerContactNumber", "customerGroup.customerGroupNumber",
        "defaultDeliveryLocation.deliveryLocationNumber", "layout.layoutNumber", "paymentTerms.paymentTermsNumber",
        "salesPerson.employeeNumber", "vatZone.vatZoneNumber",
    }),
    "openapi": frozenset({
        "customerGroupNumber", "defaultAttention", "defaultDeliveryLocation", "defaultTheirRef", "discountGroupNumber",
        "language", "layoutGroup", "layoutGroupPrint", "nemHandelReceiverType", "ourRef", "paymentDays",
        "paymentTermId", "priceGroupNumber", "zone",
    }),
}  # fmt: skip

REQUIRED: Mapping[Service, tuple[str, ...]] = {
    "legacy": (
        "name", "currency", "customerGroup.customerGroupNumber", "paymentTerms.paymentTermsNumber",
        "vatZone.vatZoneNumber",
    ),
    "openapi": ("name", "currency", "customerGroupNumber", "paymentTermId", "zone"),
}  # fmt: skip


_FROM_ONE = ("customerNumber", "customerGroupNumber")


def limit(service: Service, path: str) -> int | None:
    """The most characters that property takes, None when it is no text."""
    if path == "address" and service == "openapi":
        return 2 * ADDRESS_LINE
    return TEXTS[service][path][1] if path in TEXTS[service] else None


def faults_in(
    body: Mapping[str, object], service: Service, only: Collection[str] | None = None
) -> tuple[FieldFault, ...]:
    """What e-conomic would refuse in this body; codes: missing, null, wrong_type, too_short, too_long, out_of_range.

    Required fields and nulls are always looked at. `only` confines the rest to those paths, so that old dirt in
    fields that nobody touched stops nothing. Faults in openapi's two address lines are told as `address`.
    """
    found = {fault.property: fault for fault in (*_lengths(body, service), *_numbers(body, service))}
    if only is not None:
        touched = {path.split(".")[0] for path in only}
        found = {path: fault for path, fault in found.items() if path.split(".")[0] in touched}
    found |= {fault.property: fault for fault in (*_nulls(body), *_absent(body, service))}
    return tuple(found.values())


def at(body: Mapping[str, object], path: str) -> object:
    """The value at a dotted path, None when there is none."""
    here: object = body
    for step in path.split("."):
        here = here.get(step) if isinstance(here, Mapping) else None
    return here


def _absent(body: Mapping[str, object], service: Service) -> Iterator[FieldFault]:
    for path in REQUIRED[service]:
        value = at(body, path)
        linked = isinstance(at(body, f"{path.split('.')[0]}.self"), str)
        empty = value is None or (isinstance(value, str) and not value.strip())
        if empty and not linked:
            yield FieldFault(path, "is required", "missing", value)


def _lengths(body: Mapping[str, object], service: Service) -> Iterator[FieldFault]:
    for path, (least, most) in TEXTS[service].items():
        value = body.get(path)
        told = "address" if path in ("address1", "address2") else path
        if value is None:
            continue
        if not isinstance(value, str):
            yield FieldFault(told, "must be a text", "wrong_type", value)
        elif len(value) > most:
            yield FieldFault(told, f"is longer than {most} characters", "too_long", value)
        elif len(value) < least:
            yield FieldFault(told, f"is shorter than {least} characters", "too_short", value)


def _numbers(body: Mapping[str, object], service: Service) -> Iterator[FieldFault]:
    for path in ("customerNumber", *sorted(NUMBERS[service])):
        value = at(body, path)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int):
            yield FieldFault(path, "must be a whole number", "wrong_type", value)
        elif (service == "legacy" or path in _FROM_ONE) and not 1 <= value <= HIGHEST_NUMBER:
            yield FieldFault(path, f"must be from 1 to {HIGHEST_NUMBER}", "out_of_range", value)


def _nulls(body: Mapping[str, object], above: str = "") -> Iterator[FieldFault]:
    """No null and no number without a value, at any depth."""
    for key, value in body.items():
        path = f"{above}.{key}" if above else key
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            yield FieldFault(path, "must not be null", "null", value)
        elif isinstance(value, Mapping):
            yield from _nulls(value, path)
