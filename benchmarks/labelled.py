"""The labelled texts beside the checkout, as they count for the product, and what is right to say of them.

../shared/dedup is a challenge of made copies and real look-alikes, held in memory: what is asked, and which stored
articles the index proposes. ../shared/dedup-real are pairs that people read, and cases of the same kinds.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, get_args

from attrs import frozen
from click.testing import CliRunner
from sqlalchemy import Connection, select

from archive.dedup.fingerprints import as_text, counted, fingerprint
from archive.dedup.matching import Query, fingerprinted
from archive.dedup.propose import furniture
from archive.dedup.propose.candidates import MATCH, fair_share, shortlist
from archive.dedup.propose.index import CAP
from archive.dedup.propose.passages import without
from archive.dedup.propose.sampling import Sample
from archive.dedup.relations import Relation
from archive.dedup.stored import read
from archive.dedup.types import Fingerprint
from archive.dedup.verify.relation import SAME_TEXT
from archive.dedup.verify.texts import Text, prepare
from archive.store.db import open_engine, reading
from archive.store.models import Article
from archive.times import parse_time
from crawler.cli import main

SHARED: Final = Path(__file__).resolve().parents[2] / "shared"
CHALLENGE: Final = SHARED / "dedup"
REAL: Final = SHARED / "dedup-real"
_BATCH: Final = 200

APART: Final = "apart"
"""Said of two texts that are not related."""
RELATED: Final = frozenset[str](get_args(Relation))
NOT_UNITED: Final = RELATED - SAME_TEXT | {APART}


@frozen(eq=False)
class Pair:
    """Two texts that are compared. `corpus`: where they are from. `right`: what may be said of them, relations and
    `apart`; None where nobody knows."""

    corpus: str
    first: Text
    second: Text
    right: frozenset[str] | None = None


@frozen(eq=False)
class Asked:
    """One labelled text. `expected`: the id of the article that it is a copy of; None: a different story."""

    id: str
    kind: str
    expected: str | None
    body: str
    row: dict[str, Any]
    made: Fingerprint

    @cached_property
    def text(self) -> Text:
        return _text(self.body, self.row)


class Challenge:
    """../shared/dedup as the archive would hold it: without furniture, behind the sampled index."""

    def __init__(self) -> None:
        rows = _rows(CHALLENGE / "archive.jsonl.gz")
        with _archived(rows) as connection:
            self._known = furniture.everything(connection)
        self.articles = {row["id"]: _asked(row, self._known, kind="", expected=None) for row in rows}
        self._names = list(self.articles)
        self._samples = {name: Sample(one.made.kept, one.made.looked_up) for name, one in self.articles.items()}
        self._holders: defaultdict[int, list[int]] = defaultdict(list)
        for number, sample in enumerate(self._samples.values()):
            for value in sample.kept:
                if len(self._holders[value]) < CAP:
                    self._holders[value].append(number)

    def asked(self) -> Iterator[Asked]:
        """The labelled texts."""
        for row in _rows(CHALLENGE / "queries.jsonl.gz"):
            yield _asked(row, self._known, kind=row["kind"], expected=row["expected"])

    def proposed(self, made: Fingerprint) -> list[str]:
        """The articles that the product would compare with a text: the rarest first, without those that share too
        little."""
        sample = Sample(made.kept, made.looked_up)
        likely = (
            (self._names[one.article_id], one.shared) for one in shortlist(sample.looked_up, self._holders, MATCH)
        )
        enough = (
            name
            for name, shared in likely
            if fair_share(sample, shared, len(self._samples[name].kept), self._samples[name].last, MATCH)
        )
        return list(islice(enough, MATCH.verified))


def challenge_pairs() -> Iterator[Pair]:
    """The copies with their articles, the negatives and the articles themselves with what the index proposes."""
    challenge = Challenge()
    for asked in challenge.asked():
        if asked.expected is not None:
            yield Pair("copies", asked.text, challenge.articles[asked.expected].text, RELATED)
            continue
        for name in challenge.proposed(asked.made):
            yield Pair("negatives", asked.text, challenge.articles[name].text, frozenset({APART}))
    for name, article in challenge.articles.items():
        for other in challenge.proposed(article.made):
            if other < name:
                yield Pair("archive", article.text, challenge.articles[other].text)


def real_pairs() -> Iterator[Pair]:
    """The pairs of ../shared/dedup-real, but for those whose label is open, as its `score.py` judges them: those that
    are to be `apart`, `linked` and `united`."""
    rows = _rows(REAL / "texts.jsonl")
    given = [{name: row.get(name) for name in ("url", "headline", "body", "published_at")} for row in rows]
    with _archived(given) as connection:
        texts = _stored(connection, rows)
    for pair in _rows(REAL / "pairs.jsonl"):
        if pair["label"] == "debatable":
            continue
        if pair["expected"] in SAME_TEXT:
            corpus, right = "united", SAME_TEXT
        elif pair["expected"]:
            corpus, right = "linked", RELATED - SAME_TEXT if pair["label"] == "wrong_link" else RELATED
        else:
            corpus, right = "apart", NOT_UNITED
        yield Pair(corpus, texts[pair["a"]], texts[pair["b"]], right)


def case_pairs() -> Iterator[Pair]:
    """The cases of ../shared/dedup-real, as their `check.py` judges them: a query with the article that it belongs to,
    and one that belongs to none with those that share what the index samples."""
    rows = _rows(REAL / "cases" / "archive.jsonl")
    asked = [row for path in sorted((REAL / "cases").glob("*.jsonl")) if path.stem != "archive" for row in _rows(path)]
    queries = [
        Query(id=row["id"], body=row["body"], published_at=_published_at(row), headline=row.get("headline"))
        for row in asked
    ]
    with _archived(rows) as connection:
        texts = _stored(connection, rows)
        made = fingerprinted(connection, queries)
    kept = {key: set(fingerprint(text.body).kept) for key, text in texts.items()}
    for row, query, one in zip(asked, queries, made, strict=True):
        text = as_text(query.body, one, query.published_at, query.headline)
        if row["expected"]:
            yield Pair("cases", text, texts[row["expected"]], frozenset(row["relations"]))
            continue
        proposed = (key for key, values in kept.items() if not values.isdisjoint(one.looked_up))
        yield from (Pair("cases", text, texts[key], NOT_UNITED) for key in proposed)


@contextmanager
def _archived(rows: Sequence[dict[str, Any]]) -> Iterator[Connection]:
    """A new archive of these articles, imported as a person would."""
    with TemporaryDirectory() as folder:
        path, home = Path(folder, "articles.jsonl"), Path(folder, "home")
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        done = CliRunner().invoke(main, ["--home", str(home), "import", "--jobs", "1", str(path)])
        if done.exit_code:
            raise RuntimeError(done.output)
        engine = open_engine(f"sqlite:///{home / 'archive.db'}")
        with reading(engine) as connection:
            yield connection
        engine.dispose()


def _stored(connection: Connection, rows: Sequence[dict[str, Any]]) -> dict[str, Text]:
    """The texts of archived articles as they count, by the ids of the rows."""
    numbers = dict(connection.execute(select(Article.url, Article.id)).all())
    texts = read(connection, numbers.values())
    return {row["id"]: texts[numbers[row["url"]]] for row in rows}


def _asked(row: dict[str, Any], known: frozenset[int], *, kind: str, expected: str | None) -> Asked:
    made = counted(row["body"], fingerprint(row["body"]), known)
    return Asked(row["id"], kind, expected, without(row["body"], made.left_out), row, made)


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _text(body: str, row: dict[str, Any]) -> Text:
    return prepare(body, _published_at(row), row.get("headline"))


def _published_at(row: dict[str, Any]) -> datetime | None:
    told = row.get("published_at")
    return parse_time(told)[0] if told else None
