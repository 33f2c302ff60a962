"""`jianbao site`: site files, tried and drafted."""

from archive.cli import main


@main.group()
def site() -> None:
    """Try a site file on saved pages, and draft one from them."""


# Each module adds its commands to `site`.
from crawler.cli.site import check, draft  # noqa: E402, F401
