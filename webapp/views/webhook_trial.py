"""The round trip of the webhook: from "Prøv webhooken" until a call has come, or has not come in ten minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from webapp import ports
from webapp.models.connection import Connection
from webapp.sync import silence

LONGEST = timedelta(minutes=10)
FORGOTTEN = timedelta(days=1)
WAITING, ARRIVED, MISSING = "waiting", "arrived", "missing"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def begun() -> int:
    """Now, as an address can carry it."""
    return (ports.now() - _EPOCH) // timedelta(milliseconds=1)


def read(connection: Connection, since: str) -> dict[str, Any]:
    """`trial`: how the round trip that began at `since` goes, '' when none was begun; nothing is written for it."""
    began = _moment(since)
    if began is None or not connection.webhook_hash:
        return {"trial": ""}
    heard = silence.heard_since(connection, began)
    state = ARRIVED if heard else MISSING if ports.now() - began > LONGEST else WAITING
    return {"trial": state, "heard": heard, "since": since}


def _moment(text: str) -> datetime | None:
    """Milliseconds since 1970 as a moment of the last day; anything else is no trial."""
    if not (text.isascii() and text.isdigit() and len(text) < 15):
        return None
    began = _EPOCH + timedelta(milliseconds=int(text))
    return began if ports.now() - FORGOTTEN < began <= ports.now() else None
