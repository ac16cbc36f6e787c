"""The database: bound at start by address, written to only in short transactions."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar
from urllib.parse import unquote, urlsplit

import peewee
from peewee import DatabaseError, DatabaseProxy, Field, IntegrityError, OperationalError

from webapp import ports

P = ParamSpec("P")
R = TypeVar("R")

database: Any = DatabaseProxy()

SQLITE_PRAGMAS = {"journal_mode": "wal", "busy_timeout": 10_000, "foreign_keys": 1, "synchronous": "full"}


def bind(url: str) -> None:
    """Point every model at this database (`sqlite:///file` or `postgresql://…`)."""
    database.initialize(_open(url))


def _open(url: str) -> Any:
    if url.startswith("sqlite:///"):
        return peewee.SqliteDatabase(url.removeprefix("sqlite:///"), pragmas=SQLITE_PRAGMAS)
    parts = urlsplit(url)
    from playhouse.pool import PooledPostgresqlDatabase

    return PooledPostgresqlDatabase(
        parts.path.lstrip("/"),
        host=parts.hostname,
        port=parts.port or 5432,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or "") or None,
        max_connections=32,
        stale_timeout=300,
        # A plan made once for any word searched for would take an index that is of no use for a short one.
        options="-c plan_cache_mode=force_custom_plan",
    )


def is_sqlite() -> bool:
    return isinstance(database.obj, peewee.SqliteDatabase)


@contextmanager
def connected() -> Iterator[None]:
    """A connection for the current thread; nested use keeps the outer one open."""
    opened = database.connect(reuse_if_open=True)
    try:
        yield
    finally:
        if opened:
            database.close()


def close() -> None:
    """Give up all connections of this thread and its pool."""
    if database.obj is None:
        return
    if not database.is_closed():
        database.close()
    with contextlib.suppress(AttributeError):
        database.obj.close_all()


@contextmanager
def write() -> Iterator[None]:
    """One short transaction. Writers on SQLite queue up at its start (IMMEDIATE); no call may leave the process."""
    with ports.network_forbidden():
        if database.in_transaction():
            with database.atomic():
                yield
            return
        with database.atomic("IMMEDIATE") if is_sqlite() else database.atomic():
            yield
            ports.failpoint("commit.before")
    ports.failpoint("commit.after")


def retrying(work: Callable[P, R]) -> Callable[P, R]:
    """Run a whole transaction again when the database chose it as the victim of a deadlock or a serialisation fault, or
    when somebody put in the same row between its look and its own: the next time it sees that one."""

    @functools.wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for again in range(4):
            try:
                return work(*args, **kwargs)
            except (OperationalError, IntegrityError) as fault:
                if database.in_transaction() or not _says(fault, _OVERTAKEN):
                    raise
                ports.sleep(0.02 * 2**again * (0.5 + ports.random()))
        return work(*args, **kwargs)

    return run


_OVERTAKEN = ("deadlock", "serialize", "locked", "duplicate key", "unique constraint")


def refuse_damaged() -> None:
    """Raises DatabaseError when a page of the file is not as SQLite writes it; PostgreSQL looks after its own pages."""
    found = database.execute_sql("PRAGMA quick_check(1)").fetchone()[0] if is_sqlite() else "ok"
    if found != "ok":
        raise DatabaseError(f"malformed: {found}")


def is_unusable(fault: BaseException) -> bool:
    """The database is full, away or damaged; whatever else it complains of is a mistake of ours."""
    return is_full(fault) or is_away(fault) or is_damaged(fault)


def is_damaged(fault: BaseException) -> bool:
    """What was stored cannot be read back: only a backup mends that."""
    return any(isinstance(one, DatabaseError) and _says(one, _DAMAGED) for one in _chain(fault))


def is_full(fault: BaseException) -> bool:
    """There is no room to store anything, so nothing was.

    SQLite then ends the transaction itself, and what is raised in the end is that it cannot be rolled back.
    """
    return any(isinstance(one, OperationalError) and _says(one, _FULL) for one in _chain(fault))


def is_away(fault: BaseException) -> bool:
    """The database cannot be asked just now; whether a commit under way took place is unknown."""
    return isinstance(fault, OperationalError | peewee.InterfaceError) and not is_full(fault)


def reason(fault: BaseException) -> str:
    """What the database said first, before what followed from it."""
    *_, first = _chain(fault)
    return str(first).strip()


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    while fault is not None:
        yield fault
        fault = fault.__cause__ or fault.__context__


def _says(fault: BaseException, words: tuple[str, ...]) -> bool:
    return any(word in str(fault).lower() for word in words)


_FULL = ("is full", "no space left")
_DAMAGED = ("malformed", "is not a database", "invalid page in block")


def for_update(query: Any) -> Any:
    """Lock the rows that the query finds until the transaction ends; SQLite's IMMEDIATE already has."""
    return query if is_sqlite() else query.for_update()


def for_reference(query: Any) -> Any:
    """Keep the rows that the query finds from being locked by `for_update`; other changes of them go on."""
    return query if is_sqlite() else query.for_update("FOR KEY SHARE")


def skip_locked(query: Any) -> Any:
    """Like `for_update`, leaving out rows that another worker holds."""
    return query if is_sqlite() else query.for_update("FOR UPDATE SKIP LOCKED")


class UTCField(Field):
    """A moment in UTC: TIMESTAMPTZ on PostgreSQL, sortable text on SQLite. A naive datetime is refused."""

    field_type = "UTC"

    def db_value(self, value: datetime | None) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if is_sqlite() else value

    def python_value(self, value: Any) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        return value.astimezone(UTC)  # type: ignore[no-any-return]


def _map_types() -> None:
    peewee.SqliteDatabase.field_types["UTC"] = "TEXT"
    peewee.PostgresqlDatabase.field_types["UTC"] = "TIMESTAMPTZ"


def _column_at_once(field: Field, ctx: Any) -> Any:
    """`"t1"."name"`, as peewee spells it in ten calls; columns are most of the text of every query of ours."""
    if ctx.state.scope == peewee.SCOPE_VALUES:
        return ctx.literal(f'"{field.column_name}"')
    table = field.model._meta.table
    if table._alias:
        ctx.alias_manager[table] = table._alias
    return ctx.literal(f'"{ctx.alias_manager[table]}"."{field.column_name}"')


def _selection_at_once(query: Any, ctx: Any, is_subquery: bool = False) -> Any:
    """Every column of one table, spelled once for each alias."""
    table = query.model._meta.table
    if is_subquery or not query._is_default or table._alias:
        return _selection(query, ctx, is_subquery)
    alias, spelled = ctx.alias_manager[table], query.model._meta.__dict__.setdefault("columns_spelled", {})
    if alias not in spelled:
        spelled[alias] = ", ".join(f'"{alias}"."{field.column_name}"' for field in query.model._meta.sorted_fields)
    return ctx.literal(spelled[alias])


_map_types()
_selection = peewee.ModelSelect.__sql_selection__
peewee.ModelSelect.__sql_selection__ = _selection_at_once  # type: ignore[assignment,method-assign]
Field.__sql__ = _column_at_once  # type: ignore[method-assign]
