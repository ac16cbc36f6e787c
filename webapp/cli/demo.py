"""The demo: two companies with people and customers, the app, its worker and the pretend e-conomic in one process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from webapp import config, create_app, db, migrations
from webapp.cli import serving
from webapp.models.company import Company
from webapp.models.customer import Customer
from webapp.models.user import ADMINISTRATOR, AUDITOR, INSPECTOR, User
from webapp.sandbox import Sandbox
from webapp.sandbox import cli as sandbox_cli
from webapp.sandbox import demo as sandbox_demo
from webapp.sandbox.companies import company as company_at
from webapp.sync import register

PASSWORD = "demo1234"
FJORDGLANS, SYDHAVN = "Fjordglans Rengøring ApS", "Sydhavn Service ApS"
PEOPLE = (
    (FJORDGLANS, "alice@fjordglans.example", "Alice Holm", ADMINISTRATOR),
    (FJORDGLANS, "bob@fjordglans.example", "Bob Lund", INSPECTOR),
    (SYDHAVN, "charlie@sydhavn.example", "Charlie Krogh", ADMINISTRATOR),
    (FJORDGLANS, "dora@fjordglans.example", "Dora Winther", AUDITOR),
)
OVERLAP, OURS = range(30, 60), range(60, 75)
LONG_NAME = (
    "Boligforeningen Strandparken, afdeling 14, Søndermarken og Grundejerforeningen "
    "Ved Åløkken i Odense Sydvest og Omegn"
)


def start() -> None:
    """Start everything and answer until Ctrl-C; a second start goes on with the same data."""
    with serving.stopping_on_signals():
        _start()


def _start() -> None:
    settings = config.load()
    port, sandbox_port = settings["PORT"], settings["SANDBOX_PORT"]
    serving.free_or_exit(port, "PORT")
    serving.free_or_exit(sandbox_port, "SANDBOX_PORT")
    app = create_app(_with_sandbox(settings))
    migrations.upgrade()
    with db.connected():
        furnish()
    _run(app, settings, port, sandbox_port)


def _run(app: Any, settings: dict[str, Any], port: int, sandbox_port: int) -> None:
    sandbox = Sandbox(store=Path(settings["INSTANCE"]) / "sandbox.db")
    sandbox_demo.seed_demo(sandbox)
    server = sandbox_cli.serve_in_thread(sandbox, sandbox_port)
    try:
        with serving.working(app):
            _tell(port, sandbox_port)
            serving.answer(app, "127.0.0.1", port)
    finally:
        server.close()
        sandbox.close()
        click.echo("Stopped. The data is kept; `make demo` goes on with it.")


def _with_sandbox(settings: dict[str, Any]) -> dict[str, Any]:
    """The app's settings with the sandbox in e-conomic's place: nothing else differs from the real service."""
    sandbox = f"http://127.0.0.1:{settings['SANDBOX_PORT']}"
    return settings | {
        "ECONOMIC_API_URL": f"{sandbox}/rest",
        "ECONOMIC_OPENAPI_URL": sandbox,
        "ECONOMIC_GRANT_URL": f"{sandbox}/secure/api1/requestaccess.aspx",
        "ECONOMIC_APP_SECRET_TOKEN": "demo-app-secret",
        "ECONOMIC_APP_PUBLIC_TOKEN": "demo-app-public",
        "PUBLIC_URL": os.environ.get("PUBLIC_URL") or f"http://127.0.0.1:{settings['PORT']}",
    }


def furnish() -> None:
    """The two companies, their people and registers, unless they are there."""
    if Company.select().exists():
        return
    with db.write():
        companies = {name: Company.create(name=name) for name in (FJORDGLANS, SYDHAVN)}
        people = [_person(companies[name], *rest) for name, *rest in PEOPLE]
    for index in (*OVERLAP, *OURS):
        _customer(companies[FJORDGLANS], index, people[0])
    register.add(companies[FJORDGLANS], 1090, {"name": LONG_NAME, "postcode": "5250", "city": "Odense SV"}, people[0])
    for index in range(210, 225):
        _customer(companies[SYDHAVN], index, people[2])


def _person(company: Company, email: str, name: str, role: str) -> User:
    person = User(company=company, email=email, name=name, role=role)
    person.set_password(PASSWORD)
    person.save()
    return person


def _customer(company: Company, index: int, by: User) -> Customer:
    """One customer as CleanManager knows it. Those that e-conomic has too differ a little, as two registers do."""
    found = company_at(index, sandbox_demo.SEED)
    values = {
        "name": found["name"],
        "cvr": found["cvr"],
        "ean": found["ean"],
        "address": found["address"],
        "postcode": found["zip"],
        "city": found["city"],
        "country": found["country"],
        "email": found["email"] if index % 4 else "",
        "phone": found["phone"] if index % 3 else "",
        "website": found["website"],
    }
    if index % 5 == 0:
        values["name"] = values["name"].removesuffix(" ApS").removesuffix(" A/S")
    return register.add(company, 1001 + index, values, by)


def _tell(port: int, sandbox_port: int) -> None:
    click.echo(
        f"""
  CleanManager   http://127.0.0.1:{port}
    administrator  {PEOPLE[0][1]}    password {PASSWORD}
    inspector      {PEOPLE[1][1]}      password {PASSWORD}
    auditor        {PEOPLE[3][1]}     password {PASSWORD}
    other company  {PEOPLE[2][1]}    password {PASSWORD}

  e-conomic (sandbox)   http://127.0.0.1:{sandbox_port}
    accountant     {sandbox_demo.ACCOUNTANT}  password {sandbox_demo.PASSWORD}
    bookkeeper     {sandbox_demo.BOOKKEEPER}  password {sandbox_demo.PASSWORD}

  Stop with Ctrl-C.
"""
    )
