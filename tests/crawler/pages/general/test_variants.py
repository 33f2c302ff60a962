"""Shapes that pages of other sites take: fields in boxes of their own, dates in pieces, names in odd places.

Every page is invented. One case shows one thing, in as little of a page as shows it.
"""

from typing import Any

import pytest

from archive.times import show_time
from crawler.pages.fields.bylines import reported_by, written_by
from crawler.pages.fields.credits import read_credits
from crawler.pages.page import Page
from tests.crawler.pages.read import extract

HEADLINE = "河堤步道的路灯换新了 夜跑的人多了一倍"
TEXT = (
    "青禾县城管局说，河堤步道的三百盏路灯上周全部换成了新的，亮度是原来的两倍。",
    "“以前过了九点就没有人敢走这段路。”住在堤边的老人说，“现在跑步的人比白天还多。”",
    "新灯每天傍晚六点半亮，夜里十一点熄一半，剩下的一半一直亮到天明。",
)


def read(above: str = "", *, body: str = "", below: str = "", head: str = "", h1: str = HEADLINE) -> Page:
    """A page with these pieces around a text of three sentences, or around `body`."""
    text = body or "".join(f"<p>{line}</p>" for line in TEXT)
    html = (
        f"<html><head><meta charset=utf-8><title>{HEADLINE}_青禾在线</title>{head}</head><body>"
        f"<div class=main><h1>{h1}</h1>{above}<div class=content>{text}</div>{below}</div></body></html>"
    )
    return extract(html.encode(), url="https://www.qinghe.example/a/1.html")


def field(page: Page, name: str) -> Any:
    if name == "published_at":
        return show_time(page.published_at, page.published_precision)
    return getattr(page, name)


SPLIT_DATE = "<div><div>2020</div><div>03/12</div><div>09:30</div></div>"


@pytest.mark.parametrize(
    ("above", "below", "name", "value"),
    [
        ("<p>2020-03-12 09:30<span>来源：青禾日报</span><em>大字体</em></p>", "", "source_name", "青禾日报"),
        (
            "<p><span>国内新闻</span><span>青禾网</span><span>2020-03-12 09:30</span></p>",
            "",
            "source_name",
            "青禾网",
        ),
        (SPLIT_DATE, "", "published_at", "2020-03-12T09:30+08:00"),
        ("<div>2020-03-12 HKT 09:30</div>", "", "published_at", "2020-03-12T09:30+08:00"),
        ("<div>建立時間：2020/03/12 09:30</div>", "", "source_name", None),
        ("<div>编辑于 2020-03-12 09:30</div>", "", "published_at", "2020-03-12T09:30+08:00"),
        ("", "<div>编辑于 2020-03-12 09:30</div>", "published_at", "2020-03-12T09:30+08:00"),
        ("<p>2020-03-12 09:30</p>", "<p>[责任编辑：PN035 田小满]</p>", "editor", "田小满"),
        ("<p>2020-03-12 09:30 编辑：青禾网</p>", "", "editor", None),
        ("<p>2020-03-12 09:30 图片来源：青禾图库</p>", "", "source_name", None),
        ("<p>2020-03-12 09:30 青禾報 / 記者田小滿／青禾即時報導</p>", "", "authors", ("田小滿",)),
        ("<p>2020-03-12 09:30 <span>田小满</span><span>人氣</span></p>", "", "authors", ("田小满",)),
    ],
)
def test_fields_around_the_text(above: str, below: str, name: str, value: Any) -> None:
    page = read(above, below=below)
    assert field(page, name) == value
    assert page.body.split("\n") == list(TEXT)


def test_a_dateline_names_the_reporter() -> None:
    first = f"青禾网临水3月12日电 (田小满){TEXT[0]}"
    page = read(body="".join(f"<p>{line}</p>" for line in (first, *TEXT[1:])))
    assert page.authors == ("田小满",)
    assert page.body.startswith(first)


