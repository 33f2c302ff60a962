"""`jianbao runs`: the last runs, and all that went wrong in one of them."""

import json

import click

from archive.cli import main
from archive.cli.terminal import echo
from archive.settings import Home

_COUNTED = ("listed", "fetched", "new", "duplicate", "doubtful", "failed", "rechecked")


@main.group(invoke_without_command=True)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, metavar="N", help="The most runs."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a run and line.")
@click.pass_context
def runs(context: click.Context, limit: int, as_json: bool) -> None:
    """List the last runs of crawl and import, the newest first: what each did and how it ended.

    \b
    Examples:
      jianbao runs --limit 5
      jianbao runs show 17
    """
    if context.invoked_subcommand is not None:
        return
    from archive.query.statistics import runs as last_runs
    from archive.store.db import opened, reading

    home: Home = context.obj
    with opened(home.database) as engine, reading(engine) as connection:
        found = last_runs(connection, limit)
    for run in found:
        if as_json:
            echo(json.dumps(run, ensure_ascii=False))
            continue
        echo(f"{run['id']:>6}  {run['started_at']}  {run['kind']} {' '.join(run['sites'])}".rstrip())
        why = (run["detail"] or "").partition("\n")[0]  # `runs show` has the rest
        echo(f"        {_ended(run)}" + (f"; {why}" if why else ""))
    if not found and not as_json:
        echo("no runs yet", err=True)


@runs.command("show")
@click.argument("run", type=click.IntRange(min=1), metavar="N")
@click.option("--all", "every", is_flag=True, help="Every page and list, not one of each group.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: the run, its groups and every problem.")
@click.pass_obj
def show_run(home: Home, run: int, every: bool, as_json: bool) -> None:
    """Show what a run did, and every page, list and host that was doubtful or failed, grouped by site, template and
    cause; below each group the command to type next.

    \b
    Examples:
      jianbao runs show 17
      jianbao runs show 17 --all
    """
    from attrs import asdict

    from archive.query.problems import grouped, run_report
    from archive.store.db import opened, reading

    with opened(home.database) as engine, reading(engine) as connection:
        report = run_report(connection, run)
    groups = grouped(report.problems)
    if as_json:
        problems = [asdict(one) for one in report.problems]
        told = {"run": report.row, "groups": [group.as_json() for group in groups], "problems": problems}
        echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    row = report.row
    echo(f"run {row['id']}: {row['kind']} {' '.join(row['sites'])}".rstrip())
    echo(f"{row['started_at']} to {row['finished_at'] or 'now'}, {_ended(row)}")
    for group in groups:
        echo(group.line())
        if command := group.next_command():
            echo(f"    {command}")
        for one in report.problems if every else ():
            if (one.kind, one.cause, one.site, one.template) == (group.kind, group.cause, group.site, group.template):
                echo("    - " + " · ".join(part for part in (one.url, one.detail) if part))
    if not groups:
        echo(row["detail"] or "nothing was doubtful or failed")


def _ended(run: dict[str, object]) -> str:
    ended = f"{run['state']}" + (f" ({run['exit_code']})" if run["exit_code"] else "")
    counts = ", ".join(f"{run[name]} {name}" for name in _COUNTED if run[name]) or "nothing"
    return f"{ended}: {counts}"
