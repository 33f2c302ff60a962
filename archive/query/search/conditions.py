"""A query's tree as a condition on articles, the same on both databases.

Each word is looked up in the full-text index for the whole article, headline and body: on PostgreSQL an article may
have several rows there, so words are never joined within one row. Where something is left out, articles of which
nothing is known (no date, no story) stay.
"""

from datetime import date, datetime, time, timedelta
from typing import Any, Final, assert_never

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    and_,
    column,
    literal,
    not_,
    or_,
    select,
    table,
    true,
    union_all,
)

from archive.dedup.tables import Cluster, DedupText, Link
from archive.flags import NO_TEXT
from archive.query.language.nodes import (
    And,
    Copies,
    Everything,
    Field,
    Is,
    Node,
    Not,
    Or,
    Published,
    Quality,
    Related,
    Site,
    Tagged,
    Word,
)
from archive.store import fulltext
from archive.store.finding import names
from archive.store.models import Article, Revision
from archive.store.people import Tag
from archive.text.fold import fold
from archive.text.tokens import Term, term
from archive.times import BEIJING

_TEXT: Final = (Field.ANY, Field.TITLE, Field.BODY)


def condition(node: Node, dialect: str) -> ColumnElement[bool]:
    """The articles that a tree finds."""
    if dialect == "sqlite" and (query := _fts5(node)) is not None:
        return _matching(query)
    match node:
        case Everything():
            return true()
        case Not():
            return not_(condition(node.node, dialect))
        case And():
            return and_(*(condition(one, dialect) for one in _grouped(node.nodes, dialect)))
        case Or():
            return or_(*(condition(one, dialect) for one in node.nodes))
        case _:
            return _leaf(node, dialect)


def _leaf(node: Word | Site | Tagged | Is | Related | Published | Copies, dialect: str) -> ColumnElement[bool]:
    match node:
        case Word():
            return _stands(node, dialect)
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


def wanted(word: Word) -> Term:
    """The tokens that a word is found by."""
    found = term(word.text)
    if found is None:
        raise ValueError(f"nothing to search for in {word.text!r}")  # the parser lets none through
    return Term(found.tokens, found.prefix or word.prefix)


def headline_lacks(word: Word, dialect: str) -> ColumnElement[bool]:
    """Whether a word that is found somewhere does not stand in the headline."""
    return not_(_stands(Word(word.text, Field.TITLE, word.prefix), dialect))


def headlines_first(word: Word) -> Subquery:
    """On SQLite the articles that hold a word, `id`, with a `rank`: 0 in the headline, -1 in the body alone."""
    anywhere, headline = (fulltext.fts5_phrase(wanted(word), _column(field)) for field in (Field.ANY, Field.TITLE))
    found = [(headline, 0), (f"({anywhere}) NOT ({headline})", -1)]
    return union_all(*(_rows(query, literal(rank).label("rank")) for query, rank in found)).subquery("found")


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), BEIJING) + timedelta(days=days)


def _grouped(nodes: tuple[Node, ...], dialect: str) -> list[Node]:
    """On SQLite what FTS5 can join by itself is one condition."""
    if dialect != "sqlite":
        return list(nodes)
    own = [node for node in nodes if _fts5(node) is not None or (isinstance(node, Not) and _fts5(node.node))]
    if not any(_fts5(node) for node in own) or len(own) < 2:
        return list(nodes)
    return [And(tuple(own)), *(node for node in nodes if node not in own)]


def _fts5(node: Node) -> str | None:
    """The tree as a query of FTS5; None where it asks for more than words, or only leaves out."""
    match node:
        case Word() if node.field in _TEXT:
            return fulltext.fts5_phrase(wanted(node), _column(node.field))
        case Or():
            parts = [_fts5(one) for one in node.nodes]
            return None if None in parts else " OR ".join(f"({part})" for part in parts)
        case And():
            have = [_fts5(one) for one in node.nodes if not isinstance(one, Not)]
            lack = [_fts5(one.node) for one in node.nodes if isinstance(one, Not)]
            if not have or None in have or None in lack:
                return None
            found = " AND ".join(f"({part})" for part in have)
            return f"({found}) NOT ({' OR '.join(f'({part})' for part in lack)})" if lack else found
        case _:
            return None


def _column(field: Field) -> str:
    return {Field.TITLE: "headline", Field.BODY: "body"}.get(field, "")


def _matching(query: str) -> ColumnElement[bool]:
    return Article.id.in_(_rows(query))


def _rows(query: str, *columns: Any) -> Select[*tuple[Any, ...]]:
    index = table(fulltext.TABLE, column("rowid"), column(fulltext.TABLE))
    rows = select(index.c.rowid.label("id"), *columns)
    return rows.where(index.c[fulltext.TABLE].op("MATCH")(literal(query)))


def _stands(word: Word, dialect: str) -> ColumnElement[bool]:
    if word.field not in _TEXT:
        return _named(word, dialect)
    if dialect == "sqlite":
        return _matching(fulltext.fts5_phrase(wanted(word), _column(word.field)))
    match word.field:
        case Field.TITLE:
            return Article.id.in_(_once(fulltext.holding(wanted(word), fulltext.HEADLINES)))
        case Field.BODY:
            return Article.id.in_(_once(fulltext.holding(wanted(word), fulltext.TABLE)))
        case _:
            return Article.id.in_(_once(fulltext.holding_anywhere(wanted(word))))


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
    if word.field is Field.FLAG and fold(word.text) == fold(NO_TEXT):
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
