"""`jianbao extract` and `jianbao explain`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from tests.crawler.pages.stored import OPEN, PORTALS

NEWS = PORTALS / "netease-post-news.html"
URL = "https://www.163.com/news/article/KC12OUGR0001899O.html"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_extract_one() -> None:
    result = run("extract", NEWS, "--url", URL)
    assert result.exit_code == 0
    row = json.loads(result.output)
    assert list(row)[:20] == [
        "file", "url", "site", "native_id", "outcome", "template", "headline", "original_title", "body", "published_at",
        "modified_at", "source_name", "account_name", "authors", "editor", "keywords", "location", "images", "flags",
        "canonical_url",
    ]  # fmt: skip
    assert row["published_at"] == "2025-10-16T20:02:18+08:00"
    assert row["body"].splitlines()[0] == "重新开放的老桥。 受访者供图"


def test_extract_text() -> None:
    result = run("extract", NEWS, "--url", URL, "--format", "text")
    assert result.output.endswith("石匠说完这句话，就去收拾工具了。\n")


def test_extract_markdown() -> None:
    lines = run("extract", NEWS, "--url", URL, "--format", "markdown").output.splitlines()
    assert lines[0].startswith("# 青禾县的老桥修好了")
    assert "## 石头从哪里来" in lines
    assert "- 桥面用的是河滩上的青石。" in lines
    assert "| 2023 | 40 |" in lines


def test_extract_html() -> None:
    text = run("extract", NEWS, "--url", URL, "--format", "html").output
    assert "<h2>石头从哪里来</h2>" in text
    assert "<td>2024</td><td>55</td>" in text


def test_extract_batch_keeps_order(tmp_path: Path) -> None:
    names = ["sohu-2004", "netease-ep", "netease-mobile"]
    lines = [{"file": str(PORTALS / f"{name}.html"), "url": URL, "content_type": "text/html"} for name in names]
    lines[1]["captured_at"] = "2025-10-17T00:00:00+08:00"
    manifest = tmp_path / "pages.jsonl"
    manifest.write_text("\n".join(json.dumps(line) for line in lines) + "\n\n", encoding="utf-8")
    result = run("extract", "--batch", manifest)
    assert result.exit_code == 0
    assert [json.loads(line)["file"] for line in result.output.splitlines()] == [line["file"] for line in lines]


@pytest.mark.parametrize("captured_at", ["2025-10-17", "2025-10-17T00:00:00", "2025-10-16T16:00:00Z", 1760630400])
def test_extract_batch_knows_when_a_page_was_captured(tmp_path: Path, captured_at: object) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<title>渡口的灯换了新的</title><h1>渡口的灯换了新的</h1><p>2031-01-01 08:00</p><div>"
        + "<p>三号渡口的十二盏灯上周全部换成了新灯，夜里十点的末班船靠岸时，甲板上看得清缆绳。</p>" * 3
        + "</div>",
        encoding="utf-8",
    )
    manifest = tmp_path / "pages.jsonl"
    entry = {"file": "page.html", "url": "https://www.example.com/a/1.html", "captured_at": captured_at}
    manifest.write_text(json.dumps(entry), encoding="utf-8")
    [row] = map(json.loads, run("extract", "--batch", manifest).output.splitlines())
    assert (row["outcome"], row["published_at"]) == ("article", None)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["extract"], "give one FILE with --url, or --batch MANIFEST"),
        (["extract", NEWS], "--url is needed"),
        (["extract", NEWS, "--batch", NEWS], "give one FILE with --url, or --batch MANIFEST"),
        (["extract", "--batch", NEWS, "--format", "text"], "--format is for one FILE"),
        (["extract", "nothing.html", "--url", URL], "nothing.html cannot be read: No such file or directory"),
        (["extract", "--batch", "nothing.jsonl"], "nothing.jsonl cannot be read"),
        (["extract", "--batch", NEWS], "line 1 of the manifest is not an object with `file` and `url`"),
        (["explain", "nothing.html", "--url", URL], "nothing.html cannot be read: No such file or directory"),
    ],
)
def test_clear_errors(words: list[object], message: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert message in result.output
    assert len(result.output.splitlines()) == 1


def test_explain_names_every_rule() -> None:
    result = run("explain", NEWS, "--url", URL)
    assert result.exit_code == 0
    lines = [line.rstrip() for line in result.output.splitlines()]
    assert 'headline       青禾县的老桥修好了：石匠用了 "三年零四个月"' in lines
    assert "- （原标题：老桥重开：三年零四个月的等待）   ← netease.original_title (p.otitle) → original_title" in lines
    assert "+ 石匠说完这句话，就去收拾工具了。" in lines
    assert "- 相关推荐   ← outside (div.post_recommends_titles)" in lines
    assert lines[-1] == "12 lines kept, 19 stripped"


def test_explain_says_what_a_field_was_chosen_from(tmp_path: Path) -> None:
    page = OPEN / "portal_tail.html"
    lines = [line.rstrip() for line in run("explain", page, "--url", "https://a.example/1").output.splitlines()]
    assert "* source_name  东沟晚报   ← medium beside the time" in lines
    assert "  source_name  东沟晚报   ← label below the text" in lines
    assert "* headline     最后一列车皮拉走了   ← <h1> that the page's title confirms" in lines
    target = tmp_path / "why.html"
    run("explain", page, "--url", "https://a.example/1", "--html", target)
    assert "what the fields were chosen from" in target.read_text(encoding="utf-8")


def test_explain_html_is_escaped_and_loads_nothing(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        NEWS.read_text(encoding="utf-8").replace("石匠说完", "&lt;script&gt;alert(1)&lt;/script&gt;石匠说完"),
        encoding="utf-8",
    )
    target = tmp_path / "why.html"
    result = run("explain", page, "--url", URL + "?<img src=x>", "--html", target)
    assert result.output == f"wrote {target}\n"
    text = target.read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;石匠说完" in text
    assert "<script" not in text
    assert "<img" not in text
    assert "netease.original_title" in text


def test_explain_drives_no_terminal(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<h1>题</h1><p>\x1b]0;owned\x07 一座桥，两个人，三句话。</p>", encoding="utf-8")
    assert "\x1b" not in run("explain", page, "--url", "https://a.example/1").output
