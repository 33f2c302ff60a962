"""Pages to draft from, by what serves or reads them."""

from pathlib import Path

from benchmarks.draft.measure import read
from crawler.demo.pages import netease_pages, sohu_pages
from crawler.demo.world.truth import World
from crawler.pages.page import Outcome
from crawler.sites.registry import find_site
from crawler.upkeep.trial.samples import Sample, read_samples


def portal_pages(seed: int = 3, most: int = 15, articles: int = 420) -> dict[str, list[Sample]]:
    """Pages of the demo portal by the form in which it serves them, up to `most` of each."""
    makers = {"netease": netease_pages.page, "sohu": sohu_pages.page}
    published = [one for one in World(articles=articles, seed=seed).publications if one.site in makers]
    found: dict[str, list[Sample]] = {}
    for place, one in enumerate(published):
        held = found.setdefault(one.form, [])
        if len(held) < most:
            others = [*published[place + 1 : place + 21], *published[:20]][:20]
            url = one.aliases[0] if one.form in ("mobile", "sohu-mobile") else one.url
            data = makers[one.site](one, others).encode(one.encoding)
            held.append(
                Sample(
                    name=f"{one.form} {len(held)}",
                    url=url,
                    data=data,
                    content_type=f"text/html; charset={one.encoding}",
                )
            )
    return found


def shared_pages(folder: Path) -> dict[str, list[Sample]]:
    """Real pages by the template that reads them."""
    found: dict[str, list[Sample]] = {}
    for sample in read_samples([folder / "pages", folder / "pages2"]):
        site = find_site(sample.url)
        page = read(sample, site) if site is not None else None
        if page is not None and page.template and page.outcome is Outcome.ARTICLE:
            found.setdefault(f"real {page.template}", []).append(sample)
    return found
