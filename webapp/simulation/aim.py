"""What a seed is after: each seed aims at one durable boundary, by steps that lead there and a death when it is met.

The aim is the seed's own, whatever was played before; as many seeds in a row as there are boundaries aim at each once.
"""

from __future__ import annotations

from random import Random

from webapp.simulation import boundaries

Planned = tuple[str, int, str]
"""A step's verb, and where it happens: inside that many calls (0: by itself), at that moment."""

AHEAD = "workers get ahead"
WAYS: dict[str, tuple[Planned | str, ...]] = {
    "connect.deactivate": ("we set", "we set"),
    "connect.confirm": ("we set", "we set"),
    "connect.decline": ("we set", "we set", "we set"),
    "create._look": ("we create there", "call fails", "work", "time passes", "work"),
    "create._leave": (
        "all works again", "we add", "we create there", "creation unanswered", "work", "they reuse what we make",
        "key grows old", AHEAD,
    ),
    "create._no_such_address": (
        "all works again", "we add", "we add", "no such address", "we create there", AHEAD, "we create there", AHEAD,
    ),
    "create._refused": ("we name a coming group", "we create there", "work"),
    "default_rules": ("we rule defaults", "we rule defaults", "we rule defaults"),
    "emptying.decide": (
        "all works again", "they import", "we compare", AHEAD, "we order copies", AHEAD, "they empty most",
        "we compare", AHEAD, "we answer the emptied",
    ),
    "not_same": ("we add", "they add the same", "webhooks arrive", AHEAD, "we tell apart", "we tell apart", "work"),
    "making": ("we have a plan made", AHEAD, "we have a plan made", AHEAD, "we have a plan made", AHEAD),
    "making.give_up": ("we have a plan made", AHEAD, "we have a plan made") * 4,
    "making.order_again": ("we have a plan made", AHEAD, "we have a plan made") * 3,
    "runs.make": ("we have a plan made", "we have a plan made", "we have a plan made", AHEAD) * 3,
    "pairings.confirm_same": (
        "all works again", "we create here", AHEAD, "they reuse", "we compare", AHEAD, "we confirm", "we confirm",
    ),
    "pairings.create_again": ("they delete", "webhooks arrive", "work", "we decide", "we decide"),
    "pairings.delete_other": ("we delete", "work", "we decide", "we decide"),
    "pairings.try_again": ("we name a coming group", "work", "we try again"),
    "posting": ("all works again", "we edit", "they edit", AHEAD, "time passes", "key grows old", "postman goes round"),
    "push._close": ("we edit", ("they edit", 1, "before PUT"), "work", "work"),
    "erasing": ("all works again", "we delete a partner", AHEAD, "we delete the other", AHEAD, "we erase", "we erase"),
    "push._forbid": (
        "all works again", "newer service at last", "they add", "webhooks arrive", AHEAD, "we create here", AHEAD,
        "we change a currency", AHEAD, "they bill all", "we insist", AHEAD, "we insist", AHEAD,
    ),
    "push._refused": ("we name a coming group", "work", "work"),
    "remove": ("we delete", "work", "we decide", "work"),
    "remove._refused": (
        "all works again", "we create here", AHEAD, "we delete a partner", "they bill", "they bill", AHEAD,
        "we delete the other", "they bill", AHEAD,
    ),
    "rehearsal": ("we rehearse", "we edit", "work", "we go live", "work"),
    "rehearsal.settle": ("we create there", "creation unanswered", "work", "we rehearse", "work", "we go live", "work"),
    "resting": ("we rest", "work", "we rest"),
    "rules": ("we rule a field", "they edit", "we edit", "work", "we take a rule back"),
    "runs.": ("we order", "we pause a run", "work", "we go on", "work"),
    "runs.step": ("we add", AHEAD, "we leave many out", "we pause a run", ("we go on", 1, "claimed"), "work", AHEAD),
    "runs_plan.replace": ("we add", "we order", "we choose anew", "we order", "we choose anew"),
    "suggesting": ("they add the same", "webhooks arrive", "work", "work"),
    "suggesting.beat": (
        "all works again", ("worker is slow", 1, "beat"), "we add", "they add the same", "webhooks arrive", AHEAD,
    ),
    "sweep": ("we compare", "work", "work"),
    "undo_there": ("we add", AHEAD, "we order partners there", AHEAD, "we undo", AHEAD),
    "undo_there._restore": (
        "all works again", "newer service at last", "we add", "they add elsewhere", "we compare", AHEAD,
        "we pair as ours", AHEAD, "we undo", ("they edit", 1, "before PUT"), AHEAD,
    ),
    "undo_there._means_more": (
        "all works again", "we add", "they add elsewhere", "we compare", AHEAD, "we pair as ours", AHEAD, "we undo",
        "we undo", "they bill all", AHEAD,
    ),
    "worker._refuse": ("all works again", "update is forbidden", "we edit", "we edit", "we edit", AHEAD),
}  # fmt: skip