def test_the_info_line_below_buttons_in_the_body() -> None:
    info = "<div><span>2020-03-12 09:30</span>青禾日報 記者田小滿／臨水報導</div>"
    buttons = "<ul><li><a href=#>分享</a></li><li>留言</li><li>列印</li><li>讚</li><li>收藏</li></ul>"
    text = "".join(f"<p>{line}</p>" for line in TEXT)
    page = read(h1="", body=f"<h1>{HEADLINE}</h1>{buttons}{info}{text}")
    assert page.body.split("\n") == list(TEXT)
    assert (page.source_name, page.authors) == ("青禾日報", ("田小滿",))


def test_a_photo_box_is_no_hot_list() -> None:
    photo = "<div class=photo><a href=1.jpg><img src=1.jpg></a><p>换新的路灯。</p></div>"
    text = [f"<p>{line}</p>" for line in TEXT]
    page = read(body=text[0] + photo + text[1] + text[2])
    assert page.body.split("\n") == [TEXT[0], "换新的路灯。", *TEXT[1:]]


def test_a_heading_may_hold_the_line_of_time_and_source() -> None:
    page = read(h1=f"{HEADLINE}<br><span>2020-03-12 09:30:15 来源：青禾日报 点击：<b>88</b></span>")
    assert (page.headline, page.source_name) == (HEADLINE, "青禾日报")
    assert field(page, "published_at") == "2020-03-12T09:30:15+08:00"
    assert page.body.split("\n") == list(TEXT)


def test_comments_that_quote_the_headline_are_not_it() -> None:
    page = read("<p>2020-03-12</p>", below=f"<h2>“{HEADLINE}”一共收到了十二条回复</h2><p>写得好。</p>")
    assert page.headline == HEADLINE


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("<div class=author><a href=/r/1>田小满</a></div>", ("田小满",)),
        ("<div><span class=AuthorInfo-name>堤边的老田</span></div>", ("堤边的老田",)),
        ("<div class=author>青禾发布</div>", ()),
        ("<address>田小满</address>", ("田小满",)),
        ("<div>发表于 <span>2020-03-12</span> 由 <span>田小满</span></div>", ("田小满",)),
    ],
)
def test_an_authors_element_names_the_author(line: str, authors: tuple[str, ...]) -> None:
    assert read("<p>2020-03-12 09:30</p>" + line).authors == authors


@pytest.mark.parametrize(
    ("above", "name", "value"),
    [
        ("<div class=author>記者田小滿</div><div>2020-03-12 09:30·2 分鐘</div>", "source_name", None),
        ("<div class=author>記者田小滿</div><div>2020-03-12 09:30</div>", "authors", ("田小滿",)),
        ("<p>2020-03-12 09:30 星期四</p>", "source_name", None),
        ("<p>2020-03-12 09:30 来源: <a>青禾日报</a><a>举报</a></p>", "source_name", "青禾日报"),
        ("<p>2020-03-12 09:30 来源: <a>青禾日报</a><img src=i.png>北京</p>", "source_name", "青禾日报"),
        ("<p>2020-03-12 09:30 来源: <a>青禾网</a>－<a>青禾日报</a></p>", "source_name", "青禾网－青禾日报"),
        ("<p>2020-03-12 09:30 我来说两句(0)</p>", "source_name", None),
        ("<p>路灯坏了向谁举报</p><p>2020-03-12 09:30</p>", "source_name", None),
        ("<p><span>出版：</span><time>2020-03-12 09:30</time></p>", "source_name", None),
        ("<p><time>2020-03-12</time><span>2020年3月12日</span></p>", "source_name", None),
        ("<p>2020-03-12 09:30</p><figure><figcaption>图像来源: 青禾图库</figcaption></figure>", "source_name", None),
        ("<p><em>青禾报</em> <em>记者 田小满</em> <em>编辑 安小禾</em> 2020-03-12 09:30</p>", "editor", "安小禾"),
        ("<p>2020-03-12 09:30</p><p>编辑 | 安小禾</p>", "editor", "安小禾"),
        ("<p>2020-03-12 09:30</p><p>作者：田小满 ▪ 责编：安小禾</p>", "authors", ("田小满",)),
    ],
)
def test_more_lines_of_fields(above: str, name: str, value: Any) -> None:
    assert field(read(above), name) == value


