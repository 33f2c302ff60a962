"""`make screenshots`: the main pages of the demo archive as pictures in docs/images/, which README.md and docs/serve.md
show."""

import os
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright
from sqlalchemy import select

from archive.settings import Home
from archive.store.db import opened, reading
from archive.store.models import Article
from tests.archive.web.browser.conftest import ARGUMENTS, CHROMIUM, seated, serving
from tests.portal.days import Demo, make

IMAGES: Final = Path(__file__).parents[4] / "docs" / "images"
WIDTH: Final = 1120


def addresses(demo: Demo) -> dict[str, tuple[str, str, str, int]]:
    """By the picture's name: the page, its language, its colours, its height."""
    edited = next(iter(demo.edited))
    showpiece = demo.world.clusters()[0][0]
    with opened(demo.database) as engine, reading(engine) as connection:
        columns = (Article.site, Article.native_id, Article.id)
        numbers = {(row.site, row.native_id): row.id for row in connection.execute(select(*columns))}
    story, article = numbers[showpiece.site, showpiece.native_id], numbers[edited]
    return {
        "front": ("/", "zh-CN", "light", 640),
        "search": ("/search?q=%E7%A8%80%E5%9C%9F", "zh-CN", "light", 820),
        "article": (f"/article/{article}", "zh-CN", "light", 780),
        "story": (f"/story/{story}", "zh-CN", "light", 1000),
        "story-dark": (f"/story/{story}", "en-GB", "dark", 1000),
        "diff": (f"/diff?a={article}%401&b={article}%402", "zh-CN", "light", 640),
        "gone": ("/gone", "en-GB", "light", 760),
        "flows": ("/flows", "en-GB", "light", 900),
    }


def main() -> None:
    """Makes them."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = make(Path(folder))
        with serving(Home(path=demo.home, database=demo.database)) as base, sync_playwright() as started:
            browser = started.chromium.launch(executable_path=os.environ.get("CHROMIUM", CHROMIUM), args=ARGUMENTS)
            for name, (path, locale, scheme, height) in addresses(demo).items():
                viewport = {"width": WIDTH, "height": height}
                with seated(browser, base, viewport=viewport, color_scheme=scheme, locale=locale) as seat:
                    assert seat.go(path) == 200, path
                    seat.page.screenshot(path=IMAGES / f"{name}.png")
                print(f"docs/images/{name}.png", (IMAGES / f"{name}.png").stat().st_size)
            browser.close()


if __name__ == "__main__":
    main()
