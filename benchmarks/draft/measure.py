"""A template taken away, one drafted in its place from five of its pages, and both compared on the others."""

from collections.abc import Sequence
from statistics import fmean

from attrs import evolve, frozen

from crawler.pages.extract import extract
from crawler.pages.page import Outcome, Page
from crawler.pages.template.site import Site
from crawler.pages.witness import agreement
from crawler.sites.registry import find_site
from crawler.upkeep.draft.draft import Draft, drafted_site, make_draft
from crawler.upkeep.draft.seen.study import studied
from crawler.upkeep.trial.samples import Sample

FIVE = 5
FIELDS = ("headline", "original_title", "published_at", "source_name", "account_name", "authors", "editor", "location")


@frozen(kw_only=True)
class Outcomes:
    """Of one template: the F1 on each of the other pages, where headline and time are the same, the lines to change."""

    name: str
    template: str
    scores: tuple[float, ...]
    headlines: int
    times: int
    changes: tuple[str, ...]

    @property
    def f1(self) -> float:
        return fmean(self.scores) if self.scores else 0.0


def without(site: Site, template: str) -> Site:
    """The site as if it had never had this template."""
    return evolve(site, templates=tuple(one for one in site.templates if one.name != template))


def read(sample: Sample, site: Site) -> Page:
    """The page, with this site."""
    return extract(sample.data, site=site, url=sample.url, content_type=sample.content_type)


def measure(name: str, samples: Sequence[Sample], most: int = 12, *, as_known: bool = True) -> Outcomes | None:
    """Drafts from the first five, and compares on the others; None where there are none. `as_known`: the portal's other
    templates are there, with the rules that they share; else the drafter has never heard of it."""
    site = find_site(samples[0].url)
    if site is None or len(samples) <= FIVE:
        return None
    real = {sample.name: read(sample, site) for sample in samples}
    template = real[samples[0].name].template or ""
    samples = [
        one for one in samples if real[one.name].outcome is Outcome.ARTICLE and real[one.name].template == template
    ]
    if len(samples) <= FIVE:
        return None
    studies = studied((sample, None) for sample in samples[:FIVE])
    known = without(site, template) if as_known else None
    draft = make_draft(studies, name=site.name, template=f"{site.name}-drafted", known=known)
    if draft is None:
        return Outcomes(name=name, template=template, scores=(0.0,), headlines=0, times=0, changes=("everything",))
    mine = drafted_site(draft)
    others = samples[FIVE : FIVE + most]
    pairs = [(read(sample, mine), real[sample.name]) for sample in others]
    return Outcomes(
        name=name,
        template=template,
        scores=tuple(agreement(ours.lines, theirs.lines) for ours, theirs in pairs),
        headlines=sum(ours.headline == theirs.headline for ours, theirs in pairs),
        times=sum(is_same_time(ours, theirs) for ours, theirs in pairs),
        changes=tuple(changes(draft, pairs)),
    )


def is_same_time(ours: Page, theirs: Page) -> bool:
    """Whether both show one time, to the minute, or none."""
    if ours.published_at is None or theirs.published_at is None:
        return ours.published_at is theirs.published_at
    return abs((ours.published_at - theirs.published_at).total_seconds()) < 60


def changes(draft: Draft, pairs: Sequence[tuple[Page, Page]]) -> list[str]:
    """The lines of the draft that a person would change so that it reads these pages as the real template does."""
    found: dict[str, None] = {}
    for ours, theirs in pairs:
        for field in FIELDS:
            mine, real = getattr(ours, field), getattr(theirs, field)
            same = is_same_time(ours, theirs) if field == "published_at" else mine == real
            if not same:
                found[f"{field}: {'mend' if mine and real else 'add' if real else 'take out'}"] = None
        kept = set(theirs.lines)
        for block in theirs.blocks:
            if not block.kept and block.text and block.text in ours.lines and block.text not in kept:
                found[f"add a rule for what {block.rule} takes"] = None
        for block in ours.blocks:
            if not block.kept and block.text in kept and block.text not in ours.lines:
                found[f"take out the rule {block.rule}"] = None
        if agreement(ours.lines, theirs.lines) < 0.5:
            found["body: mend"] = None
    return list(found)
