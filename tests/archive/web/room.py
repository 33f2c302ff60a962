"""The reading room in process."""

from typing import Any

from starlette.testclient import TestClient

from archive.settings import Home
from archive.web.app import build
from crawler.cli.portals import PORTALS

TOKEN = "0123456789abcdef" * 2


def client(home: Home, **options: Any) -> TestClient:
    """A browser without a screen, in front of an archive."""
    app = build(home, portals=PORTALS, **options)
    return TestClient(app, base_url="http://localhost", raise_server_exceptions=False, follow_redirects=False)
