"""Settings: the option, the environment, the file and the default, in this order; and what cannot be meant."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.config.declared import DECLARED, OF_A_SITE, Settings
from archive.config.layers import read_settings
from archive.errors import UsageError
from archive.settings import resolve_home
from crawler.cli import main

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in DECLARED.values():
        monkeypatch.delenv(one.metadata["env"], raising=False)


def write(home: Path, text: str) -> Path:
    (home / "jianbao.toml").write_text(text, "utf-8")
    return home


def test_without_a_file_the_defaults_are_in_force(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "not there") == Settings()


def test_the_option_comes_before_the_environment_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        tmp_path, '[general]\ndelay = 2\ntimeout = 20\nmax_bytes = 5\nuser_agent = "剪报/1 (+https://clip.example)"\n'
    )
    monkeypatch.setenv("JIANBAO_TIMEOUT", "21")
    monkeypatch.setenv("JIANBAO_MAX_BYTES", "6")
    found = read_settings(tmp_path, ["max_bytes=7"])
    assert (found.delay, found.timeout, found.max_bytes, found.recheck_share) == (2, 21, 7, 0.3)
    assert found.agent == "剪报/1 (+https://clip.example)"
    assert found.origins == {
        "delay": "jianbao.toml",
        "user_agent": "jianbao.toml",
        "timeout": "JIANBAO_TIMEOUT",
        "max_bytes": "--set",
    }


def test_a_site_has_its_own_unless_what_comes_before_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "[general]\ndelay = 2\n[site.sohu]\ndelay = 5\nbudget = 1000\n[site.netease]\nrecheck_share = 0\n")
    found = read_settings(tmp_path)
    assert [found.of(site).delay for site in ("", "netease", "sohu")] == [2, 2, 5]
    assert [found.of(site).budget for site in ("", "netease", "sohu")] == [None, None, 1000]
    assert found.of("netease").recheck_share == 0
    monkeypatch.setenv("JIANBAO_DELAY", "0.5")
    assert read_settings(tmp_path).of("sohu").delay == 0.5
    assert read_settings(tmp_path, ["site.sohu.delay=9"]).of("sohu").delay == 9
    assert read_settings(tmp_path, ["site.sohu.delay=9", "delay=3"]).of("netease").delay == 3
    assert "site.sohu.delay" not in read_settings(tmp_path).origins


def test_paths_of_the_file_are_named_from_the_home(tmp_path: Path) -> None:
    write(tmp_path, '[general]\nca_file = "ca.pem"\nsites = "/srv/sites"\n')
    found = read_settings(tmp_path)
    assert (found.ca_file, found.sites) == (str(tmp_path / "ca.pem"), "/srv/sites")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[general]\ndelai = 2\n", "[general]: there is no setting 'delai'; did you mean delay?"),
        ("[general]\nnonsense = 2\n", "[general]: there is no setting 'nonsense'; there are database, user_agent"),
        ("[site.sohu]\nproxy = 'http://x'\n", "[site.sohu]: proxy is not a site's own; a site may have delay, budget"),
        ("delay = 2\n", "delay stands in no table; put it below a line [general]"),
        ("[sohu]\ndelay = 2\n", "there is no table [sohu]; there are [general] and [site.NAME]"),
        ("[site]\ndelay = 2\n", "[site] holds delay; write a table for each site: [site.NAME]"),
        (
            '[general]\ndelay = "soon"\n',
            "[general] delay is 'soon', which is not a number that makes sense here; it takes seconds, at most 60",
        ),
        ("[general]\ndelay = true\n", "[general] delay is True, which is not a number that makes sense here"),
        ("[general]\ndelay = nan\n", "which is not a number that makes sense here"),
        ("[general]\ndelay = [1]\n", "which is not a number that makes sense here"),
        ("[general]\ndelay = 90\n", "[general] delay is 90; it takes seconds, at most 60"),
        ("[general]\ntimeout = 0\n", "[general] timeout is 0; it takes seconds, more than 0"),
        ("[general]\nmax_bytes = -5\n", "makes sense here; it takes a whole number of bytes, 1 or more"),
        (
            '[general]\nbudget = "9"\ndatabase = "news.db"\n',
            "[general] database is not a database address; write sqlite",
        ),
        (
            '[general]\ndatabase = "mysql://u:secret@h/x"\n',
            "database names a database of mysql, and archives are kept in",
        ),
        ("[site.sohu]\nbudget = 0\n", "[site.sohu] budget is 0; it takes a whole number of requests, 1 or more"),
        ("[site.sohu]\nrecheck_share = 30\n", "[site.sohu] recheck_share is 30; it is a share, 0 to 1"),
        ("[general]\nuser_agent = 3\n", "[general] user_agent is 3; it takes a text: write it between quotation marks"),
        ('[general]\nuser_agent = "a\\nHost: b"\n', "user_agent holds a control character or more than one line"),
        ('[general]\nwitness = "some"\n', "[general] witness is 'some'; it is all, enough, sample or off"),
        ('[general]\nproxy = "socks5://x:1"\n', "begins with socks5://, and only proxies at http:// are spoken to"),
        ('[general]\nping_url = "hc.example/1"\n', "it takes an address that begins with https:// or http://"),
        ("[general\n", "is not TOML: "),
        ("[general]\ndelay = 2\ndelay = 3\n", "is not TOML: "),
    ],
)
def test_what_the_file_cannot_mean_is_one_line_with_the_cure(tmp_path: Path, text: str, says: str) -> None:
    write(tmp_path, text)
    with pytest.raises(UsageError) as raised:
        read_settings(tmp_path)
    assert str(raised.value).startswith(str(tmp_path / "jianbao.toml"))
    assert says in str(raised.value)
    done = CliRunner().invoke(main, ["--home", str(tmp_path), "settings"])
    assert done.exit_code == 2
    assert done.output.count("\n") == 1


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "jianbao.toml").write_bytes("[general]\nuser_agent = '剪报'\n".encode("gbk"))
    with pytest.raises(UsageError, match="is not UTF-8 at byte 24; save it as UTF-8"):
        read_settings(tmp_path)
    (tmp_path / "jianbao.toml").unlink()
    (tmp_path / "jianbao.toml").mkdir()
    with pytest.raises(UsageError, match="is no settings file"):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("delay", "--set delay: write NAME=VALUE, for instance --set delay=2"),
        ("dealy=2", "--set dealy=2: there is no setting 'dealy'; did you mean delay?"),
        ("site.sohu.proxy=x", "proxy is not a site's own"),
        ("site.delay=2", "there is no setting 'site.delay'"),
        ("delay=soon", "--set delay is 'soon', which is not a number that makes sense here"),
    ],
)
def test_what_an_option_cannot_mean(tmp_path: Path, option: str, says: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_settings(tmp_path, [option])
    assert says in str(raised.value)


def test_the_database_and_the_site_files_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIANBAO_SITES", "")  # what is set stays in the environment
    write(tmp_path, '[general]\ndatabase = "sqlite:////srv/a.db"\n')
    assert resolve_home(str(tmp_path)).database == "sqlite:////srv/a.db"
    assert resolve_home(str(tmp_path), "sqlite:////srv/b.db").database == "sqlite:////srv/b.db"
    write(tmp_path, '[general]\nsites = "portals"\n')
    (tmp_path / "portals").mkdir()
    (tmp_path / "portals" / "clip.py").write_text(
        "from crawler.pages.template.site import Site\n"
        "SITE = Site(name='clip', title='Clip', hosts=('clip.example',), target=lambda url: None)\n"
    )
    done = CliRunner().invoke(main, ["--home", str(tmp_path), "sites"])
    assert "clip\tClip\tclip.example" in done.output


@pytest.mark.parametrize("words", [("crawl",), ("import", "x.jsonl"), ("search", "x"), ("serve",), ("db", "copy", "x")])
@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("nope", "is not a database address"),
        ("sqlite:/x", "is not a database address"),
        ("postgresql://u:secret@h:port/x", "is not a database address"),
        ("mysql://u:secret@h/x", "names a database of mysql, and archives are kept in SQLite or PostgreSQL"),
    ],
)
def test_a_database_that_none_can_be_is_said_by_every_command(
    tmp_path: Path, words: tuple[str, ...], address: str, says: str
) -> None:
    done = CliRunner().invoke(main, ["--home", str(tmp_path / "home"), "--database", address, *words])
    assert (done.exit_code, done.output) == (
        2,
        f"jianbao: --database {says}; write sqlite:///FILE or postgresql://USER@HOST/NAME\n",
    )
    assert not (tmp_path / "home").exists()


def test_the_doctor_says_it_and_looks_at_the_rest(tmp_path: Path) -> None:
    command = ["--home", str(tmp_path / "home"), "--database", "postgresql://u:secret@h:port/x", "doctor", "--offline"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 10
    assert "fault   settings: --database is not a database address; write sqlite:///FILE" in done.output
    assert "secret" not in done.output


@pytest.mark.parametrize(
    "address",
    [
        *("sqlite://", "sqlite:///x.db", "sqlite:////srv/a b?.db", "postgresql:///news?host=/run/pg&port=x"),
        *("postgresql+psycopg://u:p/w:1@db:5432/news", "postgresql://u@[::1]:5432/news", "postgresql://db"),
    ],
)
def test_what_an_address_may_look_like(tmp_path: Path, address: str) -> None:
    assert read_settings(tmp_path, database=address).database == address
    assert read_settings(tmp_path, database=address).origins == {"database": "--database"}


def test_what_is_in_force_is_shown_with_where_it_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, '[general]\ntimeout = 20\nproxy = "http://me:secret@proxy.example:3128"\n[site.sohu]\ndelay = 5\n')
    monkeypatch.setenv("JIANBAO_WITNESS", "off")
    command = ["--home", str(tmp_path), "--set", "budget=900", "settings"]
    shown = CliRunner().invoke(main, command).output
    lines = {line.split()[0]: line.split() for line in shown.splitlines()}
    assert lines["home"] == ["home", str(tmp_path)]
    assert lines["timeout"] == ["timeout", "20.0", "jianbao.toml"]
    assert lines["witness"] == ["witness", "off", "JIANBAO_WITNESS"]
    assert lines["budget"] == ["budget", "900", "--set"]
    assert lines["delay"] == ["delay", "1.0", "default"]
    assert lines["site.sohu.delay"] == ["site.sohu.delay", "5.0", "jianbao.toml"]
    assert lines["database"][1].startswith("sqlite:///")
    assert lines["proxy"][1] == "http://me@proxy.example:3128"
    assert "secret" not in shown
    told = json.loads(CliRunner().invoke(main, [*command, "--json"]).output)
    assert set(told) == {"home", *DECLARED, "site.sohu.delay"}
    assert told["budget"]["value"] == 900
    assert told["budget"]["from"] == "--set"


def test_a_site_that_there_is_not(tmp_path: Path) -> None:
    write(tmp_path, "[site.souhu]\ndelay = 5\n")
    for words in (["settings"], ["crawl"]):
        done = CliRunner().invoke(main, ["--home", str(tmp_path), *words])
        assert done.exit_code == 2
        assert done.output == "jianbao: jianbao.toml: no site is named souhu; there are netease, sohu\n"
    assert [path.name for path in tmp_path.iterdir()] == ["jianbao.toml"]


def test_the_docs_tell_of_every_setting() -> None:
    text = (DOCS / "settings.md").read_text("utf-8")
    table = {cells[1].strip().strip("`"): cells for line in text.splitlines() if len(cells := line.split("|")) == 7}
    for name, one in DECLARED.items():
        assert f"`{one.metadata['env']}`" in table[name][2], name
        assert ("✓" in table[name][4].split("—")[0]) is (name in OF_A_SITE), name
