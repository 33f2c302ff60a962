"""What holds for every page: hosts, headers, languages, errors, the token."""

import re
import tomllib
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import Engine
from starlette.testclient import TestClient

import archive.web
from archive.settings import Home
from archive.web.access import COOKIE, GUESSES, Access
from archive.web.app import build
from archive.web.guard import LARGEST_BODY, LONGEST_QUERY, POLICY, host_name, is_loopback
from archive.web.pages import EVERY
from archive.web.render import web_address
from archive.web.words import LANGS, choose, every_word, say
from tests.archive.make import article, store, told
from tests.archive.web.room import TOKEN, client

ROOM = Path(archive.web.__file__).parent


@pytest.fixture
def home(sqlite_url: str, sqlite_engine: Engine, tmp_path: Path) -> Home:
    store(sqlite_engine, told(article()), told(article("a:2", "别的一段文字。", headline="另一条")))
    sqlite_engine.dispose()
    return Home(path=tmp_path / "home", database=sqlite_url)


def test_every_answer_has_the_headers(home: Home) -> None:
    browser = client(home)
    for path in (
        "/",
        "/article/1",
        "/static/style.css",
        "/nowhere",
        "/article/99",
        f"/article/{'9' * 40}",
    ):
        answer = browser.get(path)
        assert answer.headers["content-security-policy"] == POLICY, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert "set-cookie" not in answer.headers
    assert "unsafe" not in POLICY
    assert browser.post("/").status_code == 405


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8008", 200),
        ("127.0.0.1:8008", 200),
        ("[::1]:8008", 200),
        ("archive.example", 200),
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("evil.example:localhost", 400),
        ("127.0.0.1.nip.example", 400),
        ("", 400),
    ],
)
def test_it_is_asked_for_by_its_own_names_alone(home: Home, host: str, status: int) -> None:
    browser = client(home, allowed_hosts={"localhost", "127.0.0.1", "[::1]", "archive.example"})
    answer = browser.get("/", headers={"host": host})
    assert answer.status_code == status
    assert answer.headers["content-security-policy"] == POLICY


