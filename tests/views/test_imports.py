"""Customers loaded from a file: what it means is shown, done just so, told in the history, and taken back."""

import io
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.apps import app_over
from tests.page import Page
from tests.views.synced import Synced
from webapp import files
from webapp.models.connection import Reference
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.run import Run, RunItem
from webapp.models.upload import Upload
from webapp.sync import runs, runs_undo

HEADS = "Kundenr;Navn;CVR-nr;E-mail;Telefon;By\n"


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


def send(synced: Synced, content: str | bytes, name: str = "kunder.csv") -> TestResponse:
    raw = content.encode() if isinstance(content, str) else content
    return synced.admin.post("/imports", {"file": (io.BytesIO(raw), name)})


def columns(synced: Synced, content: str | bytes, name: str = "kunder.csv") -> tuple[str, Page]:
    sent = send(synced, content, name)
    assert sent.status_code == 303, sent.text
    return str(sent.location), synced.admin.page(sent.location)


def plan(synced: Synced, content: str | bytes, name: str = "kunder.csv", **chosen: str) -> Run:
    """The plan that the file leads to, with its columns as they were recognised."""
    address, page = columns(synced, content, name)
    boxes = [e.attrs["name"] for e in page.all("select") if e.attrs["name"].startswith("column-")]
    answer = synced.admin.post(address, {box: page.field(box) for box in boxes} | chosen)
    assert answer.status_code == 303, answer.text
    return Run.select().order_by(Run.id.desc()).get()


def start(synced: Synced, run: Run, **form: Any) -> Run:
    seal = synced.admin.page(f"/runs/{run.id}").field("seal")
    assert synced.admin.post(f"/runs/{run.id}/start", {"seal": seal} | form).status_code == 303
    synced.drain()
    return Run.get_by_id(run.id)


def load(synced: Synced, content: str | bytes, name: str = "kunder.csv") -> Run:
    return start(synced, plan(synced, content, name))


def held(run: Run) -> list[tuple[int, str]]:
    return [(item.note["line"], item.reason) for item in RunItem.of(run, "held")]


def here(synced: Synced) -> dict[int, dict[str, str]]:
    return {one.number: {k: v for k, v in one.values.items() if v} for one in Customer.of(synced.company)}


# -- what a line means


def test_a_file_becomes_a_plan_and_the_plan_becomes_customers(synced: Synced) -> None:
    run = plan(synced, HEADS + "7;Ærø Bageri;;post@aero.dk;62100020;Marstal\n")
    assert here(synced) == {}
    done = start(synced, run)
    assert (done.state, done.done) == ("done", 1)
    assert here(synced)[7] == {"name": "Ærø Bageri", "email": "post@aero.dk", "phone": "62100020", "city": "Marstal"}


def test_a_customer_is_met_by_its_number_and_an_empty_cell_blanks_nothing(synced: Synced) -> None:
    synced.ours(7, "Ærø Bageri", phone="62100020", city="Marstal")
    page = synced.admin.page(f"/runs/{plan(synced, HEADS + '7;Ærø Bageri;;;;Rise' + chr(10)).id}").source
    assert "<del>Marstal</del>" in page and "<b>Rise</b>" in page
    start(synced, Run.get())
    assert here(synced)[7] == {"name": "Ærø Bageri", "phone": "62100020", "city": "Rise"}


def test_what_stands_here_already_is_counted_as_unchanged(synced: Synced) -> None:
    synced.ours(7, "Ærø Bageri", city="Marstal")
    run = plan(synced, HEADS + "7;Ærø Bageri;;;;Marstal\n")
    assert run.counts()["equal"] == 1 and "Der er intet at gøre" in synced.admin.page(f"/runs/{run.id}").source


