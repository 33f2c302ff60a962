"""One story: who was first, every copy on a time line, and what each of them changed."""

from typing import Final

from starlette.responses import Response

from archive.dedup.clusters.describe import describe_cluster
from archive.web.visit import Page, Visit


def story(visit: Visit) -> Response:
    """The page of the story that an article is in."""
    return visit.render("story.html", story=describe_cluster(visit.connection, visit.id()))


PAGES: Final = (Page(path="/story/{id:int}", name="story", view=story, costly=True),)
