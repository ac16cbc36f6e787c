"""The two questions asked of every page do find what they look for."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Page

GOOD = "<html lang=da><title>Kunder</title><main><h1>Kunder</h1><label>Navn <input></label></main></html>"
BAD = GOOD.replace("<label>Navn <input></label>", "<input>")


def test_a_field_without_a_label_is_found(page: Page, axe: Callable[[Page], None]) -> None:
    page.set_content(BAD)
    with pytest.raises(AssertionError, match=r"label .critical.*\n.*<input>"):
        axe(page)


def test_an_accessible_page_passes(page: Page, axe: Callable[[Page], None]) -> None:
    page.set_content(GOOD)
    axe(page)


def test_a_reload_is_found(page: Page, no_reload: Callable[[Page], AbstractContextManager[None]]) -> None:
    with pytest.raises(AssertionError, match="loaded anew"), no_reload(page):
        page.reload()


def test_a_change_in_place_is_no_reload(page: Page, no_reload: Callable[[Page], AbstractContextManager[None]]) -> None:
    with no_reload(page):
        page.set_content(GOOD)
