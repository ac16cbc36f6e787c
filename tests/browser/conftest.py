"""A real Chromium, the real `webapp demo`, and the two questions asked of every page: accessible, and not reloaded?"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page

from tests import real
from tests.apps import app_over
from tests.browser.journey import Journey, serving
from tests.loopback import free_ports
from tests.views.synced import Synced, world_in
from webapp.cli.demo import PASSWORD, PEOPLE
from webapp.sandbox import demo as sandbox_demo

HERE = Path(__file__).parent
AXE = HERE / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
# The flags keep Chromium from talking to anybody but us.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    program = real.chromium()
    if program is None:
        real.skip_or_fail("Chromium was not found: apt-get install chromium")
    return {**browser_type_launch_args, "executable_path": program, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A Danish administrator at a common screen, whose browser lets pages copy to the clipboard."""
    return {
        **browser_context_args,
        "locale": "da-DK",
        "timezone_id": "Europe/Copenhagen",
        "viewport": {"width": 1440, "height": 900},
        "permissions": ["clipboard-read", "clipboard-write"],
    }


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails when the page as it stands breaks a rule of WCAG 2.2 AA."""
    source = AXE.read_text()

    def check(page: Page) -> None:
        page.evaluate(source)
        found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", AXE_TAGS)["violations"]
        assert not found, "\n".join([f"{page.url} is not accessible:", *map(_told, found)])

    return check


def _told(violation: dict[str, Any]) -> str:
    places = [f"    {' '.join(map(str, node['target']))}: {node['html'][:200]}" for node in violation["nodes"]]
    return "\n".join([f"  {violation['id']} ({violation['impact']}): {violation['help']}", *places])


@pytest.fixture(scope="session")
def no_reload() -> Callable[[Page], AbstractContextManager[None]]:
    """`with no_reload(page):` fails when the page was loaded anew, or left, inside the block."""

    @contextmanager
    def watch(page: Page) -> Iterator[None]:
        page.evaluate("window.stillTheSamePage = true")
        yield
        assert page.evaluate("window.stillTheSamePage === true"), f"the page was loaded anew, now at {page.url}"

    return watch


@pytest.fixture
def synced(sqlite_database: str) -> Iterator[Synced]:
    """A connected company without customers; the app is made once for all who ask."""
    for app in app_over(sqlite_database):
        yield from world_in(app)


@pytest.fixture
def journey(
    synced: Synced,
    page: Page,
    axe: Callable[[Page], None],
    no_reload: Callable[[Page], AbstractContextManager[None]],
) -> Iterator[Journey]:
    """Alice signed in to `synced`; at the end the browser must have had nothing to complain of."""
    with serving(synced) as address:
        begun = Journey(synced, page, address, axe, no_reload).begin()
        yield begun
    assert begun.complaints() == []


@pytest.fixture
def window(journey: Journey) -> Page:
    """The sync window of a test's own world, signed in as its administrator."""
    journey.page.goto(f"{journey.address}/sync")
    return journey.page


@dataclass(frozen=True)
class Demo:
    """The running demo: who may log in, where app and sandbox answer, its folder, and what it printed so far."""

    ALICE, BOB, CHARLIE, DORA = (email for _, email, _, _ in PEOPLE)
    ACCOUNTANT = sandbox_demo.ACCOUNTANT
    BOOKKEEPER = sandbox_demo.BOOKKEEPER
    PASSWORD = PASSWORD

    app: str
    sandbox: str
    instance: Path
    log: Path

    def printed(self) -> str:
        return self.log.read_text()

    def log_in(self, page: Page, email: str = ALICE) -> None:
        """Through the log-in page, as a person does."""
        page.goto(self.app)
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Adgangskode").fill(self.PASSWORD)
        page.get_by_role("button", name="Log ind").click()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The one command of the README, on free ports and in a folder of its own, stopped as by Ctrl-C at the end."""
    folder = tmp_path_factory.mktemp("demo")
    port, sandbox_port = free_ports(2)
    running = Demo(
        f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}", folder / "instance", folder / "demo.log"
    )
    settings = {"PORT": str(port), "SANDBOX_PORT": str(sandbox_port), "INSTANCE": str(running.instance)}
    command = [Path(sys.executable).with_name("webapp"), "demo"]
    with running.log.open("wb") as log:
        process = subprocess.Popen(
            command, env=_plain_environment() | settings, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(running, process)
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _plain_environment() -> dict[str, str]:
    """The demo takes its settings from the environment, so those of whoever runs the tests stay out."""
    return {name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ}


def _wait_for(demo: Demo, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while not (_answers(f"{demo.app}/readyz") and _answers(demo.sandbox)):
        if process.poll() is not None or time.monotonic() > end:
            pytest.fail(f"`webapp demo` did not come up:\n{demo.printed()}")
        time.sleep(0.1)


def _answers(address: str) -> bool:
    """A page that asks for a log-in has answered too."""
    try:
        with urlopen(address, timeout=5):
            return True
    except HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False
