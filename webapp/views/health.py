"""For the machine's watchman: is the process alive, and is it ready for people?"""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from peewee import PeeweeException, fn

from webapp import db, migrations, ports
from webapp.models.place import Heartbeat
from webapp.notices import posting

blueprint = Blueprint("health", __name__)
OLDEST_HEARTBEAT = 120


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """Asks nothing of the database."""
    return {"alive": True}


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """The database answers, is of this program's version, and a worker was there in the last two minutes."""
    try:
        facts = _facts()
    except PeeweeException:
        return {"ready": False, "database": False}, 503
    lives = facts["worker_seconds"] is not None and facts["worker_seconds"] <= OLDEST_HEARTBEAT
    is_ready = lives and not facts["migrations_pending"] and not facts["migrations_unknown"]
    return {"ready": is_ready, "database": True} | facts, 200 if is_ready else 503


def _facts() -> dict[str, Any]:
    db.database.execute_sql("SELECT 1")
    pending = migrations.pending()
    seen = None if pending else Heartbeat.select(fn.MAX(Heartbeat.seen_at)).scalar()
    age = int((ports.now() - seen).total_seconds()) if seen else None
    unsent = None if pending else posting.unsent().count()
    versions = {"migrations_pending": pending, "migrations_unknown": migrations.unknown()}
    return versions | {"worker_seconds": age, "mails_unsent": unsent}
