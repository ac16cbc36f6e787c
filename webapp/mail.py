"""The one way by which a mail leaves: a short conversation with the installation's mail server."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from webapp import ports

TIMEOUT = 15
"""Seconds for each answer of the server."""
ENCRYPTED, PLAIN = 465, 587


class Unsent(Exception):
    """This mail was not taken; another may be."""


class Unreachable(Unsent):
    """The server takes none just now."""


def addressed(name: str, email: str) -> Address:
    """To whom a letter goes. Raises Unsent where Python's library finds no address in it, in whatever way."""
    try:
        return Address(name, addr_spec=email)
    except (MessageError, ValueError, LookupError, AttributeError) as fault:
        raise Unsent(_told(fault)) from fault


def send(url: str, letter: EmailMessage) -> None:
    """Hand the letter to the server. Raises Unsent."""
    ports.assert_network_allowed()
    try:
        server = _connected(url)
    except OSError as fault:
        raise Unreachable(_told(fault)) from fault
    try:
        server.send_message(letter)
    except smtplib.SMTPRecipientsRefused as fault:
        raise Unsent("the recipient was refused") from fault
    except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError, UnicodeError) as fault:
        raise Unsent(_told(fault)) from fault
    except OSError as fault:
        raise Unreachable(_told(fault)) from fault
    finally:
        # The letter was taken or not by now: how the conversation ends changes nothing.
        with contextlib.suppress(OSError):
            server.quit()
        server.close()


def _told(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:200]


def _connected(url: str) -> smtplib.SMTP:
    """Encrypted wherever the server can, and always before a password is told."""
    parts, context = urlsplit(url), ssl.create_default_context()
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or ENCRYPTED, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or PLAIN, timeout=TIMEOUT)
    try:
        _sign_in(server, parts, context)
    except BaseException:
        server.close()
        raise
    return server


def _sign_in(server: smtplib.SMTP, parts: SplitResult, context: ssl.SSLContext) -> None:
    server.ehlo_or_helo_if_needed()
    if parts.scheme != "smtps" and server.has_extn("starttls"):
        server.starttls(context=context)
    elif parts.scheme != "smtps" and parts.username:
        raise smtplib.SMTPNotSupportedError("the server offers no encryption, so the password was not told")
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
