"""What the machine's watchman is told."""

from datetime import timedelta

from flask import Flask

from webapp import db, ports
from webapp.models.place import Heartbeat


def beat(seconds_ago: int) -> None:
    Heartbeat.create(worker="one", seen_at=ports.now() - timedelta(seconds=seconds_ago))


def test_the_process_lives_without_asking_the_database(app: Flask) -> None:
    db.close()
    assert app.test_client().get("/healthz").json == {"alive": True}
    assert db.database.is_closed()


def test_it_is_ready_with_a_database_and_a_fresh_worker(app: Flask) -> None:
    beat(5)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["ready"], answer.json["migrations_pending"]) == (200, True, [])


def test_it_is_not_ready_without_a_worker(app: Flask) -> None:
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["worker_seconds"]) == (503, None)


def test_it_is_not_ready_when_the_worker_has_been_silent(app: Flask) -> None:
    beat(600)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["worker_seconds"] >= 600) == (503, True)


def test_it_is_not_ready_while_a_table_is_missing(app: Flask) -> None:
    with db.database.atomic() as change:
        db.database.execute_sql("DELETE FROM schema_migration")
        answer = app.test_client().get("/readyz")
        change.rollback()
    assert (answer.status_code, bool(answer.json["migrations_pending"])) == (503, True)


def test_it_is_not_ready_once_a_newer_program_has_upgraded_the_database(app: Flask, newer_database: str) -> None:
    beat(5)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["migrations_unknown"]) == (503, [newer_database])
