"""A clock that only moves when told: e-conomic's time runs steadily, ours can be set wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Clock:
    """`theirs` is e-conomic's time, `ours` the machine's, which `jump` sets forward or back."""

    def __init__(self) -> None:
        self._time = START
        self._off = timedelta()

    def theirs(self) -> datetime:
        return self._time

    def ours(self) -> datetime:
        return self._time + self._off

    def seconds(self) -> float:
        """Seconds that never run backwards."""
        return (self._time - START).total_seconds()

    def sleep(self, seconds: float) -> None:
        self._time += timedelta(seconds=max(0.0, seconds))

    def jump(self, seconds: float) -> None:
        """Somebody, or a time server, sets the machine's clock."""
        self._off += timedelta(seconds=seconds)

    def correct(self) -> None:
        """The machine's clock is right again."""
        self._off = timedelta()
