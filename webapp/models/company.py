"""Companies: the tenants of an installation, to which every other row belongs."""

from __future__ import annotations

from peewee import TextField

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row


class Company(Row):
    name = TextField()
    created_at = UTCField(default=ports.now)
