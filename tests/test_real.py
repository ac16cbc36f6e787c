"""A missing real part is named loudly: skipped on a laptop, failed where REQUIRE_REAL stands."""

import pytest

from tests import postgres, real


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real.shutil, "which", lambda _: None)
    monkeypatch.setattr(postgres, "programs", lambda: None)
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)


@pytest.mark.usefixtures("bare_machine")
def test_each_missing_part_comes_with_the_way_to_get_it() -> None:
    assert [sentence.rpartition(": ")[2] for sentence in real.missing()] == [
        "apt-get install chromium",
        "apt-get install postgresql",
    ]


@pytest.mark.usefixtures("bare_machine")
def test_a_server_named_in_the_environment_is_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://tests@127.0.0.1/tests")
    assert postgres.available()


def test_a_missing_part_skips_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUIRE_REAL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        real.skip_or_fail("no Chromium")


def test_a_missing_part_fails_the_test_where_all_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_REAL", "1")
    with pytest.raises(pytest.fail.Exception, match="no Chromium"):
        real.skip_or_fail("no Chromium")
