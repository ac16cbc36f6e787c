"""What is left of a row, and of our copy of a customer of theirs, when personal data was erased."""

from __future__ import annotations

import json
from typing import Any

from webapp.models import inbox, lane
from webapp.models.checked import Checked
from webapp.models.exclusion import Exclusion
from webapp.models.history import History
from webapp.models.inbox import Inbox
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.run import RunItem
from webapp.models.suggestion import Suggestion
from webapp.sync.fields import NAMES

BECAUSE = "erased"
EMPTY = dict.fromkeys(NAMES, "")


def blank(table: Any) -> Any:
    """The update that leaves of a line of history, or of an item of a run, all but its values."""
    if table is History:
        return History.update(before="", after="", origin="")
    return RunItem.update(before="", after="", note_json=json.dumps({"erased": True}))


def wipe_there(mirror: Mirror) -> None:
    """What we kept of one that e-conomic has no more, in the caller's transaction."""
    mirror.take(dict(EMPTY))
    mirror.raw_json, mirror.version = "{}", mirror.version + 1
    mirror.save()
    connection, number = mirror.connection_id, mirror.number
    told = (Inbox.old_number == number) | (Inbox.new_number == number)
    Inbox.update(query="", body="").where(Inbox.connection == connection, told, Inbox.state != inbox.NEW).execute()
    look = Lane.connection == connection, Lane.side == lane.THEIRS, Lane.record == number
    Lane.update(fault_text="").where(*look).execute()
    Suggestion.delete().where(Suggestion.connection == connection, Suggestion.mirror == mirror).execute()
    blank(History).where(History.company == mirror.company_id, History.mirror_id == mirror.id).execute()
    Checked.forget(mirror.company)


def wipe_if_erased(mirror: Mirror) -> None:
    """e-conomic has it no more, and here its customer was erased before: now our copy goes too."""
    own = Exclusion.connection == mirror.connection_id, Exclusion.mirror == mirror
    if Exclusion.select().where(*own, Exclusion.reason == BECAUSE).exists():
        wipe_there(mirror)