def test_without_numbers_a_customer_is_met_by_its_cvr_number_and_a_new_one_gets_the_next(synced: Synced) -> None:
    synced.ours(7, "Ærø Bageri", cvr="99000015")
    load(synced, "Navn;CVR;By\nÆrø Bageri ApS;DK 99 00 00 15;Marstal\nSkovbryn Friskole;;Ry\n")
    assert here(synced)[7]["city"] == "Marstal" and here(synced)[8]["name"] == "Skovbryn Friskole"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (";Uden Nummer;;;;", "no_number"),
        ("x7;Forkert Nummer;;;;", "number_wrong"),
        ("9;;;;;Ry", "wrong"),
        ("9;Galt CVR;12345678;;;", "doubtful"),
        ("9;Gal E-mail;;ingen snabel;;", "doubtful"),
        ("7;En Helt Anden;;;;", "other_holder"),
        ("9;Havnens Tandklinik ApS;;;;", "lookalike"),
        ("9;Nyt Navn;33920459;;;", "lookalike"),
    ],
)
def test_what_is_not_sure_is_held_back_with_its_reason(synced: Synced, line: str, reason: str) -> None:
    synced.ours(7, "Havnens Tandklinik", cvr="33920459")
    run = plan(synced, HEADS + line + "\n")
    assert held(run) == [(2, reason)]
    page = synced.admin.page(f"/runs/{run.id}").source
    assert "Linje 2." in page and 'class="small text-ask">' in page


def test_a_party_that_stands_in_economic_without_a_partner_is_held_back_until_chosen(synced: Synced) -> None:
    synced.fetched(9, "Skovbryn Friskole", corporateIdentificationNumber="99000015")
    run = plan(synced, HEADS + "9;Skovbryn Friskole;99000015;;;\n")
    assert held(run) == [(2, "lookalike")]
    synced.admin.post(f"/runs/{run.id}/choices", {"there": "take"})
    assert held(run) == [] and start(synced, run).done == 1


def test_two_lines_of_one_customer_are_held_back_and_name_each_other(synced: Synced) -> None:
    lines = ["9;Ærø Bageri;;;;", "9;Marstal Bageri;;;;", "10;To Gange;;;12345678;", "11;To Gange;;;12345678;"]
    run = plan(synced, HEADS + "\n".join(lines))
    assert held(run) == [(line, "twice_in_file") for line in (2, 3, 4, 5)]
    assert "Ligner en anden i samme fil: linje 3." in synced.admin.page(f"/runs/{run.id}").source


def test_two_of_ours_with_one_cvr_number_are_more_than_one_hit(synced: Synced) -> None:
    synced.ours(7, "Afdeling Nord", cvr="99000015")
    synced.ours(8, "Afdeling Syd", cvr="99000015")
    assert held(plan(synced, "Navn;CVR\nAfdeling Nord;99000015\n")) == [(2, "several")]


def test_a_held_line_that_is_ticked_is_loaded_as_it_stands(synced: Synced) -> None:
    run = plan(synced, HEADS + "9;Galt CVR;12345678;;;\n")
    assert start(synced, run, also=str(RunItem.get().id)).done == 1
    assert here(synced)[9]["cvr"] == "12345678"


def test_an_entry_of_economics_lists_may_be_named_or_numbered(synced: Synced) -> None:
    group = Reference.of(synced.connection, "customer_group").first()
    load(synced, f"Kundenr;Navn;Kundegruppe\n8;Ry Bageri;{group.key}\n9;Ærø Bageri;{group.name.upper()}\n")
    assert {one["customer_group"] for one in here(synced).values()} == {group.key}


# -- carried out, told, taken back


def test_what_changes_here_goes_on_to_economic(synced: Synced) -> None:
    pair = synced.pair_same(1042)
    load(synced, f"Kundenr;Telefon\n{pair.customer.number};62100020\n")
    assert synced.stored(1042)["telephoneAndFaxNumber"] == "62100020"


def test_each_field_says_which_line_of_which_file_it_came_from(synced: Synced) -> None:
    load(synced, HEADS + "7;Ærø Bageri;;;;Marstal\n", "mine/Kunder 2026.csv")
    assert {line.origin for line in History.select()} == {"Kunder 2026.csv:2"}
    page = synced.admin.page(f"/customers/{Customer.get().id}").source
    assert "Indlæst fra Kunder 2026.csv, linje 2" in page


def test_a_customer_that_was_touched_since_the_plan_falls_out_and_is_asked_again(synced: Synced) -> None:
    customer = synced.ours(7, "Ærø Bageri", city="Marstal")
    run = plan(synced, HEADS + "7;Ærø Bageri;;;;Rise\n8;Ny;;;;Ry\n")
    synced.save(customer, phone="62100020")
    assert (start(synced, run).done, Run.get_by_id(run.id).failed) == (1, 1)
    again = synced.admin.post(f"/runs/{run.id}/again").location
    start(synced, Run.get_by_id(int(again.rpartition("/")[2])))
    assert here(synced)[7] == {"name": "Ærø Bageri", "phone": "62100020", "city": "Rise"}


