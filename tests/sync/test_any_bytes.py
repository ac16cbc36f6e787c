"""Whatever bytes come as an answer: nothing is stored of them, and the trouble stands on the lane or on the row."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug import Response

from tests.sync.world import World
from webapp import db
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing

STATUSES = [200, 201, 204, 206, 301, 400, 401, 403, 404, 405, 409, 415, 429, 500, 503]
JSON = st.sampled_from(['{"customerNumber":1042}', "{}", "[]", "null", "1042", '{"customerNumber":7,"name":"x"}'])


class Liar:
    """Answers what it is told to, once it is told to."""

    def __init__(self, app: Any) -> None:
        self.app, self.lie = app, Response()

    def __call__(self, environ: Any, start: Any) -> Any:
        return self.lie(environ, start)


def stored(world: World) -> list[Any]:
    pairs = Pairing.select(Pairing.id, Pairing.state, Pairing.base_json, Pairing.mirror)
    rows = (Customer.select(), Mirror.select(), History.select(), pairs)
    return [sorted(query.dicts(), key=lambda row: row["id"]) for query in rows]


@pytest.fixture
def lied_to(connected: World) -> World:
    connected.pair_same()
    connected.app = Liar(connected.app)  # type: ignore[assignment]
    connected.worker._clients.clear()
    return connected


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    body=st.binary(max_size=80) | JSON.map(str.encode),
    status=st.sampled_from(STATUSES),
    kind=st.sampled_from(["application/json", "application/problem+json", "text/html", ""]),
    method=st.sampled_from(["look", "lists"]),
)
def test_nothing_of_it_is_stored(lied_to: World, body: bytes, status: int, kind: str, method: str) -> None:
    before, pair = stored(lied_to), Pairing.get()
    lied_to.app.lie = Response(body, status=status, content_type=kind)  # type: ignore[attr-defined]
    with db.write():
        Lane.wake(lied_to.connection, "pair" if method == "look" else "lists", pair.id)
    lied_to.worker.turns(lied_to.connection, 1)
    assert stored(lied_to) == before
    assert Lane.select().exists() or Pairing.get().fault
    Lane.delete().execute()
    Connection.update(state="open", resume_at=None).execute()
