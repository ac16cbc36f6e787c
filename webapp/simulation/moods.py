"""Moods: each seed leaves some things out and leans towards others, so that rare meetings are common in some histories.

A mix of everything seldom brings three rare things to one customer; a history that plays few kinds of step does.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

THEMES: dict[str, tuple[str, ...]] = {
    "creations without an answer": (
        "we add", "we create there", "creation unanswered", "look-up fails", "key grows old", "we try again",
        "they take what we make", "webhooks arrive",
    ),
    "writes that meet others": ("we edit", "they edit", "they edit elsewhere", "newer service", "webhooks arrive"),
    "deletions": (
        "we delete", "they delete", "we decide", "they edit", "we edit", "webhooks arrive", "we open a dialog",
    ),
    "numbers": ("they renumber", "they swap", "they reuse", "they shift", "webhooks arrive", "webhooks vanish"),
    "questions": ("we edit", "they edit", "we answer", "we open a dialog", "we pair", "webhooks arrive"),
    "forms": ("we open a form", "we edit", "they edit", "webhooks arrive"),
    "deaths": (
        "process dies", "process dies calling", "we edit", "they edit", "we create there", "we unpair", "we pair",
    ),
    "leaving out": ("we exclude", "we order", "we create there", "we unpair", "we stop", "process dies"),
    "a failing service": ("call fails", "look-up fails", "we edit", "they edit", "we compare", "time passes"),
    "long lists": ("they add", "we compare", "list cut short", "call fails", "webhooks vanish", "they edit"),
    "settings": ("we set", "we reconnect", "we edit", "they edit", "grant is withdrawn", "we create there"),
    "workers": ("worker stalls", "we edit", "they edit", "webhooks arrive", "we create there", "process dies calling"),
}  # fmt: skip
LEANING, STAYS = 6, 0.65
ALWAYS = ("work",)


def leaning(r: Random, weights: Mapping[str, int]) -> list[int]:
    """The weights of one history's verbs, in the same order: a third left out, and a theme's (if it has one) raised."""
    theme = THEMES[r.choice(sorted(THEMES))] if r.random() < 0.75 else ()
    made = []
    for verb, weight in weights.items():
        stays = r.random() < STAYS
        made.append(weight * LEANING if verb in theme else weight if stays or verb in ALWAYS else 0)
    share = made[list(weights).index("work")] / max(1, sum(made))
    if share < 0.2:
        made[list(weights).index("work")] = round(sum(made) * 0.3)
    return made
