"""The way to a grant: the address that asks for one, and what the browser brings back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

LOCALES = ("da-DK", "en-GB", "en-US", "nb-NO", "sv-SE")


@dataclass(frozen=True)
class Granted:
    """The AgreementGrantToken. It does not say which agreement it opens: ask for that next."""

    token: str

    def __repr__(self) -> str:
        return "Granted(token=…)"


@dataclass(frozen=True)
class Declined:
    """No token came back. `reason` is their own text, '' when the browser brought none (cancelled)."""

    reason: str


def grant_url(base: str, public_token: str, redirect_url: str, locale: str = "da-DK") -> str:
    """Where an administrator says yes. Whatever query `redirect_url` has comes back with the token appended."""
    if locale not in LOCALES:
        raise ValueError(f"e-conomic has no grant page in {locale!r}")
    query = {"appPublicToken": public_token, "locale": locale, "redirectUrl": redirect_url}
    return f"{base}{'&' if '?' in base else '?'}{urlencode(query)}"


def read_callback(args: Mapping[str, str]) -> Granted | Declined:
    """What a cancelled grant sends back is not documented: without a possible token it is a no, whatever else came."""
    told = next((args[key] for key in ("errorMessage", "error_description", "message", "error") if args.get(key)), "")
    token = args.get("token", "").strip()
    if told or not token or len(token) > 512 or not all("!" <= letter <= "~" for letter in token):
        return Declined(told.strip()[:200])
    return Granted(token)
