"""How moments, numbers and icons are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, Response, g
from flask_babel import Babel

from webapp import filters, ports
from webapp.sync.fields import NAMES
from webapp.sync.section import State

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)  # five past eight in Copenhagen


@pytest.fixture(params=["da"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """A request in this language, at NOW."""
    app = Flask("test", static_folder=None)
    folder = str(ROOT / "webapp/translations")
    app.config.update(BABEL_DEFAULT_TIMEZONE="Europe/Copenhagen", BABEL_TRANSLATION_DIRECTORIES=folder)
    Babel(app, locale_selector=lambda: g.locale)
    app.add_url_rule("/static/<path:filename>", "static")
    with app.test_request_context(), ports.using(ports.Ports(now=lambda: NOW)):
        g.locale = request.param
        yield request.param


@pytest.mark.parametrize(
    "at, shown",
    [
        (NOW, "i dag 08.05"),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "i dag 00.30"),
        (datetime(2026, 11, 22, 14, 42, tzinfo=UTC), "i går 15.42"),
        (datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "1. jul. 14.00"),
        (datetime(2025, 11, 3, 12, 0, tzinfo=UTC), "3. nov. 2025"),
        (None, ""),
    ],
)
def test_a_moment_is_told_in_copenhagens_time(language: str, at: datetime | None, shown: str) -> None:
    assert filters.moment(at) == shown


@pytest.mark.parametrize("language", ["en_GB"], indirect=True)
def test_a_moment_is_told_in_english_too(language: str) -> None:
    shown = [filters.moment(at) for at in (NOW, NOW - timedelta(days=1), NOW - timedelta(days=20))]
    assert shown == ["today 08:05", "yesterday 08:05", "3 Nov 08:05"]


@pytest.mark.parametrize(
    "since, shown",
    [
        (timedelta(seconds=-5), "lige nu"),
        (timedelta(seconds=59), "lige nu"),
        (timedelta(minutes=4), "for 4 min. siden"),
        (timedelta(hours=1), "for 1 time siden"),
        (timedelta(hours=6), "for 6 timer siden"),
        (timedelta(days=1), "for 1 dag siden"),
        (timedelta(days=40), "for 40 dage siden"),
    ],
)
def test_an_age_is_told_in_words(language: str, since: timedelta, shown: str) -> None:
    assert filters.ago(NOW - since) == shown


def test_thousands_have_a_point(language: str) -> None:
    assert filters.number(1234567) == "1.234.567"


def test_every_state_has_a_mark(language: str) -> None:
    assert set(filters.STATES) == set(State)
    assert "Parret" in filters.state_mark(State.EQUAL)


def test_every_field_has_a_label(language: str) -> None:
    assert {filters.label(name) for name in NAMES} & set(NAMES) == set()


def test_every_icon_that_is_asked_for_is_in_the_sprite() -> None:
    sprite = (ROOT / "static/icons.svg").read_text()
    pages = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    asked = {name for page in pages for name in re.findall(r"icon\(['\"]([a-z-]+)['\"]\)", page)}
    asked |= {shape for _style, shape, _word in filters.STATES.values()}
    assert {name for name in asked if f'<symbol id="{name}"' not in sprite} == set()


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ("<p>Sendes til {} nu</p>", "e-conomic"), ("<li>{}</li>", "e-conomic"), ("Findes ikke i {}", "e-conomic."),
        ("<b>CleanManager</b> og {} egen", "e-conomics"), ("<i>eller {}</i>", "(e-conomic),"),
        ("Use {} value", "e-conomic&#39;s"),
    ],
)  # fmt: skip
def test_no_line_ends_at_the_hyphen_of_a_name(html: str, name: str) -> None:
    answer = filters.unbroken(Response(html.format(name), mimetype="text/html"))
    assert answer.get_data(as_text=True) == html.format(f'<span class="unbroken">{name}</span>')


@pytest.mark.parametrize(
    "html",
    [
        "<title>Til e-conomic</title>", "<option value=x>e-conomic</option>", "<textarea>\ne-conomic</textarea>",
        '<button aria-label="Vis i e-conomic">Vis</button>', '<a href="https://e-conomic.dk/a">Vis</a>',
    ],
)  # fmt: skip
def test_a_name_where_no_markup_can_stand_is_left_alone(html: str) -> None:
    assert filters.unbroken(Response(html, mimetype="text/html")).get_data(as_text=True) == html
