"""What a draft comes to: its files, and what is to be said of it."""

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from attrs import evolve, frozen

from archive.errors import UsageError
from crawler.pages.extract import extract
from crawler.pages.page import Outcome
from crawler.pages.template.site import Site
from crawler.sites.registry import find_site, load_sites, read_site
from crawler.upkeep.draft.addresses import registered
from crawler.upkeep.draft.draft import Draft, make_draft, newer
from crawler.upkeep.draft.made.invent import as_expected, invented_page
from crawler.upkeep.draft.made.write import site_file
from crawler.upkeep.draft.seen.stored import Stored
from crawler.upkeep.draft.seen.study import Guide, Study, studied
from crawler.upkeep.trial.samples import Sample
from crawler.upkeep.trial.trial import Trial, try_site


@frozen(kw_only=True)
class Result:
    """`files`: what is to be written, by name: the site file, a test page with invented text, what it is expected to
    say. `trial`: the drafted template on the pages that it was made from; `guided`: how many of them the archive knew
    from before. `unsure`: what a person should look at, a line each."""

    draft: Draft
    files: dict[str, str]
    trial: Trial
    guided: int
    unsure: tuple[str, ...]


def draft_site(
    pages: Sequence[tuple[Sample, Guide | None]],
    *,
    name: str = "",
    template: str = "",
    stored: Stored | None = None,
) -> Result:
    """A draft from these pages. `name`: of a new portal's site. `template`: what the template is to be called.
    `stored`: what the archive has of it, where it is a newer form of one that is there.

    Raises `UsageError` where nothing can be drafted from them.
    """
    if not pages:
        raise UsageError("no page to draft from")
    known = _known([sample for sample, _ in pages])
    studies = studied(pages)
    if not studies:
        raise UsageError(f"no text is to be found in any of the {len(pages)} pages; are they articles?")
    called = known.name if known is not None else name or _name_of(studies[0].sample.url)
    template = template or f"{called}-{'draft' if known is not None else 'article'}"
    draft = make_draft(studies, name=called, template=template, known=known)
    if draft is None:
        raise UsageError("these pages have no place of their text in common; are they of one template?")
    if stored is not None:
        draft = newer(draft, stored.before, stored.filled, studies)
    read = _read_already(known, [one.sample for one in studies]) if stored is None else []
    text = site_file(draft, template, len(studies))
    site, faults = _loaded(text, draft)
    page, url = invented_page(draft, _typical(studies), site)
    expected = as_expected(extract(page.encode(), site=site, url=url))
    file = re.sub(r"\W", "_", template if known is not None else called)
    return Result(
        draft=draft,
        files={
            f"{file}.py": text,
            f"{template}.html": page,
            f"{template}.json": json.dumps(expected, ensure_ascii=False, indent=1) + "\n",
        },
        trial=try_site(evolve(site, templates=site.templates[:1]), [one.sample for one in studies]),
        guided=sum(one.guided for one in studies),
        unsure=tuple(
            dict.fromkeys([*faults, *_unsure(draft, len(pages) - len(studies)), *_of_page(expected, draft), *read])
        ),
    )


def _name_of(url: str) -> str:
    """A name for the site of this address."""
    return re.sub(r"[^a-z0-9_-]", "", registered(url).partition(".")[0]).lstrip("-_") or "portal"


def _known(samples: Sequence[Sample]) -> Site | None:
    """The site whose pages these are; None for a new portal's. Raises `UsageError` for pages of several portals."""
    sites = {site.name if site is not None else "": site for site in (find_site(one.url) for one in samples)}
    owners = {registered(one.url) for one in samples} if "" in sites else {*sites}
    if len(sites) > 1 or len(owners) > 1:
        raise UsageError(f"the pages are of several portals: {', '.join(sorted(filter(None, {*owners, *sites})))}")
    return next(iter(sites.values()))


def _read_already(known: Site | None, samples: Sequence[Sample]) -> list[str]:
    """A line for each template of the site that reads some of these pages as it is."""
    names: dict[str, int] = {}
    for one in samples if known is not None else ():
        page = extract(one.data, site=known, url=one.url, content_type=one.content_type)
        if page.outcome is Outcome.ARTICLE and page.template:
            names[page.template] = names.get(page.template, 0) + 1
    return [f"{name} reads {count} of these pages as it is; is another needed?" for name, count in names.items()]


def _loaded(text: str, draft: Draft) -> tuple[Site, list[str]]:
    """The site of the file as it is written, and what is wrong with it."""
    others = load_sites().values()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "drafted.py"
        file.write_text(text, encoding="utf-8")
        site, faults = read_site(file, others)
    if site is None:
        raise UsageError(f"the draft cannot be loaded: {'; '.join(faults)}")
    return site, faults


def _typical(studies: Sequence[Study]) -> Study:
    """The page of which the test page is made: of those with most fields the one of middle length."""
    most = max(len(one.fields) for one in studies)
    full = sorted((one for one in studies if len(one.fields) == most), key=lambda one: sum(map(len, one.wanted)))
    return full[len(full) // 2]


def _unsure(draft: Draft, without: int) -> list[str]:
    lines = list(draft.unsure)
    lines += [f"{one.name}: {line}" for one in draft.fields for line in one.unsure]
    lines += [f"rule {one.rule.id}: {one.unsure}" for one in draft.rules if one.unsure]
    if draft.known is None:
        lines += [f"the form of an article's address: {line}" for line in draft.addresses.unsure]
        lines.append("sources: the front page is a guess; which lists name the new articles?")
    return lines + ([f"{without} pages hold no text, and were left out"] if without else [])


def _of_page(expected: dict[str, object], draft: Draft) -> list[str]:
    if expected.get("outcome") != "article":
        return [f"the test page is read as {expected.get('outcome')}"]
    there = {one.name for one in draft.fields}
    missing = [name for name in ("headline", "published_at") if name in there and name not in expected]
    return [f"{name}: it is not read in the test page, though in the page that it was made of" for name in missing]
