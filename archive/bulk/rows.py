"""An item that is ready to store, as a row of a part, and back: what is read back is what was written, but for the
indexes, which are made of the text again."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve

from archive.bulk.schema import ARTICLE, CAPTURE
from archive.dedup.types import as_fingerprint, fingerprint_row
from archive.ingest.prepare import Prepared, all_tokens

Row = dict[str, Any]


def item_row(item: Prepared) -> Row:
    """The columns of an item's capture, article and fingerprint."""
    row: Row = {name: item.capture[name] for name in CAPTURE}
    row["repeats_url"], row["repeats_at"] = (item.repeats[0], item.repeats[2]) if item.repeats else (None, None)
    row["article"] = _article_row(item.article) if item.article else None
    row["fingerprint"] = fingerprint_row(item.fingerprint) if item.fingerprint is not None else None
    return row


def prepared(rows: Sequence[Row]) -> list[Prepared]:
    """The items of rows, made ready to store: together, since most of what one text costs is not its characters."""
    from archive.dedup.fingerprints import folded
    from archive.text.fold import as_text

    items = [_item(row) for row in rows]
    texts = [(item.article["headline"], item.article["body"]) for item in items if item.article]
    if not texts:
        return items
    made = zip(texts, *all_tokens(texts), strict=True)
    found = []
    for row, item in zip(rows, items, strict=True):
        if not item.article:
            found.append(item)
            continue
        (_, text), headline, body, form = next(made)
        its = as_fingerprint(row["fingerprint"])
        its = evolve(its, folded=folded(text, its.left_out) if its.left_out else as_text(form))
        found.append(evolve(item, headline=headline, body=body, fingerprint=its))
    return found


def _item(row: Row) -> Prepared:
    """Without what the indexes hold of its text."""
    capture = {name: row[name] for name in CAPTURE} | {"repeats_id": None}
    at = row["repeats_at"]
    repeats = None if at is None else (str(row["repeats_url"]), str(row["digest"]), at)
    if row["article"] is None:
        return Prepared(capture, {}, repeats=repeats)
    return Prepared(capture, _article(row["article"]), digest=str(row["text_digest"]), repeats=repeats)


def _article_row(article: Mapping[str, Any]) -> Row:
    blocks = []
    for one in article["blocks"]:
        links = [dict(zip(("start", "end", "url"), link, strict=True)) for link in one.get("links", ())]
        blocks.append({**one, "links": links})
    return {**{name: article[name] for name in ARTICLE}, "blocks": blocks}


def _article(row: Mapping[str, Any]) -> Row:
    return {**{name: row[name] for name in ARTICLE}, "blocks": [_block(one) for one in row["blocks"]]}


def _block(row: Mapping[str, Any]) -> Row:
    """Without what has its default, as `archive.ingest.prepare` has it."""
    block = {"kind": row["kind"], "text": row["text"]}
    if row["level"]:
        block["level"] = row["level"]
    if row["links"]:
        block["links"] = [[link["start"], link["end"], link["url"]] for link in row["links"]]
    if row["url"]:
        block["url"] = row["url"]
    return block
