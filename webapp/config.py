"""Every setting once: its name, its default, its meaning and its check."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import getaddresses
from typing import Any
from urllib.parse import urlsplit


class WrongSetting(Exception):
    """A setting that stops the start, with a sentence that says which and why."""


def _text(value: str) -> str:
    return value


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("must be an address that begins with http:// or https://")
    return value.rstrip("/")


def _own_address(value: str) -> str:
    return _address(value) if value else ""


def _mail_server(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
        raise ValueError("must be an address that begins with smtp:// or smtps://")
    _ = parts.port
    return value


def _mail_address(value: str) -> str:
    found = [address for _name, address in getaddresses([value])]
    if value and (len(found) != 1 or not re.fullmatch(r"[^@\s]+@[^@\s]+", found[0])):
        raise ValueError("must be an e-mail address")
    return value


def _clock(value: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise ValueError("must be a time of day such as 03:10")
    return value


def _database(value: str) -> str:
    if value and not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return value


def _port(value: str) -> int:
    number = int(value)
    if not 0 < number < 65536:
        raise ValueError("must be a port from 1 to 65535")
    return number


def _seconds(value: str) -> int:
    number = int(value)
    if number < 1:
        raise ValueError("must be a whole number of seconds, 1 or more")
    return number


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    meaning: str
    check: Callable[[str], Any] = _text
    secret: bool = False


SETTINGS = (
    Setting("INSTANCE", "instance", "Folder for the database and the keys made at the first start"),
    Setting("PORT", "8000", "Port of the app on 127.0.0.1", _port),
    Setting("SANDBOX_PORT", "8001", "Port of the e-conomic sandbox in the demo", _port),
    Setting(
        "PUBLIC_URL",
        "",
        "Address under which browsers and e-conomic reach the app; empty: as the browser calls it",
        _own_address,
    ),
    Setting("DATABASE_URL", "", "`postgresql://…`, or empty for SQLite in INSTANCE", _database, secret=True),
    Setting(
        "SECRET_KEY",
        "",
        "Signs sessions; made in INSTANCE when empty; comma list: the first signs, all are read",
        secret=True,
    ),
    Setting(
        "ENCRYPTION_KEY",
        "",
        "Fernet key for tokens at rest; made in INSTANCE when empty; comma list rotates",
        secret=True,
    ),
    Setting("ECONOMIC_APP_SECRET_TOKEN", "", "AppSecretToken of your app at e-conomic", secret=True),
    Setting("ECONOMIC_APP_PUBLIC_TOKEN", "", "AppPublicToken of the same app: used in the installation link"),
    Setting("ECONOMIC_API_URL", "https://restapi.e-conomic.com", "The REST API (legacy)", _address),
    Setting("ECONOMIC_OPENAPI_URL", "https://apis.e-conomic.com", "The newer services", _address),
    Setting(
        "ECONOMIC_GRANT_URL",
        "https://secure.e-conomic.com/secure/api1/requestaccess.aspx",
        "The page where an administrator grants access",
        _address,
    ),
    Setting("POLL_SECONDS", "300", "How often e-conomic is asked for changes that no webhook told", _seconds),
    Setting("COMPARE_AT", "03:10", "Time of the nightly full comparison, Danish time", _clock),
    Setting(
        "MAIL_URL",
        "",
        "`smtp://user:password@host:587` or `smtps://…`, by which administrators are told what waits; empty: off",
        _mail_server,
        secret=True,
    ),
    Setting("MAIL_FROM", "", "Sender of these mails; needed with MAIL_URL, as is PUBLIC_URL", _mail_address),
    Setting("SUPPORT_EMAIL", "support@cleanmanager.dk", "Support contact on the help page"),
    Setting("SUPPORT_PHONE", "+45 60 95 03 48", "Support telephone on the help page"),
    Setting("OIDC_ISSUER", "", "OpenID Connect provider for single sign-on; empty: off"),
    Setting("OIDC_CLIENT_ID", "", "Client id at that provider"),
    Setting("OIDC_CLIENT_SECRET", "", "Client secret at that provider", secret=True),
    Setting("OIDC_ROLE_CLAIM", "", "Claim that names a person's role there; empty: the role given here stays"),
)


def load(overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """All settings by name: overrides first, then the environment, then the default. Raises WrongSetting."""
    given = overrides or {}
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        raw = str(given.get(setting.name, environ.get(setting.name, "") or setting.default))
        try:
            values[setting.name] = setting.check(raw)
        except ValueError as wrong:
            shown = "" if setting.secret else f"={raw!r}"
            raise WrongSetting(f"{setting.name}{shown}: {wrong}") from wrong
    return values


def refuse_half_a_mail_server(settings: Mapping[str, Any]) -> None:
    """A mail needs a sender, and an address for its links. Raises WrongSetting."""
    lacking = [name for name in ("MAIL_FROM", "PUBLIC_URL") if not settings[name]]
    if settings["MAIL_URL"] and lacking:
        raise WrongSetting(f"MAIL_URL: needs {' and '.join(lacking)} too")
