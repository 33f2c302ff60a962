"""Every page in Chromium: no console error, no request elsewhere, nothing serious that axe finds, by keyboard alone, at
360 pixels, dark, without JavaScript, printed."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from archive.settings import Home
from archive.web.pages import EVERY
from tests.archive.web.browser.conftest import Elsewhere, Seat, seated

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.portal.days import Demo

pytestmark = pytest.mark.slow

PAGES = {
    "front": "/",
    "search": "/search?q=%E7%A8%80%E5%9C%9F",
    "search_help": "/search/help",
    "article": "/article/{edited}",
    "story": "/story/{showpiece}",
    "source": "/source?name={source}",
    "account": "/account?name={account}",
    "saved": "/saved",
    "changes": "/changes",
    "gone": "/gone",
    "flows": "/flows",
    "diff": "/diff?a={edited}%401&b={edited}%402",
    "sentence": "/article/{edited}/sentence",
    "match": "/match",
    "explain": "/explain/{capture}",
    "doubts": "/doubts",
    "runs": "/runs",
    "run": "/runs/1",
    "alarms": "/alarms",
    "health": "/health",
    "api": "/api",
    "desk": "/desk/{edited}",
    "token": "/token",
}
"""Every page that is made for people, by its name."""
NO_PAGES = {
    *("named", "static", "feed", "download", "openapi", "captured", "record", "explain_article"),
    *("cite", "timegate", "timemap", "timemap_from", "memento"),
}
"""What is a file, a part of a page, or leads to another one."""


@pytest.fixture(scope="module")
def base(demo_archive: "Demo", serve: Callable[[Home], str]) -> str:
    return serve(Home(path=demo_archive.home, database=demo_archive.database))


@pytest.fixture(scope="module")
def addresses(demo_archive: "Demo") -> dict[str, str]:
    """The pages' addresses in the demo archive."""
    from sqlalchemy import select

    from archive.store.db import opened, reading
    from archive.store.models import Article, Capture

    edited = next(iter(demo_archive.edited))
    showpiece = demo_archive.world.clusters()[0][0]
    with opened(demo_archive.database) as engine, reading(engine) as connection:
        numbers = {(row.site, row.native_id): row for row in connection.execute(select(Article.__table__))}
        its = numbers[edited]
        capture = connection.scalar(select(Capture.id).where(Capture.article_id == its.id).order_by(Capture.id))
    values = {
        "edited": its.id,
        "showpiece": numbers[showpiece.site, showpiece.native_id].id,
        "capture": capture,
        "source": next(row.source_name for row in numbers.values() if row.source_name),
        "account": next(row.account_name for row in numbers.values() if row.account_name),
    }
    return {name: path.format(**values) for name, path in PAGES.items()}


def test_every_page_is_looked_at() -> None:
    pages = {page.name for module in EVERY for page in module.PAGES if page.methods == ("GET",)}
    assert {name for name in pages if not name.startswith("api_")} - NO_PAGES == set(PAGES)


@pytest.fixture(scope="module")
def seat(chromium: "Browser", base: str) -> Iterator[Seat]:
    with seated(chromium, base, signed_in=True, viewport={"width": 1200, "height": 900}) as found:
        yield found


def serious(seat: Seat, *rules: str) -> list[str]:
    """What axe finds that keeps people out, by these rules or by all."""
    from axe_playwright_python.sync_playwright import Axe

    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found: Any = Axe().run(seat.page, options=options)
    return [
        f"{seat.page.url} {one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def test_pages_are_quiet_accessible_and_ask_nobody_else(
    seat: Seat, addresses: dict[str, str], elsewhere: Elsewhere
) -> None:
    problems: list[str] = []
    for name, path in addresses.items():
        seat.page.emulate_media(color_scheme="light")
        assert seat.go(path) == 200, (name, path)
        problems += serious(seat)
        seat.page.emulate_media(color_scheme="dark")
        problems += serious(seat, "color-contrast")
    assert problems == []
    assert seat.said == []
    assert elsewhere.by_pages == []