UNANSWERED: tuple[Planned | str, ...] = ("we create there", "creation unanswered", "work")
GONE = "after 404"
LATE_NEWS: tuple[Planned, ...] = tuple(
    (verb, 1, "after GET") for verb in ("they edit", "webhooks arrive", "work", "work")
)


def _while_stalled(moment: str, *meanwhile: str) -> tuple[Planned, ...]:
    """A worker sleeps past its lease at this moment, and this happens before it goes on."""
    return tuple((verb, 1, moment) for verb in ("worker stalls", *meanwhile))


STORIES: tuple[tuple[Planned | str, ...], ...] = (
    (*UNANSWERED, "key grows old", "look-up fails", "work", "work"),
    (*UNANSWERED, "they take what we make", "webhooks arrive", "key grows old", "work", "work"),
    (*UNANSWERED, "they take what we make", "key grows old", "work", "work"),
    (*UNANSWERED, "we try again", "work", "work"),
    (*UNANSWERED, "they reuse what we make", "key grows old", AHEAD, "we try again", "work", "work"),
    (*UNANSWERED, "they take what we make", "key grows old", "look-up fails", AHEAD, "work"),
    ("we add", "we create there", "creation unanswered", "creation is forbidden", AHEAD, "we try again", AHEAD),
    (*UNANSWERED, "we give up", "work", "we create there", "work"),
    ("we create there", "we delete", "work", "work"),
    ("we create there", "process dies", "work", "work"),
    ("process dies", "we unpair", "work"),
    ("we order", "we exclude", "work", "we exclude", "work"),
    ("we edit", ("we edit", 1, "before PUT"), "work", "work"),
    ("we edit", ("they edit", 1, "before PUT"), "work", "work"),
    ("we edit", ("they edit", 1, "after PUT"), "work", "work"),
    ("newer service", "we edit", ("they delete", 1, "before PUT"), "work", "work"),
    ("we edit", ("worker stalls", 1, "before PUT"), ("work", 1, "before PUT"), "work", "work"),
    ("we create there", ("worker stalls", 1, "after"), ("work", 1, "after"), "work", "work"),
    ("we compare", ("worker stalls", 1, "after GET"), ("work", 1, "after GET"), ("work", 1, "after GET"), "work"),
    ("they edit", "webhooks arrive", *LATE_NEWS, "work", "work"),
    ("we edit", "call fails", "work", "we set", "work", "work"),
    ("we edit", "we edit", "we switch off", "work", "work"),
    ("they renumber", "webhooks arrive", "work"),
    ("they renumber", "webhooks arrive", "they reuse", "work", "work"),
    ("they delete", "webhooks arrive", "work", "they add", "we edit", "work", "work"),
    ("they add", "webhooks vanish", "list cut short", "we compare", "work", "work"),
    ("they add", "they add", "they add", "webhooks vanish", "we compare", "work", "work"),
    ("we open a form", "they edit", "webhooks arrive", AHEAD, "we edit"),
    ("they import", "we compare", AHEAD, "they lose half", "we compare", AHEAD),
    ("look-up fails", "they edit", "webhooks arrive", "work", "work"),
    ("the neighbour edits", "we edit", "work", "work"),
    ("we edit", *_while_stalled("claimed", "process dies taking over", "work"), "work", "work"),
    ("we create there", *_while_stalled("after POST", "creation unanswered", "work"), "work", "work"),
    ("we compare", *_while_stalled("claimed", "process dies taking over", "work"), "work", "work"),
    ("they edit", "webhooks arrive", *_while_stalled("claimed", "process dies taking over", "work"), "work", "work"),
    ("we compare", "list cut short", "work", "work"),
    (
        "we create here", AHEAD, ("they give it away", 1, GONE), ("work", 1, GONE),
        "they delete", "webhooks arrive", "we compare", AHEAD, AHEAD,
    ),
    (AHEAD, ("they give it away", 1, GONE), ("work", 1, GONE), "they delete", "webhooks arrive", AHEAD, AHEAD),
    ("they renumber", "they reuse", "webhooks arrive", "webhooks arrive", "work", "work"),
    ("we edit", "they edit", "webhooks arrive", "service asks to wait", "work", "work"),
    ("process dies soon", "we unpair", "work"),
    ("we create there", ("process dies soon", 1, "after POST"), "work", "they take what we make", "work"),
    ("clock runs ahead", "we edit", "service asks to wait", "work", "clock is right", "work"),
    ("clock runs ahead", "we edit", ("process dies", 1, "before"), "work", "clock is right", "work"),
    ("clock runs ahead", "we compare", ("process dies", 1, "after GET"), "work", "clock is right", "work"),
    ("process dies soon", "we pair", "work"),
    ("we edit", "they edit", "we rehearse", "webhooks arrive", AHEAD, "we edit", "we answer", "we go live", "work"),
    ("we edit", ("we rehearse", 1, "before PUT"), "work", "we edit", "work", "we go live", "work"),
    ("we create there", ("we rehearse", 1, "before"), "work", "key grows old", "work", "we go live", "work"),
    (*UNANSWERED, "we rehearse", "work", "we edit", "work", "we go live", "work"),
    ("we order", "we rehearse", "work", "we undo", "we go live", "work"),
    ("newer service", "we edit", ("we rehearse", 1, "after PUT"), "call fails", "work", "we go live", "work"),
    ("we edit", "they edit", "webhooks arrive", ("disk fails", 1, "after"), "work", "work", "work"),
    ("we create there", ("disk fails", 1, "after POST"), "work", "work"),
    ("process dies soon", "we answer", "work"),
    ("process dies soon", "we create here", "work"),
)  # fmt: skip
"""What few histories would bring together by chance: most of them are about the very moment at which a call is made."""


