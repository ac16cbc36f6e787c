"""The sandbox on a real port."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests

from webapp.sandbox import Sandbox, demo
from webapp.sandbox.cli import Server, serve_in_thread

RUN = """
import sys
from pathlib import Path
from webapp.sandbox.cli import run
run(int(sys.argv[1]), customers=1000, seed=3, store=Path(sys.argv[2]))
"""


@pytest.fixture
def server() -> Iterator[Server]:
    sandbox = Sandbox(seed=1)
    demo.seed_demo(sandbox)
    running = serve_in_thread(sandbox, 0)
    yield running
    running.close()


@pytest.fixture
def headers(server: Server) -> dict[str, str]:
    token = server.sandbox.agreement(demo.CLEANING).grant("demo-app-public")
    return {"X-AppSecretToken": "demo-app-secret", "X-AgreementGrantToken": token}


def test_links_are_built_from_the_host_that_was_asked(server: Server, headers: dict[str, str]) -> None:
    answer = requests.get(f"{server.url}/rest/customers?pagesize=1", headers=headers, timeout=10).json()
    assert answer["pagination"]["nextPage"].startswith(f"{server.url}/rest/customers?")


@pytest.mark.parametrize("kind", ["cut-connect", "cut-before", "cut-after", "truncated"])
def test_a_cut_is_a_broken_connection(server: Server, headers: dict[str, str], kind: str) -> None:
    server.sandbox.faults.next(kind=kind)
    with pytest.raises(requests.exceptions.RequestException):
        requests.get(f"{server.url}/rest/self", headers=headers, timeout=10)
    assert requests.get(f"{server.url}/rest/self", headers=headers, timeout=10).status_code == 200


def test_a_webhook_reaches_its_receiver(server: Server) -> None:
    heard: list[tuple[str, bytes]] = []
    done = threading.Event()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            done.set()

        def log_message(self, *words: object) -> None:
            """Stay silent."""

    receiver = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    agreement = server.sandbox.agreement(demo.CLEANING)
    place = f"http://127.0.0.1:{receiver.server_port}/hook?n=[NEWNUMBER]"
    server.sandbox.webhooks.set_up(agreement, {"eventType": "CUSTOMER_UPDATED", "url": place, "postData": "[OLDNUMBER]",
                                               "contentType": "text/plain"})  # fmt: skip
    agreement.edit(1001, city="Ny by")
    assert done.wait(10)
    receiver.shutdown()
    receiver.server_close()
    assert heard == [("/hook?n=1001", b"1001")]


def test_many_at_once_with_one_key_make_one_customer(server: Server, headers: dict[str, str]) -> None:
    body = {"name": "Samtidig", "currency": "DKK", **{name: {f"{name}Number": 1} for name in ("customerGroup",
            "paymentTerms", "vatZone")}}  # fmt: skip

    def create(key: str) -> int:
        place = f"{server.url}/rest/customers"
        answer = requests.post(place, json=body, headers=headers | {"Idempotency-Key": key}, timeout=30)
        return int(answer.json()["customerNumber"])

    with ThreadPoolExecutor(8) as crew:
        numbers = list(crew.map(create, ["a", "b", "c", "d"] * 10))
    assert len(set(numbers)) == 4
    assert len(server.sandbox.agreement(demo.CLEANING).customers) == 64


def test_the_command_stops_cleanly_on_a_signal_and_goes_on_where_it_was(tmp_path: Path) -> None:
    for round_ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        child = subprocess.Popen([sys.executable, "-c", RUN, str(port), str(tmp_path / "state")])
        place = f"http://127.0.0.1:{port}/_sandbox"
        state = json.loads(_wait_for(f"{place}/state").text)
        assert {row["number"]: row["customers"] for row in state["agreements"]}[demo.CLEANING] == 60 + round_
        requests.post(f"{place}/agreements/{demo.CLEANING}/customers", json={"name": "x"}, timeout=10)
        child.send_signal(signal.SIGTERM)
        assert child.wait(15) == 0


def _wait_for(address: str) -> requests.Response:
    wait = threading.Event()
    for _ in range(200):
        try:
            return requests.get(address, timeout=10)
        except requests.ConnectionError:
            wait.wait(0.05)
    raise AssertionError("the sandbox did not start")
