"""Single sign-on against a real provider on loopback, and what happens when something about it is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import oidc_provider_mock
import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.people import KEYS, World
from webapp import create_app, db
from webapp.models.user import User

# The provider of the tests announces its own coming changes.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def app(sqlite_database: str, issuer: str) -> Iterator[Flask]:
    single = {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": "cleanmanager", "OIDC_CLIENT_SECRET": "secret"}
    app = create_app(KEYS | single | {"DATABASE_URL": sqlite_database, "TESTING": True})
    with db.connected():
        World.make()
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def come_back(client: FlaskClient, issuer: str, claims: dict[str, object], sub: str = "42") -> str:
    """Go to the provider, log in there, and return the address it sends the browser back to."""
    requests.put(f"{issuer}/users/{sub}", json=claims, timeout=5).raise_for_status()
    away = client.get("/oidc").location
    answer = requests.post(away, data={"sub": sub}, allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def sentence(answer: TestResponse) -> str:
    assert answer.status_code == 400
    return answer.text.partition('role="alert"')[2].partition("</p>")[0]


def test_a_verified_e_mail_signs_the_existing_user_in(client: FlaskClient, issuer: str) -> None:
    back = come_back(client, issuer, {"email": "alice@fjordglans.dk", "email_verified": True})
    assert client.get(back).location == "/customers"
    assert client.get("/customers").status_code == 200


@pytest.mark.parametrize(
    ("told", "role"),
    [
        ("auditor", "auditor"),
        (["inspector", "everybody"], "inspector"),
        (["auditor", "administrator"], "auditor"),
        ("boss", "administrator"),
        ([], "administrator"),
        (7, "administrator"),
        (None, "administrator"),
    ],
)
def test_a_role_that_the_provider_names_is_the_persons(
    app: Flask, client: FlaskClient, issuer: str, told: object, role: str
) -> None:
    app.config["OIDC_ROLE_CLAIM"] = "role"
    client.get(come_back(client, issuer, {"email": "alice@fjordglans.dk", "email_verified": True, "role": told}))
    assert User.with_email("alice@fjordglans.dk").role == role  # type: ignore[union-attr]


def test_a_role_that_nobody_asked_the_provider_for_changes_nothing(client: FlaskClient, issuer: str) -> None:
    client.get(
        come_back(client, issuer, {"email": "dora@fjordglans.dk", "email_verified": True, "role": "administrator"})
    )
    assert client.get("/customers/new").status_code == 403


def test_the_way_there_carries_state_nonce_and_challenge(client: FlaskClient) -> None:
    query = urlsplit(client.get("/oidc").location).query
    assert all(word in query for word in ("state=", "nonce=", "code_challenge=", "code_challenge_method=S256"))


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "alice@fjordglans.dk", "email_verified": False},
        {"email": "alice@fjordglans.dk"},
        {"email": "alice@fjordglans.dk", "email_verified": "true"},
        {"email": "stranger@fjordglans.dk", "email_verified": True},
        {"email_verified": True},
    ],
)
def test_whoever_is_not_surely_a_user_stays_out(client: FlaskClient, issuer: str, claims: dict[str, object]) -> None:
    assert "Der er ingen bruger her med den e-mail." in sentence(client.get(come_back(client, issuer, claims)))
    assert client.get("/customers").status_code == 303


def test_an_answer_used_twice_gets_a_sentence(client: FlaskClient, issuer: str) -> None:
    back = come_back(client, issuer, {"email": "alice@fjordglans.dk", "email_verified": True})
    client.get(back)
    assert "lykkedes ikke" in sentence(client.get(back))


def test_an_answer_to_another_browser_gets_a_sentence(app: Flask, client: FlaskClient, issuer: str) -> None:
    back = come_back(client, issuer, {"email": "alice@fjordglans.dk", "email_verified": True})
    assert "lykkedes ikke" in sentence(app.test_client().get(back))


@pytest.mark.parametrize("query", ["", "?state=x&code=y", "?error=access_denied&state=x"])
def test_a_made_up_answer_gets_a_sentence(client: FlaskClient, query: str) -> None:
    assert "lykkedes ikke" in sentence(client.get(f"/oidc/callback{query}"))


def test_a_provider_that_is_down_leaves_the_password(client: FlaskClient, app: Flask) -> None:
    app.config["OIDC_ISSUER"] = "http://127.0.0.1:9"
    assert "svarer ikke lige nu" in sentence(client.get("/oidc"))


def test_the_log_in_page_offers_it(client: FlaskClient) -> None:
    assert "Log ind med firmakonto" in client.get("/login").text
