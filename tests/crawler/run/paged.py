"""An invented NetEase article on three pages, as its page of 2015 and the pages beside it show it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.demo.server import Answer
from tests.crawler.warc.test_writer import exchange, folder

DOCID = "ATJVVCJR00254TFQ"
BASE = f"http://money.163.com/15/0703/15/{DOCID}"
ALL = f"{BASE}_all.html"
LINES = {
    1: ["第一页说，河堤上的茶市在清晨五点开张。", "掌柜们把算盘挂在门外，等雾散去。"],
    2: ["第二页说，午后的茶价跌了一成。", "老茶客不动声色，照旧喝他的第三泡。"],
    3: ["第三页说，收市时价钱又回到了早上。", "更夫敲过二更，河堤上只剩下灯。"],
}
WHOLE = "\n".join(line for lines in LINES.values() for line in lines)
AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def address(number: int) -> str:
    """Where a page of the article stands; page 0 is the whole."""
    return {0: ALL, 1: f"{BASE}.html"}.get(number, f"{BASE}_{number}.html")


def page(number: int, *, whole: bool = False, lines: dict[int, list[str]] = LINES) -> bytes:
    """One page of the article. `whole`: its pager offers the whole on one page too."""
    shown = [number] if number else sorted(lines)
    body = "\n".join(f"<p>{line}</p>" for one in shown for line in lines[one])
    links = "".join(f'<a href="{address(n).rpartition("/")[2]}">{n}</a>' for n in sorted(lines))
    if whole:
        links += f'<a href="{DOCID}_all.html">在本页阅读全文</a>'
    pager = f'<div class="ep-pages">{links}</div>' if number else ""
    return f"""<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>茶市一日三变_网易财经</title></head>
<body><div class="ep-content" id="js-epContent"><div class="ep-content-main" id="epContentLeft">
<h1 id="h1title" class="ep-h1">茶市一日三变</h1>
<div class="ep-time-soure cDGray">2015-07-03 15:02:45　来源: <a id="ne_article_source" href="#">茶事观察</a></div>
<div id="endText" class="end-text">{body}{pager}
<div class="ep-source cDGray"><span class="left">本文来源：茶事观察</span>
<span class="ep-editor">责任编辑：NF041</span></div>
</div></div></div></body></html>""".encode("gbk")


def answer(number: int, *, whole: bool = False) -> Answer:
    """The portal's answer to one page's address."""
    return Answer(200, page(number, whole=whole), "text/html; charset=GBK")


def warc(path: Path, numbers: list[int], *, whole: bool = False) -> Path:
    """A WARC file with these pages in this order; each was captured so many minutes after `AT` as its number says."""
    writer = folder(path)
    for number in numbers:
        content = page(number, whole=whole)
        writer.write(
            exchange(
                url=address(number),
                payload=content,
                fetched_at=AT + timedelta(minutes=number),
                headers=[("Content-Type", "text/html; charset=GBK")],
            )
        )
    writer.close()
    [file] = path.glob("*.warc.gz")
    return file
