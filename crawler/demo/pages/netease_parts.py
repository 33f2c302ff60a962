"""What NetEase's article pages have in common: head, top bar, body blocks, the side column."""
# ruff: noqa: E501 - markup keeps the lines of the pages

import random
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from crawler.demo.pages.markup import blocks

if TYPE_CHECKING:
    from crawler.demo.world.articles import Line
    from crawler.demo.world.publications import Publication

TOP_LINKS = (
    "新闻",
    "体育",
    "娱乐",
    "财经",
    "汽车",
    "科技",
    "手机",
    "数码",
    "时尚",
    "房产",
    "家居",
    "教育",
    "本地",
    "旅游",
    "健康",
)
ADVERT = (
    '<div class="gg200x300">\n<div class="at_item right_ad_item" adType="rightAd"></div>\n'
    '<a href="javascript:;" target="_self" class="ad_hover_href"></a>\n</div>'
)


def original_image(one: "Publication", line: "Line") -> str:
    """The image as it was uploaded, before any resizing: what the archive must name."""
    if one.form == "ep":
        return f"http://img3.cache.netease.com/stock/{one.published_at:%Y/%-m/%-d}/{line.url}.jpg"
    host = "dingyue" if one.form == "post-dy" else "cms-bucket"
    return f"http://{host}.ws.126.net/{one.published_at:%Y/%m%d}/{line.url}.jpg"


def _shown_image(one: "Publication", line: "Line") -> str:
    address = original_image(one, line)
    if one.form.startswith("post"):
        return f"https://nimg.ws.126.net/?url={quote(address, safe='')}&thumbnail=660x2147483647&quality=80&type=jpg"
    return address


def body_blocks(one: "Publication", *, ids: bool = False) -> list[str]:
    """The body's blocks; keywords in running text are links, as the portal's machine makes them."""
    rng = random.Random(one.native_id)
    keyword = one.keywords[0]
    linked = f'<a href="https://{one.channel}.163.com/keywords/7/a/{keyword.encode("utf-16-be").hex()}/1.html" target="_blank">{keyword}</a>'

    def render(line: "Line") -> str:
        mark = f' id="{rng.getrandbits(40):08X}"' if ids else ""
        text = escape(line.text, quote=False)
        if line.kind == "image":
            source = escape(_shown_image(one, line))
            return f'<p class="f_center"><img src="{source}" alt="{escape(one.headline)}"/><br/></p>'
        if line.kind == "caption":
            return f'<p class="f_center">{text}</p>'
        if line.kind == "heading":
            return f"<p{mark}><b>{text}</b></p>"
        return f"<p{mark}>{text.replace(keyword, linked, 1) if rng.random() < 0.4 else text}</p>"

    return blocks(one.lines, render)


def head(one: "Publication", *, charset: str = "") -> str:
    words = ",".join(one.keywords)
    title = escape(one.headline)
    return f"""{charset}<title>{title}|{"|".join(one.keywords)}_网易新闻</title>
<base target="_blank" />
<meta http-equiv="expires" content="0" />
<meta name="keywords" content="{words}" />
<meta name="description" content="{title},{words}" />
<meta name="author" content="网易" />
<meta name="Copyright" content="网易版权所有" />"""


def graph(one: "Publication") -> str:
    when = one.published_at.isoformat(timespec="seconds")
    return f"""<meta property="og:type" content="news" />
<meta property="og:title" content="{escape(one.headline)}" />
<meta property="og:url" content="{one.url}" />
<meta property="article:author" content="网易" />
<meta property="article:published_time" content="{when}" />"""


def top() -> str:
    links = "".join(f'<li><a href="https://www.163.com/#{i}">{name}</a></li>' for i, name in enumerate(TOP_LINKS))
    return f"""<div class="ntes_nav_wrap" id="js_N_NTES_wrap"><div class="ntes-nav" id="js_N_nav"><div class="ntes-nav-main clearfix">
<a class="ntes-nav-index-title ntes-nav-entry-wide c-fl" href="https://www.163.com/" title="网易首页">网易首页</a>
<div class="ntes-quicknav-content"><ul class="ntes-quicknav-column">{links}</ul></div>
<a class="ntes-nav-wza-show" href="javascript:void(0)" id="cniil_wza">无障碍浏览</a><a class="ntes-nav-wza-show" href="#" id="js_gowza">进入关怀版</a>
<div class="ntes-nav-login"><a href="https://reg.163.com/">登录</a> <a href="https://mail.163.com/">注册免费邮箱</a></div></div></div></div>"""


def side(others: Sequence["Publication"], card: str) -> str:
    mods = "".join(
        f'<div class="post_side_mod"><h2 class="post_side_mod_title">{name}</h2><ul>'
        + "".join(f'<li><a href="{one.url}">{escape(one.headline)}</a></li>' for one in others[i : i + 3])
        + "</ul></div>"
        for i, name in enumerate(("头条要闻", "体育要闻", "娱乐要闻", "财经要闻", "态度原创"))
    )
    return f'<div class="post_side">{card}{mods}</div>'
