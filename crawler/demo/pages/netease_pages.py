"""NetEase's article pages of today: the desk's, the accounts', and what phones get; older ones stand beside."""
# ruff: noqa: E501 - markup keeps the lines of the pages

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from crawler.demo.pages import netease_old_pages
from crawler.demo.pages.markup import blocks
from crawler.demo.pages.netease_parts import body_blocks, graph, head, original_image, side, top

if TYPE_CHECKING:
    from crawler.demo.world.articles import Line
    from crawler.demo.world.publications import Publication


def page(one: "Publication", others: Sequence["Publication"]) -> str:
    """The page of that publication in its own template; `others` fill the recommendations."""
    return {
        "post-news": _post,
        "post-dy": _post,
        "mobile": mobile,
        "endtext": netease_old_pages.endtext,
        "ep": netease_old_pages.ep,
    }[one.form](one, others)


def _recommendations(others: Sequence["Publication"]) -> str:
    first = "".join(
        f'<li class="post_recommend"><a class="post_recommend_img" href="{one.url}?f=post2020_dy_recommends"><img src="" alt="{escape(one.headline)}"></a>'
        f'<h3><a class="post_recommend_title" href="{one.url}?f=post2020_dy_recommends">{escape(one.headline)}</a></h3>'
        f'<p class="post_recommend_info">{one.source_name or one.account_name or ""}<span class="post_recommend_time">{one.published_at:%Y-%m-%d %H:%M:%S}</span></p></li>'
        for one in others[:8]
    )
    hot = "".join(
        f'<li><a href="{one.url}?f=post1603_tab_news">{escape(one.headline)}</a></li>' for one in others[8:14]
    )
    return f"""<div class="post_recommends js-tab-mod" data-event="click">
<div class="post_recommends_titles"><div class="post_recommends_title">相关推荐</div><div class="post_recommends_title">热点推荐</div></div>
<ul class="post_recommends_list">{first}</ul>
<div class="post_recommend_news_hot"><ul class="post_recommend_new">{hot}</ul><span>2025-11-21 23:44:49</span></div></div>"""


def _post(one: "Publication", others: Sequence["Publication"]) -> str:
    account = one.form == "post-dy"
    shown = f"{one.published_at:%Y-%m-%d %H:%M:%S}"
    media = f"https://www.163.com/dy/media/T{1600000000000 + len(one.source_name or '') * 7919}.html"
    crumb = (
        '<a href="https://www.163.com/">网易首页</a> &gt; <a href="https://dy.163.com/">网易号</a> &gt; 正文'
        ' <a class="to_reg" href="https://dy.163.com/wemedia/index.html">申请入驻</a>'
        if account
        else f'<a href="https://www.163.com/">网易首页</a> &gt; <a href="https://{one.channel}.163.com/">网易新闻</a> &gt; 正文'
    )
    source = (
        f'<a href="{media}">{one.source_name}</a>'
        if account
        else f'<a href="https://paper.example/">{one.source_name}</a>'
    )
    otitle = f'<p class="otitle">（原标题：{escape(one.original_title)}）</p>' if one.original_title else ""
    wrapper = (
        f'<div class="wrapper clearfix" id="contain" data-wemediaid="W100" data-docid="{one.native_id}" data-ptime="{shown}" data-hidead="false">'
        if account
        else '<div class="container clearfix" id="container" data-hidead="false">'
    )
    foot = (
        '<div class="post_statement"><span class="bg"></span>'
        "<p>特别声明：以上内容(如有图片或视频亦包括在内)为自媒体平台“网易号”用户上传并发布，本平台仅提供信息存储服务。</p>"
        "<p>Notice: The content above (including the pictures and videos if any) is uploaded and posted by a user of NetEase Hao, "
        "which is a social media platform and only provides information storage services.</p></div>"
        if account
        else f'<div class="post_author"><a href="https://news.163.com/"><img src="https://static.ws.126.net/cnews/css13/img/end_news.png" alt="{one.editor}"></a>\n'
        f" 本文来源：{one.source_name}&nbsp;&nbsp;责任编辑： {one.editor}_NB{len(one.headline) + 2000}</div>"
    )
    card = (
        f'<div class="post_wemedia"><div class="post_wemedia_name"><a href="{media}">{one.account_name}</a></div><div class="post_wemedia_title">说说身边的事</div>'
        '<div class="post_wemedia_info"><span>1578文章数</span><span>559关注度</span></div><div class="post_wemedia_t">往期回顾 <a href="#">全部</a></div></div>'
        if account
        else ""
    )
    body = "\n".join(body_blocks(one, ids=account))
    return f"""<!DOCTYPE html>
<html id="ne_wrap" data-publishtime="{shown}" data-category="国内">
<head>
{head(one)}
{graph(one)}
<link rel="canonical" href="{one.url}" />
<meta name="mobile-agent" content="format=html5; url={one.aliases[0]}" />
<script>window.NTESCommonNavigator = {{}}; var jsLoadFail = "JS加载错误";</script>
<style>.post_body p {{ text-indent: 2em; }}</style>
</head>
<body>
{top()}
{wrapper}
<div class="post_main">
<div class="post_crumb">{crumb}<div id="netease_search"></div></div>
<h1 class="post_title">{escape(one.headline)}</h1>
<!-- 来源 -->
<div class="post_info">
 {shown}　来源: {source}
 <img src="https://static.ws.126.net/163/f2e/dy_media/static/images/ipLocation.f6d00eb.svg" style="vertical-align: top;"> {one.location}
 <a href="https://www.163.com/special/0077jt/tipoff.html" target="_blank" class="post_jubao">举报</a></div>
<div class="post_content" id="content" data-cover="">
<div class="post_top"><div class="post_top_tie"><a class="post_top_tie_icon" href="#post_comment_area" title="快速发贴"></a><a class="post_top_tie_count js-tielink" href="https://comment.tie.163.com/{one.native_id}.html">0</a></div>
<div class="post_top_share"><span class="post_top_share_title">分享至</span><ul class="post_share"><li class="share_weixin"><a href="javascript:;"><i title="分享到微信"></i></a></li></ul>
<div class="js_qrcode_wrap hidden" id="js_qrcode_top"><p>用微信扫码二维码</p><p>分享至好友和朋友圈</p></div></div></div>
<div class="post_body">
{otitle}
{body}
<div style="height: 0px;overflow:hidden;"><img src="https://static.ws.126.net/163/f2e/product/post_nodejs/static/logo.png"></div>
</div>
{foot}
</div>
<div class="tie-areas post_comment" id="post_comment_area"><div id="tieArea"><h3>网易跟贴</h3><p class="tie-reminder">网友评论仅供其表达个人看法，并不表明网易立场。</p></div></div>
<div class="post_next" data-ptime="2025-11-21 09:00:00"><a href="{others[0].url}">阅读下一篇 {escape(others[0].headline)}</a></div>
{_recommendations(others)}
</div>
{side(others, card)}
</div>
<div class="N-nav-bottom"><div class="N-nav-bottom-main">© 1997-2025 网易公司版权所有 <a href="#">About NetEase</a> 公司简介 不良信息举报</div></div>
<script>var config = {{"productKey": "a2869674571f77b5a0867c3d71db5856", "docId": "{one.native_id}"}};</script>
</body></html>
"""