def test_a_picture_above_the_text_brings_its_caption() -> None:
    info = "<div class=author_box>發佈時間：2022/05/06 10:20，最後更新時間：2022/05/06 11:20，人氣不少。</div>"
    boxed = "<div class=img_box><img src=3.jpg><div>換新的路燈。（圖／青禾報）</div></div>"
    assert read(info + boxed).body.split("\n")[-4:] == ["換新的路燈。（圖／青禾報）", *TEXT]
    picture = "<div class=cover><figure><img src=1.jpg><figcaption>换新的路灯。</figcaption></figure></div>"
    logo = "<div class=cover><img src=2.jpg><span>下载青禾客户端看直播</span></div>"
    assert read("<p>2020-03-12</p>" + picture).body.split("\n") == ["换新的路灯。", *TEXT]
    assert read("<p>2020-03-12</p>" + logo).body.split("\n") == list(TEXT)


def test_a_row_of_links_is_no_line_of_a_dialogue() -> None:
    said = ["问：新换的路灯亮吗？", "答：比原来亮一倍。", "问：夜里几点熄灯呢？", "答：十一点熄一半，剩下的不熄。"]
    row = "<a href=/1>关于我们</a> | <a href=/2>广告服务</a> | <a href=/3>诚聘英才</a>"
    page = read("<p>2020-03-12</p>", body="".join(f"<p>{line}</p>" for line in said), below=f"<div>{row}</div>")
    assert page.body.split("\n") == said


def test_more_news_of_the_same_site_is_a_list() -> None:
    links = "<a href=/1>老桥修好了</a><br><a href=/2>渡口开航了</a>"
    text = "".join(f"<p>{line}</p>" for line in TEXT)
    assert read(body=f"{text}<p>更多青禾社新聞：<br>{links}</p>").body.split("\n") == list(TEXT)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("青禾／記者田小滿", ("田小滿",)),
        ("田小滿記者／青禾報導", ("田小滿",)),
        ("【田小滿／臨水報導】", ("田小滿",)),
        ("記者／田小滿", ("田小滿",)),
        ("［記者田小滿／青禾報導］", ("田小滿",)),
        ("社會中心／田小滿、安小禾報導", ("田小滿", "安小禾")),
        ("編譯田小滿／綜合外電", ("田小滿",)),
        ("采写：青禾报记者 田小满", ("田小满",)),
        ("◎记者 田小满", ("田小满",)),
        ("青禾新闻记者 田小满 摄影报道", ("田小满",)),
        ("青禾·临水视频记者 田小满 文图", ("田小满",)),
        ("（青禾報記者田小滿臨水報導）", ("田小滿",)),
        ("（青禾報記者田滿臨水綜合報導）", ("田滿",)),
        ("（青禾社記者田小滿臨水6日電）", ("田小滿",)),
        ("青禾新聞 | 田小滿 綜合報導", ("田小滿",)),
        ("高雄／綜合報導", ()),
        ("生活中心／綜合報導", ()),
        ("攝影記者田小滿／青禾報導", ()),
        ("圖／記者田小滿", ()),
        ("編輯田小滿／綜合報導", ()),
        ("警方告訴記者田小滿，事件仍待調查。", ()),
        ("田小满说，记者会上报道了这件事", ()),
    ],
)
def test_bylines(line: str, names: tuple[str, ...]) -> None:
    assert reported_by(line) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("图/文 田小满", ("田小满",)),
        ("文、圖／田小滿", ("田小滿",)),
        ("文 / 田小滿 編譯 / 安小禾", ("田小滿",)),
        ("文/青禾报全媒体记者 田小满", ("田小满",)),
        ("文 田野里的路灯", ()),
        ("本文来自微信公众号：路灯观察（ID：ldgc），作者：田小满，题图来自：青禾图库", ("田小满",)),
    ],
)
def test_writers(line: str, names: tuple[str, ...]) -> None:
    assert written_by(line) == names


