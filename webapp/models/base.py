"""What every table shares: the database, the company it belongs to, and lookups that never cross companies."""

from __future__ import annotations

from typing import Any, Self

from peewee import AutoField, Model, TextField

from webapp.db import database, for_update, is_sqlite
from webapp.sync.normalise import search_text, sort_key


class Row(Model):
    """A table of ours."""

    id = AutoField()

    class Meta:
        database = database
        legacy_table_names = False
        only_save_dirty = True

    @classmethod
    def get_or_none(cls, *query: Any) -> Self | None:
        """As peewee's, which writes the whole query a second time to tell what it did not find."""
        found: Self | None = (cls.select().where(*query) if query else cls.select()).first()
        return found

    @classmethod
    def locked(cls, row_id: int) -> Self | None:
        """The row by id, locked until the transaction ends."""
        found: Self | None = for_update(cls.select().where(cls.id == row_id)).first()
        return found

    def take_turns(self) -> None:
        """Wait until whoever else did this with the row has ended their transaction; others may still point to it."""
        if not is_sqlite():
            own: Any = type(self).select(type(self).id).where(type(self).id == self.id)
            own.for_update("FOR NO KEY UPDATE").execute()


class Party(Row):
    """A customer on either side: the synced values as columns, the text it is found by, its place in the alphabet."""

    name = TextField(default="")
    cvr = TextField(default="")
    ean = TextField(default="")
    address = TextField(default="")
    postcode = TextField(default="")
    city = TextField(default="")
    country = TextField(default="")
    email = TextField(default="")
    phone = TextField(default="")
    website = TextField(default="")
    currency = TextField(default="")
    customer_group = TextField(default="")
    payment_terms = TextField(default="")
    vat_zone = TextField(default="")
    search = TextField(default="")
    sort_key = TextField(default="")

    @property
    def values(self) -> dict[str, str]:
        """The synced values by field name."""
        from webapp.sync.fields import NAMES

        return {name: getattr(self, name) for name in NAMES}

    def take(self, values: dict[str, str]) -> None:
        """Set synced values (unsaved) and the text the customer is found by."""
        for name, value in values.items():
            setattr(self, name, value)
        self.search = search_text(_number(self), self.values)
        self.sort_key = sort_key(self.name)


def _number(party: Any) -> int | None:
    number: int | None = party.number
    return number
