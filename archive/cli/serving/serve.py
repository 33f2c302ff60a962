"""`jianbao serve`: the reading room, for browsers and programs."""

import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

import click

from archive.cli import main
from archive.cli.portals import Portals, pass_portals
from archive.cli.terminal import echo
from archive.errors import UsageError
from archive.settings import Home

ENDING_SECONDS = 5
"""So long answers that are under way may take when the server is told to end."""

NICE = 10
"""The processor is the crawl's first, where one is at work: about nine tenths of it, if both want all of one core
(sched(7))."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8008, show_default=True, metavar="N", help="0: any that is free."
)
@click.option(
    "--token-file",
    metavar="FILE",
    help="A file that holds the token: who shows it may write.  [setting token_file, else nobody writes]",
)
@click.option("--public", is_flag=True, help="Beyond this machine, let everybody read, not only who has the token.")
@click.option("--root-path", default="", metavar="PATH", help="Where a proxy shows the pages, such as /archive.")
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="A name that browsers ask for it by, besides localhost; may be given more than once.",
)
@click.pass_obj
@pass_portals
def serve(
    portals: Portals,
    home: Home,
    host: str,
    port: int,
    token_file: str | None,
    public: bool,
    root_path: str,
    allowed_hosts: tuple[str, ...],
) -> None:
    """Serve the archive as web pages and as an API, until it is told to end (Ctrl-C, SIGTERM).

    It listens on this machine alone unless --host says otherwise; beyond it, it wants a token or --public. It only
    reads, unless a token is given: with it people tag, note, correct and decide. docs/serve.md shows how it stands
    behind a proxy, as a service.

    \b
    Examples:
      jianbao serve
      jianbao serve --port 80 --host 0.0.0.0 --public --allowed-host archive.example.org
      jianbao serve --token-file /etc/jianbao/token --root-path /archive --allowed-host example.org
    """
    try:
        import uvicorn

        from archive.web.app import build
        from archive.web.guard import LOOPBACK, host_name, is_loopback
    except ModuleNotFoundError as error:
        raise UsageError(f"jianbao serve needs {error.name}; install jianbao[web]") from error

    token = _token(token_file or home.settings.token_file)
    beyond = not is_loopback(host)
    if beyond and token is None and not public:
        raise UsageError(
            f"{host} can be reached from other machines: give --public to let everybody read, or --token-file to let "
            "only those who have the token"
        )
    if root_path and (not root_path.startswith("/") or "//" in root_path or "?" in root_path):
        raise UsageError(f"--root-path is {root_path!r}; it takes a path that begins with /, such as /archive")
    named = f"[{host}]" if ":" in host else host
    app = build(
        home,
        portals=portals,
        token=token,
        public=public or not beyond,
        root_path=root_path,
        allowed_hosts={*LOOPBACK, host_name(named), *map(host_name, allowed_hosts)},
    )
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        timeout_graceful_shutdown=ENDING_SECONDS,
        log_config=None,
    )
    with _bound(host, port, f"{named}:{port}") as listening:
        if hasattr(os, "nice"):  # it cannot be taken back, so not before all else is well
            os.nice(NICE)
        listening.listen(config.backlog)  # whoever comes after the line below is heard
        echo(f"Jianbao reads {home.path} at http://{named}:{listening.getsockname()[1]}{root_path.rstrip('/')}/")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _bound(host: str, port: int, shown: str) -> socket.socket:
    """A socket that is bound. (uvicorn's own writes a line beside ours where it cannot be.)"""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise UsageError(f"cannot listen at {shown}: {error.strerror}; try another --port or --host") from error
    return bound


def _token(path: str | None) -> str | None:
    from archive.web.access import SHORTEST

    if path is None:
        return None
    try:
        token = Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the token in {path}: {getattr(error, 'strerror', None) or error}") from error
    if len(token) < SHORTEST or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(
            f"the token in {path} is too weak; it takes {SHORTEST} characters or more of ASCII without blanks, such as "
            "those of `openssl rand -hex 32`"
        )
    return token
