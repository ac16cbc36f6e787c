"""What a worker asks at every look is found by an index, however many rows other companies, or other years, have."""

from collections.abc import Callable
from typing import Any

import pytest

from webapp import db, ports
from webapp.models.attempt import Attempt
from webapp.models.connection import Connection
from webapp.sync import inbox, silence, sweep

ASKED: dict[str, Callable[[Connection], Any]] = {
    "inbox_state (connection_id=? AND state=?)": inbox.drain,
    "inbox_received (connection_id=? AND received_at>?)": lambda to: silence.heard_since(to, ports.now()),
    "attempt_number (connection_id=? AND number=?)": lambda to: Attempt.unanswered(to, [7]),
    "mirror_gone (connection_id=? AND gone_at>?)": lambda to: sweep._enter_new(to, [], {}, ports.now()),
}


@pytest.mark.parametrize("index", ASKED)
def test_it_is_found_by_an_index(sqlite_connection: Connection, monkeypatch: pytest.MonkeyPatch, index: str) -> None:
    execute, asked = db.database.obj.execute_sql, []

    def noted(sql: str, given: Any = None) -> Any:
        asked.append((f"EXPLAIN QUERY PLAN {sql}", given))
        return execute(sql, given)

    monkeypatch.setattr(db.database.obj, "execute_sql", noted)
    ASKED[index](sqlite_connection)
    steps = [row[3] for sql, given in asked if "PLAN SELECT" in sql for row in execute(sql, given)]
    assert any(index in step for step in steps), steps