def test_nothing_is_wider_than_a_narrow_screen(chromium: "Browser", base: str, addresses: dict[str, str]) -> None:
    with seated(chromium, base, signed_in=True, viewport={"width": 360, "height": 740}) as narrow:
        wide = [name for name, path in addresses.items() if narrow.go(path) == 200 and narrow.is_wider]
    assert wide == []


def test_what_stands_on_a_chart_can_be_read_on_a_narrow_screen(
    chromium: "Browser", base: str, addresses: dict[str, str]
) -> None:
    with seated(chromium, base, viewport={"width": 360, "height": 740}) as narrow:
        for name in ("search", "source", "story", "flows", "runs"):
            narrow.go(addresses[name] + ("?since=2000" if name == "flows" else ""))
            sizes: Any = narrow.page.evaluate(
                "[...document.querySelectorAll('.chart text')].map(one => parseFloat(getComputedStyle(one).fontSize)"
                " * one.ownerSVGElement.getBoundingClientRect().width / one.ownerSVGElement.viewBox.baseVal.width)"
            )
            assert sizes, name
            assert min(sizes) > 9, name
            ends: Any = narrow.page.evaluate(
                "[...document.querySelectorAll('.latest svg')].map(one => one.getBoundingClientRect().right)"
            )
            assert all(end <= 360 for end in ends), f"the newest is out of sight: {name}"


def test_a_page_is_whole_without_javascript(
    chromium: "Browser", base: str, seat: Seat, addresses: dict[str, str]
) -> None:
    with seated(chromium, base, signed_in=True, java_script_enabled=False) as plain:
        for name in ("front", "search", "article", "story", "changes"):
            plain.go(addresses[name])
            seat.go(addresses[name])
            assert plain.page.locator("main").inner_text() == seat.page.locator("main").inner_text(), name


def test_the_keyboard_reaches_what_there_is(seat: Seat, addresses: dict[str, str]) -> None:
    for name in ("search", "article", "story"):
        seat.go(addresses[name])
        reached = []
        for _ in range(60):
            seat.page.keyboard.press("Tab")
            told: Any = seat.page.evaluate(
                "(() => { const e = document.activeElement, s = getComputedStyle(e);"
                " return [e.tagName, e.closest('main') !== null, s.outlineStyle !== 'none', e.textContent.trim()] })()"
            )
            reached.append(told)
        assert reached[0][0] == "A", "the first is the link that skips to the content"
        assert all(seen for tag, _, seen, _ in reached if tag != "BODY"), (name, [one for one in reached if not one[2]])
        assert sum(inside for _, inside, _, _ in reached) >= 5, name


def test_a_search_by_keyboard_alone(seat: Seat) -> None:
    seat.go("/")
    for _ in range(12):
        seat.page.keyboard.press("Tab")
        if seat.page.evaluate("document.activeElement.name") == "q":
            break
    seat.page.keyboard.type("稀土")
    seat.page.keyboard.press("Enter")
    seat.page.wait_for_url("**/search?*")
    assert seat.page.locator("mark").first.inner_text() == "稀土"


def test_a_bar_of_the_chart_leads_to_its_span(seat: Seat) -> None:
    seat.go("/search?all=1")
    before = seat.page.locator("#hits").inner_text()
    seat.page.locator(".chart a").first.click()
    seat.page.wait_for_url("**date*")
    assert seat.page.locator("#hits").inner_text() != before


def test_what_is_printed_is_the_text(seat: Seat, addresses: dict[str, str]) -> None:
    seat.go(addresses["article"])
    seat.page.emulate_media(media="print", color_scheme="light")
    try:
        assert seat.page.locator(".prose").is_visible()
        assert not seat.page.locator(".masthead nav").is_visible()
        assert not seat.page.locator(".quick").is_visible()
        assert seat.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert seat.page.pdf()[:5] == b"%PDF-"
    finally:
        seat.page.emulate_media(media="screen")


def test_only_the_tokens_cookie_is_set(seat: Seat) -> None:
    cookies = seat.page.context.cookies()
    assert [(one["name"], one["httpOnly"], one["sameSite"]) for one in cookies] == [("jianbao", True, "Strict")]
