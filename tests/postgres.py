"""A real PostgreSQL for the tests: the one at TEST_DATABASE_URL, or Debian's server started for this run alone."""

import heapq
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import psycopg
from playhouse.pool import PooledPostgresqlDatabase

from tests.loopback import free_ports

SPEED_BEFORE_SAFETY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
QUIET = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=150", "log_min_messages=fatal")


def programs() -> Path | None:
    """The folder with initdb and postgres of the newest server on this machine."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = str(debian[-1]) if debian else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def available() -> bool:
    return bool(os.environ.get("TEST_DATABASE_URL")) or programs() is not None


@contextmanager
def server() -> Iterator[str]:
    """The address of a running server, without a database name at its end."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield urlsplit(given)._replace(path="").geturl()
        return
    folder = Path(tempfile.mkdtemp(prefix="webapp-postgres-"))
    process = None
    try:
        _initialise(folder)
        process, address = _start(folder)
        yield address
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def execute(address: str, statement: str) -> None:
    """One statement on the server's own database, outside any transaction."""
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def new_database(address: str, name: str) -> Iterator[str]:
    """The address of an empty database that goes when the caller is done."""
    execute(address, f'CREATE DATABASE "{name}"')
    try:
        yield f"{address}/{name}"
    finally:
        execute(address, f'DROP DATABASE "{name}" WITH (FORCE)')


def _as_new(connection: psycopg.Connection) -> bool:
    """Settings of the session go back to their beginning; False where work is under way or the server is gone."""
    if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        return False
    with suppress(psycopg.OperationalError):
        connection.execute("RESET ALL")
        return True
    return False


class WarmPool(PooledPostgresqlDatabase):
    """The program's pool, except that one connection to the tests' database outlives it and goes on to the next pool.

    PostgreSQL starts a process for each connection, which learns every table anew: each test would wait for that.
    """

    of: ClassVar[str] = ""
    kept: ClassVar[list[psycopg.Connection]] = []

    def _connect(self) -> psycopg.Connection:
        if self.database == self.of and self.kept and not self._connections:
            heapq.heappush(self._connections, (time.time(), 0, self.kept.pop()))
        return super()._connect()

    def _close_raw(self, connection: psycopg.Connection) -> None:
        if self.database == self.of and not self.kept and _as_new(connection):
            self.kept.append(connection)
        else:
            super()._close_raw(connection)


class Wiper:
    """Makes a migrated database as new again: 5 ms, where a copy of a template takes 60."""

    def __init__(self, address: str) -> None:
        """Tables with rows in them now keep what they hold: it came with the migrations."""
        self.address = address
        self._own = psycopg.connect(address, autocommit=True)
        tables = [row[0] for row in self._own.execute(OWN_TABLES)]
        filled_later = [name for name in tables if _is_empty(self._own, name)]
        self._emptied = "; ".join(f'DELETE FROM "{name}"' for name in filled_later)
        self._own.execute("SET session_replication_role = replica")
        WarmPool.of = urlsplit(address).path.lstrip("/")

    def wipe(self) -> None:
        """Throw out whoever is still connected, then every row, then what the numbering remembers."""
        self._own.execute(OTHERS_OUT, [[connection.info.backend_pid for connection in WarmPool.kept]])
        self._own.execute(self._emptied)
        self._own.execute(NUMBERS_BACK)

    def close(self) -> None:
        WarmPool.of = ""
        for connection in (self._own, *WarmPool.kept):
            connection.close()
        WarmPool.kept.clear()


OWN_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
OTHERS_OUT = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND NOT pid = ANY(%s)"
)
NUMBERS_BACK = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
    " FROM pg_sequences WHERE last_value IS NOT NULL"
)


def _is_empty(connection: psycopg.Connection, table: str) -> bool:
    return connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone() is None


def _as_server_user() -> dict[str, object]:
    """PostgreSQL refuses to run as root, so root lends it Debian's user."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _initialise(folder: Path) -> None:
    account = _as_server_user()
    if account:
        os.chown(folder, account["user"], account["group"])
    words = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(
        [programs() / "initdb", f"--pgdata={folder}", *words],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        **account,
    )


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Another program may take the free port first, hence more than one try."""
    for _ in range(3):
        port = free_ports(1)[0]
        options = [part for setting in (*QUIET, *SPEED_BEFORE_SAFETY) for part in ("-c", setting)]
        process = subprocess.Popen(
            [programs() / "postgres", "-D", folder, "-p", str(port), *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **_as_server_user(),
        )
        address = f"postgresql://postgres@127.0.0.1:{port}"
        if _answers(process, address):
            return process, address
        process.kill()
        process.wait()
    raise RuntimeError("PostgreSQL did not start in three tries")


def _answers(process: subprocess.Popen[bytes], address: str) -> bool:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with suppress(psycopg.OperationalError):
            execute(address, "SELECT 1")
            return True
        time.sleep(0.05)
    return False
