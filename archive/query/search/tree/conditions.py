"""A query's tree as a condition on articles, the same on both databases.

Each word is looked up in the full-text index for the whole article, headline and body: on PostgreSQL an article may
have several rows there, so words are never joined within one row. Where something is left out, articles of which
nothing is known (no date, no story) stay.
"""

from datetime import date, datetime, time, timedelta
from typing import Any, assert_never

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    LargeBinary,
    Select,
    String,
    and_,
    bindparam,
    column,
    literal,
    not_,
    or_,
    select,
    table,
    true,
)

from archive.dedup.tables import Cluster, DedupText, Link
from archive.flags import NO_TEXT
from archive.query.language.nodes import (
    Copies,
    Everything,
    Field,
    Is,
    Published,
    Quality,
    Related,
    Site,
    Tagged,
    Word,
)
from archive.query.search.tree.lookups import Joined, Lookup, Part
from archive.store import fulltext
from archive.store.finding import names
from archive.store.models import Article, Revision
from archive.store.people import Tag
from archive.text import words
from archive.times import BEIJING


def condition(part: Part, dialect: str) -> ColumnElement[bool]:
    """The articles that a part of a tree finds; to be sent with the values of its looks."""
    match part:
        case Joined():
            return part.how(*(condition(one, dialect) for one in part.parts))
        case Lookup():
            return Article.id.in_(rows(part) if dialect == "sqlite" else _once(_holding(part)))
        case Everything():
            return true()
        case _:
            return _leaf(part, dialect)


def rows(look: Lookup, *columns: Any) -> Select[*tuple[Any, ...]]:
    """On SQLite the articles that a look finds, `id`, with these columns."""
    index = table(fulltext.TABLE, column("rowid"), column(fulltext.TABLE))
    matching = index.c[fulltext.TABLE].op("MATCH")(bindparam(f"query{look.number}", type_=String))
    return select(index.c.rowid.label("id"), *columns).where(matching)


def _holding(look: Lookup) -> Select[tuple[int]] | CompoundSelect[tuple[int]]:
    """The same on PostgreSQL."""
    query = bindparam(f"query{look.number}", type_=String)
    written = bindparam(f"written{look.number}", type_=LargeBinary) if look.is_phrase else None
    match look.where:
        case Field.TITLE:
            return fulltext.holding(query, written, fulltext.HEADLINES)
        case Field.BODY:
            return fulltext.holding(query, written, fulltext.TABLE)
        case _:
            return fulltext.holding_anywhere(query, written)


def _leaf(node: Word | Site | Tagged | Is | Related | Published | Copies, dialect: str) -> ColumnElement[bool]:
    match node:
        case Word():
            return _named(node, dialect)
        case Site():
            return Article.site.startswith(node.name, autoescape=True) if node.prefix else Article.site == node.name
        case Tagged():
            return Article.id.in_(select(Tag.article_id).where(Tag.tag == node.tag))
        case Is():
            return _is(node.quality)
        case Related():
            link = Link.aliased()
            its = select(link.article_id).where(link.article_id == Article.id, link.relation == node.relation)
            return its.exists()
        case Published():
            return published(_midnight(node.first), _midnight(node.last, days=1))
        case Copies():
            return _copies(node)
        case _:
            assert_never(node)


def published(since: datetime | None, until: datetime | None) -> ColumnElement[bool]:
    """Published then or later, and before then."""
    bounds = [Article.published_at >= since] if since is not None else []
    bounds += [Article.published_at < until] if until is not None else []
    return and_(Article.published_at.is_not(None), *bounds)


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), BEIJING) + timedelta(days=days)


def _once(found: Select[tuple[int]] | CompoundSelect[tuple[int]]) -> Select[tuple[int]]:
    """Looked up by PostgreSQL once, and by the index: it does not know what a look at a text costs, nor, where the
    tables are new, how wide a word is, and would look it up again for each row of the rest."""
    kept = found.cte(nesting=True).prefix_with("MATERIALIZED")
    return select(kept.c.article_id)


def _named(word: Word, dialect: str) -> ColumnElement[bool]:
    """The words of a name, or all of one."""
    options = {"prefix": word.prefix, "whole": word.whole}
    if dialect == "sqlite":
        index = table(names.TABLE, column("rowid"), column(names.TABLE))
        query: ColumnElement[Any] = literal(names.fts5_phrase(word.text, word.field, **options))
        found = select(index.c.rowid).where(index.c[names.TABLE].op("MATCH")(query))
    else:
        index = table(names.TABLE, column("article_id"), column("document"))
        query = fulltext.as_tsquery(literal(names.tsquery(word.text, word.field, **options)))
        found = _once(select(index.c.article_id).where(index.c.document.op("@@")(query)))
    if word.field is Field.FLAG and words.word(word.text).chars == words.word(NO_TEXT).chars:
        # No article has this flag in its row.
        found = select(DedupText.article_id).where(DedupText.length == 0)
    return Article.id.in_(found)


def _is(quality: Quality) -> ColumnElement[bool]:
    in_story = and_(Article.cluster_id.is_not(None), Article.cluster_id.in_(select(Cluster.id)))
    # By the story's own row: a look into all stories would read them all, however few articles are asked about.
    # An alias, since a statement that has stories already would take the row for one of its own.
    own = Cluster.aliased()
    its = select(own.id).where(own.id == Article.cluster_id, own.representative_id == Article.id)
    stands_for_it = its.exists()
    match quality:
        case Quality.EDITED:
            edited = select(Revision.article_id).where(Revision.number > 1, Revision.cause != "extractor")
            return Article.id.in_(edited)
        case Quality.COPIED:
            return in_story
        case Quality.COPY:
            return and_(in_story, not_(stands_for_it))
        case Quality.ORIGINAL:
            return or_(not_(in_story), stands_for_it)
        case _:
            return Article.state == str(quality)


def _copies(copies: Copies) -> ColumnElement[bool]:
    """Stories of one article have no row."""
    alone = copies.least <= 1
    sizes = [Cluster.size > copies.most] if copies.most is not None else []
    if alone and not sizes:
        return true()
    if not alone:
        sizes = [Cluster.size >= copies.least, *(Cluster.size <= copies.most for _ in sizes)]
    of_these = and_(Article.cluster_id.is_not(None), Article.cluster_id.in_(select(Cluster.id).where(*sizes)))
    return not_(of_these) if alone else of_these