def test_what_is_too_large_is_not_looked_at(home: Home) -> None:
    browser = client(home, token=TOKEN)
    assert browser.get("/search?q=" + "a" * LONGEST_QUERY).status_code == 414
    assert browser.get("/" + "a" * LONGEST_QUERY).status_code == 414
    assert browser.post("/token", content=b"a" * (LARGEST_BODY + 1)).status_code == 413
    pieces = (b"a" * 65536 for _ in range(LARGEST_BODY // 65536 + 2))  # no length is told
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post("/token", content=pieces, headers=form).status_code == 413
    assert browser.post("/token", content=b"&".join(b"a=1" for _ in range(1000)), headers=form).status_code == 400


def test_errors_are_pages(home: Home) -> None:
    browser = client(home)
    missing = browser.get("/article/99", headers={"accept-language": "en"})
    assert missing.status_code == 404
    assert "no article 99" in missing.text
    assert "There is no such thing here." in missing.text
    assert browser.get("/static/../app.py").status_code == 404
    assert browser.get("/static/%2e%2e%2fapp.py").status_code == 404


def test_the_api_tells_errors_as_problems(home: Home) -> None:
    answer = client(home).get("/api/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404
    wrong = client(home).post("/api/stats", headers={"accept-language": "zh"})
    assert (wrong.status_code, wrong.json()["detail"]) == (405, "This page does not take requests of this kind.")


def test_who_needs_the_token_is_told_where_to_show_it(home: Home) -> None:
    asked = client(home, token=TOKEN).get("/desk/1", headers={"accept-language": "en"})
    assert asked.status_code == 401
    assert '<p><a href="/token">Show token</a></p>' in asked.text
    nowhere = client(home).get("/desk/1", headers={"accept-language": "en"})
    assert nowhere.status_code == 401
    assert "was started without a token file (--token-file): nobody can write here." in nowhere.text


def test_an_archive_that_is_absent_damaged_or_swapped(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    file = home.path / "archive.db"
    aside = file.with_name("aside.db")
    browser = client(home)
    assert browser.get("/").status_code == 200
    file.rename(aside)
    for end in ("-wal", "-shm"):
        file.with_name(f"archive.db{end}").unlink(missing_ok=True)
    answer = browser.get("/")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "Traceback" not in answer.text
    assert str(file) in caplog.text
    assert str(home.path) not in answer.text, "paths of this machine are nobody's business"
    file.write_bytes(b"no database at all, but some bytes" * 100)
    assert browser.get("/").status_code == 503
    file.unlink()
    aside.rename(file)
    assert browser.get("/article/2").status_code == 200


def test_a_fault_of_ours_shows_no_traceback(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    page = EVERY[0].PAGES[0]

    def fails(visit: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(EVERY[0], "PAGES", (evolve(page, view=fails),))
    answer = client(home).get("/")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "ZeroDivisionError: secret" in caplog.text


def test_it_stands_under_a_path(home: Home) -> None:
    browser = client(home, root_path="/archive/")
    for path in ("/archive/", "/"):  # the proxy leaves the prefix on, or takes it off
        answer = browser.get(path)
        assert answer.status_code == 200
        links = set(re.findall(r'(?:href|action)="([^"#][^"]*)"', answer.text))
        assert links
        assert all(link.startswith("/archive/") for link in links), links
    assert browser.get("/archive/article/1").status_code == 200
    assert browser.get("/archive/api/nowhere").headers["content-type"] == "application/problem+json"
    assert browser.get("/archived/").status_code == 404


def test_the_language_is_the_browsers_or_the_chosen_one(home: Home) -> None:
    browser = client(home)
    assert '<html lang="zh-Hans">' in browser.get("/", headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.1"}).text
    assert '<html lang="en">' in browser.get("/", headers={"accept-language": "fr, en;q=0.5, zh;q=0.2"}).text
    chosen = browser.get("/?lang=en", headers={"accept-language": "zh"})
    assert '<html lang="en">' in chosen.text
    assert 'href="/article/1?lang=en"' in chosen.text, "the links keep a language that was chosen"
    assert choose("", "") == "zh"
    assert choose("tlh", "zh;q=x, en;q=0, *") == "zh"


def test_each_word_is_in_both_languages_and_used() -> None:
    words = every_word()
    for key, word in words.items():
        assert set(word) - {"one"} == set(LANGS), key
        names = {lang: set(re.findall(r"\{(\w+)", text)) for lang, text in word.items()}
        assert names["zh"] == names["en"] >= names.get("one", set()), f"{key} has other values in one language"
    text = "\n".join(
        file.read_text("utf-8") for file in [*ROOM.rglob("[a-vx-z]*.py"), *ROOM.rglob("*.html"), *ROOM.rglob("*.svg")]
    )
    asked = set(re.findall(r"""\bt\(\s*["']([a-z_]+\.[a-z_]+)["'][,)\s]""", text))
    assert asked <= set(words), asked - set(words)
    computed = tuple(set(re.findall(r"""\b(?:t|word)\(\s*f?["']([a-z_]+\.)["'{]""", text)))
    unused = {
        key for key in words if key not in asked and not key.startswith(computed) and not re.search(rf'"{key}"', text)
    }
    assert unused == set()


def test_numbers_of_one() -> None:
    every = {key: word for key, word in every_word().items() if "one" in word}
    for key, word in every.items():
        assert say("en", key, n=1, **dict.fromkeys(set(re.findall(r"\{(\w+)", word["en"])) - {"n"}, "x"))


def test_a_word_is_said_once() -> None:
    seen: set[str] = set()
    for file in sorted((ROOM / "words").glob("*.toml")):
        for section, words in tomllib.loads(file.read_text("utf-8")).items():
            keys = {f"{section}.{name}" for name in words}
            assert not keys & seen
            seen |= keys


def test_templates_and_style_keep_to_the_policy() -> None:
    for file in (ROOM / "templates").rglob("*.html"):
        text = file.read_text("utf-8")
        assert not re.search(r"\sstyle=|<style|<script|\son[a-z]+=|\|\s*safe\b|autoescape|javascript:", text), file.name
    style = (ROOM / "static" / "style.css").read_text("utf-8")
    assert not re.search(r"@import|url\(|https?:|expression\(", style)


def test_only_addresses_of_the_web_are_links() -> None:
    assert web_address("https://a.example/1") == "https://a.example/1"
    for bad in (
        "javascript:alert(1)",
        "data:text/html,x",
        "//a.example",
        "ftp://a.example/",
        " java\nscript:1",
        "mailto:a@b",
    ):
        assert web_address(bad) == "", bad


def test_the_token_opens_what_writes(home: Home) -> None:
    browser = client(home, token=TOKEN)
    assert "/token" in browser.get("/").text
    assert browser.post("/token", data={"token": "wrong"}).status_code == 403
    entered = browser.post("/token", data={"token": TOKEN})
    assert entered.status_code == 303
    cookie = entered.headers["set-cookie"]
    assert TOKEN not in cookie
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "/leave" in browser.get("/").text
    browser.post("/leave")
    assert "/leave" not in browser.get("/").text
    assert client(home).get("/token").status_code == 404


def test_tokens_are_not_guessed_at_any_rate(home: Home) -> None:
    browser = client(home, token=TOKEN)
    for _ in range(GUESSES):
        assert browser.post("/token", data={"token": "wrong"}).status_code == 403
    for token in ("wrong", TOKEN):
        answer = browser.post("/token", data={"token": token})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert browser.get("/desk/1", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    now = [0.0]
    access = Access(TOKEN, clock=lambda: now[0])
    for _ in range(GUESSES):
        access.guessed_wrong()
    assert not access.may_guess()
    now[0] = 60.0
    assert access.may_guess()


def test_a_cookie_ends_and_cannot_be_made_up(home: Home) -> None:
    now = [1000.0]
    access = Access(TOKEN, clock=lambda: now[0])
    good = access.cookie()

    def is_good(value: str, token: str | None = TOKEN) -> bool:
        from starlette.requests import Request

        scope = {"type": "http", "headers": [(b"cookie", f"{COOKIE}={value}".encode("latin-1", "replace"))]}
        return Access(token, clock=lambda: now[0]).may_write(Request(scope))

    assert is_good(good)
    assert not is_good(good, "another-token-of-thirty-two-chars")
    assert not is_good(good, None)
    until, rest = good.split(".", 1)
    for bad in ("", ".", "..", good + "0", f"{int(until) + 1}.{rest}", f"9{until}.{rest}", "é.é.é", until, f"{until}."):
        assert not is_good(bad), bad
    now[0] += 24 * 3600 + 1
    assert not is_good(good)


def test_without_the_token_nothing_is_read_where_reading_is_not_public(home: Home) -> None:
    browser = client(home, token=TOKEN, public=False)
    for path in ("/", "/article/1", "/api/nothing"):
        answer = browser.get(path)
        assert answer.status_code in (401, 404), path
        assert "另一条" not in answer.text
    assert browser.get("/token").status_code == 200
    assert browser.get("/", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert browser.get("/", headers={"authorization": "Bearer nonsense"}).status_code == 401
    assert browser.get("/", auth=("anybody", TOKEN)).status_code == 200
    assert browser.get("/", headers={"authorization": "Basic !!!"}).status_code == 401
    browser.post("/token", data={"token": TOKEN})
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    ("host", "name", "here"),
    [
        ("localhost:80", "localhost", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("[::1]:80", "[::1]", True),
        ("::1", "", True),
        ("10.0.0.1", "10.0.0.1", False),
        ("::", "", False),
        ("192.168.0.7:1", "192.168.0.7", False),
        ("archive.example", "archive.example", False),
    ],
)
def test_names_of_hosts(host: str, name: str, here: bool) -> None:
    assert host_name(host) == name
    assert is_loopback(host.rpartition(":")[0] if host.count(":") == 1 or "]" in host else host) == here


def test_every_page_has_a_place_of_its_own(home: Home) -> None:
    pages = [page for module in EVERY for page in module.PAGES]
    assert len({page.name for page in pages}) == len(pages)
    assert len({(page.path, page.methods) for page in pages}) == len(pages)
    assert all(page.methods == ("POST",) for page in pages if page.writes)
    assert isinstance(client(home), TestClient)
    assert build(home, portals=object()) is not None  # type: ignore[arg-type]


def test_who_has_the_token_freezes_a_search(home: Home) -> None:
    browser = client(home, token=TOKEN)
    asked = {"q": "文字", "sort": "time"}
    assert browser.post("/saved", data=asked).status_code == 401
    browser.post("/token", data={"token": TOKEN})
    assert browser.post("/saved", data=asked).status_code == 403, "not from a page of ours"
    [token] = re.findall(r'name="form_token" value="(\w+)"', browser.get("/search?q=文字&sort=time").text)
    sent = browser.post("/saved", data={**asked, "form_token": token, "name": "两条"})
    assert sent.status_code == 303
    query_id = re.search(r"query_id=(q\w+)$", sent.headers["location"])
    assert query_id
    page = browser.get(sent.headers["location"]).text
    assert f"剪报检索 {query_id[1]}" in page
    assert "两条" in browser.get("/saved").text
    assert browser.post("/saved", data={**asked, "form_token": token, "name": "两条"}).status_code == 400
    assert browser.post("/saved", data={"q": "AND", "form_token": token}).status_code == 400
    assert browser.post("/saved", data={"q": "", "sort": "beauty", "form_token": token}).status_code == 400


def test_all_that_is_no_python_is_in_the_wheel() -> None:
    project = tomllib.loads((ROOM.parents[1] / "pyproject.toml").read_text("utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["archive"]
    packed = {file for pattern in patterns for file in ROOM.parent.glob(pattern)}
    there = {file for file in ROOM.rglob("*") if file.is_file() and file.suffix not in (".py", ".pyc")}
    assert len(there) > 20
    assert there <= packed
