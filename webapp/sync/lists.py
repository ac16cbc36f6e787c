"""e-conomic's lists kept here, the default values and units chosen from them, and `unit_for`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from webapp import db, ports
from webapp.economic.client import Client
from webapp.economic.records import Reference as RemoteReference
from webapp.models import lane
from webapp.models.connection import DEFAULTS, Connection, Reference, UnitMapping
from webapp.models.lane import Lane
from webapp.sync import causes
from webapp.sync.fields import UNIT_KINDS
from webapp.sync.normalise import fold

_UNIT_NAMES = {
    "piece": ("stk", "styk", "stykker", "pcs", "piece", "pieces"),
    "hour": ("timer", "time", "hours", "hour", "t"),
    "week": ("uger", "uge", "weeks", "week"),
    "month": ("mdr", "maaneder", "maaned", "md", "months", "month"),
    "task": ("opg", "opgave", "opgaver", "task", "tasks"),
}


def read_lists(held: Lane, client: Client, connection: Connection) -> None:
    """Read e-conomic's lists and keep them here; what vanished there is marked, not forgotten."""
    lists: dict[str, Iterable[RemoteReference]] = {
        "currency": client.currencies(),
        "customer_group": client.customer_groups(),
        "payment_terms": client.payment_terms(),
        "vat_zone": client.vat_zones(),
        "unit": client.units(),
        "layout": client.layouts(),
    }
    _go_on(connection, lists)
    with db.write():
        held.hold()
        for kind, entries in lists.items():
            _keep_list(connection, kind, {entry.key: entry.name for entry in entries})
        held.finish()


def _go_on(connection: Connection, lists: Mapping[str, Iterable[RemoteReference]]) -> None:
    """Try again what waits for an entry that is new here; told before it is kept, so that a crash forgets nobody. What
    was refused although the entry is known waits for a person."""
    wanted = causes.missing(connection)
    told = {(kind, entry.key) for kind, entries in lists.items() for entry in entries}
    causes.go_on(connection, wanted & told - causes.living(connection, wanted))


def _keep_list(connection: Connection, kind: str, names: Mapping[str, str]) -> None:
    rows = {
        row.key: row for row in Reference.select().where(Reference.connection == connection, Reference.kind == kind)
    }
    for key, name in names.items():
        row = rows.get(key) or Reference(
            company=connection.company_id, connection=connection, kind=kind, key=key, name=""
        )
        if row.name != name or row.gone_at is not None or row.id is None:
            row.name, row.gone_at = name, None
            row.save()
    for key, row in rows.items():
        if key not in names and row.gone_at is None:
            row.gone_at = ports.now()
            row.save()


def lists_are_read(connection: Connection) -> bool:
    waiting = Lane.select().where(Lane.connection == connection, Lane.side == lane.LISTS).exists()
    return not waiting and bool(Reference.of(connection, "currency").exists())


def read_lists_again(connection: Connection) -> None:
    """ "Hent lister igen": the worker reads them."""
    with db.write():
        Lane.wake(connection, lane.LISTS, connection.id)


def proposed_defaults(connection: Connection) -> dict[str, str]:
    """The saved default values, and for those not saved yet the first of e-conomic's list (DKK for the currency)."""
    chosen = connection.defaults
    for name in DEFAULTS:
        keys = [row.key for row in Reference.of(connection, name)]
        if not chosen[name] and keys:
            chosen[name] = "DKK" if "DKK" in keys else keys[0]
    return chosen


def proposed_units(connection: Connection) -> dict[str, str]:
    """The saved units, and for those not saved yet the unit of the same normalised name ("Mdr." for Måneder)."""
    chosen = UnitMapping.of(connection)
    names = {fold(row.name).strip(". "): row.key for row in reversed(list(Reference.of(connection, "unit")))}
    for kind in UNIT_KINDS:
        if kind not in chosen:
            chosen[kind] = next((names[name] for name in _UNIT_NAMES[kind] if name in names), "")
    return chosen


def unit_for(connection: Connection, kind: str) -> int | None:
    """The unit number there for a kind of unit here (piece, hour, week, month, task): for whoever transfers a line.

    None when none is chosen or the chosen one has vanished there. Raises KeyError for an unknown kind.
    """
    if kind not in UNIT_KINDS:
        raise KeyError(kind)
    key = UnitMapping.of(connection).get(kind, "")
    living = Reference.of(connection, "unit").where(Reference.key == key).exists()
    return int(key) if key and living else None


@db.retrying
def save_settings(connection: Connection, defaults: Mapping[str, str], units: Mapping[str, str]) -> None:
    """ "Gem" in the dialog. Raises ValueError for a choice that is not on e-conomic's list."""
    for kind, key in [*defaults.items(), *(("unit", key) for key in units.values() if key)]:
        if not Reference.of(connection, kind).where(Reference.key == key).exists():
            raise ValueError(kind)
    with db.write():
        connection.set_defaults(defaults)
        connection.defaults_saved_at = ports.now()
        connection.save(only=[*(f"default_{name}" for name in DEFAULTS), "defaults_saved_at"])
        UnitMapping.delete().where(UnitMapping.connection == connection).execute()
        for kind, key in units.items():
            if key and kind in UNIT_KINDS:
                UnitMapping.create(company=connection.company_id, connection=connection, kind=kind, key=key)
