"""Enter what e-conomic said into our mirror, if it is not stale (sync rules §2)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from webapp import ports
from webapp.economic.records import Customer as RemoteCustomer
from webapp.models import history
from webapp.models.connection import Connection
from webapp.models.exclusion import Exclusion
from webapp.models.history import History
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import line, put_lines
from webapp.models.suggestion import NotSame
from webapp.sync import forgetting, guard, standing
from webapp.sync.fields import read
from webapp.sync.normalise import same
from webapp.sync.section import section

BATCH = 200


def store(
    mirror: Mirror,
    record: RemoteCustomer,
    *,
    cause: str = "fetched",
    wrote: Collection[str] | None = None,
    **more: Any,
) -> bool:
    """Let the locked mirror row say what the record says; False, and nothing is written, when it already does.

    `wrote`: only these fields moved by this cause (all without any); what else did was merely read.
    """
    values = read(record)
    changes = {name: (getattr(mirror, name), value) for name, value in values.items() if getattr(mirror, name) != value}
    is_as_barred = guard.is_barred(mirror.record) == guard.is_barred(record.raw)
    if not changes and mirror.number == record.number and is_as_barred:
        return False
    mirror.number = record.number
    mirror.take(values)
    _carry(mirror, record)
    mirror.version, mirror.updated_at = mirror.version + 1, ports.now()
    mirror.save()
    facts = {"connection": mirror.connection_id, "mirror_id": mirror.id, "version": mirror.version}
    caused = {name: moved for name, moved in changes.items() if wrote is None or name in wrote}
    merely_read = {name: moved for name, moved in changes.items() if name not in caused}
    History.note_values(mirror.company_id, history.THEIRS, cause, caused, **facts | more)
    History.note_values(mirror.company_id, history.THEIRS, "fetched", merely_read, **facts)
    return True


def enter(connection: Connection, record: RemoteCustomer) -> Mirror:
    """A mirror row for a number that has none (unplaced)."""
    mirror = Mirror(company=connection.company_id, connection=connection, number=record.number)
    mirror.take(read(record))
    _carry(mirror, record)
    mirror.save(force_insert=True)
    return mirror


def mark_gone(mirror: Mirror) -> None:
    """e-conomic has said that the customer does not exist any more."""
    mirror.gone_at, mirror.version = ports.now(), mirror.version + 1
    mirror.save()
    facts = {"connection": mirror.connection_id, "mirror_id": mirror.id, "version": mirror.version}
    History.note(mirror.company_id, history.THEIRS, "fetched", field="deleted", before=mirror.label, **facts)
    forgetting.wipe_if_erased(mirror)


def enter_many(connection: Connection, records: Iterable[RemoteCustomer]) -> int:
    """Mirror rows and places for customers that are new to us, in few statements; how many there were."""
    rows = []
    now = ports.now()
    for record in records:
        mirror = Mirror(company=connection.company_id, connection=connection, number=record.number)
        mirror.take(read(record))
        _carry(mirror, record)
        rows.append({**mirror.__data__, "created_at": now, "updated_at": now})
    if not rows:
        return 0
    Mirror.insert_many(rows).execute()
    entered = Mirror.of(connection).where(Mirror.number.in_([row["number"] for row in rows]))
    put_lines(connection, [line(connection, section(None), mirror=mirror) for mirror in entered])
    standing.stale(connection)
    return len(rows)


def versions(connection: Connection, after: int, most: int = 2000) -> dict[int, tuple[int, int]]:
    """number -> (id, version) of our mirror rows above `after`: what we knew when a request for a page began."""
    rows = Mirror.of(connection).where(Mirror.number > after).order_by(Mirror.number).limit(most)
    return {row.number: (row.id, row.version) for row in rows.select(Mirror.id, Mirror.number, Mirror.version)}


def enter_known(mirror: Mirror, record: RemoteCustomer, known: tuple[int, int] | None) -> bool:
    """Enter a page's row into a known, unpaired mirror row; False when that is not for us to do: it needs a look.

    `known` is the row's (id, version) when the request began; a row that moved since may be newer than the page.
    """
    if Pairing.of_mirror(mirror) is not None or known != (mirror.id, mirror.version) or is_another(mirror, record):
        return False
    if store(mirror, record):
        standing.put_mirror(mirror.connection, mirror)
    return True


def is_another(mirror: Mirror, record: RemoteCustomer) -> bool:
    """Name and CVR number changed at once: what a person said of one without a partner is not said of who has its
    number. Of whom nothing was said nothing can pass on."""
    now = read(record)
    if not mirror.name or same(mirror.name, now["name"]) or same(mirror.cvr, now["cvr"]):
        return False
    kept_apart = NotSame.connection == mirror.connection_id, NotSame.mirror == mirror, NotSame.ended_at.is_null()
    return Exclusion.of(mirror.connection, mirror) is not None or NotSame.select().where(*kept_apart).exists()


def differs(values: Mapping[str, str], record: RemoteCustomer) -> bool:
    return dict(values) != read(record)


def keep_unmapped(mirror: Mirror, record: RemoteCustomer) -> None:
    """What a customer owes and whether it is barred move without a field being changed; plans and the health check
    foretell by them."""
    known, told, barred = mirror.record, guard.balance(record.raw), guard.is_barred(record.raw)
    is_moved = barred != guard.is_barred(known)
    raw = (
        known
        | ({} if told is None else {"balance": told})
        | ({"barred": barred, "access": not barred} if is_moved else {})
    )
    if raw == known:
        return
    kept = {"raw_json": json.dumps(raw, ensure_ascii=False), "version": mirror.version + is_moved}
    Mirror.update(**kept).where(Mirror.id == mirror.id, Mirror.version == mirror.version).execute()
    mirror.__data__.update(kept)


def _carry(mirror: Mirror, record: RemoteCustomer) -> None:
    """The newer service does not tell the balance: what was told last is kept."""
    owed = guard.balance(mirror.record)
    raw = ({} if owed is None else {"balance": owed}) | dict(record.raw)
    mirror.raw_json = json.dumps(raw, ensure_ascii=False)
    mirror.last_updated = record.last_updated or ""
