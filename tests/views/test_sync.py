"""The window: what stands where, search and filters in the address, rows that refresh themselves, the comparison."""

import re
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from flask import Flask

from tests.apps import app_over
from tests.views.synced import Synced, get_from, pieces, post_from, rows_of, seen
from webapp import db
from webapp.economic.client import Client
from webapp.economic.errors import Garbled
from webapp.models import sweep as sweeps
from webapp.models.connection import Connection
from webapp.models.lane import Lane
from webapp.models.place import Place
from webapp.models.sweep import Sweep
from webapp.models.tally import ByState, Tally
from webapp.sync import pairings, register, surety, sweep
from webapp.sync.findings import Doubt
from webapp.sync.narrowing import Narrowed
from webapp.views import sync_file
from webapp.views.sync_window import Counters
from webapp.views.sync_words import DOUBTS, EVIDENCE, FAULTS, SECTIONS


@pytest.fixture
def app(database: str) -> Iterator[Flask]:
    yield from app_over(database)


def number_at(html: str, place: str) -> str:
    found = re.search(rf'id="{place}">([^<]*)<', html)
    assert found, f"no number at {place}"
    return found[1]


def count_queries(synced: Synced, address: str) -> int:
    asked: list[str] = []
    hook = asked.append
    original = db.database.obj.execute_sql

    def counting(sql: str, *args: object, **kwargs: object) -> object:
        hook(sql)
        return original(sql, *args, **kwargs)

    db.database.obj.execute_sql = counting  # type: ignore[method-assign]
    try:
        assert synced.admin.get(address).status_code == 200
    finally:
        db.database.obj.execute_sql = original  # type: ignore[method-assign]
    return len(asked)


# ── What stands where ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sections_stand_in_the_guides_order(synced: Synced) -> None:
    html = synced.admin.page("/sync").source
    titles = [str(title) for title, _empty in SECTIONS.values()]
    assert titles[0] == "Synkroniseringskonflikter" and titles[-1] == "Parrede kunder"
    assert [html.index(f">{title} <span") for title in titles] == sorted(
        html.index(f">{title} <span") for title in titles
    )


def test_a_section_without_customers_says_so(synced: Synced) -> None:
    page = synced.admin.page("/sync")
    assert "hidden" not in page.one("p", id="empty-deleted").attrs
    assert "Intet at vise" in page.one("p", id="empty-deleted").text


def test_the_counts_add_up_to_both_registers(synced: Synced) -> None:
    synced.pair_same(1042)
    synced.ours(2001, "Vores ApS")
    synced.fetched(3001, "Deres ApS")
    html = synced.admin.page("/sync").source
    assert (number_at(html, "count-ours"), number_at(html, "count-theirs")) == ("2", "2")
    assert [number_at(html, f"count-{s}") for s in ("conflict", "new", "deleted", "off", "paired")] == list("02001")


