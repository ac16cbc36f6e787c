"""Whatever bytes come as an answer: nothing is stored of them, and the trouble stands on the lane or on the row."""

import json
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
from webapp.sync import sweep

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


STRANGE = [
    {"name": None}, {"name": 7}, {"name": ["A"]}, {"email": {"at": "a.dk"}}, {"address1": [], "address": []},
    {"customerGroup": 1, "customerGroupNumber": [1]}, {"vatZone": {"vatZoneNumber": {}}, "zone": {}},
]  # fmt: skip


class Twister:
    """Answers as the service does, but for some of the customer's properties."""

    def __init__(self, app: Any, twist: dict[str, Any]) -> None:
        self.app, self.twist = app, twist

    def __call__(self, environ: Any, start: Any) -> Any:
        answer = Response.from_app(self.app, environ)
        said = answer.get_json(silent=True)
        for row in [said, *said.get("collection", [])] if isinstance(said, dict) else []:
            if "customerNumber" in row:
                row.update({name: value for name, value in self.twist.items() if name in row})
        answer.set_data(json.dumps(said))
        return answer(environ, start)


@pytest.mark.parametrize("newer", [True, False])
@pytest.mark.parametrize("twist", STRANGE, ids=str)
def test_a_customer_of_a_strange_shape_empties_nothing_here(connected: World, newer: bool, twist: Any) -> None:
    connected.economic.customersapi_enabled = newer
    pair = connected.pair_same(email="a@a.dk", address="Havnegade 1")
    before, connected.app = stored(connected), Twister(connected.app, twist)  # type: ignore[assignment]
    connected.worker._clients.clear()
    with db.write():
        Lane.wake(connected.connection, "pair", pair.id)
    connected.worker.round()
    assert stored(connected) == before
    assert Lane.get(Lane.side == "pair").fault_kind == "garbled"


@pytest.mark.parametrize("twist", STRANGE, ids=str)
def test_a_list_with_a_customer_of_a_strange_shape_empties_nobody(connected: World, twist: Any) -> None:
    connected.theirs(7, "Kunde", email="a@a.dk", address="Havnegade 1")
    connected.look(7)
    before, connected.app = stored(connected), Twister(connected.app, twist)  # type: ignore[assignment]
    connected.worker._clients.clear()
    connected.theirs(8, "Kunde otte", email="a@a.dk", address="Havnegade 1")
    sweep.begin(connected.connection, "compare")
    for _ in range(3):
        connected.worker.round()
    assert stored(connected) == before
    assert {lane.record for lane in Lane.select().where(Lane.fault_kind == "garbled")} == {7, 8}
