"""The address that asks for a grant, and what comes back from it."""

from urllib.parse import parse_qs, urlsplit

import pytest

from webapp.economic.grant import Declined, Granted, grant_url, read_callback

PAGE = "https://secure.e-conomic.com/secure/api1/requestaccess.aspx"


def test_the_address_carries_token_language_and_the_way_back() -> None:
    url = grant_url(PAGE, "public&token", "https://app.example/back?state=a&b=ø")

    assert url.startswith(f"{PAGE}?appPublicToken=")
    assert parse_qs(urlsplit(url).query) == {
        "appPublicToken": ["public&token"],
        "locale": ["da-DK"],
        "redirectUrl": ["https://app.example/back?state=a&b=ø"],
    }


def test_a_base_with_a_query_keeps_it() -> None:
    assert grant_url("http://127.0.0.1/x?y=1", "p", "http://a/").startswith("http://127.0.0.1/x?y=1&appPublicToken=p")


def test_a_language_they_do_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no grant page"):
        grant_url(PAGE, "p", "http://a/", locale="fr-FR")


def test_a_token_is_a_yes() -> None:
    assert read_callback({"token": " abc123 ", "state": "x"}) == Granted("abc123")


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ({}, ""),
        ({"token": ""}, ""),
        ({"token": "  "}, ""),
        ({"token": "a\r\nX-Evil: 1"}, ""),
        ({"token": "æ"}, ""),
        ({"token": "x" * 513}, ""),
        ({"error": "access_denied"}, "access_denied"),
        ({"errorMessage": "Afvist", "error": "x"}, "Afvist"),
        ({"message": "y" * 999}, "y" * 200),
        ({"token": "abc", "error": "denied"}, "denied"),
    ],
)
def test_anything_else_is_a_no(args: dict[str, str], reason: str) -> None:
    assert read_callback(args) == Declined(reason)


def test_a_token_is_not_shown_when_the_answer_is_printed() -> None:
    assert "abc" not in repr(Granted("abc"))