def test_a_new_customer_of_ours_has_the_three_actions_in_sight(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    row = rows_of(synced.admin.page("/sync").source, "new")
    actions = re.findall(r'class="btn btn-quiet stay"[^>]*>(?:<svg.*?</svg>)?(?:<span>)?([^<]+)<', row)
    assert actions == ["Opret partner", "Vælg partner", "Ingen synkronisering"]


def test_each_action_says_whom_it_concerns(synced: Synced) -> None:
    synced.fetched(3001, "Deres ApS")
    row = rows_of(synced.admin.page("/sync").source, "new")
    assert row.count('<span class="visually-hidden">: Deres ApS</span>') == 3


def test_a_name_that_looks_like_markup_is_text(synced: Synced) -> None:
    synced.ours(2001, "<b>Fed & Fin</b>")
    html = synced.admin.page("/sync").source
    assert "<b>Fed" not in html and "&lt;b&gt;Fed &amp; Fin&lt;/b&gt;" in html


def test_an_inspector_sees_everything_and_no_buttons(synced: Synced) -> None:
    synced.conflict()
    synced.ours(2001, "Vores ApS")
    html = synced.inspector.page("/sync").source
    assert "Vores ApS" in html and "66100041" in html
    assert not re.search("Opret partner|Vælg partner|Ingen synkronisering|Gem svar|Sammenlign nu|Ophæv", html)


def test_another_company_sees_no_window_of_ours(synced: Synced) -> None:
    synced.ours(2001, "Vores ApS")
    html = synced.outsider.page("/sync").source
    assert "Der er ingen forbindelse til e-conomic" in html and "Vores ApS" not in html


def test_before_customers_are_activated_the_window_says_what_to_do(synced: Synced) -> None:
    Connection.update(activated_at=None).execute()
    html = synced.admin.page("/sync").source
    assert "Kunder synkroniseres ikke med e-conomic endnu" in html and "/settings/integrations" in html


def test_the_first_fetch_shows_how_far_it_is(synced: Synced) -> None:
    Connection.update(fetched_at=None).execute()
    Sweep.create(company=synced.company, connection=synced.connection, kind=sweeps.FETCH, read=400, total=1000)
    page = synced.admin.page("/sync")
    assert page.one("progress", id="fetching").attrs["value"] == "400"
    assert "400 af 1.000" in page.source and not rows_of(page.source, "new")


def test_a_paused_connection_is_told_once(synced: Synced) -> None:
    synced.connection.pause("grant_withdrawn")
    assert synced.admin.page("/sync").source.count("Adgangen er trukket tilbage i e-conomic.") == 1


@pytest.mark.parametrize("hours, told", [(2, True), (0, False)])
def test_trouble_is_told_when_it_has_lasted_over_an_hour(synced: Synced, hours: int, told: bool) -> None:
    with db.write():
        Lane.wake(synced.connection, "theirs", 9)
        since = synced.clock.now()
        Lane.update(fault_kind="unreachable", fault_since=since).where(Lane.record == 9).execute()
    synced.clock.sleep(hours * 3600)
    assert ("e-conomic kan ikke nås." in synced.admin.page("/sync").source) is told


def test_that_economic_has_asked_us_to_wait_for_more_than_an_hour_is_told(synced: Synced) -> None:
    synced.sandbox.faults.always(kind="429", retry_after=120)
    with db.write():
        Lane.wake(synced.connection, "theirs", 9)
    told = []
    for _ in range(70):
        told.append("e-conomic beder os vente." in synced.admin.page("/sync").source)
        synced.worker.round()
        synced.clock.sleep(60)
    assert (told[58], told[65]) == (False, True)
    Lane.delete().execute()


def test_a_customer_whose_record_cannot_be_read_is_named_after_an_hour(
    synced: Synced, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = synced.pair_same(1042, "Havnens Tandklinik ApS")
    monkeypatch.setattr(Client, "customer", Mock(side_effect=Garbled("a customer whose name is no plain value")))
    with db.write():
        Lane.wake(synced.connection, "pair", pair.id)
    told = []
    for _ in range(62):
        told.append("Det gælder kun Havnens Tandklinik ApS (1042)." in synced.admin.page("/sync").source)
        synced.worker.round()
        synced.clock.sleep(60)
    assert (told[0], told[58], told[61]) == (False, False, True)
    Lane.delete().execute()


def test_a_conflict_is_a_sentence_with_both_values_and_the_old_one(synced: Synced) -> None:
    synced.conflict()
    row = rows_of(synced.admin.page("/sync").source, "conflict")
    assert re.search(r"<b>Telefon:</b> begge har ændret den\. Den var <span[^>]*>66100014</span>", row)
    assert "66100020" in row and "66100041" in row and "CleanManager · Alice, i dag" in row


@pytest.mark.parametrize("count", [10, 200])
def test_the_number_of_queries_does_not_grow_with_the_rows(synced: Synced, count: int) -> None:
    few = 3
    for number in range(1, few + 1):
        synced.ours(number, f"Kunde {number}")
    before = count_queries(synced, "/sync")
    for number in range(few + 1, count + 1):
        synced.ours(number, f"Kunde {number}")
    assert count_queries(synced, "/sync") == before


def test_more_conflicts_do_not_ask_more_queries(synced: Synced) -> None:
    numbers = (1, 2, 3, 4)
    found = []
    for number in numbers:
        pair = synced.pair_same(number, f"Kunde {number}", telephoneAndFaxNumber="66100014", city="Odense")
        synced.economic.edit(number, telephoneAndFaxNumber="66100041", city="Faaborg")
        synced.save(pair.customer, phone="66100020", city="Assens")
        synced.drain()
        found.append(count_queries(synced, "/sync"))
    assert found[1:] == [found[0]] * 3


# ── Search, filters, paging ───────────────────────────────────────────────────────────────────────────────────────


def test_the_search_narrows_both_columns_and_stands_in_the_address(synced: Synced) -> None:
    synced.ours(2001, "Havnens Bageri")
    synced.fetched(3001, "Havnens Kro")
    synced.fetched(3002, "Skovens Kro")
    html = synced.admin.page("/sync?q=havn").source
    assert "Havnens Bageri" in html and "Havnens Kro" in html and "Skovens Kro" not in html
    assert 'value="havn"' in html and number_at(html, "count-new") == "2"


def test_typing_a_search_draws_rows_and_numbers_and_moves_the_address(synced: Synced) -> None:
    synced.fetched(3001, "Havnens Kro")
    answer = synced.admin.get("/sync/rows?q=havn", piece=True)
    assert answer.headers["HX-Replace-Url"] == "/sync?q=havn"
    assert {"#rows", "#filters", "#count-new", "#count-theirs", "#badge-new"} <= pieces(answer).keys()
    assert "#q" not in pieces(answer)


@pytest.mark.parametrize("query", ["q=findesikke", "only=answer"])
def test_what_is_narrowed_to_nothing_never_says_that_there_is_nobody(synced: Synced, query: str) -> None:
    synced.pair_same()
    whole = synced.admin.page(f"/sync?{query}").source
    pieces = synced.admin.get(f"/sync/rows?{query}", piece=True).text
    for drawn in (whole, pieces):
        assert "Ingen kunder har en partner endnu." not in drawn
        assert drawn.count("Ingen kunder her passer til søgningen eller filteret.") >= len(SECTIONS)


def test_a_filter_shows_only_its_rows(synced: Synced) -> None:
    synced.conflict()
    synced.ours(2001, "Vores ApS")
    html = synced.admin.page("/sync?only=answer").source
    assert "Vores ApS" not in html and "66100041" in html
    assert number_at(html, "filter-answer") == "1"


@pytest.mark.parametrize("query", ["only=nonsense", "q=" + "x" * 101])
def test_an_address_that_cannot_be_understood_is_refused(synced: Synced, query: str) -> None:
    assert synced.admin.get(f"/sync?{query}").status_code == 400


@pytest.mark.parametrize("query", ["section=nonsense", "section=new&after=nonsense", "section=new&after=a~b"])
def test_a_wrong_mark_never_fails(synced: Synced, query: str) -> None:
    assert synced.admin.get(f"/sync/rows?{query}", piece=True).status_code in (200, 400)


def test_more_rows_come_to_the_end_of_their_section(synced: Synced) -> None:
    for number in range(1, 61):
        synced.ours(number, f"Kunde {number:03}")
    html = synced.admin.page("/sync").source
    address = re.search(r'hx-get="([^"]+section=new[^"]+)"', html)[1].replace("&amp;", "&")  # type: ignore[index]
    (swap, rest), *_none = pieces(synced.admin.get(address, piece=True))["#rows-new"]
    assert swap == "beforeend" and rest.count("<li ") == 10 and "Kunde 060" in rest
    assert rows_of(html, "new").count("<li ") == 50


# ── A row under way ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_row_under_way_asks_for_itself(synced: Synced) -> None:
    pair = synced.pair_same()
    synced.save(pair.customer, phone="66100020")
    row = rows_of(synced.admin.page("/sync").source, "paired")
    assert 'hx-trigger="every 2s"' in row and "Telefon sendes til e-conomic" in row


def polled(synced: Synced) -> str:
    row = rows_of(synced.admin.page("/sync").source, "paired")
    return re.search(r'hx-get="(/sync/row/[^"]+)"', row)[1].replace("&amp;", "&")  # type: ignore[index]


def test_silence_is_the_answer_while_nothing_has_moved(synced: Synced) -> None:
    pair = synced.pair_same()
    synced.save(pair.customer, phone="66100020")
    assert synced.admin.get(polled(synced), piece=True).status_code == 204


def test_a_settled_row_comes_back_without_asking_again(synced: Synced) -> None:
    pair = synced.pair_same()
    synced.save(pair.customer, phone="66100020")
    address = polled(synced)
    synced.drain()
    place = synced.place(customer=pair.customer)
    ((swap, row),) = pieces(synced.admin.get(address, piece=True))[f"#row-{place.id}"]
    assert swap == "outerHTML" and "every 2s" not in row and "Ens" in row


def test_a_row_whose_section_changed_moves(synced: Synced) -> None:
    customer = synced.ours(2001, "Vores ApS")
    pairings.create_there(synced.connection, customer.id, 1500, synced.alice)
    address = polled(synced)
    synced.theirs(1500, "Snydt ApS")
    synced.drain()
    found = pieces(synced.admin.get(address, piece=True))
    place = synced.place(customer=customer)
    assert found[f"#row-{place.id}"] == [("delete", "")]
    assert found["#rows-conflict"][0][0] == "afterbegin" and found["#count-conflict"] == [("innerHTML", "1")]


def test_a_row_that_the_filter_no_longer_lets_through_goes(synced: Synced) -> None:
    pair = synced.pair_same()
    synced.save(pair.customer, phone="66100020")
    address = polled(synced)
    synced.drain()
    found = pieces(get_from(synced.admin, "/sync?only=moving", address))
    assert found[f"#row-{synced.place(customer=pair.customer).id}"] == [("delete", "")]
    assert "#rows-paired" not in found


def test_a_line_that_is_no_more_goes(synced: Synced) -> None:
    customer = synced.ours(2001, "Vores ApS")
    gone = synced.place(customer=customer)
    register.remove(synced.company, customer.id, synced.alice)
    found = pieces(synced.admin.get(f"/sync/row/{gone.id}?section=new&version=1", piece=True))
    assert found[f"#row-{gone.id}"] == [("delete", "")]


# ── The comparison ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_age_of_the_last_proof_and_its_numbers_are_told(synced: Synced) -> None:
    synced.pair_same()
    synced.compare()
    synced.clock.sleep(6 * 3600)
    html = synced.admin.page("/sync").source
    assert "Sidst bevist ens for 6 timer siden" in html and "1 par sammenlignet, 1 ens." in html


def test_a_comparison_without_pairs_proves_nothing(synced: Synced) -> None:
    synced.compare()
    html = synced.admin.page("/sync").source
    assert "Sidst sammenlignet" in html and "Der var ingen par endnu." in html and "bevist" not in html
    assert "bevist" not in synced.admin.page("/settings/integrations").source


def test_pairs_that_may_differ_are_not_called_equal(synced: Synced) -> None:
    pair = synced.conflict()
    synced.admin.post(f"/questions/{pair.id}/answers", seen(pair) | {"answer-phone": "both"})
    synced.drain()
    synced.compare()
    assert "1 par sammenlignet, 1 ens eller aftalt forskellige." in synced.admin.page("/sync").source


def test_while_everything_rests_no_comparison_is_offered(synced: Synced) -> None:
    assert "Sammenlign nu" in synced.admin.page("/sync").source
    synced.admin.post("/settings/integrations/economic/pause")
    assert "Sammenlign nu" not in synced.admin.page("/sync").source


def test_compare_now_begins_a_comparison_and_shows_its_progress(synced: Synced) -> None:
    line = pieces(synced.admin.post("/sync/compare", piece=True))["#proof"][0][1]
    assert "Sammenligner" in line and 'hx-trigger="every 2s"' in line
    assert Sweep.current(synced.connection, sweeps.COMPARE) is not None


def test_without_script_compare_now_leads_back_to_the_window(synced: Synced) -> None:
    answer = synced.admin.post("/sync/compare")
    assert (answer.status_code, answer.location) == (303, "/sync")


def test_at_the_end_of_a_comparison_every_row_is_drawn_anew(synced: Synced) -> None:
    sweep.begin(synced.connection, sweeps.COMPARE)
    assert "#rows" not in pieces(synced.admin.get("/sync/proof", piece=True))
    synced.drain()
    found = pieces(synced.admin.get("/sync/proof", piece=True))
    assert "#rows" in found and "every" not in found["#proof"][0][1]


@pytest.fixture
def held(synced: Synced) -> Sweep:
    for number in range(1, 7):
        synced.pair_same(number, f"Kunde {number}")
    for number in range(1, 7):
        synced.economic.delete(number)
    sweep.begin(synced.connection, sweeps.COMPARE)
    synced.drain()
    found = Sweep.current(synced.connection, sweeps.COMPARE)
    assert found is not None and found.state == sweeps.HELD
    return found


def test_many_missing_at_once_are_asked_about(synced: Synced, held: Sweep) -> None:
    html = synced.admin.page("/sync").source
    assert "6 kunder mangler i e-conomic på én gang." in html and "Ja, slå dem op i e-conomic" in html


@pytest.mark.parametrize("answer, section", [("gone", "deleted"), ("keep", "paired")])
def test_the_answer_decides_what_becomes_of_the_missing(synced: Synced, held: Sweep, answer: str, section: str) -> None:
    assert synced.admin.post(f"/sync/brake/{held.id}", {"answer": answer}, piece=True).status_code == 200
    synced.drain()
    assert {place.section for place in Place.of(synced.connection)} == {section}


def test_who_answers_the_brake_second_is_told_so(synced: Synced, held: Sweep) -> None:
    synced.admin.post(f"/sync/brake/{held.id}", {"answer": "keep"})
    second = synced.admin.post(f"/sync/brake/{held.id}", {"answer": "gone"}, piece=True)
    assert "Spørgsmålet er allerede besvaret." in second.text and synced.fresh(held).state == sweeps.VOID


def test_while_the_brake_asks_no_other_comparison_is_said_to_have_begun(synced: Synced, held: Sweep) -> None:
    synced.admin.post("/sync/compare")
    said = synced.admin.page("/sync").source
    assert "Sammenligningen er begyndt" not in said and "venter på dit svar" in said


def test_an_answer_to_the_brake_that_is_none_is_refused(synced: Synced, held: Sweep) -> None:
    assert synced.admin.post(f"/sync/brake/{held.id}", {"answer": "perhaps"}).status_code == 400


# ── Words ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_permanent_fault_has_a_sentence() -> None:
    from webapp.economic import errors

    known = [known for known in vars(errors).values() if isinstance(known, type)]
    kinds = {fault.kind for fault in known if issubclass(fault, errors.PermanentError)} - {errors.EconomicError.kind}
    assert kinds and kinds - FAULTS.keys() == set()


def test_every_doubt_that_the_matcher_knows_has_words() -> None:
    against = [Doubt(kind, (field,)) for kind, field in surety.AGAINST]
    keys = [
        Doubt(kind, (field,))
        for kind in ("near", "shared")
        for field in surety.KEYS
        if (kind, field) != ("near", "number")
    ]
    beside = [Doubt(kind, (field,)) for kind in ("alike", "unknown") for field in ("name", "address")]
    known = [*against, *keys, *beside, Doubt("letters", ("name",)), Doubt("alone", ("email",)), Doubt("several")]
    assert all((one.kind, "".join(one.fields)) in DOUBTS for one in (*known, Doubt("alike")))


@pytest.mark.parametrize("kind, field", [("same", "cvr"), ("form", "name"), ("other", "postcode")])
def test_evidence_has_words(kind: str, field: str) -> None:
    assert (kind, field) in EVIDENCE


def test_an_action_under_a_filter_counts_only_what_the_filter_shows(synced: Synced) -> None:
    pair = synced.conflict()
    form = seen(pair) | {"answer-phone": "ours"}
    found = pieces(post_from(synced.admin, "/sync?only=answer", f"/questions/{pair.id}/answers", form))
    assert found["#count-conflict"] == [("innerHTML", "0")] and "#rows-paired" not in found


def test_every_number_of_one_answer_is_of_the_same_moment(synced: Synced, monkeypatch: pytest.MonkeyPatch) -> None:
    counted, read = Tally.by_state, []

    def while_a_run_works(connection: Connection) -> ByState:
        read.append(1)
        return {**counted(connection), ("new", "new"): (len(read), len(read), 0)}

    monkeypatch.setattr(Tally, "by_state", while_a_run_works)
    texts = Counters.of(Narrowed(synced.connection)).texts()
    assert {texts[place] for place in ("count-new", "filter-new")} == {"1"} and texts["badge-new"] == "+1 ny kunde"


# ── A section as a list to take away ──────────────────────────────────────────────────────────────────────────────


def listed(synced: Synced, section: str, query: str = "") -> list[list[str]]:
    """The lines of the list that the window links to, without its heads."""
    page = synced.admin.page(f"/sync{query}")
    links = [link.attrs["href"] for link in page.all("a") if link.text.startswith("CSV")]
    address = next(link for link in links if f"/{section}/" in link)
    return [line.split(";") for line in synced.admin.get(address).text.splitlines()[1:]]


def test_a_section_is_taken_away_as_the_window_is_narrowed(synced: Synced) -> None:
    synced.ours(1, "Havnens Tandklinik", cvr="33920459", city="Odense C")
    synced.ours(2, "Skovbryn Friskole")
    (line,) = listed(synced, "new", "?q=havn&only=new")
    assert line[:7] == ["1", "Havnens Tandklinik", "33920459", "", "Odense C", "", ""] and line[14] == "Ny"
    assert len(listed(synced, "new")) == 2 and len(listed(synced, "new", "?only=off")) == 0


def test_a_conflict_is_taken_away_with_a_line_for_each_question(synced: Synced) -> None:
    synced.conflict()
    (line,) = listed(synced, "conflict")
    assert line[:2] == ["1042", "Havnens Tandklinik ApS"] and line[7:9] == ["1042", "Havnens Tandklinik ApS"]
    assert line[14:] == ["1 spørgsmål", "", "Telefon", "66100020", "66100041", "66100014"]


def test_the_list_says_what_the_row_says(synced: Synced) -> None:
    synced.ours(1, "Æblehavens Børnehus", postcode="5230", city="Odense M", email="a@aeble.dk")
    synced.fetched(2, "Aeblehavens Boernehus", zip="5230", city="Odense M", email="b@aeble.dk")
    (line,) = listed(synced, "new")
    assert line[14] == "Den samme?" and line[15].startswith("Se efter: kun navn og postnr. er ens. ")
    synced.gone_there()
    assert listed(synced, "deleted")[0][14:16] == ["Slettet dér", "Slettet i e-conomic 23. nov. 2026"]


def test_no_name_in_the_list_is_a_formula(synced: Synced) -> None:
    synced.ours(1, "=HYPERLINK(1)")
    assert listed(synced, "new")[0][1] == "'=HYPERLINK(1)"


def test_the_list_goes_on_behind_what_is_read_at_once(synced: Synced, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_file, "AT_ONCE", 2)
    for number in (1, 2, 3, 4, 5):
        synced.ours(number, f"Kunde {number}")
    assert [line[0] for line in listed(synced, "new")] == ["1", "2", "3", "4", "5"]


def test_a_list_of_a_part_that_there_is_not_is_not_found(synced: Synced) -> None:
    assert synced.admin.get("/sync/nothing/list.csv").status_code == 404
    assert synced.admin.get("/sync/new/list.xlsx").data.startswith(b"PK")
