"""What templates may not hold: what the Content-Security-Policy would stop, and icons that are not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STOPPED = {
    "a style attribute": re.compile(r"<[^>]*\sstyle=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script in the page": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+=", re.IGNORECASE),
    "htmx code that needs eval": re.compile(r"\shx-on:|[\"']js:|hx-trigger=[\"'][^\"']*\[", re.IGNORECASE),
    "something from another host": re.compile(
        r"<(?:script|link|img)\b[^>]*(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE
    ),
}
ICON = re.compile(r"icons\.svg[^\"'>]*#([a-z0-9-]+)")


def templates() -> list[Path]:
    return sorted([*(ROOT / "templates").rglob("*.html"), *(ROOT / "webapp").rglob("*.html")])


def stopped_in(page: str) -> list[str]:
    return [what for what, pattern in STOPPED.items() if pattern.search(page)]


def test_no_template_needs_what_the_policy_stops() -> None:
    assert {path.name: found for path in templates() if (found := stopped_in(path.read_text()))} == {}


@pytest.mark.parametrize(
    "page, what",
    [
        ('<p class="a" style="color:red">', "a style attribute"),
        ("<style>p{}</style>", "a style element"),
        ("<script>go()</script>", "a script in the page"),
        ('<button onclick="go()">', "an event attribute"),
        ('<button hx-on:click="go()">', "htmx code that needs eval"),
        ('<a hx-trigger="click[ctrlKey]">', "htmx code that needs eval"),
        ('<img src="https://example.com/a.png">', "something from another host"),
    ],
)
def test_what_the_policy_stops_is_caught(page: str, what: str) -> None:
    assert stopped_in(page) == [what]


def test_a_page_that_keeps_to_the_policy_is_let_pass() -> None:
    assert stopped_in('<script src="/static/app.js" defer></script><a hx-get="/x" hx-trigger="click">one</a>') == []


def test_every_icon_that_a_template_shows_is_in_the_sprite() -> None:
    sprite = (ROOT / "static/icons.svg").read_text()
    shown = {icon for path in templates() for icon in ICON.findall(path.read_text())}
    assert {icon for icon in shown if f'id="{icon}"' not in sprite} == set()
