"""What the newer service accepts in a customer, with its own error codes."""

import math
import re
from typing import Any

from webapp.sandbox.calls import Call
from webapp.sandbox.errors import ApiError
from webapp.sandbox.newer.mapping import FIELDS, Field
from webapp.sandbox.store import Row

HIGHEST = 999_999_999
RECIPIENTS = {
    "email": "CustomerInvalidEmail",
    "defaultInvoiceRecipient": "CustomerInvalidInvoiceEmail",
    "defaultOrderRecipient": "CustomerInvalidOrderEmail",
    "defaultQuoteRecipient": "CustomerInvalidQuotationEmail",
    "defaultReminderRecipient": "CustomerInvalidReminderEmail",
    "defaultStatementOfAccountRecipient": "CustomerInvalidStatementEmail",
}
POINTERS = {
    "customerGroupNumber": ("customer-groups", "CustomerInvalidGroupId", True),
    "zone": ("vat-zones", "CustomerInvalidVatZone", True),
    "paymentTermId": ("payment-terms", "CustomerInvalidPaymentTerm", True),
    "layoutGroup": ("layouts", "CustomerInvalidLayout", False),
    "ourRef": ("employees", "CustomerInvalidOurRef", False),
    "defaultAttention": ("contacts", "CustomerInvalidDefaultAttention", False),
    "defaultTheirRef": ("contacts", "CustomerInvalidDefaultTheirRef", False),
    "defaultDeliveryLocation": ("delivery-locations", "CustomerInvalidDefaultDeliveryLocation", False),
}
_PYTHON: dict[str, Any] = {"text": str, "date": str, "integer": int, "number": (int, float), "boolean": bool}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def problem(name: str, message: str, code: str = "ValidationError") -> Row:
    """One entry of the error list."""
    return {"message": message, "errorCode": code, "property": name}


def refusal(problems: list[Row]) -> ApiError:
    """What was found as one refusal; the first code stands for the whole."""
    first = problems[0]
    return ApiError(400, "Validation failed.", errors=problems, newer_code=first["errorCode"], detail=first["message"])


def refuse(problems: list[Row]) -> None:
    """Raise what was found, if anything."""
    if problems:
        raise refusal(problems)


def body_object(call: Call) -> Row:
    """The body, which must be an object."""
    body = call.json
    if not isinstance(body, dict):
        refuse([problem("", "The body must be an object.")])
    return dict(body)


def read_customer(call: Call, before: Row, number: int) -> Row:
    """The known values of the body, found good; unknown names are dropped without a word."""
    body = {name: value for name, value in body_object(call).items() if name in FIELDS}
    changed = body
    if not call.sandbox.switches.newer_checks_unchanged:
        changed = {name: value for name, value in body.items() if not _same(value, before.get(name))}
    refuse([found for name, value in changed.items() for found in shape_problems(name, value, FIELDS[name])])
    refuse([*_missing(body), *_pointers(call, body, number), *_formats(changed), *_currency(call, body)])
    return body


def _same(value: Any, before: Any) -> bool:
    """Equal, and not only as 1 and True are."""
    return bool(value == before) and type(value) is type(before)


def shape_problems(name: str, value: Any, field: Field) -> list[Row]:
    """Type and length."""
    if value is None:
        return [] if field.nullable else [problem(name, f"{name} must not be null.")]
    wanted = _PYTHON[field.kind]
    if not isinstance(value, wanted) or (isinstance(value, bool) and field.kind != "boolean"):
        return [problem(name, f"{name} must be of type {field.kind}.")]
    if field.kind == "text" and len(value) > field.longest:
        return [problem(name, f"{name} must be at most {field.longest} characters.")]
    if field.kind == "number" and not math.isfinite(value):
        return [problem(name, f"{name} is out of range.")]
    if field.kind == "integer" and not -(2**31) <= value < 2**31:
        return [problem(name, f"{name} is not a 32-bit number.")]
    return []


def _missing(body: Row) -> list[Row]:
    if not str(body.get("name") or "").strip():
        return [problem("name", "Customer name is missing.", "CustomerMissingName")]
    return []


def _pointers(call: Call, body: Row, number: int) -> list[Row]:
    problems = []
    for name, (path, code, required) in POINTERS.items():
        value = body.get(name)
        if value is None and not required:
            continue
        if value is None or not call.agreement.knows(path, value, number):
            problems.append(problem(name, f"{name} {value} does not exist.", code))
    return problems


def _formats(changed: Row) -> list[Row]:
    problems = [problem(name, f"{name} holds an invalid e-mail address.", code) for name, code in RECIPIENTS.items()
                if any(not _EMAIL.fullmatch(part) for part in str(changed.get(name) or "").split())]  # fmt: skip
    ean = changed.get("eanLocationNumber")
    if ean and not re.fullmatch(r"\d{13}", ean):
        message = "EAN must be thirteen digits."
        problems.append(problem("eanLocationNumber", message, "CustomerInvalidEANThirteenDigits"))
    elif ean and not _ean_adds_up(ean):
        problems.append(problem("eanLocationNumber", "EAN is invalid.", "CustomerInvalidEAN"))
    if changed.get("pnr") and not re.fullmatch(r"\d{10}", changed["pnr"]):
        problems.append(problem("pnr", "P-number must be ten digits.", "CustomerInvalidPNumber"))
    return problems


def _ean_adds_up(ean: str) -> bool:
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(ean)) % 10 == 0


def _currency(call: Call, body: Row) -> list[Row]:
    code = body.get("currency")
    if code and code in call.agreement.reference("currencies"):
        return []
    return [problem("currency", f"Currency {code} does not exist.", "CustomerInvalidCurrency")]


def check_number(number: Any) -> None:
    """The caller must give a number in range."""
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= HIGHEST:
        message = "customerNumber must be between 1 and 999999999."
        refuse([problem("customerNumber", message, "CustomerInvalidCustomerNumber")])


def check_version(given: Any, version: str) -> None:
    """Without the present version nothing is updated."""
    if given != version:
        raise ApiError(409, "Update conflict. Object version does not match.", newer_code="UpdateConflict",
                       detail="The resource has been updated by another user. Retrieve the resource and try the "
                              "update again.")  # fmt: skip
