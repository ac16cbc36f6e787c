"""F27: a bulk import there, told call by call as fast as the wire takes it."""

from pathlib import Path

from tests.kills.burst import burst

CALLS, CUSTOMERS = 300, 50


def test_each_call_of_a_burst_is_stored_and_looked_at(tmp_path: Path) -> None:
    found = burst(tmp_path, CALLS, CUSTOMERS)
    assert (dict(found.answers), found.stored, found.left) == ({200: CALLS}, CALLS, 0)
    assert CUSTOMERS <= found.asked < CALLS
