"""Answers to writes are kept for one hour under their idempotency key and given again to a repeat."""

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from webapp.sandbox.calls import Answer
from webapp.sandbox.errors import ApiError

if TYPE_CHECKING:
    from webapp.sandbox.world import Sandbox

MANY = 500
# An answer that says "not now" is no outcome, so a repeat is carried out.
NOT_KEPT = (401, 403, 415, 429, 500, 501, 502, 503, 504)


class Idempotency:
    """The kept answers, per grant and key."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._kept = sandbox.store.table("idempotency")

    def replay(self, grant: str, key: str, body: bytes) -> Answer | None:
        """The first answer to this key, when it is still young."""
        row = self._kept.get(f"{grant}/{key}")
        if row is None or self._old(row):
            return None
        if row["body"] != _digest(body) and self._sandbox.switches.idempotency_other_body != "replay":
            return self._other_body()
        headers = row["headers"] | {"X-ResultFromCache": "true"}
        return Answer(row["status"], row["answer"], headers)

    def keep(self, grant: str, key: str, body: bytes, answer: Answer) -> None:
        """Remember an outcome."""
        if answer.status in NOT_KEPT:
            return
        self._forget()
        self._kept[f"{grant}/{key}"] = {
            "at": self._sandbox.now().isoformat(),
            "body": _digest(body),
            "status": answer.status,
            "answer": answer.body,
            "headers": answer.headers,
        }

    def _other_body(self) -> Answer | None:
        if self._sandbox.switches.idempotency_other_body == "refuse":
            raise ApiError(409, "Idempotency key was used for another request.", newer_code="IdempotencyKeyReused")
        return None

    def _forget(self) -> None:
        """Let old answers go now and then, or a long demo would keep them all."""
        if len(self._kept) % MANY == MANY - 1:
            for key, row in list(self._kept.items()):
                if self._old(row):
                    del self._kept[key]

    def _old(self, row: dict[str, Any]) -> bool:
        age = self._sandbox.now() - datetime.fromisoformat(row["at"])
        return bool(age >= timedelta(seconds=self._sandbox.switches.idempotency_seconds))


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
