"""Puts the sandbox on a port: in a thread for tests and the demo, or until a signal for the command line."""

import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from waitress.server import create_server

from webapp.sandbox import create_sandbox, demo, recorded
from webapp.sandbox.faults import ConnectionCut
from webapp.sandbox.world import Sandbox

PUMP_PAUSE = 0.2
log = logging.getLogger(__name__)


class Server:
    """A running sandbox: one thread answers, one delivers webhooks."""

    def __init__(self, sandbox: Sandbox, port: int, host: str = "127.0.0.1") -> None:
        self.sandbox = sandbox
        self._sockets: dict[int, Any] = {}
        app = on_a_socket(create_sandbox(sandbox))
        self._server: Any = create_server(
            app, map=self._sockets, host=host, port=port, threads=8, clear_untrusted_proxy_headers=True
        )
        self.port = int(self._server.effective_port)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._answer, self._pump)]
        for thread in self._threads:
            thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop answering and delivering."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=5)

    def _answer(self) -> None:
        """The server's own loop has no way out but a signal, so it is run in short turns here."""
        while not self._stop.is_set():
            self._server.asyncore.loop(timeout=PUMP_PAUSE, map=self._sockets, count=1)
        self._server.task_dispatcher.shutdown(timeout=2)
        for channel in list(self._sockets.values()):
            channel.close()

    def _pump(self) -> None:
        while not self._stop.wait(PUMP_PAUSE):
            try:
                self.sandbox.pump()
            except Exception:
                log.exception("webhooks could not be delivered")


def on_a_socket(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Carry a planned cut out on the real connection."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            return app(environ, start_response)
        except ConnectionCut:
            channel = environ["waitress.client_disconnected"].__self__
            channel.will_close = True
            channel.socket.shutdown(socket.SHUT_RDWR)
            start_response("500 Cut", [("Content-Length", "0")], sys.exc_info())
            return [b""]

    return answer


def serve_in_thread(sandbox: Sandbox, port: int = 0) -> Server:
    """Answer on this port (0: any free one) until `close`."""
    return Server(sandbox, port)


def run(
    port: int,
    *,
    host: str = "127.0.0.1",
    files: Iterable[Path] = (),
    customers: int | None = None,
    seed: int = 0,
    store: Path | None = None,
) -> None:
    """Answer until SIGINT or SIGTERM; the demo's agreements are there, and what was asked for besides."""
    sandbox = Sandbox(seed=seed, store=store)
    furnish(sandbox, list(files), customers, seed)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    server = Server(sandbox, port, host)
    try:
        stop.wait()
    finally:
        server.close()
        sandbox.close()


def furnish(sandbox: Sandbox, files: list[Path], customers: int | None, seed: int) -> None:
    """The demo, one agreement of recorded customers, one of a derived crowd."""
    demo.seed_demo(sandbox)
    if files and str(demo.RECORDED) not in sandbox.agreement_rows:
        agreement = sandbox.add_agreement(demo.RECORDED, "Optagne Kunder ApS")
        recorded.load(sandbox, agreement, files)
        demo.let_in(sandbox, demo.RECORDED)
    if customers:
        demo.add_crowd(sandbox, customers, seed)
