"""The two-column window: what is asked of it, what it shows, and the pieces in which an action's answer redraws it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from webapp import auth, htmx, ports
from webapp.filters import number
from webapp.models import sweep as sweeps
from webapp.models.connection import Connection
from webapp.models.place import Place
from webapp.models.run import Run
from webapp.models.suggestion import Suggestion
from webapp.models.sweep import Sweep
from webapp.models.tally import Tally
from webapp.sync import emptying, rows, silence
from webapp.sync.emptying import Emptied
from webapp.sync.narrowing import Narrowed
from webapp.sync.rows import Batch, Trouble
from webapp.sync.section import Section, State
from webapp.sync.silence import Silence
from webapp.views.sync_asked import Asked
from webapp.views.sync_watch import Watch

__all__ = ["Asked", "Counters", "Proof", "Touched", "Window"]

NEW = Section.NEW.value
BY_SIDE = (NEW, Section.OFF.value)
"""Sections in which a narrow screen shows one side at a time."""


@dataclass(frozen=True)
class Counters:
    """Every number in the window. `shown`: section -> (lines, ours, theirs), `sure`: suggestions that can be paired
    unseen, both as narrowed by `asked`; `new` is never narrowed."""

    shown: Mapping[str, tuple[int, int, int]]
    sure: int
    new: tuple[int, int, int]
    filters: Mapping[str, int]
    asked: Asked

    @classmethod
    def of(cls, narrowed: Narrowed) -> Counters:
        asked = Asked(narrowed.text, narrowed.only)
        sure = narrowed.by_state.get((NEW, State.SURE.value), (0, 0, 0))[0]
        return cls(narrowed.counts, sure, narrowed.new, narrowed.filters, asked)

    def texts(self) -> dict[str, str]:
        """Id of the place in the page -> the number that stands there."""
        ours, theirs = (number(sum(line[side] for line in self.shown.values())) for side in (1, 2))
        found = {f"count-{section}": number(_heads(section, line)) for section, line in self.shown.items()}
        found |= {f"filter-{name}": number(count) for name, count in self.filters.items()}
        found |= {"count-ours": ours, "count-theirs": theirs, "switch-ours": ours, "switch-theirs": theirs}
        for section in BY_SIDE:
            _lines, own, other = self.shown[section]
            found |= {f"count-{section}-ours": number(own), f"count-{section}-theirs": number(other)}
        new = _heads(NEW, self.new)
        return found | {
            "badge-new": str(ngettext("+%(count)s ny kunde", "+%(count)s nye kunder", new, count=number(new)))
        }


def _heads(section: str, line: tuple[int, int, int]) -> int:
    """What a section's number counts: its lines, but the new ones as customers, whoever stands opposite whom."""
    lines, ours, theirs = line
    return ours + theirs if section == NEW else lines


@dataclass(frozen=True)
class Window:
    """Everything the window shows."""

    watch: Watch
    connection: Connection
    asked: Asked
    counters: Counters
    batches: Mapping[str, Batch]
    fetch: Sweep | None
    run: Run | None
    trouble: Trouble | None
    silence: Silence | None

    @property
    def is_fetched(self) -> bool:
        """The first fetch has come to its end; before that there is nothing to compare with."""
        return self.connection.fetched_at is not None


@dataclass(frozen=True)
class Proof:
    """The line that says how old the last full comparison is, or how far the present one has come."""

    last: Sweep | None
    running: Sweep | None
    held: Sweep | None
    emptied: Emptied | None
    has_agreed: bool

    @property
    def is_whole(self) -> bool:
        """There were pairs, and each of them was as it should be."""
        return self.last is not None and 0 < self.last.pairs == self.last.equal

    @classmethod
    def of(cls, connection: Connection) -> Proof:
        open_ = Sweep.current(connection, sweeps.COMPARE, sweeps.FETCH)
        held = open_ if open_ is not None and open_.state == sweeps.HELD else None
        running = open_ if held is None else None
        agreed = (Section.PAIRED.value, State.AGREED.value) in Tally.by_state(connection)
        return cls(Sweep.last_proof(connection), running, held, emptying.waiting(connection), agreed)


def is_on_show() -> bool:
    """The request came from the window, so its rows are there to be redrawn."""
    return urlsplit(str(request.htmx.current_url or "")).path == url_for("sync.window")  # type: ignore[attr-defined]


def active_connection() -> Connection | None:
    """The company's connection whose customers are synchronised."""
    found = Connection.open_of(auth.company())
    return found if found is not None and found.is_active else None


def connection() -> Connection:
    """The same; without one nothing in the window can be done, and no row of it is found."""
    found = active_connection()
    if found is None:
        abort(
            404 if request.view_args else 409,
            _("Kunder synkroniseres ikke med e-conomic. Slå det til under Integrationer."),
        )
    return found


def read(active: Connection, asked: Asked) -> Window:
    fetched = active.fetched_at is not None
    narrowed = asked.of_lines(active)
    since = ports.now() - timedelta(seconds=rows.TROUBLE_AFTER_SECONDS)
    return Window(
        watch=Watch.begun(active),
        connection=active,
        asked=asked,
        counters=Counters.of(narrowed),
        batches={section.value: rows.batch(narrowed, section) for section in Section} if fetched else {},
        fetch=None if fetched else Sweep.current(active, sweeps.FETCH),
        run=Run.current(active),
        trouble=rows.trouble(active, since),
        silence=silence.of(active),
    )


