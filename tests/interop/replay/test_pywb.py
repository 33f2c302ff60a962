"""pywb replays our WARC files by our index, the revisits too, with a time map; and looks addresses up by our keys."""

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from crawler.upkeep.cdx.run import index
from crawler.warc.cdx.surt import surt
from crawler.warc.writer import Position, Repeats
from tests.crawler.upkeep.conftest import _made, places, small, small_sqlite  # noqa: F401 - fixtures
from tests.crawler.upkeep.small import BEGIN, Small, exchange
from tests.crawler.warc.odd import page, url
from tests.interop import ROOT, run

pytestmark = pytest.mark.slow
DOCS = ROOT / "docs" / "evidence.md"
ASK = Path(__file__).with_name("ask_pywb.py")


def configuration(small: Small, tmp_path: Path) -> Path:  # noqa: F811
    """That of docs/evidence.md, for this archive."""
    (text,) = re.findall(r"```yaml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "config.yaml"
    path.write_text(text.replace("/srv/news", str(small.home.path)))
    return path


def test_it_replays_what_we_wrote(small: Small, places: list[Position], tmp_path: Path) -> None:  # noqa: F811
    same = Repeats(url=url(1), at=BEGIN.replace(minute=1), digest=places[1].digest)
    small.write(exchange(1, later=30, repeats=same))
    same = Repeats(url=url(2), at=BEGIN.replace(minute=2), digest=places[2].digest)
    small.write(evolve(exchange(2, later=40, repeats=same), status=304, payload=b"", headers=()))
    outside = tmp_path / "elsewhere.warc.gz"
    (place,) = small.write(exchange(50))
    small.path(place).rename(outside)
    small.take_in(outside)
    index(small.home, small.engine)
    asked = {
        "map": f"/jianbao/timemap/link/{url(1)}",
        "first": f"/jianbao/20251101000100id_/{url(1)}",
        "again": f"/jianbao/20251101003100id_/{url(1)}",
        "unchanged": f"/jianbao/20251101004200id_/{url(2)}",
        "outside": f"/jianbao/2025id_/{url(50)}",
        "other form": f"/jianbao/2025id_/{url(1).replace('https', 'http')}?",
        "none": f"/jianbao/2025id_/{url(999)}",
    }
    paths = json.dumps(list(asked.values()))
    printed = run("replay", "python", ASK, configuration(small, tmp_path), given=paths)
    told: dict[str, Any] = dict(zip(asked, map(json.loads, printed.splitlines()), strict=True))
    mementos = re.findall(r'rel="memento"; datetime="([^"]+)"', told["map"]["text"])
    assert mementos == ["Sat, 01 Nov 2025 00:01:00 GMT", "Sat, 01 Nov 2025 00:31:00 GMT"]
    for name, number in (("first", 1), ("again", 1), ("unchanged", 2), ("outside", 50), ("other form", 1)):
        assert (told[name]["status"], told[name]["text"]) == (200, page(number).decode()), name
    assert told["first"]["headers"]["Memento-Datetime"] == mementos[0]
    assert told["again"]["headers"]["Memento-Datetime"] == mementos[1]
    assert told["none"]["status"] == 404


PIECES = "a B %41 %2541 %e4%b8%ad 中 / // .. . ? & = + ; sid= x=1 index.html % ~ - _ () #z %26 %3f %2F | '".split()
HOSTS = "www.163.com 3g.163.com WWW2.Sohu.com sohu.com:8080 a.com:443 m.sohu.com:80 例子.中国 xn--0zwm56d.com u:p@a.cn"
SESSIONS = (
    "http://a.com/a?x=1&PHPSESSID=0123456789abcdef0123456789abcdef",
    "http://a.com/a?jsessionid=0123456789ABCDEF0123456789ABCDEF&x=1",
    "http://a.com/a?cfid=12&cftoken=34&x=1",
    "http://a.com/a?ASPSESSIONIDABCDEFGH=ABCDEFGHIJKLMNOPQRSTUVWX&x=1",
    "http://a.com/(S(4hqa0555fwsecu455xqckv45))/m.aspx?x",
    "http://a.com/(4hqa0555fwsecu455xqckv45)/m.aspx",
    "https://www.sohu.com/a/749000001_121000001?spm=smpc.csrpage.tag.1.17abcDEF&scm=thor.1#comment",
    "http://[::1]/a",
)


def test_its_keys_are_ours() -> None:
    drawn = random.Random(3)
    urls = list(SESSIONS)
    for _ in range(3000):
        begin = (
            f"{drawn.choice(['http', 'https', 'HTTP'])}://{drawn.choice(HOSTS.split())}{drawn.choice(['/', '/a', '?'])}"
        )
        urls.append(begin + "".join(drawn.choices(PIECES, k=drawn.randrange(9))))
    theirs = json.loads(run("replay", "python", ASK, "--surt", given=json.dumps(urls)))
    assert [(one, surt(one)) for one in urls] == list(zip(urls, theirs, strict=True))
