"""Texts that nobody would type: control characters, halves and giants in a page stop no sweep, on either database."""

import json
from typing import Any

import pytest
from werkzeug import Response

from tests.sync.world import World
from webapp import db
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror

HOSTILE = {
    "nul": "Kun\u0000de",
    "only nul": "\u0000",
    "every control character": "".join(map(chr, range(32))) + "\u007f\u0085\u2028\u2029",
    "noncharacters": "\ufdd0\ufffe\uffff\U0010ffff",
    "turned round": "\u202eedneK\u2066",
    "marks upon marks": "e" + "\u0301" * 400,
    "outside the plane": "\U0001f9f9\U000200d0",
    "like a query": "'; DROP TABLE mirror; --",
    "like a pattern": "%_\\",
    "like a page": "<script>alert(1)</script>",
    "byte order mark": "\ufeffKunde",
    "very long": "æ" * 100_000,
}


class Poisoned:
    """Puts hostile texts into what the sandbox answers of these customers."""

    def __init__(self, app: Any, texts: dict[int, str]) -> None:
        self.app, self.texts = app, texts

    def __call__(self, environ: Any, start: Any) -> Any:
        answer = Response.from_app(self.app, environ)
        if answer.mimetype == "application/json" and answer.status_code == 200:
            answer.set_data(json.dumps(self._poison(answer.get_json())))
        return answer(environ, start)

    def _poison(self, said: Any) -> Any:
        for row in [said, *said.get("collection", [])] if isinstance(said, dict) else []:
            if text := self.texts.get(row.get("customerNumber")):
                told = {"name", "address", "address1", "city", "email", "currency", "website", "homepage"}
                row.update({name: text for name in told if name != "currency" or len(text) < 99})
                if row.get("lastUpdated"):
                    row["lastUpdated"] = row["lastUpdated"] if row["customerNumber"] % 2 else text
        return said


class Refusing:
    """Refuses to tell of customer 7, in these words."""

    def __init__(self, app: Any, text: str) -> None:
        self.app, self.text = app, text

    def __call__(self, environ: Any, start: Any) -> Any:
        if not environ["PATH_INFO"].endswith("/7"):
            return self.app(environ, start)
        said = {"message": self.text, "errorCode": self.text, "logId": self.text, "errors": {self.text: self.text}}
        return Response(json.dumps(said), status=400, mimetype="application/json")(environ, start)


def poison(world: World, texts: dict[int, str]) -> None:
    world.app = Poisoned(world.app, texts)  # type: ignore[assignment]


def test_no_text_stops_the_first_fetch(world: World) -> None:
    texts = dict(enumerate(HOSTILE.values(), start=1))
    for number in range(1, len(texts) + 20):
        world.theirs(number, f"Kunde {number}")
    poison(world, texts)
    world.connect()
    assert {mirror.number for mirror in Mirror.select()} == set(range(1, len(texts) + 20))
    assert Lane.select().count() == 0


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_stops_a_look_or_its_row(connected: World, text: str) -> None:
    pair = connected.pair_same()
    connected.theirs(7, "Uparret")
    poison(connected, {1042: text, 7: text})
    connected.worker._clients.clear()
    connected.look(1042, 7)
    connected.compare()
    assert Mirror.with_number(connected.connection, 7) is not None
    assert connected.fresh(pair).state == "open" and "\0" not in connected.fresh(pair.customer).name


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_in_an_error_stops_the_others(connected: World, text: str) -> None:
    connected.theirs(7, "Syv")
    connected.theirs(8, "Otte")
    connected.app = Refusing(connected.app, text)  # type: ignore[assignment]
    connected.worker._clients.clear()
    with db.write():
        Lane.wake(connected.connection, "theirs", 7)
        Lane.wake(connected.connection, "theirs", 8)
    connected.worker.round()
    assert Mirror.with_number(connected.connection, 8).name == "Otte"
    assert Lane.get(Lane.record == 7).fault_kind == "refused"
    Lane.delete().execute()
