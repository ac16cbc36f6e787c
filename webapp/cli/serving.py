"""Processes that go on until they are told to stop: web server, worker, sandbox."""

from __future__ import annotations

import contextlib
import errno
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from waitress.server import create_server

from webapp import create_app, db, migrations, ports
from webapp.postman import going_round
from webapp.worker import Worker

log = logging.getLogger(__name__)
WITHOUT_HANDLES = 0.2
WAITING_TO_GO = 256 * 1024 * 1024
"""So much of a long list may lie ready (on disk) for a slow line before it holds a thread and a database connection."""


def serve(host: str, with_worker: bool | None) -> None:
    """The web server until a signal; asks for an upgraded database by upgrading it."""
    app = create_app()
    migrations.upgrade()
    port = app.config["PORT"]
    free_or_exit(port, "PORT", host)
    embedded = db.is_sqlite() if with_worker is None else with_worker
    with stopping_on_signals(), working(app) if embedded else contextlib.nullcontext():
        click.echo(f"CleanManager answers at http://{host}:{port}")
        answer(app, host, port)


def work() -> None:
    """A worker until a signal."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app = create_app()
    migrations.upgrade()
    worker = Worker(app.config)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: worker.stop())
    click.echo(f"Worker {worker.name} is at work")
    with going_round(app):
        worker.run()


def run_sandbox(port: int, files: Iterable[Path], customers: int | None, seed: int, store: Path | None) -> None:
    from webapp.sandbox import cli as sandbox_cli
    from webapp.sandbox import demo, world

    free_or_exit(port, "--port")
    with stopping_on_signals():
        click.echo(f"The pretend e-conomic answers at http://127.0.0.1:{port}")
        click.echo(f"  people   {demo.ACCOUNTANT} and {demo.BOOKKEEPER}, password {demo.PASSWORD}")
        click.echo(f"  the app  secret token {world.DEMO_SECRET}, public token {world.DEMO_PUBLIC}")
        sandbox_cli.run(port, files=files, customers=customers, seed=seed, store=store)


def answer(app: Any, host: str, port: int) -> None:
    """Answer requests until SystemExit or KeyboardInterrupt, then let the running ones end."""
    server = create_server(
        app, host=host, port=port, threads=8, clear_untrusted_proxy_headers=True, outbuf_high_watermark=WAITING_TO_GO
    )
    server.accept = _waiting_for_handles(server.accept)
    server.run()


def _waiting_for_handles(accept: Callable[[], Any]) -> Callable[[], Any]:
    """While no file handle is left new callers wait; asked without a pause, the server would do nothing else."""

    def accept_or_wait() -> Any:
        try:
            return accept()
        except OSError as fault:
            if fault.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            log.error("a new caller has to wait: %s", fault.strerror)
            ports.sleep(WITHOUT_HANDLES)
            return None

    return accept_or_wait


@contextlib.contextmanager
def working(app: Any) -> Iterator[Worker]:
    """A worker in a thread of this process, and whoever brings the mails; told to stop, and waited for, at the end."""
    worker = Worker(app.config)
    thread = threading.Thread(target=worker.run, name="worker")
    thread.start()
    try:
        with going_round(app):
            yield worker
    finally:
        worker.stop()
        thread.join(timeout=15)


@contextlib.contextmanager
def stopping_on_signals() -> Iterator[None]:
    """SIGINT and SIGTERM end the block in good order."""

    def stop(*_: object) -> None:
        raise SystemExit(0)

    before = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def free_or_exit(port: int, setting: str, host: str = "127.0.0.1") -> None:
    """End with a sentence when another program listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            click.echo(
                f"webapp: port {port} is in use by another program; choose another with {setting}, "
                f"for example {setting}={port + 10}",
                err=True,
            )
            sys.exit(2)
