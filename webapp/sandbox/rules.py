"""What the legacy service accepts in a customer, and how it says no."""

import math
import re
from typing import Any

from webapp.sandbox.calls import Call
from webapp.sandbox.errors import ApiError, entry, schema, validation
from webapp.sandbox.fields import REFERENCES, TEXTS, Reference
from webapp.sandbox.references import unescaped
from webapp.sandbox.store import Row

HIGHEST = 999_999_999
Problem = tuple[str, str, Any]
KINDS = {str: "String", bool: "Boolean", int: "Integer", float: "Number", dict: "Object", list: "Array"}


def expected(kind: str, name: str, value: Any) -> Problem:
    """The schema stage's word for a value of the wrong type."""
    got = "Null" if value is None else KINDS[type(value)]
    return name, f"Invalid type. Expected {kind} but got {got}.", value


def text_problems(name: str, value: Any, longest: int, shortest: int = 0) -> list[Problem]:
    """What is wrong with a text."""
    if not isinstance(value, str):
        return [expected("String", name, value)]
    if len(value) > longest:
        return [(name, f"String '{value}' exceeds maximum length of {longest}.", value)]
    if len(value) < shortest:
        return [(name, f"String '{value}' is less than minimum length of {shortest}.", value)]
    return []


def integer_problems(name: str, value: Any, least: int | None = None, most: int | None = None) -> list[Problem]:
    """What is wrong with a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        return [expected("Integer", name, value)]
    if least is not None and value < least:
        return [(name, f"Integer {value} is less than minimum value of {least}.", value)]
    if most is not None and value > most:
        return [(name, f"Integer {value} exceeds maximum value of {most}.", value)]
    return []


def boolean_problems(name: str, value: Any) -> list[Problem]:
    """What is wrong with a yes or no."""
    return [] if isinstance(value, bool) else [expected("Boolean", name, value)]


def number_problems(name: str, value: Any) -> list[Problem]:
    """What is wrong with an amount."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [expected("Number", name, value)]
    return [] if math.isfinite(value) else [(name, f"Number {value} is out of range.", str(value))]


def body_object(call: Call, path: str) -> Row:
    """The body, which must be an object."""
    body = call.json
    if not isinstance(body, dict):
        raise schema([expected("Object", "", body)], call.link(path), call.sandbox.switches.schema_errors)
    return body


def refuse(call: Call, problems: list[Problem], missing: list[str], path: str) -> None:
    """Raise what was found: the schema stage first, then values that are required."""
    if problems:
        raise schema(problems, call.link(path), call.sandbox.switches.schema_errors)
    if missing:
        raise validation([entry(name, f"{name} needs a value.", "E04730", None) for name in missing])


def read_customer(call: Call, number: int | None = None) -> Row:
    """The record a legacy POST (no number) or PUT asks for; everything left out is absent."""
    post = number is None
    path = "/schema/customers.post.schema.json" if post else "/schema/customers.customerNo.put.schema.json"
    body = body_object(call, path)
    problems, record = _plain_fields(call, body)
    pointers = [field for field in REFERENCES if field.name in body and not (post and field.put_only)]
    for field in pointers:
        problems += _reference_problems(field, body[field.name])
    required = [*(field.name for field in TEXTS if field.required), *(f.name for f in REFERENCES if f.required)]
    refuse(call, problems, [name for name in required if name not in body], path)
    entries = [*_currency(call, record), *_decimals(record)]
    for field in pointers:
        pointed = _pointed(call, field, body[field.name], number)
        if isinstance(pointed, dict):
            entries.append(pointed)
        elif pointed is not None:
            record[field.name] = pointed
    if entries:
        raise validation(entries)
    return record


def _plain_fields(call: Call, body: Row) -> tuple[list[Problem], Row]:
    problems: list[Problem] = []
    record: Row = {}
    for field in TEXTS:
        if field.name in body:
            problems += text_problems(field.name, body[field.name], field.longest, field.shortest)
            record[field.name] = body[field.name]
    for name, check in (("barred", boolean_problems), ("creditLimit", number_problems),
                        ("eInvoicingDisabledByDefault", boolean_problems)):  # fmt: skip
        if name in body:
            problems += check(name, body[name])
            record[name] = body[name]
    if "customerNumber" in body:
        problems += integer_problems("customerNumber", body["customerNumber"], 1, HIGHEST)
        record["customerNumber"] = body["customerNumber"]
    # Only changed through PATCH, whatever the write schemas say.
    record.pop("eInvoicingDisabledByDefault", None)
    if not record.get("barred"):
        record.pop("barred", None)
    if not call.sandbox.switches.vat_number_accepted:
        record.pop("vatNumber", None)
    return problems, record


def _reference_problems(field: Reference, value: Any) -> list[Problem]:
    if not isinstance(value, dict):
        return [expected("Object", field.name, value)]
    problems: list[Problem] = []
    if field.key in value:
        problems += integer_problems(f"{field.name}.{field.key}", value[field.key])
    if "self" in value and not isinstance(value["self"], str):
        problems.append(expected("String", f"{field.name}.self", value["self"]))
    return problems


def _currency(call: Call, record: Row) -> list[Row]:
    code = record.get("currency", "")
    if code in call.agreement.reference("currencies"):
        return []
    hint = f"Find a list of currencies at {call.link('/currencies')} ."
    return [entry("currency", f"Currency '{code}' not found.", "E06000", code, hint)]


def _decimals(record: Row) -> list[Row]:
    limit = record.get("creditLimit")
    if limit is None or round(limit, 2) == limit:
        return []
    return [entry("creditLimit", "creditLimit has too many decimals.", "E04740", limit)]


def _pointed(call: Call, field: Reference, value: Row, customer: int | None) -> int | Row | None:
    """The number a reference points at, or the error about it; the number wins over `self`."""
    number = value.get(field.key, _number_in(field, value.get("self")))
    if number is None:
        message = f"{field.name} has neither {field.key} nor self."
        return entry(field.name, message, "E04500", None, "Give the reference by its number or by its self link.")
    if call.agreement.knows(field.path, number, customer):
        return int(number)
    list_path = f"/customers/{customer}/{field.path}" if field.put_only else f"/{field.path}"
    words = " ".join(re.findall("[A-Z][a-z]+", field.title)).lower()
    hint = f"Find a list of {words}s at {call.link(list_path)} ."
    return entry(field.name, f"{field.title} '{number}' not found.", field.code, number, hint)


def _number_in(field: Reference, address: str | None) -> int | None:
    found = re.search(rf"/{field.path}/([^/?]+)/?(\?.*)?$", address or "")
    text = unescaped(found[1]) if found else ""
    return int(text) if text.isdigit() else None


def settled(record: Row, before: Row) -> Row:
    """Empty texts are not kept, but for those that lie there from old days and are sent back."""
    return {name: value for name, value in record.items() if value != "" or before.get(name) == ""}


def check_new_number(call: Call, number: int | None) -> None:
    """A number that somebody has is refused."""
    if number is not None and number in call.agreement.customers:
        message = f"Customer with number '{number}' already exists."
        raise validation([entry("customerNumber", message, "E06010", number)])


def check_deletable(call: Call, number: int) -> None:
    """A customer that an invoice points at stays; the real code is not known, this one is invented."""
    if str(number) in call.agreement.used:
        message = "Customer is in use and cannot be deleted."
        raise ApiError(call.sandbox.switches.delete_used_status, message, code="E06099",
                       hint="Documents refer to this customer.", newer_code="CustomerIsInUse")  # fmt: skip
