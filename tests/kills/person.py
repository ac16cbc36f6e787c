"""A person's browser over real HTTP."""

import re
from typing import Any

import requests

from tests.kills.furnish import EMAIL, PASSWORD

PIECE = {"HX-Request": "true"}
PATIENCE = 30
"""Seconds to be let in: a password is slow to check, most of all on a busy machine."""


class Person:
    """A browser that is logged in: the session outlives every restart of the app."""

    def __init__(self, app: str) -> None:
        self.app, self.http = app, requests.Session()
        token = hidden(self.http.get(f"{app}/login", timeout=PATIENCE).text, "csrf_token")
        form = {"csrf_token": token, "email": EMAIL, "password": PASSWORD}
        answer = self.http.post(f"{app}/login", data=form, timeout=PATIENCE, allow_redirects=False)
        if answer.status_code != 303:
            raise requests.RequestException(f"not let in: {answer.status_code}")
        self.token = hidden(self.http.get(f"{app}/customers/new", timeout=PATIENCE).text, "csrf_token")

    def get(self, path: str) -> requests.Response:
        return self.http.get(self.app + path, headers=PIECE, timeout=3)

    def post(self, path: str, **form: Any) -> requests.Response:
        return self.http.post(self.app + path, data={"csrf_token": self.token} | form, headers=PIECE, timeout=3)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page)
    if found is None:
        raise requests.RequestException(f"no {name} in the page")
    return found[1]
