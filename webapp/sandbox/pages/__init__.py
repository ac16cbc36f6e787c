"""The pages an e-conomic user would meet."""

from flask import Flask

from webapp.sandbox.world import Sandbox


def register(app: Flask, sandbox: Sandbox) -> None:
    """Put the pages on the application."""
