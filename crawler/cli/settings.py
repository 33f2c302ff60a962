"""`jianbao settings`: what is in force, and where it comes from."""

import json
from typing import Any

import click

from archive.cli import main
from archive.cli.terminal import echo
from archive.config.declared import DECLARED, Settings
from archive.settings import Home


@main.command("settings")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with every setting's default and use.")
@click.pass_obj
def show_settings(home: Home, as_json: bool) -> None:
    """Show every setting that is in force, and where it comes from.

    Options come first, then environment variables, then the file jianbao.toml in the archive's folder, then the
    default. docs/settings.md explains each. Passwords in addresses are not shown.

    \b
    Examples:
      jianbao --home /srv/jianbao settings
      jianbao --set delay=2 --set site.sohu.delay=5 settings
    """
    from crawler.run.process.configured import check_sites

    check_sites(home)
    rows = [_row(home, name, home.settings) for name in DECLARED]
    rows += [
        _row(home, name, home.settings.of(site), site)
        for site, own in sorted(home.settings.of_sites.items())
        for name in DECLARED
        if name in own
    ]
    if as_json:
        echo(json.dumps({row.pop("name"): row for row in [{"name": "home", "value": str(home.path)}, *rows]}, indent=1))
        return
    echo(f"{'home':<22} {home.path}")
    for row in rows:
        value = "—" if row["value"] is None else row["value"]
        echo(f"{row['name']:<22} {value!s:<32} {row['from']}")


def _row(home: Home, name: str, settings: Settings, site: str = "") -> dict[str, Any]:
    shown = f"site.{site}.{name}" if site else name
    value = getattr(settings, name)
    if name == "user_agent":
        value = settings.agent
    elif name == "database":
        value = _without_password(home.database)
    elif name in ("proxy", "ping_url") and value:
        value = _without_password(value)
    one = DECLARED[name]
    origin = settings.origins.get(shown, "default")
    return {
        "name": shown,
        "value": value,
        "from": origin,
        "default": one.default,
        "environment": one.metadata["env"],
        "what": one.metadata["what"],
    }


def _without_password(address: str) -> str:
    scheme, there, rest = address.partition("://")
    user, at, host = rest.rpartition("@")
    return f"{scheme}{there}{user.partition(':')[0]}{at}{host}" if there and at else address
