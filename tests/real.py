"""The real parts that tests want: where they are, and what to say when they are missing."""

import os
import shutil
from urllib.parse import urlsplit

import pytest

from tests import postgres

CONTRACT = tuple(f"ECONOMIC_CONTRACT_{name}" for name in ("APP_SECRET", "GRANT", "API_URL", "OPENAPI_URL"))
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def contract_hosts() -> set[str]:
    """Hosts of the real e-conomic that this run was told to ask."""
    given = [os.environ.get(name, "") for name in CONTRACT]
    return {urlsplit(address).hostname or "" for address in given[2:]} if all(given) else set()


def missing() -> list[str]:
    """One sentence for each real part that is not on this machine."""
    sentences = []
    if chromium() is None:
        sentences.append("Chromium was not found, so nothing was tried in a browser: apt-get install chromium")
    if not postgres.available():
        sentences.append("PostgreSQL was not found, so only SQLite was tried: apt-get install postgresql")
    return sentences


def skip_or_fail(reason: str) -> None:
    """Skip the test for want of a real part; fail it where REQUIRE_REAL says that all must be there."""
    if os.environ.get("REQUIRE_REAL"):
        pytest.fail(reason)
    pytest.skip(reason)
