"""Work, time and misfortune: workers' turns, clocks, faults of the API, grants withdrawn, processes that die."""

from __future__ import annotations

from random import Random

from webapp.models import lane as lanes
from webapp.models import pairing
from webapp.models.connection import Connection
from webapp.models.lane import Lane
from webapp.simulation import aim, boundaries
from webapp.simulation.wire import NotStored
from webapp.simulation.world import TAKING_OVER, WORKERS, World

FAULTS = (
    "429", "403", "404-html", "500-before", "500-after", "501-before", "502-before", "502-after", "503-before",
    "503-after", "504-before", "504-after", "cut-connect", "cut-before", "cut-after", "timeout-before",
    "timeout-after", "truncated", "not-json", "html", "empty", "wrong-type", "gzip", "bad-gzip", "redirect",
    "foreign-next", "401",
)  # fmt: skip
METHODS = (None, None, "GET", "POST", "PUT", "DELETE")


def work(world: World, r: Random) -> str:
    """One of the workers takes some turns for every connection that may be worked for."""
    if world.depth > 2:
        return "too deep"
    free = [place for place in range(WORKERS) if place not in world.memory.setdefault("busy", set())]
    if not free:
        return "busy"
    place = r.choice(free)
    return f"worker {place} took {_at_work(world, place, r.randint(1, 8))}"


def get_ahead(world: World, r: Random) -> str:
    """The workers take turns, and seconds pass, until nothing is due within half a minute or so."""
    if world.depth:
        return "no time"
    taken = 0
    for _ in range(30):
        done = _at_work(world, r.randrange(WORKERS), 8)
        world.clock.sleep(0.0 if done else 2.0)
        taken += done
    return f"{taken} turns"


def _at_work(world: World, place: int, most: int) -> int:
    """A round of this worker, who can begin no other meanwhile; if it dies, the next one takes its place.

    One whose round failed for another reason gives back what it held, as it does before its next round."""
    busy = world.memory.setdefault("busy", set())
    busy.add(place)
    try:
        return turns(world, place, most)
    except NotStored:
        Lane.let_go(world.workers[place].name)
        raise
    except BaseException:
        world.workers[place] = world.new_worker()
        raise
    finally:
        busy.discard(place)


def turns(world: World, place: int, most: int) -> int:
    """A round of this worker with at most so many looks for each connection."""
    taken = 0
    for connection in list(Connection.working().order_by(Connection.id)):
        before, who = world.memory.get("working for"), world.at_work
        world.memory["working for"], world.at_work = connection.agreement_number, place
        world.witness.turn_begins(connection)
        world.leases.turn_begins()
        try:
            taken += world.workers[place].turns(connection, most)
        finally:
            world.memory["working for"], world.at_work = before, who
    return taken


def wait(world: World, r: Random) -> str:
    """Time passes, sometimes more than a lease or a key lasts."""
    seconds = r.choice((1, 5, 30, 130, 400, 3400, 4000, 90_000))
    world.clock.sleep(seconds)
    return f"{seconds} s"


def stall(world: World, r: Random) -> str:
    """Whoever is at work sleeps past the lease."""
    world.clock.sleep(150)
    return "150 s"


def slow(world: World, r: Random) -> str:
    """Whoever is at work takes more than a quarter of its lease for what it does just now."""
    world.clock.sleep(r.choice((31, 45)))
    return "slow"


def set_clock(world: World, r: Random) -> str:
    """The machine's clock is set wrong, or right again."""
    seconds = r.choice((3600, -3600, 600, -600, 31_536_000, -31_536_000, 0, 0))
    if seconds:
        world.clock.jump(seconds)
    else:
        world.clock.correct()
    return f"{seconds} s"


def run_ahead(world: World, r: Random) -> str:
    """The machine's clock runs so far ahead that what is put off by it would wait for longer than anybody does."""
    world.clock.jump(r.choice((86_400, 31_536_000)))
    return "ahead"


def run_true(world: World, r: Random) -> str:
    """A time server sets it right."""
    world.clock.correct()
    return "right"


def fault(world: World, r: Random) -> str:
    """The next such call goes wrong."""
    kind, method = r.choice(FAULTS), r.choice(METHODS)
    kind = "500-before" if kind == "401" and r.random() < 0.7 else kind
    options = {"retry_after": r.choice((1, 3, 20, 90))} if kind in ("429", "503-before") else {}
    path = r.choice((None, None, "/customers", "(?i)customersapi"))
    world.sandbox.faults.next(r.choice((1, 1, 1, 2, 4)), method, path, kind, skip=r.choice((0, 0, 1)), **options)
    return f"{kind} for {method} {path}"


AFTER = ("500-after", "502-after", "504-after", "cut-after", "timeout-after", "truncated", "not-json")
LOST = ("500-before", "503-before", "timeout-before", "cut-connect", "404-html", "html", "not-json")


def unanswered(world: World, r: Random) -> str:
    """The next creation takes effect and nobody hears of it."""
    kind = r.choice(AFTER)
    world.sandbox.faults.next(r.choice((1, 1, 2)), "POST", "/customers", kind)
    return kind


def no_such_address(world: World, r: Random) -> str:
    """The next creation is answered by e-conomic's own "not found", and makes nobody."""
    world.sandbox.faults.next(1, "POST", "(?i)/customers", "404", skip=r.choice((0, 0, 1)))
    return "404"


