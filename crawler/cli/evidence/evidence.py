"""`jianbao evidence`: articles with all that shows what stood where and when; and whether such a package is whole."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli import main
from archive.cli.portals import Portals, pass_portals
from archive.cli.terminal import echo
from archive.errors import ArchiveDamaged, UsageError
from archive.settings import Home

if TYPE_CHECKING:
    from archive.evidence.verify import Verified

MOST = 1000
"""So many findings are named."""


class _MakeByDefault(click.Group):
    """`jianbao evidence 17` is `jianbao evidence make 17`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["make", *args]
        return super().parse_args(ctx, args)


@main.group(cls=_MakeByDefault, no_args_is_help=True)
def evidence() -> None:
    """Pack articles as evidence, or say whether such a package is as it was made.

    `jianbao evidence ID` is short for `jianbao evidence make ID`. What a package proves, and what not, stands in
    docs/evidence.md.

    \b
    Examples:
      jianbao evidence make 17 --to case.wacz
      jianbao evidence verify case.wacz
    """


@evidence.command()
@click.argument("named", metavar="ID…", nargs=-1, required=True)
@click.option(
    "--to",
    "target",
    metavar="DIR|FILE.wacz",
    type=click.Path(path_type=Path),
    help="A folder that is not there yet, or a file.  [default: evidence-ID.wacz]",
)
@click.option("--timestamp", "authority", metavar="URL", help="Have an authority (RFC 3161) say that it was there now.")
@click.option("--private", is_flag=True, help="The authority may stand in a private network.")
@click.pass_obj
@pass_portals
def make(
    portals: Portals, home: Home, named: tuple[str, ...], target: Path | None, authority: str | None, private: bool
) -> None:
    """Pack articles with their captures, their texts, the verdict of every line, what changed, how they are linked and
    why, the versions of the rules, and a manifest with the digest of each file.

    ID is the number that search prints, or site:native_id, or an address. The package is there whole or not at all, and
    programs that replay archives open it. With --timestamp the digest of the manifest, and nothing else, is sent to the
    authority.

    \b
    Examples:
      jianbao evidence 17
      jianbao evidence make 17 42 --to case
      jianbao evidence make 17 --to case.wacz --timestamp https://tsa.example.org/
    """
    from archive.query.lookup import find_article
    from archive.store.db import opened, reading
    from crawler.upkeep.evidence.make import make as run

    def stamped(manifest: bytes) -> bytes:
        from crawler.upkeep.evidence.authority import stamped as ask

        return ask(manifest, authority or "", home.settings, private=private)

    with opened(home.database) as engine, reading(engine) as connection:
        ids = [find_article(connection, one, portals.resolve) for one in named]
        target = target or Path(f"evidence-{ids[0]}.wacz")
        stamper = stamped if authority is not None else None
        with closing(portals.raw_pages(home)) as raw:
            done = run(connection, home, raw, ids, target, now=datetime.now(UTC), stamper=stamper)
    echo(f"{target}: {done.articles:,} articles, {done.captures:,} captures, {done.pages:,} texts")
    echo(f"sha256:{done.digest}")
    for one in done.missing[:10]:
        echo(f"  capture {one['capture']} is not in it: {one['why']}", err=True)


@evidence.command()
@click.argument("package", metavar="DIR|FILE", type=click.Path(exists=True, path_type=Path))
@click.option("--digest", metavar="SHA256", help="The digest that `jianbao evidence` printed when it was made.")
@click.option(
    "--certificate",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="PEM file of the authority, or of who vouches for it: check the time stamp too.",
)
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
def verify(package: Path, digest: str | None, certificate: Path | None, as_json: bool) -> None:
    """Say whether a package is as it was made: every byte that was changed, every file that was added or removed.

    It needs nothing but the package: no archive and no network. Exit code 11 says that something is not as it was. Who
    makes a package anew, digests and all, is found by --digest alone, or by a time stamp.

    \b
    Examples:
      jianbao evidence verify case.wacz
      jianbao evidence verify case.wacz --digest 5891b5b5… --certificate authority.pem
    """
    from archive.evidence.verify import verify as run
    from crawler.upkeep.evidence.contents import contents

    found = run(package)
    if digest is not None and digest.strip().lower().removeprefix("sha256:") != found.digest:
        found.note("datapackage.json", "its digest is not the one that was given")
    if not found.findings:
        found.findings.extend(contents(found.files))
    stamp = _stamp(found, certificate)
    _report(package, found, stamp, as_json=as_json)
    if found.findings:
        raise ArchiveDamaged(f"{package} is not as it was made: {len(found.findings):,} findings")


def _stamp(found: "Verified", certificate: Path | None) -> dict[str, Any] | None:
    """What the time stamp says."""
    from archive.evidence import stamp

    if found.token is None:
        if certificate is not None:
            found.note("datapackage-digest.json", "it has no time stamp")
        return None
    try:
        if certificate is None:
            read = stamp.read(found.token, found.manifest)
        else:
            read = stamp.check(found.token, found.manifest, stamp.certificates(certificate))
    except stamp.StampError as error:
        found.note("datapackage-digest.json", f"its time stamp: {error}")
        return None
    except UsageError as error:
        if certificate is not None:
            raise
        return {"unread": str(error)}
    return {"at": read.at.isoformat(), "authority": read.authority, "checked": certificate is not None}


def _report(package: Path, found: "Verified", stamp: dict[str, Any] | None, *, as_json: bool) -> None:
    if as_json:
        told = [{"path": one.path, "what": one.what} for one in found.findings]
        more = {"timestamp": stamp, "evidence": found.told.get("evidence"), "created": found.told.get("created")}
        click.echo(
            json.dumps(
                {"digest": found.digest, "files": len(found.files), "findings": told, **more}, ensure_ascii=False
            )
        )
        return
    for one in found.findings[:MOST]:
        echo(f"{one.path or package}: {one.what}")
    if found.findings:
        return
    echo(f"{package}: {len(found.files):,} files, as they were made")
    echo(f"sha256:{found.digest}")
    if stamp is not None and "unread" in stamp:
        echo(f"  its time stamp is not read: {stamp['unread']}", err=True)
    elif stamp is not None:
        checked = "checked" if stamp["checked"] else "not checked: give its --certificate"
        echo(f"  time stamp of {stamp['at']}, {checked}")
