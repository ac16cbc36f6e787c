"""The list of invariants and faults that the proof goes by: how each is judged, how each is brought about."""

from __future__ import annotations

from dataclasses import dataclass

INVARIANTS = {
    "I1": "an acknowledged form or webhook is stored and handled; a silent webhook is told, one that speaks is not",
    "I2": "one order makes at most one customer there (the sandbox's creation log)",
    "I3": "every typed value stands, was superseded on its own side, is asked about, or is in the history; "
    "a run and its undo with nothing between leave both registers as before",
    "I4": "each pair is equal, agreed different or waits on a person; the mirror is what e-conomic holds",
    "I5": "fields that are not synced stay as they are in every write of ours",
    "I6": "what was deleted there comes back only by an order",
    "I7": "no customer holds a value of another party",
    "I8": "all webhooks once more: no write there, no row changed but inbox and lanes",
    "I9": "no ping-pong: no more writes that change something than people gave reason for; none for a lost lane",
    "I10": "every call carries the grant of the connection that it is made for",
    "I11": "no call before the time that e-conomic asked for",
    "I12": "all work, runs and timers come to their end within six hours of calm, and no lane ends with a wish open",
    "I13": "a third comparison never finds anything to change",
    "I14": "stored sections and counters are what a recount gives",
    "I15": "more than max(3, 2 %) missing or emptied at once did nothing without a person",
    "I16": "in a rehearsal nothing is written, on neither side, but what was under way when it began",
    "I17": "when all is quiet, whatever waits for the administrator has been told by mail, and nothing twice",
}


@dataclass(frozen=True)
class Fault:
    """`steps`: API faults and verbs that bring it about here; `elsewhere`: the tests that do, or why none does."""

    id: str
    name: str
    steps: tuple[str, ...] = ()
    elsewhere: str = ""
    deaths: bool = False

    @property
    def is_here(self) -> bool:
        return bool(self.steps) or self.deaths


_KILLS, _SYNC = "tests/kills", "tests/sync"
_BEFORE = ("500-before", "501-before", "502-before", "503-before", "504-before", "outage")
_AFTER = ("500-after", "502-after", "503-after", "504-after")
_BAD = ("not-json", "html", "empty", "truncated", "bad-gzip", "wrong-type", "404-html")
FAULTS = (
    Fault("F01", "death at a boundary", elsewhere=_KILLS, deaths=True),
    Fault("F02", "death at a random moment", ("wire",), _KILLS),
    Fault("F03", "death at a system call", elsewhere=f"{_KILLS}/test_power_loss.py"),
    Fault("F04", "power loss", elsewhere=f"{_KILLS}/test_power_loss.py"),
    Fault("F05", "a commit fails: I/O error", ("disk fails",)),
    Fault("F06", "a commit fails: full disk", ("disk fails",), f"{_KILLS}/test_full_disk.py"),
    Fault("F07", "a commit fails: read-only file system", ("disk fails",)),
    Fault("F08", "connection refused", ("cut-connect",)),
    Fault("F09", "cut before, in, or after the effect", ("cut-before", "cut-after", "truncated")),
    Fault("F10", "silence", ("timeout-before", "timeout-after"), "tests/economic/test_sockets.py"),
    Fault("F11", "429", ("429",), f"{_SYNC}/test_budget.py"),
    Fault("F12", "5xx before the effect, also for long", _BEFORE),
    Fault("F13", "5xx after the effect", _AFTER),
    Fault("F14", "401, 403, grant withdrawn", ("401", "403", "grant is withdrawn")),
    Fault("F15", "one record refused", ("they bill",), f"{_SYNC}/test_pairs.py"),
    Fault("F16", "404 on a known number", ("they delete", "they lose half")),
    Fault("F17", "number taken or used again", ("they reuse", "they add")),
    Fault("F18", "an answer that is none", _BAD, f"{_SYNC}/test_hostile_page.py"),
    Fault("F19", "a huge answer", elsewhere="tests/economic/test_hostile.py"),
    Fault("F20", "unknown, missing, odd fields", elsewhere="tests/economic, tests/contract"),
    Fault("F21", "the next page elsewhere", ("foreign-next", "redirect")),
    Fault("F22", "rows come and go between pages", ("they add", "they delete", "short-list"), f"{_SYNC}/test_sweep.py"),
    Fault("F23", "a webhook twice and more", ("webhooks repeat",), f"{_SYNC}/test_stillness.py"),
    Fault("F24", "webhooks in any order", ("webhooks arrive",), "tests/simulation/test_orders.py"),
    Fault("F25", "webhooks lost", ("webhooks vanish",), f"{_SYNC}/test_silence.py"),
    Fault("F26", "a webhook from long ago", ("webhooks repeat",)),
    Fault("F27", "a burst of 100,000 webhooks", elsewhere=f"{_KILLS}/burst.py; {_SYNC}/test_inbox.py"),
    Fault("F28", "wrong or old token", elsewhere="tests/views/test_webhook.py"),
    Fault("F29", "huge or endless body", elsewhere="tests/views/test_webhook.py"),
    Fault("F30", "numbers that are none", elsewhere=f"{_SYNC}/test_inbox.py, {_SYNC}/test_any_bytes.py"),
    Fault("F31", "clocks set forward and back", ("clock is set",)),
    Fault("F32", "three workers at once", ("work",), _KILLS),
    Fault("F33", "a worker paused past its lease", ("worker stalls",), f"{_KILLS}/test_paused_worker.py"),
    Fault("F34", "database locked", elsewhere=_KILLS),
    Fault("F35", "forms during everything else", ("we edit", "we open a form"), "tests/browser"),
    Fault("F36", "a colleague's edit between our GET and PUT", ("they edit",)),
    Fault("F37", "pairing changed while a call is under way", ("we unpair", "we exclude", "we pair")),
    Fault("F38", "disconnected while work is under way", ("we set",)),
    Fault("F39", "an old backup restored", elsewhere="tests/simulation/test_restore.py"),
    Fault("F40", "old and new version together", elsewhere=f"tests/test_cli.py, {_SYNC}/test_worker.py"),
    Fault("F41", "a corrupt database page", elsewhere=f"{_KILLS}/test_damaged_page.py, tests/test_cli.py"),
    Fault("F42", "out of memory or file handles", elsewhere=f"{_KILLS}/test_shortage.py"),
    Fault("F43", "Unicode twins", elsewhere="tests/unit"),
    Fault("F44", "values trimmed, cut or put in capitals there", ("we edit", "we add"), f"{_SYNC}/test_pairs.py"),
    Fault("F45", "PostgreSQL restarted", elsewhere=f"{_KILLS}/test_postgres_restart.py"),
)