def forbid_creations(world: World, r: Random) -> str:
    """The next creation is not allowed, and makes nobody: a role or module is missing there for a moment."""
    world.sandbox.faults.next(1, "POST", "(?i)/customers", "403")
    return "403"


def forbid_updates(world: World, r: Random) -> str:
    """The next update is not allowed."""
    world.sandbox.faults.next(1, "PUT", "(?i)/customers", "403")
    return "403"


def look_up(world: World, r: Random) -> str:
    """The next questions about one customer go unanswered."""
    kind = r.choice(LOST)
    world.sandbox.faults.next(r.choice((1, 2, 3)), "GET", r"(?i)/customers/\d+$", kind)
    return kind


def short_list(world: World, r: Random) -> str:
    """The next page of the list lacks its last customers, though it counts them."""
    world.sandbox.faults.next(1, "GET", "/rest/customers$", "short-list", skip=r.choice((0, 0, 1)))
    return "once"


def age(world: World, r: Random) -> str:
    """As long as e-conomic remembers a key, and a little more."""
    world.clock.sleep(r.choice((3400, 3700, 7300)))
    return "an hour"


def forbid(world: World, r: Random) -> str:
    """The next reading of one customer is not allowed: some role or module is missing there for a while."""
    world.sandbox.faults.next(2, "GET", r"/customers/\d+", "403")
    return "403 twice"


def ask_to_wait(world: World, r: Random) -> str:
    """The service is over-burdened: whatever is asked next, it says when to come again."""
    seconds = r.choice((20, 90, 300))
    world.sandbox.faults.next(1, None, None, r.choice(("503-before", "503-before", "429")), retry_after=seconds)
    return f"{seconds} s"


def outage(world: World, r: Random) -> str:
    """Every call may go wrong until it is over."""
    if r.random() < 0.5:
        world.sandbox.faults.clear()
        return "over"
    world.sandbox.faults.always(
        r.choice((0.3, 1.0)), None, None, r.choice(("503-before", "502-after", "timeout-after"))
    )
    return "begun"


def revoke(world: World, r: Random) -> str:
    """Somebody withdraws the app's grant in e-conomic."""
    for token in list(world.economic.grants()):
        world.economic.revoke(token)
    return "withdrawn"


def reconnect(world: World, r: Random) -> str:
    """An administrator grants access again."""
    world.connect()
    return "connected"


def newer_service(world: World, r: Random) -> str:
    """The module with the newer customers service is switched on or off for the agreement."""
    world.economic.customersapi_enabled = not world.economic.customersapi_enabled
    return f"now {world.economic.customersapi_enabled}"


def newer_at_last(world: World, r: Random) -> str:
    """It is switched on, if it is not."""
    world.economic.customersapi_enabled = True
    return "now True"


def kill(world: World, r: Random) -> str:
    """Some process dies at one of its next boundaries."""
    way, due = r.random(), _due(r)
    if way < 0.3:
        world.kill_at, world.kill_in = "*", r.choice((r.randint(1, 6), r.randint(1, 25)))
    elif way < 0.7 and due:
        world.kill_at, world.kill_in = r.choice(due), 1
    else:
        world.kill_at, world.kill_in = aim.target(world.seed) if way < 0.85 else r.choice(boundaries.declared()), 1
    return f"at {world.kill_at} in {world.kill_in}"


DISK = ("disk I/O error", "database or disk is full", "attempt to write a readonly database")


def disk_fails(world: World, r: Random) -> str:
    """The next commits are refused, whoever makes them; the processes live on."""
    world.refusing = [r.choice(DISK)] * r.choice((1, 1, 2, 4))
    return f"{len(world.refusing)} times: {world.refusing[0]}"


def die_soon(world: World, r: Random) -> str:
    """Whoever commits next dies right before it, right after it, or before the commit that follows."""
    world.kill_at, world.kill_in = "*", r.choice((1, 2, 2, 3))
    return f"in {world.kill_in}"


def die_taking_over(world: World, r: Random) -> str:
    """Whoever takes a lane over from another dies with it."""
    world.kill_at, world.kill_in = TAKING_OVER, 1
    return f"at {TAKING_OVER}"


PROTOCOLS = {pairing.CREATING: ("create",), pairing.OPEN: ("look", "push", "apply"), "deleting": ("remove",)}
STEPS = {
    lanes.SWEEP: ("sweep",),
    lanes.RUN: ("runs", "undo_there"),
    lanes.PLAN: ("making",),
    lanes.LISTS: ("lists",),
    lanes.SUGGEST: ("suggesting",),
    lanes.CHECK: ("checking",),
}


def _due(r: Random) -> list[str]:
    """The boundaries of some piece of work that waits."""
    waiting = list(Lane.select().order_by(Lane.id))
    if not waiting:
        return []
    lane = r.choice(waiting)
    rooms = STEPS.get(lane.side, ("look",))
    if lane.side == lanes.PAIR:
        pair = pairing.Pairing.get_by_id(lane.record)
        rooms = PROTOCOLS.get("deleting" if pair.deleting else pair.state, ("look",))
    return [name for name in boundaries.declared() if name.partition(".")[0] in rooms]


def kill_on_the_line(world: World, r: Random) -> str:
    """Some process dies while a call of its own is under way: before it is sent, or after it took effect."""
    from webapp.simulation.wire import Killed

    def die() -> None:
        world.kills["wire"] += 1
        raise Killed("wire")

    moment, calls = r.choice(("before", "after")), r.randint(1, 3)
    world.armed.append((calls, moment, die))
    return f"{moment} call {calls}"
