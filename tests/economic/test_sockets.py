"""The transport over a real socket: broken lines as the operating system reports them, and connections used again."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.economic.wire import Clock
from webapp import ports
from webapp.economic import errors
from webapp.economic.transport import Transport

Serve = Callable[..., str]


def _heard(line: socket.socket) -> bytes:
    """The head of one request, and its body."""
    told = b""
    while b"\r\n\r\n" not in told:
        part = line.recv(65536)
        if not part:
            return b""
        told += part
    head, _, body = told.partition(b"\r\n\r\n")
    lengths = [row for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0].split(b":")[1]):
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body


def _ok(body: bytes, *more: bytes) -> bytes:
    head = (b"HTTP/1.1 200 OK", b"Content-Type: application/json", *more)
    return b"\r\n".join(head) + b"\r\n\r\n" + body


GOOD = _ok(b'{"a": 1}', b"Content-Length: 8")


@pytest.fixture
def closed() -> threading.Semaphore:
    """Counts the lines that the server has closed."""
    return threading.Semaphore(0)


@pytest.fixture
def serve(closed: threading.Semaphore) -> Iterator[Serve]:
    """Start a server that gives these answers, one list to a connection; None closes the line without a word."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(*connections: list[bytes | None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            for answers in connections:
                line, _ = listener.accept()
                with line:
                    for answer in answers:
                        if _heard(line) and answer is not None:
                            line.sendall(answer)
                closed.release()

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for thread in threads:
        thread.join(5)
    for listener in listeners:
        listener.close()


def _transport(base: str) -> Transport:
    return Transport(legacy=base, openapi=base, app_secret="s", grant_token="g", connect_timeout=5, read_timeout=5)


def _call(transport: Transport, method: str = "GET") -> object:
    with ports.using(Clock().ports()):
        return transport.request(method, "/customers", service="legacy", json=None if method == "GET" else {}).json


def test_a_closed_port_means_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(errors.Unreachable) as caught:
        _call(_transport(f"http://127.0.0.1:{port}"), "POST")

    assert not caught.value.sent


def test_a_line_closed_without_a_word_may_have_done_the_work(serve: Serve) -> None:
    transport = _transport(serve([None]))
    with pytest.raises(errors.Unreachable) as caught:
        _call(transport, "POST")
    transport.close()

    assert caught.value.unclear


@pytest.mark.parametrize(
    "answer",
    [
        _ok(b'{"a": 1', b"Content-Length: 8"),
        _ok(b'8\r\n{"a"', b"Transfer-Encoding: chunked"),
        _ok(b"what?", b"Transfer-Encoding: chunked"),
        _ok(b'{"a": ', b"Connection: close"),
    ],
)
def test_an_answer_that_breaks_off_is_garbled(serve: Serve, answer: bytes) -> None:
    transport = _transport(serve([answer]))
    with pytest.raises(errors.Garbled):
        _call(transport)
    transport.close()


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00\x01\x02\r\n\r\n"])
def test_an_answer_that_is_no_http_is_unreachable(serve: Serve, answer: bytes) -> None:
    transport = _transport(serve([answer]))
    with pytest.raises(errors.Unreachable):
        _call(transport)
    transport.close()


def test_a_redirect_to_what_is_no_address_leaves_a_write_unclear(serve: Serve) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: https://example.dk/\xe6\r\nContent-Length: 0\r\n\r\n"
    transport = _transport(serve([head]))
    with pytest.raises(errors.Garbled) as caught:
        _call(transport, "POST")
    transport.close()

    assert caught.value.unclear


def test_an_answer_in_chunks_is_put_together(serve: Serve) -> None:
    transport = _transport(serve([_ok(b'3\r\n{"a\r\n5\r\n": 1}\r\n0\r\n\r\n', b"Transfer-Encoding: chunked")]))

    assert _call(transport) == {"a": 1}
    transport.close()


def test_a_connection_is_used_again(serve: Serve) -> None:
    transport = _transport(serve([GOOD, GOOD]))

    assert (_call(transport), _call(transport, "POST")) == ({"a": 1}, {"a": 1})
    transport.close()


def test_a_connection_that_they_closed_in_silence_costs_no_write(serve: Serve, closed: threading.Semaphore) -> None:
    transport = _transport(serve([GOOD], [GOOD]))
    _call(transport)
    assert closed.acquire(timeout=5)

    assert _call(transport, "POST") == {"a": 1}
    transport.close()


def test_a_head_that_drips_is_not_waited_for_beyond_the_whole_time() -> None:
    """Each byte comes well within the read time-out; without a bound of the whole the answer would be taken."""
    listener = socket.create_server(("127.0.0.1", 0))
    given_up = threading.Event()

    def drip() -> None:
        line, _ = listener.accept()
        with line, contextlib.suppress(OSError):
            _heard(line)
            for letter in GOOD:
                if given_up.wait(0.1):
                    return
                line.sendall(bytes([letter]))

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    transport = Transport(legacy=base, openapi=base, app_secret="s", grant_token="g", read_timeout=5, total_timeout=0.5)
    with listener, pytest.raises(errors.Unreachable) as caught:
        _call(transport, "POST")
    given_up.set()
    thread.join(5)
    transport.close()

    assert caught.value.unclear
