"""`python -m crawler.demo serve` runs the demo portal; `python -m crawler.demo truth` prints what a crawl must find."""

import json
import shlex
import signal
import tempfile
import threading
from pathlib import Path

import click

from crawler.demo.proxy import Proxy
from crawler.demo.world.truth import World


@click.group()
def main() -> None:
    """The demo portal: both portals and three mirrors with invented articles, behind an HTTP proxy on loopback."""


size = click.option(
    "--articles", default=200, show_default=True, type=click.IntRange(1, 200_000), help="How many articles."
)
seed = click.option("--seed", default=1, show_default=True, help="Another seed makes other articles.")


@main.command()
@size
@seed
@click.option("--port", default=8163, show_default=True, help="The proxy's port; 0 takes a free one.")
def serve(articles: int, seed: int, port: int) -> None:
    """Serve until interrupted, and say which environment reaches it."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with (
        tempfile.TemporaryDirectory(prefix="jianbao-portal-") as folder,
        Proxy(World(articles, seed), Path(folder), port) as proxy,
    ):
        click.echo(f"# {articles} articles; stop with Ctrl-C. In another terminal:")
        for name, value in proxy.environment().items():
            click.echo(f"export {name}={shlex.quote(value)}")
        click.echo("jianbao --home /tmp/demo crawl")
        stop.wait()


@main.command()
@size
@seed
def truth(articles: int, seed: int) -> None:
    """Print every address with its fields, body, and the cluster it belongs to, as JSON Lines."""
    for record in World(articles, seed).records():
        click.echo(json.dumps(record, ensure_ascii=False))


if __name__ == "__main__":
    main()
