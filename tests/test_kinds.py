"""No test falls out between the two kinds of database."""

import pytest

from tests.kinds import POSTGRESQL, SQLITE, is_asked

NAMES = [f"test_{number}" for number in range(1000)]


@pytest.mark.parametrize("contended", [True, False])
def test_each_test_of_the_engine_is_asked_of_one_kind(contended: bool) -> None:
    for name in NAMES:
        asked = [kind for kind in (SQLITE, POSTGRESQL) if is_asked("sync", name, kind, contended=contended)]
        assert len(asked) == 1


def test_postgresql_has_a_fair_share() -> None:
    assert 200 < sum(is_asked("views", name, POSTGRESQL) for name in NAMES) < 300


def test_what_several_do_at_once_is_asked_of_postgresql() -> None:
    assert all(is_asked("sync", name, POSTGRESQL, contended=True) for name in NAMES)


def test_elsewhere_every_test_is_asked_of_both() -> None:
    assert all(is_asked("models", name, kind) for name in NAMES for kind in (SQLITE, POSTGRESQL))
