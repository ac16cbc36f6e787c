"""One process that stores customers, edits and webhook calls, and tells of each what it was told: "acknowledged".

`python -m tests.kills.writer ADDRESS KEY ACTS [SYNCHRONOUS]`: the database is furnished already.
"""

import os
import sys

from webapp import db, vault
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.user import User
from webapp.sync import inbox, register

OFTEN = 40
"""Pages in the log until SQLite writes them into the file itself: a thousand, if nothing is said."""


def main(address: str, key: str, acts: int, synchronous: str = "full") -> None:
    vault.use([key])
    db.bind(address)
    with db.connected():
        db.database.execute_sql(f"PRAGMA wal_autocheckpoint = {OFTEN}")
        db.database.execute_sql(f"PRAGMA synchronous = {synchronous}")
        company, by, connection = Company.get(), User.get(), Connection.get()
        for n in range(acts):
            made = register.add(company, None, {"name": f"Kunde {n}", "city": "Odense"}, by)
            _say(f"added {made.number}")
            register.change(company, made.id, {"city": "Odense"}, {"city": f"By {n}"}, by)
            _say(f"moved {made.number} By {n}")
            _say(f"called {inbox.receive(connection, f'new={made.number}&old={made.number}', '', '').id}")
        os._exit(0)


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
