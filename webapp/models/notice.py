"""What a person was told by mail of what waits for them, and when the next mail may go."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Self

from peewee import ForeignKeyField, IntegerField, TextField

from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.user import User


class Notice(Row):
    """One person's. `due_at`: until then it is being sent by somebody, or rests after a fault; `told`: keys as JSON."""

    company_id: int
    company = ForeignKeyField(Company)
    user_id: int
    user = ForeignKeyField(User)
    told = TextField(default="")
    sent_at = UTCField(null=True)
    due_at = UTCField(null=True)
    tries = IntegerField(default=0)
    fault = TextField(default="")

    @classmethod
    def locked_of(cls, user: User) -> Self:
        """The person's, made when there is none, and locked until the transaction ends."""
        made = cls.insert(company=user.company_id, user=user, told="", tries=0, fault="")
        made.on_conflict(conflict_target=[cls.user], action="IGNORE").execute()
        found = cls.locked(cls.get(cls.user == user).id)
        assert found is not None
        return found

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(json.loads(self.told or "[]"))

    def tell(self, keys: Collection[str]) -> None:
        """Remember these (unsaved)."""
        self.told = json.dumps(sorted(keys))
