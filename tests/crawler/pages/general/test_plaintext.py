"""Text without HTML: invented dumps in the shapes that archives of dumped text have, and the five real seeds."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.marks import PINYIN
from archive.times import show_time
from crawler.pages.general.plaintext import is_plain, read_plaintext
from crawler.pages.page import Identity, Outcome, Page
from tests.crawler.pages.read import extract

URL = "https://dump.example/1.txt"
NOBODY = Identity()
STORY = [
    "五月三日清晨，停了半年的望潮港重新开闸，第一艘货船“海棠号”载着三百吨水泥驶进内河，岸上的人放了一挂鞭炮。",
    "港务处长林远舟说，过去半年里工人换下了全部十二台吊机，码头的水深也从四米挖到了六米半。",
    "“以前大船只能停在外面等潮水，现在随时能进。”在码头上干了二十年的装卸工老秦对记者说。",
    "按照计划，望潮港今年要装卸货物一百二十万吨，比停工以前多出三成，其中一半是从下游运来的建材。",
]
TITLES = [
    "渡口的最后一班船，船工说他想再撑一年！",
    "一碗豆腐脑卖了四十年：他说从没想过涨价",
    "今年的第一场雪比往年晚了二十天",
    "城南旧书市要搬家",
]


def dump(*parts: str | list[str]) -> str:
    return "\n\n".join(line for part in parts for line in ([part] if isinstance(part, str) else part))


AGGREGATOR = dump(
    "原创 望潮港重新开闸\n创始人\n2025-11-13 04:58:22",
    STORY,
    "相关内容",
    "热门资讯",
    "山里来了修路的人村口的老树... 村口的老槐树有三百岁，修路的人来了以后，村里为它的去留开了三次会，每次都...\n"
    "一碗豆腐脑卖了四十年：他... 天不亮，老陶就推着车出了门，四十年来他的豆腐脑只涨过两次价，一次是...",
)
MIRROR = dump(
    "江畔机械\n您当前的位置 : 首页 > 新闻动态",
    "新闻动态",
    "望潮港重新开闸他说现在随时能进",
    "来源:江畔机械    发布时间:2025-11-09 05:21:10",
    [f"  {line}" for line in STORY[:3]],
    f"  {STORY[3]}返回搜狐,查看更加多",
    "江畔机械",
    "江畔机械创立于2016年，多年来为各地客户提供吊机、输送带和配件，质量可靠，服务周到，欢迎来电咨询。",
    "联系方式",
    " 地址:某省某市江畔路8号",
    " 电话: 0000-0000000",
    " 邮箱:nobody@jiangpan.example",
    "留言板",
)
TRANSCODED = "\n".join(
    [
        "停駛十二年的小火車將在中秋節前恢復行駛，沿線五個車(chē)站已經(jīng)整修完畢，鎮(zhèn)民可以免費(fèi)搭乘一個月。",
        "老街的早晨",
        "![]()",
        "鎮(zhèn)長表示，這條路線原本用來運送木材，全長八公里，沿途經(jīng)過兩座鐵橋與一個隧道，風景相當特別。",
        "特別聲明：以上內(nèi)容為自媒體平臺用戶上傳并發(fā)布，本平臺僅提供信息存儲服務(wù)。",
        "Notice: The content above is uploaded and posted by a user of NetEase Hao.",
    ]
)
ACCOUNT = dump(
    "网易首页 > 网易号 > 正文 申请入驻",
    "望潮港重新开闸，第一艘船进港",
    "0\n分享至",
    STORY,
    "声明:个人原创,仅供参考",
    "特别声明:以上内容(如有图片或视频亦包括在内)为自媒体平台“网易号”用户上传并发布,本平台仅提供信息存储服务。",
    "相关推荐\n热点推荐",
    [f"{title}\n\n{title}\n\n江边小记\n2026-02-24 09:11:40" for title in TITLES],
    "2026-02-24 23:44:49\n望潮人 incentive-icons\n望潮人\n一个写码头的人\n1578文章数 559关注度\n往期回顾 全部",
    "头条要闻",
    TITLES,
    "无障碍浏览 进入关怀版",
)


SIGNED = dump(
    TITLES[3], "首页", "新闻", "体育", "2025-11-09 05:21 来源：望潮网", STORY, "（本报记者 邵青）", "标签：港口"
)


def found(page: Page) -> dict[str, Any]:
    values = {
        "headline": page.headline,
        "published_at": show_time(page.published_at, page.published_precision),
        "source_name": page.source_name,
        "account_name": page.account_name,
        "authors": list(page.authors),
        "flags": sorted(page.flags),
    }
    return {name: value for name, value in values.items() if value}


@pytest.mark.parametrize(
    ("text", "body", "fields"),
    [
        (AGGREGATOR, STORY, {"headline": "望潮港重新开闸", "published_at": "2025-11-13T04:58:22+08:00"}),
        (
            MIRROR,
            STORY,
            {
                "headline": "望潮港重新开闸他说现在随时能进",
                "published_at": "2025-11-09T05:21:10+08:00",
                "source_name": "江畔机械",
                "flags": ["mirror"],
            },
        ),
        (
            TRANSCODED,
            [line for line in TRANSCODED.split("\n")[:4] if line != "![]()"],
            {"flags": ["images_lost", "injected_pinyin", "traditional_script"]},
        ),
        (
            ACCOUNT,
            STORY,
            {
                "headline": "望潮港重新开闸，第一艘船进港",
                "account_name": "望潮人",
                "flags": ["author_statement", "user_uploaded"],
            },
        ),
        (dump("望潮港重新开闸", STORY), STORY, {"headline": "望潮港重新开闸"}),
        (dump(STORY), STORY, {}),
        (
            dump(
                TITLES[3],
                "首页",
                "新闻",
                "体育",
                "2025-11-09 05:21 来源：望潮网",
                STORY,
                "（本报记者 邵青）",
                "标签：港口",
            ),
            None,
            {},
        ),
    ],
    ids=["aggregator", "mirror", "transcoded", "account", "title", "bare", "nav"],
)
def test_dump(text: str, body: list[str] | None, fields: dict[str, Any]) -> None:
    page = read_plaintext(text, url=URL, identity=NOBODY)
    assert page.outcome is Outcome.ARTICLE
    assert page.template == "plaintext"
    if body is None:
        assert page.body.split("\n") == [*STORY, "（本报记者 邵青）"]
        assert page.authors == ("邵青",)
        return
    assert page.body.split("\n") == body
    assert found(page) == fields


@pytest.mark.parametrize(
    ("site", "text", "mirror"),
    [
        ("sohu", dump("望潮港重新开闸", STORY, "返回搜狐,查看更多"), False),
        ("netease", dump("望潮港重新开闸", STORY, "返回搜狐,查看更多"), True),
        (None, dump("望潮港重新开闸", STORY, "返回搜狐，查看更多"), True),
        ("sohu", MIRROR, True),
        (None, dump("望潮港重新开闸", STORY), False),
    ],
    ids=["sohu itself", "netease", "a mirror", "a company", "none"],
)
def test_a_mirror_is_told_by_another_portals_mark(site: str | None, text: str, mirror: bool) -> None:
    page = read_plaintext(text, url=URL, identity=Identity(site=site))
    assert ("mirror" in page.flags) is mirror
    assert page.body.split("\n")[:4] == STORY


def test_every_line_has_a_verdict() -> None:
    page = read_plaintext(MIRROR, url=URL, identity=NOBODY)
    lines = [" ".join(line.split()) for line in MIRROR.split("\n") if line.strip()]
    texts = "".join(block.text for block in page.blocks)
    assert all(line in texts or line.replace("返回搜狐,查看更加多", "") in texts for line in lines)
    assert {block.rule for block in page.blocks if not block.kept} >= {
        "open.headline",
        "open.info_line",
        "general.back_to_sohu",
    }


@pytest.mark.parametrize("text", ["", "\n\n", "首页\n新闻\n体育", "1\n2\n3", "\x00", "\ud800"])
def test_no_text_is_no_article(text: str) -> None:
    page = read_plaintext(text, url=URL, identity=NOBODY)
    assert page.outcome is Outcome.NOT_ARTICLE
    assert page.detail


def test_extract_sends_text_here() -> None:
    data = AGGREGATOR.encode()
    assert extract(data, url=URL, content_type="text/plain; charset=utf-8").template == "plaintext"
    assert extract(data, url=URL).template == "plaintext"
    assert extract(AGGREGATOR.encode("gb18030"), url=URL, content_type="text/plain").body == "\n".join(STORY)
    known = extract(data, url="https://www.163.com/dy/article/KC12OUGR0001899O.html", content_type="text/plain")
    assert (known.site, known.native_id) == ("netease", "KC12OUGR0001899O")


@pytest.mark.parametrize(
    ("text", "content_type", "plain"),
    [
        ("<html><p>x", "text/plain", False),
        ("\n <!DOCTYPE html>", "text/plain", False),
        ("a < b", "text/plain", True),
        ("a < b", None, True),
        ("<p>x", None, False),
        ("x", "text/html", False),
    ],
)
def test_is_plain(text: str, content_type: str | None, plain: bool) -> None:
    assert is_plain(text, content_type) is plain


@given(
    st.lists(
        st.sampled_from(
            [*STORY, *TITLES, "0", "分享至", "首页 > 新闻", "来源：望潮网", "2025-01-02 03:04", "![]()", "江畔", " "]
        ),
        max_size=30,
    )
)
def test_what_is_kept_stands_in_the_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    page = read_plaintext(text, url=URL, identity=NOBODY)
    assert all(line in text for line in page.body.split("\n"))
    assert page == read_plaintext(text, url=URL, identity=NOBODY)


@pytest.mark.shared
def test_the_seeds(shared: Path) -> None:
    gold = json.loads((shared / "seeds" / "gold.json").read_text(encoding="utf-8"))
    for name, want in gold.items():
        if name == "about":
            continue
        text = (shared / "seeds" / name).read_text(encoding="utf-8")
        page = extract(text.encode(), url=f"https://seed.example/{name}", content_type="text/plain")
        lines = text.split("\n")
        body = []
        for first, last in want["body"]:
            for number in range(first, last + 1):
                line = lines[number - 1].replace(want.get("cut", {}).get(str(number), "\0"), "")
                body.append(" ".join(line.split()))
        assert page.body.split("\n") == [line for line in body if line and not re.fullmatch(r"!\[\]\(\)", line)], name
        assert page.headline == want.get("headline"), name
        assert show_time(page.published_at, page.published_precision) == want["published_at"], name
        assert page.source_name == want.get("source_name"), name
        assert page.account_name == want.get("account_name"), name
        assert page.authors == (), name
        assert set(page.flags) == set(want["flags"]), name
        # The pinyin stays in the stored text, which is as the page had it; the repaired reading has none.
        reading = re.sub(PINYIN, "", page.body)
        assert not [never for never in want.get("never_in_body", []) if never in reading], name
