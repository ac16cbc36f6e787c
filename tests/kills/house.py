"""The house: real processes of app, workers and sandbox on free ports, started, killed, paused and started again."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.loopback import free_ports
from webapp import vault

ROOT = Path(__file__).parents[2]
APP, SANDBOX, WORKERS = "app", "sandbox", ("worker-1", "worker-2")
ALL = (SANDBOX, APP, *WORKERS)


@dataclass
class Life:
    """One process from its start to its death; `order` is the failpoint at which it kills itself."""

    name: str
    pid: int
    order: str = ""
    fresh: bool = False
    began: float = field(default_factory=time.monotonic)
    end: float = 0.0

    def __post_init__(self) -> None:
        try:
            self._fd: int | None = os.pidfd_open(self.pid)
        except ProcessLookupError:
            self._fd = None

    @property
    def is_dead(self) -> bool:
        if self._fd is None:
            return True
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        return bool(poll.poll(0))

    def signal(self, number: int) -> None:
        if self._fd is not None and not self.is_dead:
            signal.pidfd_send_signal(self._fd, number)

    def kill(self) -> None:
        """As `kill -9`, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        self.wait()

    def wait(self, seconds: float = 20) -> None:
        until = time.monotonic() + seconds
        while not self.is_dead:
            if time.monotonic() > until:
                raise TimeoutError(f"{self.name} ({self.pid}) goes on")
            time.sleep(0.005)
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


class House:
    """`start` a process by its name; all of them share one folder, one database and one e-conomic."""

    def __init__(self, folder: Path, database: str = "", crowd: int = 0, **settings: str) -> None:
        """`crowd`: e-conomic has one more agreement, of so many customers."""
        self.folder, self.crowd = folder, crowd
        self.database = database or f"sqlite:///{folder / 'webapp.db'}"
        self.app_port, self.sandbox_port = free_ports(2)
        self.app, self.sandbox = f"http://127.0.0.1:{self.app_port}", f"http://127.0.0.1:{self.sandbox_port}"
        self.log = folder / "processes.log"
        self.key = vault.new_key()
        self.settings = self._settings() | settings
        self.lives: dict[str, Life] = {}
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.kills.nursery"],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._fresh: list[subprocess.Popen[bytes]] = []

    def _settings(self) -> dict[str, str]:
        return {
            "INSTANCE": str(self.folder),
            "PORT": str(self.app_port),
            "DATABASE_URL": self.database,
            "SECRET_KEY": "kept over every restart",
            "ENCRYPTION_KEY": self.key,
            "PUBLIC_URL": self.app,
            "ECONOMIC_API_URL": f"{self.sandbox}/rest",
            "ECONOMIC_OPENAPI_URL": self.sandbox,
            "ECONOMIC_GRANT_URL": f"{self.sandbox}/secure/api1/requestaccess.aspx",
            "ECONOMIC_APP_SECRET_TOKEN": "demo-app-secret",
            "ECONOMIC_APP_PUBLIC_TOKEN": "demo-app-public",
            "POLL_SECONDS": "3",
        }

    def _argv(self, name: str) -> list[str]:
        if name == APP:
            return ["serve", "--no-worker"]
        if name == SANDBOX:
            crowd = ["--customers", str(self.crowd)] if self.crowd else []
            return ["sandbox", "--port", str(self.sandbox_port), "--store", str(self.folder / "sandbox.db"), *crowd]
        return ["worker"]

    def start(self, name: str, order: str = "", *, fresh: bool = False) -> Life:
        """Start it anew; `fresh`: with an interpreter of its own, as on a real machine."""
        environment = {k: os.environ[k] for k in ("HOME", "LANG", "PATH") if k in os.environ} | self.settings
        environment["PYTHONPATH"] = str(ROOT)
        if order:
            environment["WEBAPP_FAILPOINT"] = order
        argv = self._argv(name)
        pid = self._exec(argv, environment) if fresh else self._fork(argv, environment)
        self.lives[name] = Life(name, pid, order, fresh)
        return self.lives[name]

    def _fork(self, argv: list[str], environment: dict[str, str]) -> int:
        order = {"argv": argv, "environment": environment, "log": str(self.log)}
        assert self._nursery.stdin and self._nursery.stdout
        self._nursery.stdin.write(json.dumps(order) + "\n")
        self._nursery.stdin.flush()
        return int(self._nursery.stdout.readline())

    def _exec(self, argv: list[str], environment: dict[str, str]) -> int:
        self._fresh = [process for process in self._fresh if process.poll() is None]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [Path(sys.executable).with_name("webapp"), *argv],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._fresh.append(process)
        return process.pid

    def up(self, *names: str) -> None:
        """Start these, and wait until those that listen answer."""
        for name in names or ALL:
            self.start(name)
        for name in names or ALL:
            if name in (APP, SANDBOX):
                self.await_answer(name)

    def await_answer(self, name: str, seconds: float = 30) -> None:
        address = f"{self.app}/healthz" if name == APP else f"{self.sandbox}/_sandbox/state"
        until = time.monotonic() + seconds
        while not answers(address):
            if self.lives[name].is_dead or time.monotonic() > until:
                raise RuntimeError(f"{name} did not come up:\n{self.printed()}")
            time.sleep(0.02)

    def printed(self) -> str:
        return self.log.read_text(errors="replace")[-5000:] if self.log.exists() else ""

    def control(self, path: str, /, **asked: Any) -> Any:
        """One word with the sandbox: an accountant's doing, or a switch."""
        answer = requests.post(f"{self.sandbox}/_sandbox/{path}", json=asked, timeout=5)
        answer.raise_for_status()
        return answer.json()

    def control_state(self) -> Any:
        """What the sandbox knows of itself, the log of creations included."""
        return requests.get(f"{self.sandbox}/_sandbox/state", timeout=5).json()

    def close(self) -> None:
        for life in self.lives.values():
            with contextlib.suppress(TimeoutError):
                life.kill()
        assert self._nursery.stdin and self._nursery.stdout
        self._nursery.stdin.close()
        self._nursery.wait(timeout=20)
        self._nursery.stdout.close()
        for process in self._fresh:
            process.wait(timeout=20)


def answers(address: str) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(address, timeout=2).status_code < 500
    return False