def test_a_label_names_people_only() -> None:
    assert read_credits("（作者：田小满，系青禾大学教授）").authors == ("田小满",)
    assert read_credits("田小滿記者／青禾報導").authors == ()
    assert read_credits("作者：[英] 约翰·格林").authors == ("约翰·格林",)


def test_an_advert_of_one_linked_line_in_the_text() -> None:
    advert = "<div class=ad><a href=/x>青禾花园盛大开盘，首付只要十万，抢购热线在此</a></div>"
    text = [f"<p>{line}</p>" for line in TEXT]
    assert read(body=text[0] + advert + text[1] + text[2]).body.split("\n") == list(TEXT)
    plain = advert.replace(" class=ad", "")
    assert "盛大开盘" in read(body=text[0] + plain + text[1] + text[2]).body


def test_nothing_follows_a_sites_terms() -> None:
    terms = "<p>凡本网注明“来源：青禾网”的作品，版权均属于青禾网。</p><p>电话：0000-1234567</p>"
    page = read(body="".join(f"<p>{line}</p>" for line in TEXT) + terms)
    assert page.body.split("\n") == list(TEXT)


def test_a_lead_of_one_sentence() -> None:
    assert read("<p>2020-03-12</p><div class=summary>三百盏灯，换了一周。</div>").body.split("\n") == [
        "三百盏灯，换了一周。",
        *TEXT,
    ]
    assert read("<p>2020-03-12</p><div class=summary>三百盏灯 换了一周</div>").body.split("\n") == list(TEXT)
    assert read("<p>2020-03-12</p><div class=info>下载客户端，看现场直播。</div>").body.split("\n") == list(TEXT)


def test_a_last_line_in_brackets_names_the_editor() -> None:
    page = read(body="".join(f"<p>{line}</p>" for line in (*TEXT, "（作者：田小满 编辑：安小禾）")))
    assert (page.authors, page.editor) == (("田小满",), "安小禾")


def test_the_date_that_signs_a_short_notice_stays() -> None:
    lines = [*TEXT[:2], "特此公告。", "青禾县城管局", "2020年3月12日"]
    page = read("<p>2020-03-13 09:30</p>", body="".join(f"<p>{line}</p>" for line in lines))
    assert page.body.split("\n") == lines
    assert field(page, "published_at") == "2020-03-13T09:30+08:00"


@pytest.mark.parametrize("badge", ["<span class=tag>原创</span>", "<em>独家</em>", "<a href=/f/2>[城事]</a>"])
def test_a_badge_is_no_part_of_the_headline(badge: str) -> None:
    assert read("<p>2020-03-12</p>", h1=f"{badge} {HEADLINE}").headline == HEADLINE


@pytest.mark.parametrize(
    "caption", ["▲換新的路燈。（圖／資料照）", "换新的路灯。(田小满摄)", "換新的路燈。記者田小滿／攝"]
)
def test_a_caption_above_the_first_sentence_stays(caption: str) -> None:
    text = "".join(f"<p>{line}</p>" for line in TEXT)
    page = read(body=f"<div><img src=1.jpg><div class=cap>{caption}</div></div><div>{text}</div>")
    assert page.body.split("\n") == [caption, *TEXT]


def test_a_sohu_page_that_no_template_fits_names_its_account() -> None:
    text = "".join(f"<p>{line}</p>" for line in TEXT)
    html = (
        f"<html><head><meta charset=utf-8><meta name=mediaid content=青禾新报><title>{HEADLINE}_路灯</title></head>"
        f"<body><h1>{HEADLINE}</h1><div class=brandnew>{text}</div></body></html>"
    )
    page = extract(html.encode(), url="https://www.sohu.com/a/749000001_121000001")
    assert (page.template, page.outcome) == ("generic", "unknown_template")
    assert page.account_name == "青禾新报"
