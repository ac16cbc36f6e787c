"""Mails on their way: a thread of its own beside a worker, so that a mail server that is slow or dead delays nobody."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import urlsplit

from flask import Flask

from webapp import db, mail, migrations
from webapp.models.user import User
from webapp.notices import posting
from webapp.notices.waiting import Item
from webapp.views import notice_words

log = logging.getLogger(__name__)
PERIOD = 60.0
"""Seconds between two rounds."""


class Postman:
    """Goes round until told to stop; nothing while the database is away or a newer program's."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.wait(PERIOD):
            try:
                with db.connected():
                    migrations.refuse_newer()
                    self.go_round()
            except Exception as fault:
                known = db.is_unusable(fault) or isinstance(fault, migrations.NewerDatabase)
                log.error("no mails this time: %s", type(fault).__name__, exc_info=None if known else fault)

    def go_round(self) -> int:
        return posting.go_round(self.write, lambda letter: mail.send(self.app.config["MAIL_URL"], letter))

    def write(self, user: User, items: Sequence[Item], mark: str) -> EmailMessage:
        """As a page is written, though nobody asked for one; addresses begin as browsers reach the app."""
        parts = urlsplit(self.app.config["PUBLIC_URL"])
        with self.app.test_request_context(base_url=f"{parts.scheme}://{parts.netloc}"):
            return notice_words.letter(user, items, mark)


@contextmanager
def going_round(app: Flask) -> Iterator[None]:
    """A postman in a thread of this process, if the installation has a mail server; told to stop at the end."""
    if not app.config["MAIL_URL"]:
        yield
        return
    postman = Postman(app)
    thread = threading.Thread(target=postman.run, name="postman", daemon=True)
    thread.start()
    try:
        yield
    finally:
        postman.stopping.set()
        thread.join(timeout=mail.TIMEOUT)
