"""Where a sentence of an article first stood, and when it vanished: followed through all copies of its story."""

from typing import Final

from starlette.responses import JSONResponse, Response

from archive.errors import UsageError
from archive.query.article import article_row
from archive.query.stories.sentence import bisect
from archive.web.visit import Page, Visit

LONGEST: Final = 1_000
"""Characters of a sentence."""


def sentence(visit: Visit) -> Response:
    """The page; without a sentence, the form alone."""
    number = visit.id()
    said = visit.arg("sentence").strip()
    if len(said) > LONGEST:
        raise UsageError(f"the sentence has {len(said)} characters; {LONGEST} are followed at most")
    row = article_row(visit.connection, number)
    told = bisect(visit.connection, number, said).as_json() if said else None
    if told is not None and visit.arg("as") == "json":
        return JSONResponse(told, headers={"cache-control": "no-cache", "vary": "cookie"})
    return visit.render("texts/sentence.html", article=row, told=told, said=said, longest=LONGEST)


PAGES: Final = (Page(path="/article/{id:int}/sentence", name="sentence", view=sentence, costly=True),)
