"""A real PostgreSQL for the tests: the one at TEST_DATABASE_URL, or Debian's server started for this run alone."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

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


def copy(address: str, template: str, name: str) -> None:
    """A new database with all that is in the template; without fsync the copy by file is the quicker one."""
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        strategy = "STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else ""
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {strategy}')


def drop(address: str, name: str) -> None:
    execute(address, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


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
        port = _free_port()
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
