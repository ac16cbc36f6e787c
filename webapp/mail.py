"""The one way by which a mail leaves: a short conversation with the installation's mail server."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from webapp import ports

TIMEOUT = 15
"""Seconds for each answer of the server."""
ENCRYPTED, PLAIN = 465, 587


class Unsent(Exception):
    """This mail was not taken; another may be."""


class Unreachable(Unsent):
    """The server takes none just now."""


def send(url: str, letter: EmailMessage) -> None:
    """Hand the letter to the server. Raises Unsent."""
    ports.assert_network_allowed()
    try:
        with _connected(url) as server:
            server.send_message(letter)
    except smtplib.SMTPRecipientsRefused as fault:
        raise Unsent("the recipient was refused") from fault
    except (OSError, smtplib.SMTPException) as fault:
        raise Unreachable(f"{type(fault).__name__}: {fault}"[:200]) from fault


def _connected(url: str) -> smtplib.SMTP:
    """Encrypted wherever the server can, and always before a password is told."""
    parts, context = urlsplit(url), ssl.create_default_context()
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or ENCRYPTED, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or PLAIN, timeout=TIMEOUT)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
        elif parts.username:
            server.close()
            raise smtplib.SMTPNotSupportedError("the server offers no encryption, so the password was not told")
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
