"""Every clutter rule for pages without a template: lines that it takes, lines like those that stay, and its speed."""

import time

import pytest

from crawler.pages.html.blocks import RawBlock
from crawler.pages.page import Block
from crawler.pages.rules import shapes
from crawler.pages.rules.anywhere import SHORT
from crawler.pages.rules.edges import ELSEWHERE
from crawler.pages.rules.engine import Rule, RuleSet
from crawler.pages.rules.general import GENERAL
from crawler.pages.rules.markers import is_marker
from crawler.pages.rules.shapes import mark_short

TEXT = "望潮港昨天重新开闸，第一艘货船驶进了内河，岸上的人都来看。"

# rule id: lines that it takes
TAKES: dict[str, list[str]] = {
    "open.chief_editor": [
        "责任编辑：秦小满",
        "（责编：秦小满、邵青）",
        "[ 责编：秦小满 ]",
        "作者：未知 责任编辑：秦小满",
        "【纠错】 【责任编辑:秦小满】",
    ],
    "open.blue_letters": ["点击上方蓝字关注我们", "↑↑↑戳上面的藍字訂閱望潮晚報", "点击上方“望潮晚报”可订阅哦！"],
    "open.press_here": ["最HOT話題在這！想跟上時事，快點我看望潮直播！"],
    "open.end_mark": ["- THE END -", "（全文完）", "正文已结束，您可以按alt+4进行评论"],
    "open.tags": ["标签：港口 吊机", "關鍵字: 港口 吊機", "Tag:港口", "文章关键词： 港口 吊机"],
    "open.neighbours": ["上一篇：渡口的最后一班船", "下一篇 没有了", "没有了"],
    "open.pager": ["【1】【2】【3】", "[1] [2] [3] 下一页", "上一页 1/2 下一页", "1 2 下一页 余下全文", "共3页"],
    "open.tools": [
        "分享到：微博 微信 QQ空间",
        "字号：小 中 大",
        "收藏 | 打印 | 关闭",
        "SHARE google twitter linkedin",
        "微信好友",
        "返回顶部",
        "参与206",
    ],
    "open.counts": ["阅读数(15878）", "点击：208次", "1032人参与308评论", "點閱：3次", "人氣(3840)"],
    "open.scan_code": ["微信扫一扫", "扫一扫在手机打开当前页", "长按二维码向我转账"],
    "open.player": [
        "正在加载中...",
        "【ADVERTISEMENT】",
        "請繼續往下閱讀...",
        "您的浏览器暂时无法播放此视频.",
        "1.75X",
        "超清",
        "正在为您切换到高清 480P,请稍候...",
    ],
    "open.login": ["请先登录后发表评论", "文明上网理性发言，请遵守新闻评论服务协议"],
    "open.promotion": ["新酷产品免费试玩，还有达人分享经验，下载客户端还能获得专享福利哦！"],
    "open.editor": ["编辑：秦小满", "文字编辑：秦小满 校对：邵青", "（编辑/秦小满）", "二审：秦小满"],
    "open.source": ["来源：望潮晚报", "本文来源：望潮晚报", "（轉自：望潮晚報）", "轉載自：望潮晚報"],
    "open.original_title": ["原标题：望潮港重新开闸", "（原题为《望潮港重新开闸》）"],
    "open.disclaimer": [
        "免责声明：以上内容为本网站转自其它媒体，相关信息仅为传递更多信息。",
        "【版权声明】所有文字归原作者所有",
        "望潮网声明：本网登载此文出于传递更多信息之目的，内容仅供参考，不构成投资建议。",
    ],
    "open.terms": [
        "凡本网注明“来源：望潮网”的作品，版权均属于望潮网。",
        "1、凡注明来源为望潮网的稿件，请保留出处。",
    ],
    "open.not_our_view": ["转载目的在于传递更多信息，并不代表本网赞同其观点"],
    "open.own_view": ["本文仅代表作者个人观点", "（以上内容仅供娱乐）"],
    "open.copyright": ["未经望潮网书面特别授权，请勿转载或建立镜像", "本文版權所有，非經授權，不得轉載"],
    "open.reprint": ["转载请注明出处：望潮网", "请支持独立网站，转发请注明本文链接：https://w.example/1"],
    "open.own_site": ["望潮网(www.w.example)专稿", "Copyright 2005-2025 望潮网", "某ICP备00000000号", "违规转载必究。"],
    "open.takedown": [
        "如涉及作品内容侵权问题，请与我们联系删除",
        "如因作品内容、版权和其它问题需要同本网联系的，请在30日内进行。",
    ],
    "open.advice": ["文章内容不构成投资建议，据此操作风险自担"],
    "open.hashtags": ["#港口#吊机 #望潮", "#大家聊港口# @望潮网"],
    "open.app": [
        "新聞不漏接 用App看新聞 點我下載APP",
        "打开望潮APP，查看更多精彩内容",
        "海量资讯，尽在望潮财经APP",
        "望潮頭條APP經已推出最新版本，請立即更新",
    ],
    "open.times": ["建立時間：10:18", "更新時間｜2022.05.06 10:25 臺北時間", "最后更新：2022-05-06 10:20"],
    "open.browser": ["您查看的内容可能不完整，请对本网站关闭广告过滤等软件后浏览。"],
    "open.share_prompt": ["分享让更多人看到", "点分享 点收藏 点点赞 点在看"],
    "open.asked": ['您认为这篇文章与"望潮港(00000.HK)"相关度高吗？', "本文是否解决了您的问题 已解决 未解决"],
    "open.membership": [
        "此文限时免费阅读。感谢热心读者支持，成为望潮通会员，畅读全站！",
        "您所瀏覽的新聞已過查詢時效。建議您加入望潮社付費會員找尋您要的新聞。",
        "推荐进入望潮数据库，可随时查阅港口、航运、船期。",
    ],
    "open.follow": [
        "一起加入望潮Telegram，新聞不漏接！",
        "欢迎关注望潮网官方微信公众号",
        "订阅电子邮件每日新闻，最新的消息直达您的信箱",
    ],
    "open.click_here": ["点击进入“文艺星青年”", "进入【望潮股吧】讨论", "我要投票", "[欢迎点击此处订阅望潮晚报]"],
    "open.more_here": ["返回列表", "阅读原文", "更多要闻>>"],
    "open.end_promo": ["（更多内容请继续关注 望潮网 www.w.example）", "相关资讯请关注:海棠号专区"],
    "open.contact": ["联系方式", "报料热线：0000-0000000", "留言板"],
    "open.call_for_papers": [
        "上報歡迎各界投書，來稿請寄至editor@w.example，並請附上真實姓名。",
        "【徵稿】",
        "寻求报道，请点击这里。",
    ],
    "open.reward": ["文章很值，打赏犒劳作者一下"],
    "open.number_below": ["526"],
}
ABOVE: dict[str, list[str]] = {
    "open.breadcrumb": [
        "当前位置：首页>评论>业界>望潮港重新开闸",
        "您现在的位置： 望潮网 >> 社会",
        "首页 > 社会 > 正文",
    ],
    "open.number_above": ["3573"],
    "open.app_above": ["望潮财经APP"],
    "open.listen": ["可以听文章啦！", "点击播报本文，约3分钟", "聆聽本文"],
    "open.promotion": TAKES.pop("open.promotion"),
}
# Lines like those, which a writer ends a text with or puts in the middle of one.
STAYS = [
    "王女士：我觉得还是老码头好。",
    "抱歉，我来晚了。",
    "上篇：山河",
    "01",
    "高清的画面里看得见铆钉。",
    "市民可扫描二维码进入小程序查询。",
    "用户登录后可以查看自己的积分。",
    "更多人开始关注这座港口的命运。",
    "更多的新闻工作者来到了码头。",
    "进入五月，雨水多了起来。",
    "关注",
    "视频里的人是谁？",
    "点击量超过了一百万。",
    "地址：望潮市江畔路8号",
    "他说：“声明：这不是我写的。”",
    "（本报记者 邵青）",
    "1\t23\t45",
    "打赏一名船工，并不丢人。",
    "“编辑”这个词，船工没有听过。",
    "更新：码头于下午三点恢复通行。",
    "外交部声明：这件事到此为止。",
    "收藏家把它分享给了博物馆。",
    "去年，他成为这家俱乐部的会员。",
    "你觉得这样的报道还有人看吗？",
]
MIDDLE = [line for line in STAYS if line not in ("关注", "01")]