def mobile(one: "Publication", others: Sequence["Publication"]) -> str:
    """The page that phones get."""

    def render(line: "Line") -> str:
        text = escape(line.text, quote=False)
        if line.kind == "image":
            return (
                f'<figure class="m-photo"><div class="s-wrap js-article-photo"><img class="image-lazy" alt="" src="https://static.ws.126.net/163/frontend/images/2022/empty.png" '
                f'data-src="{original_image(one, line)}"></div><div class="s-tip js-open-app">打开网易新闻 查看精彩图片<i class="icon-arrow"></i></div></figure>'
            )
        return f"<p><b>{text}</b></p>" if line.kind == "heading" else f"<p>{text}</p>"

    more = "".join(
        f'<li class="recommend-item"><a href="{other.url}"><article><h4>{escape(other.headline)}</h4><div class="s-info"><span class="s-source">网易号</span> 281跟贴</div></article></a></li>'
        for other in others[:10]
    )
    hot = "".join(f"<li><a href='#'>{escape(other.headline[:14])}</a></li>" for other in others[10:14])
    name = one.account_name or one.source_name
    editor = f"责任编辑：{one.editor}_NX{len(one.headline) + 4000}" if one.editor else ""
    when = one.published_at.isoformat(timespec="seconds")
    body = "\n".join(blocks(one.lines, render))
    return f"""<!DOCTYPE html>
<html lang="en" data-publishtime="{one.published_at:%Y-%m-%d %H:%M:%S}" data-id="{one.native_id}" data-keys="{",".join(one.keywords)}" data-category="国内">
<head><meta charset="utf-8">
<title>{escape(one.headline)}|{"|".join(one.keywords)}_手机网易网</title>
<meta name="keywords" content="{",".join(one.keywords)}">
<meta property="og:title" content="{escape(one.headline)}_手机网易网">
<meta property="article:author" content="{name}">
<meta property="article:published_time" content="{when}">
<link rel="canonical" href="{one.url}">
<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle","headline":"{one.headline}","datePublished":"{when}","author":{{"@type":"Organization","name":"{name}"}}}}</script>
</head>
<body class="article">
<header class="header"><nav class="topNav"><a class="s-back" href="/">网易</a><a class="s-channel" href="/touch/news">新闻</a><a class="s-comment" href="#"><span class="s-count">0</span></a></nav></header>
<main class="main js-main"><article class="article js-article">
<header><h1 class="article-title">{escape(one.headline)}</h1>
<section class="article-info"><div class="s-author"><address><a class="author-homePage" href="/news/sub/T1600000000000.html">{name}</a></address>
<div class="s-time"><time datetime="{one.published_at:%Y-%m-%d %H:%M}">{one.published_at:%Y-%m-%d %H:%M}</time><span>·{one.location}</span></div></div>
<aside class="s-comment js-article-comment"><a href="#"><span class="js-article-commentCount">0</span></a></aside></section></header>
<section class="article-body js-article-body">
{body}
</section>
<footer class="article-footer"><div class="s-info">{editor}</div></footer>
</article>
<section class="main-openApp js-open-app">打开网易新闻体验更佳</section>
<section class="hot-search"><h3>热搜</h3><ul>{hot}</ul></section>
<section class="comment"><h3>热门跟贴</h3><div class="comment-link"><div class="js-open-app">打开APP发贴</div><a href="#"><span>0</span>条跟贴</a></div></section>
<section class="recommend js-recommend"><h3>相关推荐</h3><ul class="js-recommend-wrap">{more}</ul></section>
<aside class="floatMenu"><a>回到顶部</a><a>回到首页</a></aside></main>
<script>window.__INITIAL_STATE__ = {{"docId":"{one.native_id}","isPaid":false}};</script>
</body></html>
"""
