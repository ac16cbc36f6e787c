"""A preloaded interpreter that forks processes of the real command line: a start costs no second of imports.

Reads one order a line (JSON: argv, environment, log) and tells the new process's id; when its input ends, it ends them.
"""

import contextlib
import json
import os
import signal
import sys
from typing import Any

import webapp.cli
import webapp.sandbox.cli
import webapp.views


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    born = []
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _become(json.loads(line))
        born.append(pid)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    for pid in born:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _become(order: dict[str, Any]) -> None:
    """Be `webapp …` from here on; an end of its own accord is told in the log, being killed is not."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for there, here in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(there, here)
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["webapp", *order["argv"]]
    code: Any = 1
    try:
        webapp.cli.main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        os.write(2, f"ENDED BY ITSELF: {code}\n".encode())
        os._exit(0)


if __name__ == "__main__":
    main()