def judge(lines: list[str], without: str = "") -> list[Block]:
    rules = [rule for rule in (*GENERAL, *ELSEWHERE) if not rule.keeps and rule.id != without]
    raws = [RawBlock("table" if "\t" in line else "paragraph", line, None) for line in lines]
    mark_short(raws)
    return RuleSet(rules).judge(raws).blocks


def all_rules() -> dict[str, Rule]:
    return {rule.id: rule for rule in (*SHORT, *ELSEWHERE)}


def test_every_rule_has_its_lines() -> None:
    assert set(TAKES) | set(ABOVE) | {"open.back_home"} == set(all_rules())


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in TAKES.items() for line in lines])
def test_a_line_goes(name: str, line: str) -> None:
    text, block = judge([TEXT, line])
    assert text.kept
    assert not block.kept
    assert block.rule == name or block.rule.startswith("general.")


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in ABOVE.items() for line in lines])
def test_a_line_above_goes(name: str, line: str) -> None:
    block, text = judge([line, TEXT])
    assert (block.rule, text.kept) == (name, True)
    assert all(block.kept for block in judge([TEXT, line, TEXT]))


def test_an_end_goes() -> None:
    kept, gone = judge([TEXT + "返回望潮网首页>>"])
    assert sorted((kept.text, gone.text)) == sorted((TEXT, "返回望潮网首页>>"))