def test_who_was_added_by_hand_since_the_plan_is_not_added_twice(synced: Synced) -> None:
    run = plan(synced, "Navn;CVR\nÆrø Bageri;99000015\n")
    synced.ours(70, "Ærø Bageri", cvr="99000015")
    assert (start(synced, run).failed, list(here(synced))) == (1, [70])


def test_a_run_is_taken_back_where_nobody_has_touched_it_since(synced: Synced) -> None:
    synced.ours(7, "Ærø Bageri", city="Marstal")
    before = here(synced)
    run = load(synced, HEADS + "7;Ærø Bageri;;;;Rise\n8;Ny Kunde;;;;Ry\n")
    start(synced, runs_undo.plan(run, synced.alice))
    assert here(synced) == before


def test_what_was_edited_or_paired_since_stays_and_the_plan_says_why(synced: Synced) -> None:
    run = load(synced, HEADS + "8;Ny Kunde;;;;Ry\n")
    synced.save(Customer.get(), phone="62100020")
    back = runs_undo.plan(run, synced.alice)
    assert RunItem.of(back).get().reason == "edited_since"
    assert "Kunden er ændret siden, så den bliver" in synced.admin.page(f"/runs/{back.id}").source


# -- the file


def test_our_own_export_loaded_again_changes_nothing(synced: Synced) -> None:
    synced.ours(7, "=HYPERLINK(1)", phone="+45 62 10 00 20", address="Havnegade 12\nBaghuset", email="'@x")
    synced.ours(8, "'=Apostrof", cvr="01234567", city="Ry; by")
    for kind in ("csv", "xlsx"):
        run = plan(synced, synced.admin.get(f"/customers/list.{kind}").data, f"kunder.{kind}")
        assert (kind, run.counts()["equal"], RunItem.of(run).count()) == (kind, 2, 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_text_file_is_read_however_it_was_written(synced: Synced, encoding: str, delimiter: str) -> None:
    rows = [["Kunde nr.", "Firmanavn", "Postnr", "Noter"], ["7", "Ærø Bageri", "05970", "x"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    load(synced, text.encode(encoding))
    assert here(synced)[7] == {"name": "Ærø Bageri", "postcode": "05970"}


def test_columns_that_were_misread_are_put_right_and_the_first_plan_goes(synced: Synced) -> None:
    address, page = columns(synced, "Nr;Kaldenavn\n7;Ærø Bageri\n")
    assert page.field("column-0") == "number" and page.field("column-1") == ""
    synced.admin.post(address, {"column-0": "number", "column-1": "city"})
    synced.admin.post(address, {"column-0": "number", "column-1": "name"})
    assert [run.state for run in Run.select().order_by(Run.id)] == ["dropped", "planned"]
    assert [item.values_after["ours"]["name"] for item in RunItem.select()] == ["Ærø Bageri"]


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"column-0": "name", "column-1": "name"}, "To kolonner er valgt som Navn."),
        ({"column-0": "city"}, "Vælg, hvilken kolonne der er kundens navn eller nummer."),
    ],
)
def test_a_choice_that_tells_nothing_is_refused(synced: Synced, chosen: dict[str, str], sentence: str) -> None:
    address, _page = columns(synced, "Nr;Navn\n7;Ærø Bageri\n")
    answer = synced.admin.post(address, chosen)
    assert answer.status_code == 422 and sentence in answer.text and not Run.select().count()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Filen er tom."),
        (b"a\0b", "hverken CSV eller Excel"),
        (b"\xd0\xcf\x11\xe0", "ældre Excel-ark"),
        (b"PK\x03\x04rest", "beskadiget"),
        (b'Navn\n"' + b"x" * 200_000, "Linje 2 kan ikke læses."),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(synced: Synced, content: bytes, sentence: str) -> None:
    answer = send(synced, content)
    assert answer.status_code == 422 and sentence in answer.text and "Intet er ændret." in answer.text
    assert not Upload.select().count()


