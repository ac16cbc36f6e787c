"""Moods: each seed leaves some things out and leans towards others, so that rare meetings are common in some histories.

A mix of everything seldom brings three rare things to one customer; a history that plays few kinds of step does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
    "files": (
        "we load a file", "we take a file back", "we edit", "they add the same", "we create there", "webhooks arrive",
    ),
    "erasures": (
        "we erase", "we delete a partner", "we delete the other", "they delete", "we load a file", "webhooks arrive",
    ),
    "settings": ("we set", "we reconnect", "we edit", "they edit", "grant is withdrawn", "we create there"),
    "workers": (
        "worker stalls", "process dies taking over", "we edit", "they edit", "webhooks arrive", "we create there",
        "process dies calling",
    ),
}  # fmt: skip
LEANING, STAYS = 6, 0.65
ALWAYS, WORK = ("work",), 0.25


def leaning(r: Random, weights: Mapping[str, int], favoured: Collection[str] = ()) -> list[int]:
    """The weights of one history's verbs, in the same order: a third left out, those of its theme, if it has one, and
    the favoured raised, and work enough for a part of them to be carried out."""
    theme = {*favoured, *(THEMES[r.choice(sorted(THEMES))] if r.random() < 0.75 else ())}
    stays = {verb: verb in ALWAYS or r.random() < STAYS for verb in weights}
    leaned = {verb: weight * (LEANING if verb in theme else stays[verb]) for verb, weight in weights.items()}
    others = sum(leaned.values()) - leaned["work"]
    leaned["work"] = max(leaned["work"], round(others * WORK / (1 - WORK)))
    return list(leaned.values())