@pytest.mark.parametrize("name", sorted(TAKES.keys() | ABOVE.keys()))
def test_without_the_rule_a_line_stays(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "SHORT", tuple(rule for rule in SHORT if rule.id != name))
    monkeypatch.setattr(shapes, "_ALWAYS", tuple(rule for rule in SHORT if rule.id != name and not rule.needs))
    lines = [[TEXT, line] for line in TAKES.get(name, [])] + [[line, TEXT] for line in ABOVE.get(name, [])]
    assert any(all(block.kept for block in judge(pair, without=name)) for pair in lines)


@pytest.mark.parametrize("line", MIDDLE)
def test_a_writers_line_stays(line: str) -> None:
    assert [block.kept for block in judge([TEXT, line, TEXT])] == [True, True, True]


@pytest.mark.parametrize("line", [line for line in STAYS if line not in ("关注", "01", "地址：望潮市江畔路8号")])
def test_a_writers_last_line_stays(line: str) -> None:
    assert [block.kept for block in judge([TEXT, line])] == [True, True]


@pytest.mark.parametrize(
    "line",
    [
        "相关阅读",
        "相关报道：",
        "【熱門點閱】",
        "延伸 · 推荐",
        "★ 更多熱門新聞 ★",
        "为您推荐",
        "猜你喜欢",
        "更多新聞報導",
        "延伸閱讀：",
        "热门资讯",
        "相关内容",
        "网友评论",
        "编辑推荐",
    ],
)
def test_headings_of_lists(line: str) -> None:
    assert is_marker(line)


@pytest.mark.parametrize(
    "line",
    [
        "背景",
        "为什么是他？",
        "老工人的话",
        "推荐理由很简单",
        "新闻发布会上说了什么",
        "一、相关规定",
        "评论家怎么看",
        "",
    ],
)
def test_headings_of_a_text(line: str) -> None:
    assert not is_marker(line)


UNITS = (
    "分享 上一页 大 [ （ 来源： 未经 编辑： 更多 声明 侵 。 1 … 首页> 登录 - 阅读1 扫一扫 不代表 A- 责任编辑 "
    "= 转载请 原标题： 点击 @ #a 返回 投稿"
).split()
ADVERSARIAL = [unit * (20_000 // len(unit)) for unit in [*UNITS, " ", "\t", "#a "]]


@pytest.mark.parametrize("rule", [*SHORT, *ELSEWHERE, *GENERAL], ids=lambda rule: rule.id)
def test_no_line_is_slow(rule: Rule) -> None:
    """Not a measurement: a pattern that backtracks takes minutes here, one that does not a millisecond."""
    started = time.process_time()
    for line in ADVERSARIAL:
        for text in (line, line[:399], line[:199] + "x", line[:79] + "。"):
            rule.match(text)
        if rule.regex is not None:
            rule.regex.match(line[:2_000])
    assert time.process_time() - started < 10


def test_no_shape_is_slow() -> None:
    started = time.process_time()
    for line in ADVERSARIAL:
        blocks = [RawBlock("paragraph", line[:length], None) for length in (23, 190, 20_000)] * 3
        shapes.mark_lists(blocks)
        mark_short(blocks)
    assert time.process_time() - started < 10
