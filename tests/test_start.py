"""Starting: settings, keys, and what every answer carries."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.people import KEYS
from webapp import create_app, db, prepare
from webapp.config import WrongSetting


@pytest.fixture(autouse=True)
def _close() -> object:
    yield
    db.close()


def test_the_first_start_makes_keys_that_only_the_owner_reads(tmp_path: Path) -> None:
    prepare({"INSTANCE": str(tmp_path / "new")})
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "new").glob("*.key")}
    assert modes == {"secret.key": 0o600, "encryption.key": 0o600}


def test_the_next_start_uses_the_same_keys(tmp_path: Path) -> None:
    first, second = (prepare({"INSTANCE": str(tmp_path)}) for _ in range(2))
    assert (first["SECRET_KEY"], first["ENCRYPTION_KEY"]) == (second["SECRET_KEY"], second["ENCRYPTION_KEY"])


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ENCRYPTION_KEY"])
def test_many_machines_must_be_given_their_keys(tmp_path: Path, missing: str) -> None:
    given = {name: key for name, key in KEYS.items() if name != missing}
    with pytest.raises(WrongSetting, match=missing):
        prepare(given | {"INSTANCE": str(tmp_path), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_none_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="ENCRYPTION_KEY"):
        prepare({"INSTANCE": str(tmp_path), "ENCRYPTION_KEY": "not a key"})


def test_older_session_keys_are_still_read(tmp_path: Path) -> None:
    app = create_app(KEYS | {"INSTANCE": str(tmp_path), "SECRET_KEY": "new,old"})
    assert (app.config["SECRET_KEY"], app.config["SECRET_KEY_FALLBACKS"]) == ("new", ["old"])


def test_forms_lead_nowhere_else(tmp_path: Path) -> None:
    app = create_app(KEYS | {"INSTANCE": str(tmp_path)})
    assert "form-action 'self';" in app.test_client().get("/healthz").headers["Content-Security-Policy"]


def test_an_app_throttles_although_the_first_of_the_process_did_not(tmp_path: Path) -> None:
    starts = (
        f"from webapp import auth, create_app; given = {KEYS | {'INSTANCE': str(tmp_path)}!r}; "
        "create_app(given | {'RATELIMIT_ENABLED': False}); create_app(given); auth.limiter.storage.check()"
    )
    assert subprocess.run([sys.executable, "-c", starts], check=False).returncode == 0


@pytest.mark.parametrize(
    "address, told", [("https://app.example.dk", True), ("http://app.example.dk", False), ("", False)]
)
def test_strict_transport_is_asked_for_behind_https_only(tmp_path: Path, address: str, told: bool) -> None:
    app = create_app(KEYS | {"INSTANCE": str(tmp_path), "PUBLIC_URL": address})
    assert ("Strict-Transport-Security" in app.test_client().get("/healthz").headers) == told
    assert app.config["SESSION_COOKIE_SECURE"] == told


def test_a_static_file_is_kept_for_a_year_under_its_own_address(tmp_path: Path) -> None:
    app = create_app(KEYS | {"INSTANCE": str(tmp_path)})
    with app.test_request_context():
        address = app.jinja_env.globals["static_url"]("js/app.js")
    kept = [
        app.test_client().get(a, buffered=True).headers["Cache-Control"] for a in (address, "/static/js/app.js?v=x")
    ]
    assert kept == ["public, max-age=31536000, immutable", "no-cache"]
