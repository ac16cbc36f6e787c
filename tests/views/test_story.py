"""Hvorfor står der det? A value's origin and the way back; the whole story in both systems."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.apps import app_over
from tests.views.synced import Synced, seen
from webapp import db, ports
from webapp.models.connection import Connection, Reference
from webapp.models.history import History
from webapp.models.pairing import Pairing
from webapp.sync import connect, pairings, register, rules
from webapp.views import story


@pytest.fixture
def app(sqlite_database: str) -> Iterator[Flask]:
    yield from app_over(sqlite_database)


@pytest.fixture
def edited(synced: Synced) -> Pairing:
    """A pair whose phone Alice has changed."""
    pair = synced.pair_same(telephoneAndFaxNumber="66100014")
    synced.save(pair.customer, phone="66100020")
    synced.drain()
    return pair


def why(synced: Synced, pair: Pairing, name: str = "phone") -> str:
    return synced.admin.page(f"/customers/{pair.customer_id}/why/{name}").source


def line_of(pair: Pairing) -> History:
    return History.get(History.customer_id == pair.customer_id, History.field == "phone", History.cause == "person")


def put_back(synced: Synced, pair: Pairing, **more: object) -> int:
    form = {"line": line_of(pair).id, "shown": "66100020"} | more
    return synced.admin.post(f"/customers/{pair.customer_id}/why/phone", form).status_code


def test_a_change_made_there_is_said_to_be_somebodys(synced: Synced) -> None:
    pair = synced.pair_same(telephoneAndFaxNumber="66100014")
    synced.economic.edit(pair.mirror.number, telephoneAndFaxNumber="66100099")
    synced.look(pair.mirror.number)
    page = synced.admin.page(f"/customers/{pair.customer_id}/story").source
    assert "Ændret i e-conomic" in page and "nogen dér" in page


def test_the_story_is_taken_away_as_a_list(synced: Synced, edited: Pairing) -> None:
    address = f"/customers/{edited.customer_id}/story"
    lines = synced.admin.get(f"{address}.csv").text.splitlines()
    assert lines[0] == "\ufeffHvornår;Hvad;System;Hvem;Felt;Før;Efter;Kørsel"
    assert any("Rettet i CleanManager;CleanManager;Alice;Telefon;66100014;66100020;" in line for line in lines)
    assert synced.admin.get(f"{address}.xlsx").data.startswith(b"PK")
    assert synced.outsider.get(f"{address}.csv").status_code == 404


def test_the_list_of_a_long_life_leaves_nothing_out(synced: Synced, edited: Pairing) -> None:
    facts = {"company": synced.company, "customer_id": edited.customer_id, "side": "ours", "cause": "person"}
    now = ports.now()
    lines = [facts | {"field": "phone", "before": "", "after": f"nr {n}", "at": now} for n in range(2500)]
    History.insert_many(lines).execute()
    told = synced.admin.get(f"/customers/{edited.customer_id}/story.csv").text
    assert told.count("nr ") == 2500


def test_who_was_deleted_while_a_value_was_put_back_is_told_so(
    synced: Synced, edited: Pairing, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = register.change

    def too_late(*facts: Any) -> Any:
        register.remove(synced.company, edited.customer_id, synced.alice)
        return change(*facts)

    monkeypatch.setattr(register, "change", too_late)
    assert put_back(synced, edited) == 404


def test_a_deletion_is_called_one(synced: Synced) -> None:
    customer = synced.ours(2001, "Vores ApS")
    register.remove(synced.company, customer.id, synced.alice)
    page = synced.admin.page(f"/customers/{customer.id}/story").source
    assert "Slettet i CleanManager" in page and "Rettet" not in page


def test_a_value_tells_who_gave_it_and_what_it_was(synced: Synced, edited: Pairing) -> None:
    page = why(synced, edited)
    assert "Rettet i CleanManager" in page and "Alice" in page and "<del>66100014</del> → 66100020" in page


def test_a_value_from_there_tells_so(synced: Synced, edited: Pairing) -> None:
    synced.economic.edit(1042, telephoneAndFaxNumber="66100041")
    synced.webhook(1042, 1042)
    page = why(synced, edited)
    assert "66100020</del> → 66100041" in page and "Hentet fra e-conomic" in page


def test_a_value_by_a_rule_names_the_rule(synced: Synced, edited: Pairing) -> None:
    rules.lay_down(synced.connection, "phone", "winner", "theirs", synced.alice)
    synced.economic.edit(1042, telephoneAndFaxNumber="66100041")
    synced.save(edited.customer, phone="66100021")
    synced.drain()
    page = why(synced, edited)
    assert "Afgjort af en regel" in page and "Telefon: e-conomic vinder" in page


def test_an_earlier_value_is_offered_once(synced: Synced, edited: Pairing) -> None:
    page = why(synced, edited)
    assert page.count("<del>66100014</del>") == 2 and page.count("Sæt tilbage<") == 1


def test_after_disconnecting_values_are_still_called_by_their_names(synced: Synced, edited: Pairing) -> None:
    connect.close(synced.connection, synced.alice)
    assert "Danske (1)" in synced.admin.page(f"/customers/{edited.customer_id}").source
    assert "Danske (1)" in why(synced, edited, "customer_group")


def move_to_another_agreement(synced: Synced) -> None:
    """In it customer group 1 is somebody else."""
    connect.close(synced.connection, synced.alice)
    with db.write():
        new = Connection.create(company=synced.company, agreement_number=7, agreement_name="Ny")
        Reference.create(company=synced.company, connection=new, kind="customer_group", key="1", name="Private")


def test_a_value_of_an_older_agreement_is_called_as_it_was_there(synced: Synced) -> None:
    customer = synced.ours(2001, "Vores ApS", customer_group="1")
    synced.save(customer, customer_group="2")
    move_to_another_agreement(synced)
    story = synced.admin.page(f"/customers/{customer.id}/story").source
    assert "<del>Danske (1)</del> → Udenlandske (2)" in story and "Private" not in story
    assert ";Kundegruppe;Danske (1);Udenlandske (2);" in synced.admin.get(f"/customers/{customer.id}/story.csv").text


def test_what_no_agreement_is_known_to_have_called_is_told_by_its_number(synced: Synced) -> None:
    customer = synced.ours(2001, "Vores ApS", customer_group="1")
    synced.save(customer, customer_group="2")
    History.update(connection=None).where(History.customer_id == customer.id).execute()
    move_to_another_agreement(synced)
    assert "<del>1</del> → 2" in synced.admin.page(f"/customers/{customer.id}").source


def test_a_number_that_now_means_something_else_is_not_put_back(synced: Synced) -> None:
    customer = synced.ours(2001, "Vores ApS", customer_group="1")
    synced.save(customer, customer_group="2")
    address = f"/customers/{customer.id}/why/customer_group"
    assert "Sæt tilbage" in synced.admin.page(address).source
    move_to_another_agreement(synced)
    assert "Sæt tilbage" not in synced.admin.page(address).source


def test_every_value_on_the_page_leads_to_its_why(synced: Synced, edited: Pairing) -> None:
    assert (
        f"/customers/{edited.customer_id}/why/vat_zone" in synced.admin.page(f"/customers/{edited.customer_id}").source
    )


def test_putting_back_is_an_edit_that_reaches_both_sides(synced: Synced, edited: Pairing) -> None:
    assert put_back(synced, edited) == 303
    synced.drain()
    assert synced.fresh(edited.customer).phone == synced.stored(1042)["telephoneAndFaxNumber"] == "66100014"


def test_what_moved_meanwhile_is_not_put_back(synced: Synced, edited: Pairing) -> None:
    synced.save(edited.customer, phone="66100099")
    assert put_back(synced, edited) == 422
    assert synced.fresh(edited.customer).phone == "66100099"


def test_a_value_that_lost_a_conflict_can_be_put_back(synced: Synced) -> None:
    pair = synced.conflict()
    synced.admin.post(f"/questions/{pair.id}/answers", seen(pair) | {"answer-phone": "theirs"}, piece=True)
    line = History.get(History.cause == "answer")
    synced.admin.post(f"/customers/{pair.customer_id}/why/phone", {"line": line.id, "shown": "66100041"})
    assert synced.fresh(pair.customer).phone == "66100020"


@pytest.mark.parametrize("line", ["", "x", "999999"])
def test_a_line_that_there_is_not_is_not_found(synced: Synced, edited: Pairing, line: str) -> None:
    assert put_back(synced, edited, line=line) == 404


def test_a_line_of_another_customer_is_not_found(synced: Synced, edited: Pairing) -> None:
    other = synced.ours(2001, "Anden ApS", phone="1")
    form = {"line": line_of(edited).id, "shown": "1"}
    assert synced.admin.post(f"/customers/{other.id}/why/phone", form).status_code == 404


def test_an_inspector_sees_why_and_puts_nothing_back(synced: Synced, edited: Pairing) -> None:
    assert "Sæt tilbage" not in synced.inspector.page(f"/customers/{edited.customer_id}/why/phone").source
    assert synced.inspector.post(f"/customers/{edited.customer_id}/why/phone", {"line": 1}).status_code == 403


def test_the_story_tells_of_both_systems_from_the_beginning(synced: Synced, edited: Pairing) -> None:
    synced.economic.edit(1042, address="Industrivej 27")
    synced.webhook(1042, 1042)
    page = synced.admin.page(f"/customers/{edited.customer_id}/story").source
    assert page.index("66100020") < page.index("<b>Ændret i e-conomic</b>") < page.index("Industrivej 27")
    assert "Parret" in page


@pytest.mark.parametrize("place", ["story", "why/phone"])
def test_one_send_is_told_once(synced: Synced, edited: Pairing, place: str) -> None:
    told = synced.admin.page(f"/customers/{edited.customer_id}/{place}").source
    assert told.count("<b>Sendt til e-conomic</b> · <time") == told.count("<b>Sendt til e-conomic</b>") == 1


def test_a_change_there_and_its_coming_here_have_names_of_their_own(synced: Synced, edited: Pairing) -> None:
    synced.economic.edit(1042, telephoneAndFaxNumber="66100041")
    synced.webhook(1042, 1042)
    told = synced.admin.page(f"/customers/{edited.customer_id}/story").source
    there, here = "<b>Ændret i e-conomic</b> · <time", "<b>Hentet fra e-conomic</b> · CleanManager"
    assert told.index(there) < told.index(here)


def test_the_story_tells_the_time_as_the_reader_writes_it(synced: Synced, edited: Pairing) -> None:
    synced.admin.post("/language", {"language": "en"})
    assert ">23 Nov 2026 10:00</time>" in synced.admin.page(f"/customers/{edited.customer_id}/story").source


def test_what_was_done_to_a_later_partner_of_the_same_customer_there_is_no_part_of_the_story(
    synced: Synced, edited: Pairing
) -> None:
    pairings.unpair(synced.connection, edited.id, synced.alice)
    other = synced.ours(7, "Ærø Bageri", phone="66100077")
    mirror = synced.mirror(1042)
    versions = pairings.Versions(other.version, mirror.version)
    pairings.pair(synced.connection, other.id, mirror.id, {"phone": "ours", "name": "both"}, versions, synced.alice)
    page = synced.admin.page(f"/customers/{edited.customer_id}/story").source
    assert "Svar på konflikt" not in page and page.count("Parret") == 1


def test_a_story_is_found_by_indexes_however_long_the_history_of_the_company(edited: Pairing) -> None:
    sql, given = story._of(edited.customer).sql()
    steps = " ".join(row[3] for row in db.database.execute_sql(f"EXPLAIN QUERY PLAN {sql}", given))
    assert "history_customer (company_id=? AND customer_id=?)" in steps
    assert "history_mirror (company_id=? AND mirror_id=?)" in steps
