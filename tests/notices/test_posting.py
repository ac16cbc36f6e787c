"""Who is written to and when: of news that has stood for an hour, once a day, once each, whatever dies or fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.notices.conftest import DAY, HOUR, Postbox, conflict, gone, refused
from tests.sync.world import World
from webapp import mail
from webapp.cli import tending
from webapp.models import user as users
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.notice import Notice
from webapp.models.sweep import HELD, Sweep
from webapp.models.user import User
from webapp.notices import posting
from webapp.notices.waiting import Item

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def item(key: str, minutes: int | None) -> Item:
    return Item("question", key, None if minutes is None else NOW - timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("waits", "told", "hours_since_mail", "keys"),
    [
        ([item("a", 59)], "", None, ""),
        ([item("a", 60)], "", None, "a"),
        ([item("a", 60), item("b", 10)], "", None, "a"),
        ([item("a", 60), item("b", 90)], "a", None, "ab"),
        ([item("a", 9000)], "a", 400, ""),
        ([item("a", 9000), item("b", 60)], "a", 23, ""),
        ([item("a", 9000), item("b", 60)], "a", 24, "ab"),
        ([item("a", None)], "", 1, "a"),
        ([item("a", None), item("b", 60)], "", 1, "ab"),
        ([item("a", None)], "a", 1, ""),
        ([item("a", None)], "a", 400, ""),
        ([item("a", 60)], "", -5, "a"),
        ([], "a", None, ""),
    ],
)
def test_a_mail_is_due(waits: list[Item], told: str, hours_since_mail: int | None, keys: str) -> None:
    sent_at = None if hours_since_mail is None else NOW - timedelta(hours=hours_since_mail)
    assert "".join(one.key for one in posting.due(waits, frozenset(told), sent_at, NOW)) == keys


def test_one_mail_gathers_everything(world: World, postbox: Postbox) -> None:
    conflict(world), gone(world, 1043), refused(world, 1044)
    assert postbox.go_round() == []
    world.clock.sleep(HOUR)
    assert postbox.go_round() == [("Alice", ["deletion", "fault", "question"])]


def test_the_same_is_told_once(world: World, postbox: Postbox) -> None:
    conflict(world)
    for _ in range(20):
        world.clock.sleep(DAY / 4)
        postbox.go_round()
    assert len(postbox.letters) == 1


def test_news_waits_until_a_day_after_the_last_mail(world: World, postbox: Postbox) -> None:
    conflict(world)
    world.clock.sleep(HOUR)
    postbox.go_round()
    refused(world, 1044)
    world.clock.sleep(DAY - 2 * HOUR)
    assert postbox.go_round() == []
    world.clock.sleep(3 * HOUR)
    assert postbox.go_round() == [("Alice", ["fault", "question"])]


def test_a_standstill_is_told_at_once_and_once(world: World, postbox: Postbox) -> None:
    conflict(world)
    world.clock.sleep(HOUR)
    postbox.go_round()
    world.connection.pause("grant_withdrawn")
    told = [postbox.go_round() for _ in range(3)]
    assert told == [[("Alice", ["paused", "question"])], [], []]


def test_what_ended_and_came_again_is_news(world: World, postbox: Postbox) -> None:
    for _ in range(2):
        world.connection.pause("grant_withdrawn")
        assert len(postbox.go_round()) == 1
        Connection.update(state="open", state_reason="").execute()
        assert postbox.go_round() == []
    assert len(set(postbox.marks)) == 2


def test_a_brake_is_told_at_once(world: World, postbox: Postbox) -> None:
    Sweep.create(company=world.company, connection=world.connection, kind="compare", state=HELD, candidates_json="[1]")
    assert postbox.go_round() == [("Alice", ["missing"])]


def test_nothing_is_stored_where_nobody_is_needed(world: World, postbox: Postbox) -> None:
    world.pair_same()
    world.clock.sleep(DAY)
    assert postbox.go_round() == [] and Notice.select().count() == 0


def test_only_administrators_of_that_company_who_want_it_are_written_to(world: World, postbox: Postbox) -> None:
    own, other = {"company": world.company}, Company.create(name="Andre")
    for name, role in (("Bob", users.INSPECTOR), ("Dora", users.AUDITOR), ("Ann", users.ADMINISTRATOR)):
        User.create(**own, email=f"{name}@x.dk", name=name, role=role)
    User.create(**own, email="off@x.dk", name="Off", notices=False)
    User.create(**own, email="gone@x.dk", name="Gone", disabled_at=world.clock.now())
    User.create(company=other, email="charlie@y.dk", name="Charlie")
    world.connection.pause("grant_withdrawn")
    assert sorted(name for name, _kinds in postbox.go_round()) == ["Alice", "Ann"]


# ── When something fails ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_dead_mail_server_is_asked_ever_more_rarely_and_then_told_everything(world: World, postbox: Postbox) -> None:
    world.connection.pause("grant_withdrawn")
    postbox.fault = mail.Unreachable("ConnectionRefusedError")
    for _ in range(6 * 60):
        postbox.go_round()
        world.clock.sleep(60)
    assert 6 < postbox.asked < 12 and Notice.get().fault == "ConnectionRefusedError"
    postbox.fault = None
    world.clock.sleep(HOUR)
    assert postbox.go_round() == [("Alice", ["paused"])] and Notice.get().fault == ""


def test_a_server_that_is_away_is_asked_once_in_a_round(world: World, postbox: Postbox) -> None:
    User.create(company=world.company, email="ann@x.dk", name="Ann")
    world.connection.pause("grant_withdrawn")
    postbox.fault = mail.Unreachable("away")
    postbox.go_round()
    assert postbox.asked == 1


def test_one_refused_address_keeps_no_mail_from_the_others(world: World, postbox: Postbox) -> None:
    User.create(company=world.company, email="ann@x.dk", name="Ann")
    world.connection.pause("grant_withdrawn")
    sent = postbox.send
    postbox.send = lambda letter: refuse() if letter["To"] == "Alice" else sent(letter)  # type: ignore[method-assign]
    assert [name for name, _kinds in postbox.go_round()] == ["Ann"]
    assert [notice.user.name for notice in Notice.select().where(Notice.fault != "")] == ["Alice"]


@pytest.mark.parametrize("address", ["", "ann@", "ann@[", "@", "ann@x\r\nBcc: all@x.dk", "ann@x\ud800"])
def test_an_address_that_is_none_is_told_as_such(address: str) -> None:
    with pytest.raises(mail.Unsent):
        mail.addressed("Ann", address)


def test_an_address_that_is_none_keeps_no_mail_from_the_others(world: World, postbox: Postbox) -> None:
    User.create(company=world.company, email="zoe@x.dk", name="Zoe")
    User.update(email="ann@").where(User.name == "Alice").execute()
    world.connection.pause("grant_withdrawn")
    assert [name for name, _kinds in postbox.go_round()] == ["Zoe"]


def test_a_mistake_in_the_letter_is_not_taken_for_an_address(
    world: World, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connection.pause("grant_withdrawn")
    monkeypatch.setattr(postbox, "write", lambda *_letter: {}["a name that no template has"])
    with pytest.raises(KeyError):
        postbox.go_round()


def test_the_doctor_tells_why_a_mail_could_not_be_sent(world: World, postbox: Postbox) -> None:
    world.connection.pause("grant_withdrawn")
    postbox.fault = mail.Unreachable("TimeoutError: timed out")
    postbox.go_round()
    told = tending._of(world.connection, world.settings)
    assert next(line for line in told if "mail" in line).endswith("could not be sent (TimeoutError: timed out).")


def test_a_mail_that_nobody_needs_any_more_is_no_trouble(world: World, postbox: Postbox) -> None:
    world.connection.pause("grant_withdrawn")
    postbox.fault = mail.Unreachable("away")
    postbox.go_round()
    assert posting.unsent().count() == 1
    Connection.update(state="open", state_reason="").execute()
    postbox.go_round()
    assert posting.unsent().count() == 0 and postbox.asked == 1


def test_a_mail_that_nobody_wants_any_more_is_no_trouble(world: World, postbox: Postbox) -> None:
    world.connection.pause("grant_withdrawn")
    postbox.fault = mail.Unreachable("away")
    postbox.go_round()
    User.update(notices=False).execute()
    assert posting.unsent().count() == 0


def refuse() -> None:
    raise mail.Unsent("the recipient was refused")


def test_who_dies_before_the_mail_is_gone_is_followed_by_another(world: World, postbox: Postbox) -> None:
    world.connection.pause("grant_withdrawn")
    postbox.fault = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        postbox.go_round()
    postbox.fault = None
    assert postbox.go_round() == []
    world.clock.sleep(posting.LEASE.total_seconds())
    assert len(postbox.go_round()) == 1


def test_who_dies_after_the_mail_is_gone_has_it_sent_twice_and_no_more(
    world: World, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connection.pause("grant_withdrawn")
    with monkeypatch.context() as dying:
        dying.setattr(posting, "_settle", None)
        with pytest.raises(TypeError):
            postbox.go_round()
    for _ in range(10):
        world.clock.sleep(HOUR)
        postbox.go_round()
    assert len(postbox.letters) == 2 and len(set(postbox.marks)) == 1


def test_of_two_that_go_round_at_once_one_writes(world: World, postbox: Postbox) -> None:
    world.connection.pause("grant_withdrawn")
    other, sent = Postbox(), postbox.send
    postbox.send = lambda letter: (other.go_round(), sent(letter))[1]  # type: ignore[func-returns-value,method-assign]
    assert len(postbox.go_round()) == 1 and other.letters == []


def test_who_comes_too_late_to_store_leaves_what_another_stored(world: World, postbox: Postbox) -> None:
    world.connection.pause("grant_withdrawn")
    sent = postbox.send

    def slowly(letter: object) -> None:
        postbox.send = sent  # type: ignore[method-assign]
        world.clock.sleep(posting.LEASE.total_seconds())
        postbox.go_round()
        raise mail.Unreachable("timed out")

    postbox.send = slowly  # type: ignore[method-assign,assignment]
    postbox.go_round()
    assert len(postbox.letters) == 1 and (Notice.get().fault, Notice.get().due_at) == ("", None)
