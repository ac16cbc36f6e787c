"""What users of other sync products complain of, each as a test that it does not happen here."""

from datetime import timedelta

import pytest
from flask import Flask
from flask_babel import Babel

from tests.apps import app_over
from tests.sync.test_causes import refused_group
from tests.sync.test_gone import delete_ours
from tests.sync.test_pairs import both_change, seen
from tests.sync.test_runs import bulk, planned
from tests.sync.test_runs_undo import registers, undo
from tests.sync.test_suggesting import clinics, lines
from tests.sync.world import World
from tests.views.synced import world_in
from webapp import ports
from webapp.models import sweep as sweeps
from webapp.models.attempt import Attempt
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.run import CREATE_OURS, CREATE_THEIRS, RunItem
from webapp.models.suggestion import Suggestion
from webapp.sandbox import references
from webapp.sync import causes, likely, lists, not_same, pairings, rows, runs, sweep
from webapp.sync.narrowing import Narrowed
from webapp.sync.section import Section
from webapp.views import cause_words


def test_c1_two_filled_registers_and_bulk_creation_make_no_duplicate(connected: World) -> None:
    clinics(connected)
    connected.ours(7, "Kun hos os ApS", cvr="10150817")
    connected.drain()
    bulk(connected, CREATE_THEIRS)
    with pytest.raises(runs.NotApplied):
        bulk(connected, CREATE_OURS)
    numbers = [c["corporateIdentificationNumber"] for c in connected.economic.customers.values()]
    assert sorted(numbers) == ["10150817", "33920459"]
    assert sorted(c.cvr for c in Customer.of(connected.company)) == ["10150817", "33920459"]


@pytest.mark.parametrize("kind", ["503-before", "truncated", "empty"])
def test_c2_an_unreachable_source_never_reads_as_deleted(connected: World, kind: str) -> None:
    pair = connected.pair_same()
    connected.sandbox.faults.always(path="/customers", kind=kind)
    sweep.begin(connected.connection, sweeps.COMPARE)
    for _ in range(5):
        connected.worker.round()
        connected.clock.sleep(30)
    assert connected.place(customer=pair.customer).section == "paired"
    connected.sandbox.faults.clear()


def test_c3_a_whole_run_is_taken_back_in_both_systems(connected: World) -> None:
    for number in range(1, 4):
        connected.ours(number, f"Kunde {number}")
    before = registers(connected)
    undo(connected, bulk(connected, CREATE_THEIRS))
    assert registers(connected) == before


def test_c4_a_plan_shows_every_change_and_writes_nothing(connected: World) -> None:
    connected.ours(1, "En ApS", phone="66100014")
    before = registers(connected)
    item = RunItem.get(RunItem.run == planned(connected, CREATE_THEIRS))
    connected.drain()
    assert "66100014" in item.after
    assert (registers(connected), Attempt.select().count()) == (before, 0)


def test_c5_a_fault_that_cures_itself_never_becomes_somebodys_work(connected: World) -> None:
    pair = connected.pair_same()
    connected.sandbox.faults.next(3, method="PUT", kind="503-before")
    connected.save(pair.customer, city="Odense")
    connected.drain()
    assert connected.stored(1042)["city"] == "Odense"
    assert (connected.fresh(pair).fault, rows.trouble(connected.connection, ports.now() - timedelta(hours=1))) == (
        {},
        None,
    )


def test_c6_what_waits_for_another_thing_goes_on_by_itself(connected: World) -> None:
    refused_group(connected, 2001)
    references.add_group(connected.economic, 4, "Boligforeninger")
    lists.read_lists_again(connected.connection)
    connected.drain()
    assert connected.stored(2001)["customerGroup"] == 4


def test_c7_one_bad_customer_stops_no_other(connected: World) -> None:
    for number in (1, 2, 3):
        connected.ours(number, f"Kunde {number}")
    run = planned(connected, CREATE_THEIRS)
    connected.theirs(2, "Tog nummeret imens")
    run = runs.start(run, connected.alice)
    connected.drain()
    assert (connected.fresh(run).done, connected.fresh(run).failed) == (2, 1)


def test_c8_nothing_is_deleted_without_a_named_person(connected: World) -> None:
    pair = delete_ours(connected)
    connected.compare()
    assert 1042 in connected.economic.customers
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    connected.drain()
    noted = History.get(History.pairing_id == pair.id, History.side == "theirs", History.field == "deleted")
    assert (1042 in connected.economic.customers, noted.by) == (False, connected.alice)


def test_c9_a_conflict_shows_only_what_differs_and_keeps_the_loser(connected: World) -> None:
    pair = both_change(connected)
    row = rows.batch(Narrowed(connected.connection), Section.CONFLICT).rows[0]
    assert [question.field for question in row.questions] == ["phone"]
    pairings.answer(connected.connection, pair.id, {"phone": "theirs"}, seen(pair), connected.alice)
    assert History.get(History.cause == "answer", History.field == "phone").before == "66100020"


