"""What the pages of a run tell beside the rest when it is about a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from webapp.models import run as states
from webapp.models.connection import Connection
from webapp.models.run import Run, RunItem
from webapp.models.upload import Upload


@dataclass(frozen=True)
class Loaded:
    """The file behind a plan or a run."""

    run: Run

    @cached_property
    def new(self) -> int:
        """Of what is loaded: how many are new here; the others are changed."""
        return int(RunItem.of(self.run, states.ITEM_WAITING).where(RunItem.customer_id.is_null()).count())

    @cached_property
    def upload(self) -> Upload | None:
        """The file that the plan was made of, while it is kept."""
        return Upload.get_or_none(Upload.company == self.run.company_id, Upload.run == self.run)

    @cached_property
    def file(self) -> str:
        """Its name, also when it is kept no longer."""
        first = RunItem.of(self.run).first()
        return str(first.note.get("file", "")) if first else ""

    @cached_property
    def meets_economic(self) -> bool:
        return Connection.open_of(self.run.company) is not None
