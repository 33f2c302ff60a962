"""The API: the answers of the commands' `--json`, errors as problems, and nothing that makes it fail."""

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from archive.settings import Home
from archive.web.api.pages import ENDPOINTS
from crawler.cli import main
from tests.archive.web.room import client

if TYPE_CHECKING:
    from tests.portal.days import Demo

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser(demo_archive: "Demo") -> TestClient:
    return client(Home(path=demo_archive.home, database=demo_archive.database))


def said(demo: "Demo", *words: str) -> str:
    """What a command prints."""
    done = CliRunner().invoke(main, ["--home", str(demo.home), *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def lines(demo: "Demo", *words: str) -> list[Any]:
    """The same, a JSON object a line."""
    return [json.loads(line) for line in said(demo, *words, "--json").splitlines()]


def test_it_answers_what_the_commands_print(browser: TestClient, demo_archive: "Demo") -> None:
    def get(path: str) -> Any:
        answer = browser.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert get(f"/api/search?q={quote('稀土 is:copied')}&sort=time")["hits"] == lines(
        demo_archive, "search", "稀土 is:copied", "--sort", "time"
    )
    assert get("/api/changes?since=2025&by_weight=true") == lines(
        demo_archive, "changes", "--since", "2025-01-01", "--by-weight"
    )
    assert get("/api/survivors") == lines(demo_archive, "survivors")
    assert get("/api/flows?by=source") == lines(demo_archive, "flows", "--by", "source")
    assert get("/api/runs?limit=2") == lines(demo_archive, "runs", "--limit", "2")
    number = get("/api/survivors")[0]["article"]["id"] if "article" in get("/api/survivors")[0] else 1
    assert get(f"/api/articles/{number}/history") == lines(demo_archive, "history", str(number))
    for path, *words in (
        (f"/api/articles/{number}", "show", str(number)),
        (f"/api/stories/{number}", "cluster", str(number)),
        (f"/api/stories/{number}/firsts", "firsts", str(number)),
        (f"/api/stories/{number}/edits", "edits", str(number)),
        ("/api/stats", "stats"),
        ("/api/runs/1", "runs", "show", "1"),
        (f"/api/diff?a={number}&b=1", "diff", str(number), "1"),
    ):
        assert get(path) == json.loads(said(demo_archive, *words, "--json")), path


def test_every_hit_is_on_one_page(browser: TestClient, demo_archive: "Demo") -> None:
    seen: list[int] = []
    cursor = ""
    while cursor is not None:
        page = browser.get(f"/api/search?all=true&limit=17&cursor={cursor}").json()
        seen += [hit["id"] for hit in page["hits"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == page["total"] == len(demo_archive.world.publications)


def test_an_answer_that_the_caller_has_is_not_sent_again(browser: TestClient) -> None:
    first = browser.get("/api/articles/1")
    for known in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        again = browser.get("/api/articles/1", headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
    assert browser.get("/api/articles/1", headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/api/search?q=AND", 400, "AND"),
        ("/api/search?limit=0", 400, "from 1 to 100"),
        ("/api/search?limit=ten", 400, "from 1 to 100"),
        ("/api/search?sort=beauty", 400, "relevance"),
        ("/api/search?cursor=x", 400, "cursor"),
        ("/api/search?query_id=q0", 404, "no query"),
        ("/api/search?words=x", 400, "no parameter 'words'"),
        ("/api/search?q=a&q=b", 400, "q is given 2 times; it is given once"),
        ("/api/articles/1/cite?style=ris&style=ris", 400, "style is given 2 times"),
        ("/api/facets?by=colour", 400, "site"),
        ("/api/changes", 400, "since is missing"),
        ("/api/changes?since=yesterday", 400, "not a time"),
        ("/api/articles/99999", 404, "no article 99999"),
        ("/api/articles/" + "9" * 40, 404, "no article"),
        ("/api/articles/1/revisions/9", 404, "revision"),
        ("/api/articles/x", 404, "there is nothing at this address; /api/openapi.json describes what there is"),
        ("/api/runs/99", 404, "no run"),
        ("/api/bisect?article=1&sentence=", 400, "sentence is missing"),
        ("/api/articles?article=" + quote("https://nowhere.example/"), 404, "no article"),
        ("/api/diff?a=1&b=capture:99999", 404, "no capture"),
    ],
)
def test_what_cannot_be_answered_is_a_problem(browser: TestClient, path: str, status: int, detail: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert detail in told["detail"]


def test_what_is_asked_for_twice_is_counted_once(browser: TestClient) -> None:
    once, twice = (browser.get(f"/api/facets?by=site{more}") for more in ("", "&by=site"))
    assert once.status_code == 200
    assert twice.json() == once.json()


def test_a_query_error_says_where(browser: TestClient) -> None:
    told = browser.get("/api/search", params={"q": "稀土 AND"}).json()
    assert told["position"] == 3
    assert told["cure"]


def test_too_many_costly_requests_are_asked_to_come_again(browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.web.load.COSTLY_WAITING", 0)
    answer = browser.get("/api/search")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "10"
    assert browser.get("/api/articles/1").status_code == 200, "the others stay quick"


def test_the_page_of_the_api_shows_commands_as_such(browser: TestClient) -> None:
    page = browser.get("/api").text
    assert "as <code>jianbao stats --json</code> prints it." in page
    assert "`" not in page


def test_the_document_has_every_endpoint(browser: TestClient) -> None:
    document = browser.get("/api/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {re.sub(r":int", "", one.path) for one in ENDPOINTS}
    page = browser.get("/api").text
    assert all(f"GET {path}" in page for path in document["paths"])


def test_no_request_makes_it_fail(demo_archive: "Demo") -> None:
    """schemathesis, over the document: a few cases of each endpoint, right ones and wrong ones."""
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings

    from archive.web.app import build
    from crawler.cli.portals import PORTALS

    home = Home(path=demo_archive.home, database=demo_archive.database)
    app = build(home, portals=PORTALS, allowed_hosts={"testserver", "localhost", "127.0.0.1"})
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app)
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=4,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def holds(case: Any) -> None:
            nonlocal asked
            answer = case.call()
            assert answer.status_code < 500, (case.path, case.query, answer.text)
            case.validate_response(answer, checks=[schemathesis.checks.not_a_server_error])
            asked += 1

        holds()
    assert asked >= 3 * len(ENDPOINTS)