def page(active: Connection, asked: Asked, piece: bool = False) -> str:
    """The whole window, with the page around it or without."""
    template = "sync/_window.html" if piece else "sync/index.html"
    return render_template(template, window=read(active, asked), proof=Proof.of(active))


def fresh(active: Connection, asked: Asked) -> list[Markup]:
    """Pieces that draw every row, number and filter anew."""
    window = read(active, asked)
    body = htmx.piece("#rows", render_template("sync/_rows.html", window=window), "innerHTML")
    filters = htmx.piece("#filters", render_template("sync/_filters.html", window=window))
    only = htmx.piece("#only", render_template("sync/_only.html", asked=asked), "innerHTML")
    return [body, filters, only, watching(window.watch, asked), *counted(window.counters)]


def watching(watch: Watch, asked: Asked) -> Markup:
    """The piece that asks what others change."""
    return htmx.piece("#watch", render_template("sync/_watch.html", watch=watch, asked=asked))


def counted(counters: Counters) -> list[Markup]:
    """Pieces for every number, for "Opret partnere" and for each "Intet at vise"."""
    pieces = [htmx.piece(f"#{place}", text, "innerHTML") for place, text in counters.texts().items()]
    pieces.append(htmx.piece("#bulk", render_template("sync/_bulk.html", counters=counters)))
    for section in counters.shown:
        empty = render_template("sync/_empty.html", section=Section(section), counters=counters)
        pieces.append(htmx.piece(f"#empty-{section}", empty))
    return pieces


class Touched:
    """The lines that an action may move: noted before it, drawn after it."""

    def __init__(self, active: Connection, customer_id: int | None = None, mirror_id: int | None = None) -> None:
        self.connection = active
        lines = Place.holding(active, customer_id, mirror_id)
        self.ours = {customer_id or 0} | {line.customer_id or 0 for line in lines}
        self.theirs = {mirror_id or 0} | {line.mirror_id or 0 for line in lines}
        self.before = {line.id: line.section for line in self._lines()}
        self.near = {line.id: line for line in self._near() if line.id not in self.before}

    def _lines(self) -> list[Place]:
        """Where the touched ones stand, and who stood beside them."""
        return Place.holding_any(self.connection, self.ours, self.theirs)

    def _near(self) -> list[Place]:
        """Where those stand who may come to stand beside them."""
        around = Suggestion.around(self.connection, self.ours, self.theirs)
        ours, theirs = {one.customer_id for one in around}, {one.mirror_id for one in around}
        return Place.holding_any(self.connection, ours, theirs)

    def _moved(self) -> tuple[dict[int, str], list[Place]]:
        """The lines as they were, id -> section, and as they are: the touched ones, and others that moved with them."""
        after = {line.id: line for line in self._lines()}
        still = {line.id: line for line in Place.of(self.connection).where(Place.id.in_(list(self.near)))}
        moved = {i: line for i, line in self.near.items() if i not in still or still[i].version != line.version}
        after |= {i: still[i] for i in moved if i in still}
        return self.before | {i: line.section for i, line in moved.items()}, list(after.values())

    def answer(self, message: str, kind: str = "ok", *, status: int = 200, close_dialog: bool = False) -> Response:
        """The lines where they stand now, the counters, and a word; without script, the window anew."""
        asked = Asked.on_show()
        if not htmx.wants_piece():
            return htmx.go(asked.address(), message, kind)
        pieces = [*self.drawn(asked), htmx.toast(message, kind)]
        return htmx.partials(*pieces, status=status, close_dialog=close_dialog)

    def stale(self, message: str = "") -> Response:
        """The person saw something that is no longer so: show it, and say that nothing was changed."""
        return self.answer(
            message or _("Kunden blev ændret imens. Se den igen. Intet er ændret."),
            "ask", status=409, close_dialog=True,
        )  # fmt: skip

    def drawn(self, asked: Asked) -> list[Markup]:
        (before, after), watch, narrowed = self._moved(), Watch.of_request(), asked.of_lines(self.connection)
        pieces = [*_drawn(narrowed, asked, before, after), *counted(Counters.of(narrowed))]
        if watch is not None:
            own = before.keys() | {place.id for place in after}
            pieces.append(watching(watch.now(self.connection, own), asked))
        return pieces


def _drawn(narrowed: Narrowed, asked: Asked, before: Mapping[int, str], after: Iterable[Place]) -> Iterable[Markup]:
    """Rows out, rows in: a line that stays is redrawn in place, one that moves comes to the top of its section."""
    visible = rows.visible(narrowed, [place.id for place in after])
    staying = {row.key: row for row in visible if before.get(row.key) == row.place.section}
    for gone in before.keys() - staying.keys():
        yield htmx.piece(f"#row-{gone}", "", "delete")
    for row in visible:
        html = render_template("sync/_row.html", row=row, asked=asked)
        if row.key in staying:
            yield htmx.piece(f"#row-{row.key}", html)
        else:
            yield htmx.piece(f"#rows-{row.place.section}", html, "afterbegin")


def not_connected() -> ResponseReturnValue:
    """What stands here before customers are synchronised."""
    found = Connection.open_of(auth.company())
    return render_template("sync/closed.html", connection=found)
