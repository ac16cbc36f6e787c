"""Loads recorded pages of a legacy customer list, dirt and all, and makes whatever they point at."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webapp.sandbox import references
from webapp.sandbox.fields import ORDER, REFERENCES
from webapp.sandbox.rest.customers import NEVER_SHOWN
from webapp.sandbox.store import Row

if TYPE_CHECKING:
    from webapp.sandbox.agreement import Agreement
    from webapp.sandbox.world import Sandbox


def load(sandbox: "Sandbox", agreement: "Agreement", paths: Iterable[Path]) -> int:
    """Put every customer of these files into the agreement as it stands there; answers how many."""
    loaded = 0
    with sandbox.store.writing():
        for path in paths:
            for row in json.loads(Path(path).read_text(encoding="utf-8"))["collection"]:
                agreement.customers.put(_record(agreement, row) | {"objectVersion": sandbox.version()})
                loaded += 1
    return loaded


def _record(agreement: "Agreement", row: Row) -> Row:
    kept = {name: value for name, value in row.items() if name in ORDER and name not in NEVER_SHOWN}
    for field in REFERENCES:
        if field.name in kept:
            kept[field.name] = kept[field.name][field.key]
            _make(agreement, field.path, kept[field.name], row["customerNumber"])
    code = row.get("currency", "DKK")
    if code not in agreement.reference("currencies"):
        references.put(agreement, "currencies", code, {"code": code, "isoNumber": "", "name": code})
    return kept


def _make(agreement: "Agreement", path: str, number: int, customer: int) -> None:
    """The record that is pointed at, when the agreement does not have it."""
    if agreement.knows(path, number, customer):
        return
    if path == "customer-groups":
        references.add_group(agreement, number, f"Gruppe {number}")
    elif path == "payment-terms":
        references.add_term(agreement, number, f"Betalingsbetingelse {number}")
    elif path in ("contacts", "delivery-locations"):
        table = agreement.table(path)
        agreement.add_child(table, customer, {"number": number, "name": f"Kontakt {number}"})
    else:
        references.put(agreement, path, number, _plain(path, number))


def _plain(path: str, number: int) -> dict[str, Any]:
    if path == "vat-zones":
        return {"name": f"Zone {number}", "vatZoneNumber": number, "enabledForCustomer": True,
                "enabledForSupplier": True}  # fmt: skip
    key = {"layouts": "layoutNumber", "employees": "employeeNumber"}[path]
    return {key: number, "name": f"{path} {number}"}
