"""Holds an archive against what the portal knows to be true: the articles, their fields, and which belong together."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from attrs import define, field
from sqlalchemy import Engine, select

from archive.store.db import reading
from archive.store.models import Article, Capture
from crawler.demo.pages import netease_parts, sohu_pages
from crawler.demo.world.articles import Line
from crawler.demo.world.truth import Publication, World

SAME = {"original", "verbatim", "account_copy"}
FIELDS = ("headline", "original_title", "source_name", "account_name", "editor", "location")
MIRRORED = ("headline",)  # a mirror loses or falsifies the rest


@define
class Findings:
    """What an archive has of a world. `problems`: one line each, empty where all is as it must be."""

    stored: int = 0
    problems: list[str] = field(factory=list)
    copies: int = 0  # of spun and transcoded copies
    linked: int = 0  # those of them that stand in their story's cluster


def original_image(one: Publication, line: Line) -> str:
    """The address of an image as it was uploaded, at either portal."""
    image: str = (netease_parts if one.site == "netease" else sohu_pages).original_image(one, line)
    return image


def compare(engine: Engine, world: World) -> Findings:
    """Every difference between the archive and the truth."""
    articles, captures = Article.__table__, Capture.__table__
    with reading(engine) as connection:
        rows = {(row.site, row.native_id): row for row in connection.execute(select(articles))}
        outcomes = {
            (row.site, row.native_id): row.outcome
            for row in connection.execute(
                select(captures.c.site, captures.c.native_id, captures.c.outcome).order_by(captures.c.id)
            )
        }
    found = Findings(stored=len(rows))
    for one in world.publications:
        row = rows.pop((one.site, one.native_id), None)
        if row is None:
            found.problems.append(f"{one.url} is missing; its capture: {outcomes.get((one.site, one.native_id))}")
        else:
            found.problems += [f"{one.url} ({one.form}): {problem}" for problem in differences(one, row)]
    found.problems += [f"{row.url} is stored, but was never published" for row in rows.values()]
    for special in world.specials:
        outcome = outcomes.get((special.site, special.native_id))
        if special.kind != "video" and outcome != special.outcome:
            found.problems.append(f"{special.url}: outcome {outcome}, not {special.outcome}")
    return found


def differences(one: Publication, row: Any) -> Iterator[str]:
    """How a stored article differs from what was published."""
    if row.body != one.body:
        want, got = one.body.split("\n"), row.body.split("\n")
        lost, more = [line for line in want if line not in got], [line for line in got if line not in want]
        yield f"body: lost {[line[:40] for line in lost[:3]]}, too much {[line[:40] for line in more[:3]]}"
    mirrored = one.relation in ("spun", "transcoded") or one.site not in ("netease", "sohu")
    for name in MIRRORED if mirrored else FIELDS:
        if getattr(row, name) != getattr(one, name):
            yield f"{name}: {getattr(row, name)!r}, not {getattr(one, name)!r}"
    if not mirrored:
        if tuple(row.authors) != one.authors:
            yield f"authors: {row.authors}, not {one.authors}"
        exact = row.published_precision == "second"
        shown = one.published_at if exact else one.published_at.replace(second=0)
        if row.published_at != shown:
            yield f"published_at: {row.published_at}, not {shown}"
        images = [original_image(one, line) for line in one.lines if line.kind == "image"]
        if [image["url"] for image in row.images] != images:
            yield f"images: {[image['url'] for image in row.images][:2]}, not {images[:2]}"


def compare_clusters(engine: Engine, world: World, found: Findings) -> None:
    """Verbatim copies share their story's cluster, and no cluster holds two stories."""
    articles = Article.__table__
    with reading(engine) as connection:
        columns = (articles.c.site, articles.c.native_id, articles.c.cluster_id)
        cluster_of = {(row.site, row.native_id): row.cluster_id for row in connection.execute(select(*columns))}
    stories: dict[Any, set[int]] = defaultdict(set)
    for number, publications in world.clusters().items():
        home = cluster_of.get((publications[0].site, publications[0].native_id))
        for one in publications:
            cluster = cluster_of.get((one.site, one.native_id))
            stories[cluster].add(number)
            if one.relation in SAME and (cluster is None or cluster != home):
                found.problems.append(f"{one.url} ({one.relation}) is in cluster {cluster}, its story in {home}")
            if one.relation not in SAME:
                found.copies += 1
                found.linked += cluster is not None and cluster == home
    for cluster, numbers in stories.items():
        if cluster is not None and len(numbers) > 1:
            found.problems.append(f"cluster {cluster} holds {len(numbers)} stories: {sorted(numbers)}")