def stories(r: Random, seed: int) -> list[tuple[Planned, ...]]:
    """The story whose turn it is, and up to two others, each as steps in their order."""
    turn = STORIES[seed % len(STORIES)]
    return [_planned(chosen) for chosen in (turn, *r.sample(STORIES, r.choice((0, 1, 2))))]


def target(seed: int) -> str:
    """The boundary that this seed aims at."""
    known = boundaries.declared()
    return known[seed % len(known)]


def way(seed: int) -> tuple[Planned, ...]:
    """The steps that lead to its boundary, if any are known; the longest beginning of its name counts."""
    name = target(seed)
    known = max((begins for begins in WAYS if name.startswith(begins)), key=len, default="")
    return _planned(WAYS.get(known, ()))


def _planned(steps: tuple[Planned | str, ...]) -> tuple[Planned, ...]:
    return tuple((step, 0, "") if isinstance(step, str) else step for step in steps)


def places(r: Random, length: int, count: int, *, is_aimed: bool = False) -> list[int]:
    """Where in a history the steps of a story stand: in their order, often next to each other; those of a way with
    at most one step between."""
    if count > length:
        return []
    start = r.randint(0, length - count)
    chance, gaps = (0.0, r.choice((0, 0, 1))) if is_aimed else (0.3, 2)
    room = range(start, length) if r.random() < chance else range(start, min(length, start + count + gaps))
    return sorted(r.sample(room, count))
