"""People who sign in: administrators do everything, inspectors see and create, auditors see all and change nothing."""

from __future__ import annotations

import functools
from typing import Self

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from peewee import BooleanField, ForeignKeyField, IntegerField, TextField, fn

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company

ROLES = ADMINISTRATOR, INSPECTOR, AUDITOR = "administrator", "inspector", "auditor"
NOBODYS = frozenset("\0\u212a")
"""Of no address: PostgreSQL takes no NUL, and the sign of kelvin in small is the k of somebody else's address."""
_hasher = PasswordHasher()


@functools.cache
def _nobodys_hash() -> str:
    """Made once at the first log-in, not at every start: it takes a fifth of a second."""
    return _hasher.hash("a password that nobody has")


class User(Row):
    """One person of one company. `epoch` grows to end all sessions that were begun before."""

    company_id: int
    company = ForeignKeyField(Company)
    email = TextField()
    name = TextField()
    password_hash = TextField(default="")
    role = TextField(default=ADMINISTRATOR)
    language = TextField(default="da")
    epoch = IntegerField(default=0)
    created_at = UTCField(default=ports.now)
    disabled_at = UTCField(null=True)
    closed_sections = TextField(default="")
    tour = IntegerField(default=0)
    notices = BooleanField(default=True)

    class Meta:
        table_name = "users"

    @property
    def is_administrator(self) -> bool:
        return bool(self.role == ADMINISTRATOR)

    @property
    def is_inspector(self) -> bool:
        return bool(self.role == INSPECTOR)

    @property
    def is_auditor(self) -> bool:
        return bool(self.role == AUDITOR)

    @property
    def folded(self) -> frozenset[str]:
        """The sections of the sync window that this person has closed."""
        return frozenset(filter(None, self.closed_sections.split(",")))

    @classmethod
    def with_email(cls, email: str) -> Self | None:
        """The person with this address, whatever its case."""
        if NOBODYS & set(email):
            return None
        found: Self | None = (
            cls.select().where(fn.LOWER(cls.email) == email.strip().lower(), cls.disabled_at.is_null()).first()
        )
        return found

    @classmethod
    def signing_in(cls, email: str, password: str) -> Self | None:
        """The person with this e-mail and password; takes as long when there is none."""
        user, nobodys = cls.with_email(email), _nobodys_hash()
        hashed = user.password_hash if user and user.password_hash else nobodys
        try:
            _hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return None
        return user

    def set_password(self, password: str) -> None:
        """Set the password (unsaved) and end every other session."""
        self.password_hash = _hasher.hash(password)
        self.epoch += 1