def test_c10_deleted_here_and_changed_there_is_a_question_of_its_own(connected: World) -> None:
    pair = delete_ours(connected)
    connected.economic.edit(1042, address="Industrivej 27")
    connected.webhook(1042, 1042)
    assert connected.place(mirror=pair.mirror).state == "ours_gone_theirs_moved"
    assert connected.stored(1042)["address"] == "Industrivej 27"


def test_c11_different_fields_changed_on_both_sides_ask_nobody(connected: World) -> None:
    pair = connected.pair_same()
    connected.economic.edit(1042, city="Odense")
    connected.save(pair.customer, phone="66100020")
    connected.webhook(1042, 1042)
    assert (connected.fresh(pair.customer).city, connected.stored(1042)["telephoneAndFaxNumber"]) == (
        "Odense",
        "66100020",
    )
    assert connected.place(customer=pair.customer).section == "paired"


def test_c12_a_suggestion_says_why_and_is_made_anew_from_the_registers(connected: World) -> None:
    customer, _ = clinics(connected)
    place = connected.place(customer=customer)
    assert likely.suggestions(connected.connection, [place])[place.id].evidence
    Suggestion.delete().execute()
    connected.save(customer, phone="66100014")
    connected.drain()
    assert (1042, 2087, "sure") in lines(connected)


def test_c13_our_own_webhook_a_hundred_times_writes_nothing(connected: World) -> None:
    pair = connected.pair_same()
    connected.save(pair.customer, city="Odense")
    connected.drain()
    sent = Attempt.select().count()
    for _ in range(100):
        connected.webhook(1042, 1042)
    assert Attempt.select().count() == sent


def test_c14_every_customer_stands_in_exactly_one_section(connected: World) -> None:
    clinics(connected, 5, 6)
    both_change(connected)
    connected.ours(7, "Kun hos os")
    pairings.exclude(connected.connection, connected.alice, customer_id=connected.ours(8, "Kontantsalg").id)
    connected.drain()
    connected.check_books()


@pytest.mark.parametrize("kind", ["500-after", "cut-after", "timeout-after"])
def test_c15_a_success_that_looks_like_a_failure_is_judged_by_reading_back(connected: World, kind: str) -> None:
    pair = connected.pair_same()
    connected.sandbox.faults.next(method="PUT", kind=kind)
    connected.save(pair.customer, city="Odense")
    connected.drain()
    assert connected.stored(1042)["city"] == "Odense"
    assert (connected.fresh(pair).fault, connected.place(customer=pair.customer).state) == ({}, "equal")


def test_c16_a_refusal_says_what_is_wrong_and_what_to_do(connected: World) -> None:
    refused_group(connected, 2001)
    (group,) = causes.groups(connected.connection)
    app = Flask("webapp")
    Babel(app, default_locale="da")
    with app.test_request_context():
        assert "4" in cause_words.title(group.cause) and cause_words.remedy(group.cause)


def test_c17_the_window_draws_without_asking_e_conomic(database: str) -> None:
    for app in app_over(database):
        for world in world_in(app):
            both_change(world)
            clinics(world, 5, 6)
            world.sandbox.faults.always(kind="500-before")
            asked = len(world.sandbox.faults.log)
            page = world.admin.page("/sync")
            assert page.source.count("Havnens Tandklinik") > 2 and len(page.all("dialog", id="window")) == 1
            assert len(world.sandbox.faults.log) == asked
            world.sandbox.faults.clear()


def test_c18_the_same_e_mail_alone_pairs_nobody_and_not_the_same_is_remembered(connected: World) -> None:
    ours = connected.ours(1, "Hansen Malerfirma", email="jens@hansen.dk", city="Odense")
    connected.theirs(2, "Fyns Udlejning", email="jens@hansen.dk", city="Nyborg")
    connected.look(2)
    assert "sure" not in {state for _, _, state in lines(connected)}
    not_same.apart(connected.connection, ours.id, connected.mirror(2).id, connected.alice)
    connected.compare()
    assert lines(connected) == {(1, None, "new"), (None, 2, "new")}


def test_c19_a_pair_is_never_matched_anew(connected: World) -> None:
    pair = connected.pair_same(corporateIdentificationNumber="33920459")
    connected.theirs(2087, "Havnens Tandklinik ApS", corporateIdentificationNumber="33920459")
    connected.look(2087)
    connected.compare()
    assert connected.fresh(pair).mirror.number == 1042
    assert connected.place(mirror=connected.mirror(2087)).section == "new"


def test_c20_off_means_off_in_both_directions(connected: World) -> None:
    pair = connected.pair_same()
    pairings.unpair(connected.connection, pair.id, connected.alice)
    pairings.exclude(connected.connection, connected.alice, customer_id=pair.customer_id)
    connected.economic.edit(1042, city="Odense")
    connected.save(pair.customer, phone="66100020")
    connected.compare()
    assert connected.fresh(pair.customer).city == "" and not connected.stored(1042).get("telephoneAndFaxNumber")
