"""Three mirrors that republish the portals' articles: verbatim, spun with synonyms, in traditional characters with pinyin."""
# ruff: noqa: E501 - markup keeps the lines of the pages

import re
from collections.abc import Callable
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from attrs import frozen

from crawler.demo.pages.markup import plain_body
from crawler.demo.world.words import PINYIN, SYNONYMS

if TYPE_CHECKING:
    from crawler.demo.world.publications import Publication

SPUN = re.compile("|".join(map(re.escape, sorted(SYNONYMS, key=len, reverse=True))))
INJECTED = re.compile("[" + "".join(PINYIN) + "]")


@frozen(kw_only=True)
class Mirror:
    """One mirror. `retell` is what it does to a text; `shortest`: it takes no shorter story."""

    name: str
    title: str
    host: str
    path: str
    relation: str
    shortest: int
    retell: Callable[[str], str]

    def address(self, number: int) -> str:
        """The address of its article of that number."""
        return f"https://{self.host}{self.path}{number}.html"


def spin(text: str) -> str:
    """Every listed word swapped for its synonym."""
    return SPUN.sub(lambda match: SYNONYMS[match[0]], text)


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("s2t")


def transcode(text: str) -> str:
    """Traditional characters, some followed by their reading in brackets."""
    return INJECTED.sub(lambda match: f"{match[0]}({PINYIN[match[0]]})", _converter().convert(text))


MIRRORS = (
    Mirror(name="bendi", title="本地资讯通", host="www.bendi-zixun.example", path="/article/", relation="verbatim", shortest=0, retell=str),
    Mirror(name="hengtuo", title="恒拓阀门", host="www.hengtuo-valve.example", path="/xinwen/", relation="spun", shortest=300, retell=spin),
    Mirror(name="jingwei", title="經緯閱讀", host="www.jingwei-yuedu.example", path="/read/", relation="transcoded", shortest=150, retell=transcode),
)  # fmt: skip
BY_HOST = {mirror.host: mirror for mirror in MIRRORS}


def article_page(one: "Publication", teasers: list[str]) -> str:
    """The mirror's page of one article."""
    return {"bendi": _aggregator, "hengtuo": _company, "jingwei": _reader}[one.site](one, teasers)


def _aggregator(one: "Publication", teasers: list[str]) -> str:
    hot = "\n".join(
        f'<li><a href="/article/{i}.html">{escape(t[:15])}...</a> {escape((t * 3)[:50])}...</li>'
        for i, t in enumerate(teasers[:5])
    )
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(one.headline)} - 本地资讯通</title></head>
<body><div class="top"><a href="/">首页</a> <a href="/news/">要闻</a> <a href="/life/">生活</a> <a href="/about/">关于我们</a></div>
<div class="detail"><h1><span class="tag">原创</span> {escape(one.headline)}</h1>
<div class="meta"><span>创始人</span> <span>{one.published_at:%Y-%m-%d %H:%M:%S}</span></div>
<div class="con">
{plain_body(one.lines)}
</div>
<h3>相关内容</h3><div class="rel"></div>
<h3>热门资讯</h3><ul class="hot">
{hot}
</ul></div>
<div class="foot">本地资讯通 版权所有</div></body></html>
"""


def _company(one: "Publication", teasers: list[str]) -> str:
    paragraphs = plain_body(one.lines, indent="　　", tail="返回搜狐,查看更加多")
    side = "".join(f'<li><a href="/xinwen/{i}.html">{escape(t)}</a></li>' for i, t in enumerate(teasers[:6]))
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" /><title>{escape(one.headline)}_恒拓体育直播</title></head>
<body><table width="1000"><tr><td><a href="/">首页</a> <a href="/product/">产品中心</a> <a href="/xinwen/">新闻动态</a> <a href="/contact/">联系我们</a></td></tr></table>
<div id="left"><h3>新闻动态</h3><ul>{side}</ul></div>
<div id="right"><div class="pos">您当前的位置 : <a href="/">首页</a> &gt; <a href="/xinwen/">新闻动态</a></div>
<h2 class="newstitle">{escape(one.headline)}</h2>
<div class="info">来源:恒拓体育直播&nbsp;&nbsp;&nbsp;&nbsp;发布时间:{one.published_at:%Y-%m-%d %H:%M:%S}</div>
<div class="newscontent">
{paragraphs}
</div></div>
<div id="foot"><p>恒拓阀门</p><p>恒拓阀门成立于1998年，专业生产球阀、蝶阀、止回阀，产品销往多个省市。</p>
<p>联系方式</p><p>地址：平江市沙浦镇工业路12号</p><p>电话：0000-1234567</p><p>邮箱：sales@hengtuo-valve.example</p><p>留言板</p></div>
</body></html>
"""


def _reader(one: "Publication", teasers: list[str]) -> str:
    more = "".join(f'<li><a href="/read/{i}.html">{escape(transcode(t))}</a></li>' for i, t in enumerate(teasers[:8]))
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{escape(one.headline)}-經緯閱讀</title></head>
<body><div class="nav"><a href="/">首頁</a> | <a href="/list/">文章</a></div>
<div class="main"><h1>{escape(one.headline)}</h1>
<div class="article-content">
{plain_body(one.lines)}
<p>特別聲明：以上內容(如有圖片或視頻亦包括在內)為自媒體平臺“網易號”用戶上傳并發布，本平臺僅提供信息存儲服務。</p>
</div>
<div class="more"><h4>更多閱讀</h4><ul>{more}</ul></div></div></body></html>
"""


def list_page(mirror: Mirror, entries: list["Publication"]) -> str:
    """The mirror's list of its articles."""
    links = "\n".join(
        f'<li><a href="{mirror.path}{one.native_id}.html">{escape(one.headline)}</a></li>' for one in entries
    )
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{mirror.title}</title></head><body><ul class="list">\n{links}\n</ul></body></html>'
