"""What is unknown or varies about the real service, each as a switch with the value to start from."""

from collections.abc import Callable
from typing import Any

from webapp.sandbox.store import Table

CHOICES: dict[str, tuple[Any, ...]] = {
    "next_number": ("highest", "lowest-free"),
    "webhook_missing_side": ("empty", "same", "zero"),
    "webhook_method": ("POST", "GET"),
    "cancel": ("no-token", "error", "stay"),
    "schema_errors": ("strings", "object", "list", "2015"),
    "message_language": ("en", "da"),
    "retry_after": ("seconds", "date", "none"),
    "newer_put_answer": ("200-empty", "200-customer", "204"),
    "idempotency_other_body": ("replay", "carry-out", "refuse"),
    "texts_kept": ("as-sent", "trimmed", "cut", "capitals"),
}

DEFAULTS: dict[str, Any] = {
    "next_number": "highest",
    "webhook_missing_side": "empty",
    "deletions_fire": True,
    "webhook_tries": 5,
    "webhook_first_pause": 10.0,
    "webhook_timeout": 10.0,
    "disable_after": 0,
    "webhook_delay": 0.0,
    "webhook_loss": 0.0,
    "webhook_duplicates": 0.0,
    "webhook_reorder": 0.0,
    "webhook_held": False,
    "webhook_method": "POST",
    "webhooksapi_https_only": True,
    "cancel": "no-token",
    "redirect_must_be_registered": False,
    "schema_errors": "strings",
    "message_language": "en",
    "retry_after": "seconds",
    "call_cost": 3,
    "budget": 10_000,
    "budget_seconds": 60.0,
    "delete_used_status": 400,
    "renumbering_allowed": False,
    "vat_number_accepted": False,
    "unchanged_writes_count": False,
    "newer_put_answer": "200-empty",
    "newer_shows_null": False,
    "newer_checks_unchanged": False,
    "idempotency_other_body": "replay",
    "idempotency_seconds": 3600.0,
    "texts_kept": "as-sent",
    "latency": 0.0,
}


class Switches:
    """Attributes named as in `DEFAULTS`; a wrong name or value is refused, and each setting is kept in the store."""

    _table: Table

    def __init__(self, table: Table) -> None:
        object.__setattr__(self, "_table", table)

    def __getattr__(self, name: str) -> Any:
        if name not in DEFAULTS:
            raise AttributeError(name)
        return self._table.get(name, DEFAULTS[name])

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in DEFAULTS:
            raise AttributeError(f"there is no switch {name!r}")
        self._table[name] = _checked(name, value)

    def update(self, **values: Any) -> None:
        """Set several at once; all are checked before the first is set."""
        checked = {name: _checked(name, value) for name, value in values.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def reset(self) -> None:
        """Every switch back to its start value."""
        self._table.clear()

    def all(self) -> dict[str, Any]:
        """Every switch with its present value."""
        return {name: getattr(self, name) for name in DEFAULTS}


def _checked(name: str, value: Any) -> Any:
    if name not in DEFAULTS:
        raise ValueError(f"there is no switch {name!r}")
    if name in CHOICES:
        if value not in CHOICES[name]:
            raise ValueError(f"{name} must be one of {', '.join(CHOICES[name])}")
        return value
    kind = type(DEFAULTS[name])
    return _boolean(value) if kind is bool else _number(name, value, kind)


def _boolean(value: Any) -> bool:
    return value in (True, 1, "1", "true", "on", "yes")


def _number(name: str, value: Any, kind: Callable[[Any], Any]) -> Any:
    number = kind(value)
    if number < 0:
        raise ValueError(f"{name} must not be negative")
    return number
