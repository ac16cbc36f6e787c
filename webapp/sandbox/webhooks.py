"""Event types, the webhooks set up for them, and the calls they cause: one per changed record."""

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from webapp.sandbox.store import Row

if TYPE_CHECKING:
    from webapp.sandbox.agreement import Agreement
    from webapp.sandbox.world import Sandbox

# event type: (Danish name, English description, merge fields with their Danish and English words)
_NUMBERS = {"NEWNUMBER": ("Nyt nummer", "New number"), "OLDNUMBER": ("Gammelt nummer", "Old number")}
TYPES: dict[str, tuple[str, str, dict[str, tuple[str, str]]]] = {
    "INVOICE_BOOKED": ("Faktura bogført", "Invoice booked", {"INVOICENO": ("Fakturanummer", "Invoice number")}),
    "DAYBOOK_BOOKED": (
        "Kassekladde bogført",
        "Day book booked",
        {
            "DAYBOOKNO": ("Kassekladdenummer", "Day book number"),
            "FROMSERIALNO": ("Fra løbenummer", "From serial number"),
            "TOSERIALNO": ("Til løbenummer", "To serial number"),
        },
    ),
    "CUSTOMER_UPDATED": ("Kunde opdateret", "Customer updated", _NUMBERS),
    "PRODUCT_UPDATED": ("Vare opdateret", "Product updated", _NUMBERS),
    "ORDER_UPDATED": ("Ordre opdateret", "Order updated", _NUMBERS),
    "QUOTATION_UPDATED": ("Tilbud opdateret", "Quotation updated", _NUMBERS),
    "PROJECT_UPDATED": ("Projekt opdateret", "Project updated", _NUMBERS),
}
SCREEN = "screen"


class Webhooks:
    """Turns each event into calls that wait in a queue; `delivery.pump` sends them."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self.queue = sandbox.store.table("webhook-queue")
        self.log = sandbox.store.table("webhook-log")
        self._random = random.Random(f"webhooks/{sandbox.seed}")

    def set_up(self, agreement: "Agreement", fields: Row, source: str = SCREEN) -> Row:
        """Keep a new webhook, made on screen or by an app."""
        number = self._sandbox.count("webhook")
        row = {"id": number, "source": source, "isDisabled": False, "failures": 0, **fields, **agreement.stamp()}
        agreement.webhooks[str(number)] = row
        return row

    def customer_updated(self, agreement: "Agreement", old: int | None, new: int | None) -> None:
        """A customer was made, changed, renumbered or deleted."""
        self.fire(agreement, "CUSTOMER_UPDATED", old, new)

    def fire(self, agreement: "Agreement", event: str, old: Any, new: Any) -> None:
        """Queue one call for each webhook of this type."""
        switches = self._sandbox.switches
        if new is None and not switches.deletions_fire:
            return
        missing = {"empty": "", "zero": "0", "same": new if old is None else old}[switches.webhook_missing_side]
        values = {"OLDNUMBER": missing if old is None else old, "NEWNUMBER": missing if new is None else new}
        for webhook in agreement.webhooks.values():
            if webhook["eventType"] == event and not webhook["isDisabled"]:
                self._queue(agreement, webhook, {name: str(value) for name, value in values.items()})

    def _queue(self, agreement: "Agreement", webhook: Row, values: dict[str, str]) -> None:
        switches, now = self._sandbox.switches, self._sandbox.now()
        if self._happens(switches.webhook_loss):
            self._note(agreement, webhook, values, "lost")
            return
        delay = switches.webhook_delay
        if self._happens(switches.webhook_reorder):
            delay += 1 + self._random.random() * 30
        for _ in range(2 if self._happens(switches.webhook_duplicates) else 1):
            number = self._sandbox.count("delivery")
            self.queue[str(number)] = {
                "id": number,
                "agreement": agreement.number,
                "webhook": webhook["id"],
                "values": values,
                "due": (now + timedelta(seconds=delay)).isoformat(),
                "made": now.isoformat(),
                "tries": 0,
            }

    def _happens(self, chance: float) -> bool:
        return chance > 0 and self._random.random() < chance

    def _note(self, agreement: "Agreement", webhook: Row, values: dict[str, str], outcome: str) -> None:
        number = self._sandbox.count("delivery-log")
        self.log[str(number)] = {
            "at": self._sandbox.timestamp(),
            "agreement": agreement.number,
            "webhook": webhook["id"],
            "values": values,
            "outcome": outcome,
            "try": 0,
        }


def merged(template: str, values: dict[str, str]) -> str:
    """The text with its merge fields filled in, upper or lower case, everything else exactly as typed."""
    for name, value in values.items():
        template = template.replace(f"[{name}]", value).replace(f"[{name.lower()}]", value)
    return template
