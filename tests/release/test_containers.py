"""What compose.yaml runs in its containers, run here: the crawl on its timer, and the reading room, on PostgreSQL."""

import re
import signal
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.demo.proxy import Proxy
from tests.crawler.run.run import Archive
from tests.release.test_deploy import COMPOSE, EVERY, started, words_of

pytestmark = pytest.mark.slow


def test_the_commands_of_the_containers(postgres_url: str, start_portal: Callable[..., Proxy], tmp_path: Path) -> None:
    portal = start_portal(24, all_lists=True)
    home = Archive(tmp_path / "archive", portal.environment())
    bin_ = Path(sys.executable).parent
    environment = home.env(JIANBAO_DATABASE=postgres_url, JIANBAO_HOME=str(home.home), JIANBAO_USER_AGENT="")
    environment["PATH"] = f"{bin_}:{environment['PATH']}"
    for name in COMPOSE["services"]["crawler"]["environment"]:
        assert name in environment

    entry, seconds = COMPOSE["services"]["crawler"]["entrypoint"]
    assert EVERY.name == f"{entry}.py"
    told = ["sh", "-c", '"$@"; echo "ended with $?"', "sh", *words_of(COMPOSE["services"]["crawler"])]
    with started([EVERY, seconds, *told], environment) as crawling:
        assert crawling.stdout is not None
        # The demo portal has a page that asks for verification; `-q` says nothing of it.
        assert crawling.stdout.readline() == "ended with 3\n"
        crawling.send_signal(signal.SIGTERM)
        assert crawling.wait(timeout=20) == 0

    words = ["0" if word == "8008" else word for word in words_of(COMPOSE["services"]["web"])]
    with started(words, environment) as serving:
        assert serving.stdout is not None
        found = re.search(r":(\d+)/$", serving.stdout.readline())
        assert found is not None
        with urllib.request.urlopen(f"http://127.0.0.1:{found[1]}/search?q=") as answer:
            assert answer.status == 200
            assert "稀土" in answer.read().decode()
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(timeout=20) in (0, -signal.SIGTERM)
