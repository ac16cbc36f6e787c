"""The command line as a person at a terminal meets it: help, sentences instead of stack traces, a clean stop."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.damage import turn_over
from tests.loopback import free_ports
from tests.people import KEYS
from webapp import db, migrations
from webapp.cli import cli
from webapp.models.user import User

COMMANDS = ["demo", "serve", "worker", "init", "user", "compare", "plan", "doctor", "sandbox"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation of its own."""
    monkeypatch.setenv("INSTANCE", str(tmp_path / "instance"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield tmp_path / "instance"
    db.close()


def run(*words: str) -> tuple[int, str]:
    answer = CliRunner().invoke(cli, words)
    return answer.exit_code, answer.output


def webapp(instance: Path, *words: str, **settings: str) -> subprocess.Popen[str]:
    """The program itself, in a process of its own."""
    environment = os.environ | {"INSTANCE": str(instance), "PYTHONUNBUFFERED": "1", "DATABASE_URL": ""} | settings
    return subprocess.Popen(
        [sys.executable, "-m", "webapp", *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    code, said = run(command, "--help")
    assert code == 0 and said.startswith("Usage:") and len(said.splitlines()) > 4


def test_the_help_lists_every_command() -> None:
    code, said = run("--help")
    assert code == 0 and set(COMMANDS) <= set(said.split())


def test_the_database_is_made_once(here: Path) -> None:
    code, said = run("init")
    assert code == 0 and "applied 0001_begin" in said
    assert run("init") == (0, "The database is up to date.\n")
    assert migrations.pending() == []


def test_a_first_person_is_made_and_may_sign_in(here: Path) -> None:
    words = (
        "user",
        "--company",
        "Fjordglans",
        "--email",
        "alice@x.dk",
        "--name",
        "Alice",
        "--password",
        "hemmeligt ord",
    )
    assert run(*words) == (0, "Alice may sign in to Fjordglans with alice@x.dk.\n")
    with db.connected():
        assert User.signing_in("ALICE@x.dk", "hemmeligt ord").is_administrator  # type: ignore[union-attr]
    code, said = run(*words)
    assert code == 2 and "signs in with alice@x.dk already" in said


def test_an_auditor_is_made_with_that_role(here: Path) -> None:
    words = ("--email", "dora@x.dk", "--name", "Dora", "--password", "hemmeligt ord")
    assert run("user", "--company", "Fjordglans", "--role", "auditor", *words)[0] == 0
    with db.connected():
        assert User.signing_in("dora@x.dk", "hemmeligt ord").is_auditor  # type: ignore[union-attr]


def test_a_comparison_without_a_connection_says_so(here: Path) -> None:
    code, said = run("compare")
    assert code == 2 and said == "No company is connected, active and working.\n"


def test_a_plan_for_a_company_without_pairs_is_empty(here: Path) -> None:
    run("init")
    assert run("plan", "Fjordglans") == (0, "")


def test_the_doctor_tells_what_is_wrong(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("doctor") == (1, "WRONG  The database is not up to date: run `webapp init`.\n")
    run("init")
    code, said = run("doctor")
    assert code == 1 and "No worker is at work" in said
    monkeypatch.setenv("PORT", "eighty")
    code, said = run("doctor")
    assert code == 1 and said.startswith("WRONG  PORT")


@pytest.mark.parametrize("words", [("serve",), ("worker",), ("demo",), ("init",)])
def test_a_wrong_setting_ends_in_one_sentence(tmp_path: Path, words: tuple[str, ...]) -> None:
    process = webapp(tmp_path, *words, PORT="0")
    said, complaint = process.communicate()
    assert (process.returncode, said) == (2, "")
    assert complaint == "webapp: PORT='0': must be a port from 1 to 65535\n"


@pytest.mark.parametrize("words", [("init",), ("serve",), ("worker",), ("doctor",)])
def test_a_database_that_does_not_answer_ends_in_one_sentence(tmp_path: Path, words: tuple[str, ...]) -> None:
    away = f"postgresql://nobody@127.0.0.1:{free_ports(1)[0]}/none"
    process = webapp(tmp_path, *words, DATABASE_URL=away, SECRET_KEY="x", ENCRYPTION_KEY=KEYS["ENCRYPTION_KEY"])
    _, complaint = process.communicate()
    assert process.returncode == 2
    assert complaint.startswith("webapp: the database does not answer: ") and complaint.count("\n") == 1


def refused(here: Path, *words: str) -> str:
    """The one sentence with which a command ends that does nothing."""
    process = webapp(here, *words, PORT=str(free_ports(1)[0]))
    said, complaint = process.communicate(timeout=60)
    assert (process.returncode, said, complaint.count("\n")) == (2, "", 1)
    return complaint


@pytest.mark.parametrize("words", [("init",), ("serve",), ("worker",), ("compare",)])
def test_an_older_program_refuses_a_newer_database(here: Path, words: tuple[str, ...]) -> None:
    run("init")
    ask(here / "webapp.db", "INSERT INTO schema_migration (name, applied) VALUES ('9999_to_come', '2030-01-01')")
    complaint = refused(here, *words)
    assert complaint.startswith("webapp: the database was upgraded by a newer program (by 9999_to_come, unknown here)")


def test_the_doctor_tells_of_a_newer_program(here: Path) -> None:
    run("init")
    ask(here / "webapp.db", "INSERT INTO schema_migration (name, applied) VALUES ('9999_to_come', '2030-01-01')")
    told = "WRONG  A newer program has upgraded the database (by 9999_to_come): start that one.\n"
    assert run("doctor") == (1, told)


@pytest.mark.parametrize("words", [("init",), ("serve",), ("worker",), ("doctor",)])
def test_a_damaged_database_ends_in_one_sentence(here: Path, words: tuple[str, ...]) -> None:
    run("init")
    turn_over(here / "webapp.db", "customer")
    complaint = refused(here, *words)
    assert complaint.startswith("webapp: the database is damaged, nothing was synchronised; restore a backup of it")


def test_nobody_but_the_owner_reads_the_database(here: Path) -> None:
    run("init")
    assert (here / "webapp.db").stat().st_mode & 0o077 == 0


def test_a_busy_port_ends_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for words in (("serve",), ("demo",), ("sandbox", "--port", str(port))):
            process = webapp(tmp_path, *words, PORT=str(port), SANDBOX_PORT=str(free_ports(1)[0]))
            _, complaint = process.communicate()
            assert process.returncode == 2
            assert (
                complaint.startswith(f"webapp: port {port} is in use by another program") and complaint.count("\n") == 1
            )


@contextmanager
def running(process: subprocess.Popen[str], ready: str, stop: int = signal.SIGINT) -> Iterator[str]:
    """What was said up to the line that holds `ready`; in the end a signal, after which it must go in good order."""
    said = ""
    try:
        while ready not in said:
            line = process.stdout.readline()  # type: ignore[union-attr]
            assert line, f"it ended: {said}{process.stderr.read()}"  # type: ignore[union-attr]
            said += line
        yield said
        process.send_signal(stop)
        rest, complaint = process.communicate(timeout=60)
        assert process.returncode == 0 and "Traceback" not in complaint and "Aborted" not in complaint, rest + complaint
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("words", "ready", "stop"),
    [
        (("worker",), "is at work", signal.SIGINT),
        (("worker",), "is at work", signal.SIGTERM),
        (("serve",), "answers at", signal.SIGINT),
        (("serve",), "answers at", signal.SIGTERM),
        (("sandbox", "--port"), "answers at", signal.SIGINT),
    ],
)
def test_a_signal_stops_in_good_order(tmp_path: Path, words: tuple[str, ...], ready: str, stop: int) -> None:
    port = str(free_ports(1)[0])
    words = (*words, port) if words[-1] == "--port" else words
    with running(webapp(tmp_path, *words, PORT=port), ready, stop) as said:
        assert said.count("\n") == 1


def ask(file: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as opened:
        found = opened.execute(question).fetchall()
        opened.commit()
    return found


def test_a_second_demo_goes_on_with_the_same_data(tmp_path: Path) -> None:
    port, sandbox_port = map(str, free_ports(2))
    ours, theirs = tmp_path / "webapp.db", tmp_path / "sandbox.db"
    kept = []
    for _ in range(2):
        process = webapp(tmp_path, "demo", PORT=port, SANDBOX_PORT=sandbox_port)
        with running(process, "Stop with Ctrl-C") as said:
            assert f"http://127.0.0.1:{port}" in said and f"http://127.0.0.1:{sandbox_port}" in said
        ask(ours, "UPDATE customer SET name = 'Omdøbt' WHERE number = 1090")
        rows = ask(ours, "SELECT id, company_id, number, name FROM customer ORDER BY id")
        people = ask(ours, "SELECT id, email, password_hash FROM users ORDER BY id")
        stored = ask(theirs, "SELECT place, key, row FROM kept WHERE place LIKE 'customers%' ORDER BY 1, 2")
        kept.append((rows, people, stored, (tmp_path / "secret.key").read_text()))
    assert kept[0] == kept[1]
    assert [len(part) for part in kept[0][:3]] == [61, 4, 112]
