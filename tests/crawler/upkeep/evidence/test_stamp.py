"""Time stamps of an authority made with openssl: asked within bounds, held against the package and a certificate."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.config.declared import Settings
from archive.errors import NetworkUnavailable, UsageError
from archive.evidence.package import DIGEST
from archive.evidence.stamp import StampError, certificates, check, read
from crawler.capture.raw.pages import StoredPages, read_explained
from crawler.cli import main
from crawler.upkeep.evidence.authority import stamped
from tests.crawler.upkeep.evidence.authority import Authority, certify, serving
from tests.crawler.upkeep.small import Small

pytest.importorskip("rfc3161_client")
DATA = b'{"a manifest": 1}\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here, which the test's authority is made of")
    made = tmp_path_factory.mktemp("authority") / "tsa"
    certify(made)
    return made


@pytest.fixture
def authority(folder: Path) -> Iterator[Authority]:
    with serving(Authority(folder)) as authority:
        yield authority


def test_a_stamp_says_when_and_by_whom(authority: Authority, tmp_path: Path) -> None:
    token = stamped(DATA, authority.url, Settings(), private=True)
    trusted = certificates(authority.folder / "root.pem")
    assert check(token, DATA, trusted) == read(token, DATA)
    assert check(token, DATA, trusted).serial > 0
    with pytest.raises(StampError, match="over something else"):
        check(token, DATA + b" ", trusted)
    certify(tmp_path / "other")
    with pytest.raises(StampError, match="not signed under these"):
        check(token, DATA, certificates(tmp_path / "other" / "root.pem"))
    for wrong in (b"", b"x" * 100, token[:-5], b"0" * 70_000):
        with pytest.raises(StampError):
            check(wrong, DATA, trusted)
    with pytest.raises(UsageError):
        certificates(tmp_path / "none.pem")
    (tmp_path / "no.pem").write_text("none")
    with pytest.raises(UsageError):
        certificates(tmp_path / "no.pem")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": 500}, "HTTP 500"),
        ({"status": 302}, "HTTP 302"),
        ({"kind": "text/html"}, "'text/html'"),
        ({"change": lambda answer: b"<html>"}, "no time stamp"),
        ({"change": lambda answer: answer + b"\0" * 70_000}, "more than 65,536 bytes"),
        ({"change": lambda answer: b"0\x03\x02\x01\x02"}, "no time stamp|refused"),
    ],
)
def test_what_is_no_answer(folder: Path, change: dict[str, object], said: str) -> None:
    with serving(Authority(folder, **change)) as authority:  # type: ignore[arg-type]
        with pytest.raises(NetworkUnavailable, match=said):
            stamped(DATA, authority.url, Settings(), private=True)
        assert authority.asked == 1, "no redirect is followed"


def test_an_old_answer_is_refused(folder: Path, authority: Authority) -> None:
    """Over the same data, but for another request."""
    old = stamped(DATA, authority.url, Settings(), private=True)
    authority.change = lambda answer: old
    with pytest.raises(NetworkUnavailable, match="nonce"):
        stamped(DATA, authority.url, Settings(), private=True)


def test_it_waits_no_longer_than_it_should(folder: Path) -> None:
    slow = pytest.raises(NetworkUnavailable, match=r"no answer|timed out")
    with serving(Authority(folder, wait=0.1)) as authority, slow:
        stamped(DATA, authority.url, Settings(), private=True, patience=0.3)
    with pytest.raises(NetworkUnavailable, match="gave no time stamp"):
        stamped(DATA, "http://127.0.0.1:1/", Settings(), private=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://[::1]:{port}/",
        "http://localhost:{port}/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://user:pass@tsa.example.org/",
        "ftp://tsa.example.org/",
        "file:///etc/passwd",
        "nothing",
        "http://a..b:x/",
    ],
)
def test_no_private_network_is_asked(authority: Authority, url: str) -> None:
    with pytest.raises(UsageError, match="is not asked"):
        stamped(DATA, url.format(port=authority.port), Settings())
    assert authority.asked == 0


def test_a_name_that_leads_inside_is_not_asked(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever of its addresses it is: the one that was looked at is the one that is asked."""

    def found(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", ("93.184.216.34", port)), (2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("socket.getaddrinfo", found)
    with pytest.raises(UsageError, match="leads into a private network"):
        stamped(DATA, f"http://tsa.example.org:{authority.port}/", Settings())
    assert authority.asked == 0


def test_it_goes_through_the_proxy_that_is_set(authority: Authority) -> None:
    """Which resolves names, and may stand in a private network."""
    settings = Settings(proxy=f"http://127.0.0.1:{authority.port}")
    stamped(DATA, "http://tsa.example.org/stamp?a=1", settings)
    assert authority.paths == ["http://tsa.example.org/stamp?a=1"]
    with pytest.raises(NetworkUnavailable):  # it is no proxy for what is encrypted
        stamped(DATA, "https://tsa.example.org/", settings)
    assert authority.asked == 1


def run(small: Small, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(small.home.path), "evidence", *words], catch_exceptions=False)


def test_a_package_is_stamped_and_checked(
    small: Small, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StoredPages, "explained", lambda self, place: read_explained(self._home, place))
    case, root = tmp_path / "case", authority.folder / "root.pem"
    done = run(small, "1", "--to", str(case), "--timestamp", authority.url)
    assert (done.exit_code, case.exists(), authority.asked) == (2, False, 0)
    done = run(small, "1", "--to", str(case), "--timestamp", authority.url, "--private")
    assert done.exit_code == 0, done.output
    query = (authority.folder / "query").read_bytes()
    assert len(query) < 200, "the digest alone is sent"
    told = json.loads(run(small, "verify", str(case), "--json").stdout)
    assert (told["findings"], told["timestamp"]["checked"]) == ([], False)
    told = json.loads(run(small, "verify", str(case), "--json", "--certificate", str(root)).stdout)
    assert (told["findings"], told["timestamp"]["checked"]) == ([], True)
    certify(tmp_path / "other")
    done = run(small, "verify", str(case), "--certificate", str(tmp_path / "other" / "root.pem"))
    assert (done.exit_code, "not signed under these certificates" in done.stdout) == (11, True)
    whole = (case / DIGEST).read_bytes()
    for place in range(0, len(whole), 97):
        (case / DIGEST).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert run(small, "verify", str(case)).exit_code == 11, place
    plain = tmp_path / "plain"
    run(small, "2", "--to", str(plain))  # of the same article in the same second it would be the same package
    done = run(small, "verify", str(plain), "--certificate", str(root))
    assert (done.exit_code, "it has no time stamp" in done.stdout) == (11, True)
    (case / DIGEST).write_bytes(whole)
    shutil.copy(case / DIGEST, plain / DIGEST)
    assert run(small, "verify", str(plain)).exit_code == 11, "another package's"


def test_a_stamp_that_is_not_to_be_had_leaves_no_package(small: Small, folder: Path, tmp_path: Path) -> None:
    with serving(Authority(folder, status=503)) as authority:
        done = run(small, "1", "--to", str(tmp_path / "case.wacz"), "--timestamp", authority.url, "--private")
    assert (done.exit_code, list(tmp_path.glob("*case*"))) == (7, [])
