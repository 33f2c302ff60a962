"""The spider of addresses that a person named (`jianbao fetch`): each is asked for now, whether it is known or not.

An article that is not there yet is fetched as a crawl does it; one that is, is looked at again; and any other page is
taken as it comes. No list is read.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from attrs import define
from scrapy import Request

from archive.store.problems import Problem
from crawler.capture.role import Role, role_of
from crawler.middlewares import RAW
from crawler.run.process.named import claim_now, read_other
from crawler.run.reading.asked import Claim
from crawler.spiders.answers import failure_of
from crawler.spiders.portals import PortalSpider
from crawler.spiders.single import Output, Outputs

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.warc.raw import RawCapture

HELD = "in_hand"
"""What becomes of an address that another run is asking for."""


@define
class Named:
    """One address, and what came of it. `site`, `native_id`: of an article of a known site. `final`: the address that
    answered. `why`: why nothing did, `cause`: in a word."""

    url: str
    site: str | None = None
    native_id: str | None = None
    final: str | None = None
    cause: str = ""
    why: str = ""


class NamedSpider(PortalSpider):
    """See the module. `named`: what is asked for."""

    named: Sequence[Named]

    def _first(self) -> Iterator[Request]:
        self._asked: dict[int, Named] = {}
        for one in self.named:
            yield from self._ask(one)

    def _ask(self, one: Named) -> Iterator[Request]:
        if one.site is None or one.native_id is None:
            words = {"one": one}
            yield Request(one.url, self.parse_other, errback=self.other_failed, cb_kwargs=words, dont_filter=True)
            return
        found = claim_now(self.crawl.run, one.site, one.native_id, one.url)
        if found is None:
            one.cause, one.why = HELD, "another run asks for it now"
            return
        self._asked[found.id] = one
        yield self._page_request(found) if isinstance(found, Claim) else self._look_request(found)

    def _due(self) -> Iterator[Request]:
        return iter(())

    def _look_requests(self) -> Iterator[Request]:
        """An article of each host of which a look said that one is no more, to see whether the host is well."""
        if not self._claims and not self._looks:
            for found in self.crawl.looks.controls(self.name):
                yield self._look_request(found)

    async def parse_page(self, response: "Response", claim: Claim) -> Outputs:
        """A new article's page."""
        self._answered(response, self._asked.get(claim.id))
        async for one in super().parse_page(response, claim):
            yield one

    def parse_look(self, response: "Response", found: Any) -> Output:
        """A known article's page."""
        self._answered(response, self._asked.get(found.id))
        yield from super().parse_look(response, found)

    def parse_other(self, response: "Response", one: Named) -> None:
        """Any other page."""
        self._answered(response, one)
        if one.cause:
            self._note(one)
        elif (answer := read_other(self.crawl, response.meta[RAW])) is not None:
            self.crawl.store_answer(answer)

    def look_failed(self, failure: Any) -> Iterator[Request]:
        """A known article's page gave no answer."""
        before = len(self.crawl.run.problems)
        yield from super().look_failed(failure)
        self._failed(failure, failure.request.cb_kwargs["found"].id, before)

    def _miss(self, failure: Any, claim: Claim) -> None:
        before = len(self.crawl.run.problems)
        super()._miss(failure, claim)
        self._failed(failure, claim.id, before)

    def other_failed(self, failure: Any) -> None:
        """Any other page gave no answer."""
        one: Named = failure.request.cb_kwargs["one"]
        one.cause, one.why = failure_of(failure)
        self.crawl.run.unanswered[one.why] += 1
        self._note(one)

    def _answered(self, response: "Response", one: Named | None) -> None:
        raw: RawCapture = response.meta[RAW]
        if one is None:
            return
        one.final = raw.url
        if raw.repeats is None and role_of(raw) in (Role.TRANSIENT, Role.REDIRECT):
            one.cause, one.why = "server_error", f"http_{raw.status}"

    def _failed(self, failure: Any, key: int, before: int) -> None:
        """`before`: how many problems there were."""
        one = self._asked.get(key)
        if one is not None:
            one.cause, one.why = failure_of(failure)
            if len(self.crawl.run.problems) == before:
                self._note(one)  # no failure of a crawl, but nothing came that a person asked for

    def _note(self, one: Named) -> None:
        problem = Problem(kind="failed", cause=str(one.cause), site=one.site, url=one.url, detail=one.why)
        with self.crawl.run.ends(), self.crawl.run.step():
            self.crawl.run.note_problem(problem)


def spider_of(name: str, site: Any, hosts: Sequence[str]) -> type[NamedSpider]:
    """The spider of a known site's addresses, or of those of other hosts (`site` None)."""
    members = {"name": name, "site": site, "hosts": tuple(hosts), "__module__": __name__, "__doc__": name}
    return type("NamedSpiderOfOne", (NamedSpider,), members)
