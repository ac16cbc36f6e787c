"""Secrets at rest: sealed with the installation's keys and bound to the row they belong to."""

from __future__ import annotations

import json
from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unreadable(Exception):
    """A sealed value that none of the keys opens, or that belongs to another row."""


class _Keys:
    ring: MultiFernet | None = None


def use(keys: Iterable[str]) -> None:
    """Seal with the first of these Fernet keys, unseal with any."""
    _Keys.ring = MultiFernet([Fernet(key.strip().encode()) for key in keys if key.strip()])


def new_key() -> str:
    return Fernet.generate_key().decode()


def seal(secret: str, *, bound: str) -> str:
    """Encrypt; `bound` names the row (say "connection:1:1482210") and must be given again to unseal."""
    return _ring().encrypt(json.dumps([bound, secret]).encode()).decode()


def unseal(sealed: str, *, bound: str) -> str:
    """Decrypt. Raises Unreadable."""
    try:
        stored, secret = json.loads(_ring().decrypt(sealed.encode()))
    except InvalidToken as wrong:
        raise Unreadable("no key opens this value") from wrong
    if stored != bound:
        raise Unreadable("this value belongs to another row")
    return str(secret)


def _ring() -> MultiFernet:
    if _Keys.ring is None:
        raise Unreadable("no keys are in use")
    return _Keys.ring
