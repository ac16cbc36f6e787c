"""How the books keep a text that came by the API, where that is not as it was sent: trimmed, cut, or in capitals."""

from collections.abc import Callable
from typing import Any

Row = dict[str, Any]

TEXTS = ("name", "address", "city", "country")
LONGEST = 24
WAYS: dict[str, Callable[[str], str]] = {
    "as-sent": lambda text: text,
    "trimmed": str.strip,
    "cut": lambda text: text[:LONGEST],
    "capitals": str.upper,
}


def kept(record: Row, before: Row, way: str) -> Row:
    """The record as it is kept; a text that the call leaves as it was is not touched."""
    changed = {name for name in TEXTS if isinstance(record.get(name), str) and record[name] != before.get(name)}
    return {name: WAYS[way](value) if name in changed else value for name, value in record.items()}
