"""The headline that a `<title>` gives."""

import time

import pytest

from crawler.pages.extract import extract
from crawler.pages.fields.headline import clean_title


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("望潮港重新开闸 - 望潮中文网 - 两岸三地", "望潮港重新开闸"),
        ("望潮港重新开闸 -中望网", "望潮港重新开闸"),
        ("望潮港重新开闸_望潮新闻_望潮网", "望潮港重新开闸"),
        ("望潮港公布2024-2025年度运费账目_望潮新闻网", "望潮港公布2024-2025年度运费账目"),
        ("望潮港公布2024-2025年度运费账目：看新闻", "望潮港公布2024-2025年度运费账目：看新闻"),
        ("原创：望潮港重新开闸|望潮社区", "望潮港重新开闸"),
        ("早读必看｜渡口重开；木匠收徒；米价涨跌不一_望潮新闻网", "早读必看｜渡口重开；木匠收徒；米价涨跌不一"),
        ("渡口重新开张——木匠和他的三十六根柏木-望潮新闻网", "渡口重新开张——木匠和他的三十六根柏木"),
        ("渡口新增AB-19型水轮三台 - 望潮新闻网", "渡口新增AB-19型水轮三台"),
        ("渡口新增AB-19型水轮三台", "渡口新增AB-19型水轮三台"),
        ("G20-B20会议在望潮港召开-望潮网", "G20-B20会议在望潮港召开"),
        ("问答｜渡口什么时候重开——船东的十个问题", "问答｜渡口什么时候重开——船东的十个问题"),
        ("渡口重新开张 – WW – 2023年5月10日", "渡口重新开张"),
        ("渡口重新开张|渡口|码头_望潮新闻", "渡口重新开张"),
        ("望潮新闻网_渡口重新开张", "渡口重新开张"),
        ("渡口重新开张 | 熱門話題 | 望央社即時新聞 WNA NEWS", "渡口重新开张"),
        ("渡口重新开张-中国,渡口,码头 ——望潮网", "渡口重新开张"),
        ("望潮：渡口到底该不该重新开张呢？_望评_望潮在线", "望潮：渡口到底该不该重新开张呢？"),
        ("-望潮历史网", ""),
        ("", ""),
    ],
)
def test_a_site_and_its_channel_are_no_part_of_it(title: str, headline: str) -> None:
    assert clean_title(title) == headline


PAGE = """<html><head><title>{title}</title></head><body>{above}<div class="text">
<p>船在清晨进了内河，岸上的人都来看，木匠说这是三年来的头一回，他等了很久。</p>
<p>渡口的闸门换成了新的，费用由航道所出，夜里十点以后不再放行。</p></div></body></html>"""


@pytest.mark.parametrize(
    ("title", "above"),
    [
        ("渡口重新开闸 | 望潮论坛 | 望潮 新聞雲", "<h1>望潮 新聞雲</h1><h2>渡口重新开闸</h2>"),
        ("渡口重新开闸_望潮网", "<h1><span>渡口重新开闸</span><div><div>播报文章</div></div></h1>"),
        ("渡口重新开闸", "<div class=t>渡口重新开闸<span>播报文章</span></div><p>2024-05-20 13:09</p>"),
        ("渡口重新开闸_望潮网", "<h1>渡口重新开闸</h1><p>2024-05-20 13:09</p><h1>渡口重新开闸了！</h1>"),
        ("渡口重新开闸_望潮网", "<h1>望潮要闻</h1><h1>渡口重新开闸 <em>独家</em></h1>"),
    ],
)
def test_a_sites_name_and_a_button_are_no_headline(title: str, above: str) -> None:
    page = extract(PAGE.format(title=title, above=above).encode(), site=None, url="https://a.example/1.html")
    assert page.headline == "渡口重新开闸"


def test_a_heading_of_thousands_of_badges_costs_little() -> None:
    above = f"<h1>渡口重新开闸{'<em>独家</em>' * 20_000}</h1>"
    started = time.process_time()
    extract(PAGE.format(title="渡口重新开闸", above=above).encode(), site=None, url="https://a.example/1.html")
    assert time.process_time() - started < 1
