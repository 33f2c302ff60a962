"""The numbers for Prometheus, by the textfile collector of node_exporter: text format 0.0.4
(https://prometheus.io/docs/instrumenting/exposition_formats/), base units, names by
https://prometheus.io/docs/practices/naming/.

Written here and not by prometheus_client: that keeps a registry of what a process counts as it goes, and here is
nothing to keep: a few values, once, and a file.
"""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import frozen

from crawler.upkeep.health.health import Health
from crawler.warc.writer import storage_error

Samples = Mapping[Any, float]
"""By labels, each (name, value)."""


@frozen
class _Gauge:
    name: str
    help: str
    samples: Samples


def text(health: Health) -> str:
    """Every gauge; one of which nothing is known is left out."""
    lines = []
    for gauge in _gauges(health):
        if gauge.samples:
            lines += [f"# HELP jianbao_{gauge.name} {gauge.help}", f"# TYPE jianbao_{gauge.name} gauge"]
            for labels, value in gauge.samples.items():
                shown = ",".join(f'{name}="{_escaped(its)}"' for name, its in labels)
                lines.append(f"jianbao_{gauge.name}{'{' + shown + '}' if shown else ''} {value!r}")
    return "\n".join(lines) + "\n"


def write(health: Health, path: Path) -> None:
    """Put a file of them in place, whole: who reads it never sees half of one. Raises `StorageError`."""
    work = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            work.write_text(text(health), "utf-8")
            work.chmod(0o644)
            work.replace(path)
        finally:
            work.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(path, error) from error


def _gauges(health: Health) -> Iterator[_Gauge]:
    queue, room = health.queue, health.room
    good = {(("site", one.name),): one.good_at.timestamp() for one in health.sites if one.good_at is not None}
    lag = {(("site", one.name),): float(one.lag) for one in health.sites if one.lag is not None}
    states = ("due", "blocked", "waiting", "leased", "barred", "failed")
    open_ = {(("site", one.name),): 0.0 for one in health.sites}
    for alarm in health.alarms:
        key = (("site", alarm.site),)
        open_[key] = open_.get(key, 0.0) + 1
    yield _Gauge("last_good_run_timestamp_seconds", "When the last good run of a site ended.", good)
    yield _Gauge("lag_seconds", "Median time from publication to first capture, of the last day.", lag)
    yield _Gauge(
        "frontier_addresses",
        "Addresses to fetch, by state; blocked ones are due, too.",
        {(("state", state),): float(getattr(queue, state)) for state in states},
    )
    yield _Gauge(
        "rechecks_late",
        "Looks that are late, by the article's age.",
        {(("age", one.age),): one.late for one in health.debt},
    )
    yield _Gauge(
        "recheck_lateness_seconds",
        "By how much the latest look is late, by the article's age.",
        {(("age", one.age),): one.latest for one in health.debt},
    )
    yield _Gauge("alarms_open", "Alarms that are open.", open_)
    yield _Gauge("person_needed", "Whether a person should look (1) or not (0).", {(): float(bool(health.needs))})
    single = (
        ("disk_free_bytes", "Free on the disk of the home.", room.free),
        ("disk_size_bytes", "Size of the disk of the home.", room.total),
        ("disk_full_seconds", "Time until that disk is full.", room.full_in and room.full_in * 86400),
        ("growth_bytes_per_day", "What the archive grows by in a day.", room.grows),
        ("warc_bytes", "Size of the WARC files.", room.warc),
        ("warc_files", "Number of the WARC files.", room.warc_files),
        ("database_bytes", "Size of the database.", room.database),
        ("verified_timestamp_seconds", "Every byte was verified since.", _stamp(health.verified_since)),
        ("backup_timestamp_seconds", "When the last backup was made.", _stamp(health.backed_up)),
        ("export_timestamp_seconds", "When the export's last batch was sealed.", _stamp(health.exported)),
        ("health_timestamp_seconds", "When these numbers were taken.", _stamp(health.at)),
    )
    for name, help_, value in single:
        yield _Gauge(name, help_, {(): float(value)} if value is not None else {})


def _stamp(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment is not None else None


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
