"""Every page of the reading room and every endpoint of its API, asked as a browser and a program would."""

from collections.abc import Sequence
from typing import Final

from starlette.routing import compile_path

from archive.settings import Home
from archive.web.pages import EVERY
from tests.archive.web.room import TOKEN, client
from tests.used.heard import Heard, page_named

_PROGRAM: Final = {"authorization": f"Bearer {TOKEN}"}
_URL: Final = "https://www.163.com/dy/article/A.html"
_ROUTES: Final = [
    (page, method, compile_path(page.path)[0]) for module in EVERY for page in module.PAGES for method in page.methods
]


def browse(heard: Heard, home: Home, members: Sequence[str], text: str) -> None:
    """Ask them all."""
    one, other = members[0], members[-1]
    with client(home, token=TOKEN) as browser:
        for path in _paths(one, other):
            with heard.of(_asked("GET", path)):
                assert browser.get(path).status_code < 500, path
        with heard.of(_asked("GET", f"/desk/{other}")):
            assert browser.get(f"/desk/{other}", headers=_PROGRAM).status_code == 200
        for path, form, answer in _forms(other, text):
            with heard.of(_asked("POST", path)):
                assert browser.post(path, data=form, headers=_PROGRAM).status_code == answer, (path, form)


def _asked(method: str, path: str) -> str:
    plain = path.partition("?")[0]
    return next(page_named(page, one) for page, one, at in _ROUTES if one == method and at.match(plain))


def _paths(one: str, other: str) -> tuple[str, ...]:
    return (
        *("/", "/source?name=新华社", "/account?name=新华社", "/health", "/doubts", "/match"),
        *(f"/article?article={one}", "/api", "/api/openapi.json", "/api/search?q=消息", "/api/facets?q=消息"),
        *("/api/timeline?q=消息", "/api/saved"),
        *("/api/stats", f"/api/articles?article={one}", f"/api/articles/{one}", f"/api/articles/{one}/history"),
        *(f"/api/articles/{one}/cite", f"/api/articles/{one}/revisions/1", f"/api/diff?a={one}&b={other}"),
        *(f"/api/bisect?article={one}&sentence=有人说", f"/api/stories/{one}", f"/api/stories/{one}/firsts"),
        *("/api/changes?since=2000", "/api/survivors", "/api/flows", "/api/runs", "/api/runs/1", "/api/alarms"),
        *("/api/health", f"/desk/{one}", f"/timemap/from/20200101000000/{_URL}"),
        *("/search?q=消息&all=1", "/search.jsonl?q=消息", "/feed.atom?q=消息", "/saved"),
        *(f"/article/{one}", f"/article/{one}?revision=1", f"/story/{one}", f"/api/stories/{one}/edits"),
        *("/changes", "/changes?since=2000&by=weight&site=netease", "/changes?since=2000&removed=有人&copies=1"),
        *("/gone", "/gone?lives=none&site=sohu&since=2000&until=2030", "/gone?as=csv"),
        *("/flows?since=2000", "/flows?by=source", "/flows?by=month&sort=month&as=csv"),
        *("/runs", "/runs?before=2", "/runs/1", "/alarms", "/alarms?all=1"),
        *(f"/diff?a={one}@1&b={other}", "/diff?a=capture:1&b=capture:2", f"/article/{one}/sentence?sentence=有人说"),
        *("/explain/1", "/captured/1", "/captured/1/record", f"/article/{one}/explain"),
        *(f"/article/{one}/cite/ris", f"/timegate/{_URL}", f"/timemap/link/{_URL}", f"/memento/2025/{_URL}"),
    )


def _forms(other: str, text: str) -> tuple[tuple[str, dict[str, str], int], ...]:
    """Path, what is sent, and what is answered."""
    desk = f"/desk/{other}"
    return (
        ("/match", {"text": text, "published_at": "2020-01-01"}, 200),
        ("/saved", {"name": "每周", "q": "消息"}, 303),
        ("/saved", {"q": "消息"}, 303),
        ("/alarms/999/close", {"note": "as it should be"}, 404),
        (desk, {"do": "tag", "tag": "待查"}, 303),
        (desk, {"do": "untag", "tag": "待查"}, 303),
        (desk, {"do": "note", "text": "一条批注"}, 303),
        (desk, {"do": "correct", "field": "headline", "value": "另一个标题"}, 303),
        (desk, {"do": "withdraw", "reason": "试一试"}, 303),
        (desk, {"do": "restore"}, 303),
    )
