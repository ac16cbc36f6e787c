"""A PostgreSQL server that a test may stop, kill and start again on the same port, with its promises kept."""

import contextlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests import postgres
from tests.loopback import free_ports

# Nobody pulls the plug here, so nothing need reach the disk; but a commit is only told when the server has it.
PROMISES = ("fsync=off", "synchronous_commit=on", "full_page_writes=off")


class Cluster:
    """One server with one database."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_ports(1)[0]
        self.address = f"postgresql://postgres@127.0.0.1:{self.port}"
        postgres._initialise(folder)
        self.start()
        postgres.execute(self.address, "CREATE DATABASE webapp")

    @property
    def database(self) -> str:
        return f"{self.address}/webapp"

    def start(self) -> None:
        options = [part for setting in (*postgres.QUIET, *PROMISES) for part in ("-c", setting)]
        self._process = subprocess.Popen(
            [postgres.programs() / "postgres", "-D", self.folder, "-p", str(self.port), *options],
            cwd=self.folder, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            **postgres._as_server_user(),
        )  # fmt: skip
        while not self._answers():
            if self._process.poll() is not None:
                raise RuntimeError("PostgreSQL did not start")
            time.sleep(0.05)

    def stop(self, how: signal.Signals) -> None:
        """SIGINT: everybody is thrown out; SIGQUIT: it ends as in a crash, and recovers at the next start."""
        self._process.send_signal(how)
        self._process.wait(timeout=30)

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            postgres.execute(self.address, "SELECT 1")
            return True
        return False


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="webapp-cluster-"))
    found = None
    try:
        found = Cluster(folder)
        yield found
    finally:
        if found is not None:
            found.stop(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)