def test_a_file_that_is_too_large_is_refused(synced: Synced, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 20)
    answer = send(synced, "Navn\n" + "x" * 20)
    assert answer.status_code == 422 and "mere end 10 MB" in answer.text and not Upload.select().count()


def test_a_line_with_a_field_too_many_is_named(synced: Synced) -> None:
    address, _page = columns(synced, "Nr;Navn\n7;Ærø\n8;Ry;Bageri\n")
    answer = synced.admin.post(address, {"column-0": "number", "column-1": "name"})
    assert answer.status_code == 422 and "Linje 3 har flere felter" in answer.text


def test_a_file_goes_when_its_plan_is_carried_out_or_put_away(synced: Synced) -> None:
    load(synced, HEADS + "7;Ærø Bageri;;;;\n")
    run = plan(synced, HEADS + "8;Ry Bageri;;;;\n")
    synced.admin.post(f"/runs/{run.id}/cancellation", {"plan": "1"})
    assert not Upload.select().count() and not RunItem.of(run).count()


def test_the_template_leads_to_a_plan_without_a_question(synced: Synced) -> None:
    for kind in ("csv", "xlsx"):
        run = plan(synced, synced.admin.get(f"/imports/template.{kind}").data, f"skabelon.{kind}")
        assert held(run) == [] and run.total == 1


def test_a_company_without_a_connection_loads_its_customers_too(synced: Synced) -> None:
    from tests.people import Browser, person

    outsider = Browser.of(synced.flask, person(synced.outsider.user.company, "Dorte"))
    at = outsider.post("/imports", {"file": (io.BytesIO(b"Navn\nFjern Kunde\n"), "x.csv")}).location
    run = Run.get_by_id(int(outsider.post(at, {"column-0": "name"}).location.rpartition("/")[2]))
    runs.start(run, outsider.user)
    synced.drain()
    assert [one.name for one in Customer.of(outsider.user.company)] == ["Fjern Kunde"]
    assert "Indlæs kunder fra fil" in outsider.page("/runs").source


def test_two_sites_of_one_firm_come_from_one_file(synced: Synced) -> None:
    run = load(synced, HEADS + "7;Afdeling Nord;99000015;;;Ry\n8;Kantinen i Syd;99000015;;;Ribe\n")
    assert (run.done, run.failed) == (2, 0)


def test_two_lines_that_are_ticked_are_both_loaded(synced: Synced) -> None:
    run = plan(synced, "Navn;CVR\nAfdeling Nord;99000015\nKantinen i Syd;99000015\n")
    assert held(run) == [(2, "twice_in_file"), (3, "twice_in_file")]
    assert start(synced, run, also=[str(item.id) for item in RunItem.of(run)]).done == 2


def test_another_sheet_of_a_workbook_is_loaded_when_chosen(synced: Synced) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Noter"])
    book.create_sheet("Kunder").append(["Kundenr", "Navn"])
    book["Kunder"].append([7, "Ærø Bageri"])
    stream = io.BytesIO()
    book.save(stream)
    address, _page = columns(synced, stream.getvalue(), "kunder.xlsx")
    assert synced.admin.page(f"{address}?sheet=1").field("column-1") == "name"
    synced.admin.post(address, {"sheet": "1", "column-0": "number", "column-1": "name"})
    assert [(item.number, item.note["line"]) for item in RunItem.select()] == [(7, 2)]


def test_the_plan_can_be_taken_away_with_those_who_are_in_no_register_yet(synced: Synced) -> None:
    run = plan(synced, HEADS + "7;Ærø Bageri;;;;\n;Uden Nummer;;;;\n")
    told = synced.admin.get(f"/runs/{run.id}/list.csv").text
    assert (
        "7;Ærø Bageri;Indlæses;Linje 2." in told and "Uden Nummer;Holdt tilbage;Kundenummeret mangler. Linje 3." in told
    )


def test_an_inspector_sees_the_plan_and_loads_nothing(synced: Synced) -> None:
    run = plan(synced, HEADS + "7;Ærø Bageri;;;;\n")
    assert "Ærø Bageri" in synced.inspector.page(f"/runs/{run.id}").source
    assert synced.inspector.get("/imports").status_code == 403
