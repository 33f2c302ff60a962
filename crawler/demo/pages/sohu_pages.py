"""Sohu's article pages as its templates build them: contentText (GBK, 2012), mp-editor (2020, 2024) and mobile."""
# ruff: noqa: E501 - markup keeps the lines of the pages

import base64
import random
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from crawler.demo.pages.markup import blocks, table

if TYPE_CHECKING:
    from crawler.demo.world.articles import Line
    from crawler.demo.world.publications import Publication

NAV = ("新闻", "体育", "汽车", "房产", "旅游", "教育", "时尚", "科技", "财经", "娱乐")
MORE = ("母婴", "健康", "历史", "军事", "美食", "文化", "星座", "专题", "游戏", "搞笑", "动漫", "宠物")
BACK = (
    '<a href="//www.sohu.com/?strategyid=00001" target="_blank" title="点击进入搜狐首页" id="backsohucom" style="white-space: nowrap;">'
    '<span class="backword"><i class="backsohu"></i>返回搜狐，查看更多</span></a>'
)
NOT_FOUND = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>页面不存在</title></head>
<body><div class="error-404"><p>抱歉，您访问的页面不存在</p><a href="https://www.sohu.com/">返回首页</a></div></body></html>
"""


def page(one: "Publication", others: Sequence["Publication"]) -> str:
    """The page of that publication in its own template."""
    return {"mp2024": _mp, "mp2020": _mp, "sohu-mobile": mobile, "content": _content}[one.form](one, others)


def original_image(one: "Publication", line: "Line") -> str:
    """The image's clear address."""
    if one.form == "content":
        return f"http://photocdn.sohu.com/{one.published_at:%Y%m%d}/Img{int(line.url[:7], 16)}.jpg"
    return f"https://p{int(line.url[0], 16) % 9 + 1}.itc.cn/q_70/images03/{one.published_at:%Y%m%d}/{line.url}.jpeg"


def _mp_body(one: "Publication", *, encrypted: bool) -> str:
    rng = random.Random(one.native_id)

    def render(line: "Line") -> str:
        text = escape(line.text, quote=False)
        if line.kind == "image":
            address = original_image(one, line).removeprefix("https:")
            if encrypted:  # the real pages carry the address encrypted; the clear ones stand in cfgs.imgsList
                return f'<p class="ql-align-center"><img data-src="{base64.b64encode(rng.randbytes(96)).decode()}"></p>'
            return f'<p><img max-width="600" src="{address}" /></p>'
        if line.kind == "caption":
            return f'<p align="center">{text}</p>'
        return f"<p><strong>{text}</strong></p>" if line.kind == "heading" else f"<p>{text}</p>"

    made = blocks(one.lines, render)
    if made[-1].startswith("<p>"):
        made[-1] = made[-1].removesuffix("</p>") + BACK + "</p>"
    else:
        made.append(f"<p>{BACK}</p>")
    return "\n".join(made)


def _mp(one: "Publication", others: Sequence["Publication"]) -> str:
    new = one.form == "mp2024"
    number, mpid = one.native_id.removeprefix("a:"), one.url.rpartition("_")[2]
    shown = f"{one.published_at:%Y-%m-%d %H:%M}"
    tags = "_".join(one.keywords)
    scheme = "https:" if new else "http:"
    images = ",".join(
        f'{{"url":"{original_image(one, line).removeprefix("https:")}","width":800,"height":600}}'
        for line in one.lines
        if line.kind == "image"
    )
    nav = "".join(
        f'<li class="nav-item"><a target="_blank" href="http://{i}.sohu.com/">{name}</a></li>'
        for i, name in enumerate(NAV)
    )
    more = "".join(f"<a href='#'>{name}</a>" for name in MORE)
    source = (
        f'<span data-role="original-link">来源:<a href="http://paper.example/" target="_blank">{one.source_name}</a></span>'
        if one.source_name
        else ""
    )
    area = f'<div class="area"><span>发布于：</span><span>{one.location}</span></div>' if one.location else ""
    hidden = (
        f'<p data-role="original-title" style="display:none">原标题：{escape(one.original_title)}</p>'
        if one.original_title
        else ""
    )
    editor = "" if new else '<p data-role="editor-name">责任编辑：<span></span></p>'
    statement = "平台声明：" if new else "声明："
    allsee = "".join(f'<li><a href="{other.url}">{escape(other.headline)}</a></li>' for other in others[:8])
    groom = "".join(f'<h4><a href="{other.url}">{escape(other.headline)}</a></h4>' for other in others[8:14])
    return f"""<!DOCTYPE html>
<html data-log-pv='{{"mpc":10}}'>
<head>
<script>if (window && window.performance) {{ window.MptcfePerf = {{}}; }}</script>
<title>{escape(one.headline)}_{tags}</title>
<meta http-equiv="Cache-Control" content="no-transform" />
<meta http-equiv="Cache-Control" content="no-siteapp" />
<meta name="copyright" content="Copyright © 2017 Sohu.com Inc. All Rights Reserved." />
<meta name="mediaid" content="{one.account_name}" />
<meta property="og:type" content="news" />
<meta property="og:url" content="www.sohu.com/a/{number}_{mpid}" />
<meta property="og:release_date" content="{shown}" />
<meta itemprop="dateUpdate" content="{shown}" />
<meta itemprop="datePublished" content="{shown}" />
<link rel="canonical" href="{scheme}//www.sohu.com/a/{number}_{mpid}" />
<meta name="keywords" content="{",".join(one.keywords)}" />
<meta name="description" content="{escape(one.body[:90])}" />
<meta property="og:description" content="{escape(one.body[:90])}" />
<meta property="og:title" content="{escape(one.headline)}_{tags}" />
<meta charset="utf-8" />
<script>window.feedbackQuestion = []; var tip = "JS加载错误，请重新加载。";</script>
</head>
<body class="article-page" data-region="141" data-spm="content" data-newsid="{number}">
<div class="wrapper-box">
<header id="main-header" class="error-head"><div class="head-container"><div class="head-nav" data-spm="nav"><ul><li class="index"><a href="http://www.sohu.com"><span class="sohu-logo">搜狐首页</span></a></li>{nav}<li class="nav-item more-nav"><a class="more-tag" href="javascript:void(0)">更多</a><div class="more-nav-box">{more}</div></li></ul></div>
<div class="right head-rihgt"><a href="javascript:void(0)" id="pc-channel-wza-entry">无障碍</a></div></div></header>
<div class="area clearfix" id="article-container">
<div class="column left">
<div class="user-info" id="user-info" data-spm="author"><div class="user-pic"><a href="https://mp.sohu.com/profile?xpt=ZGVtbw=="><img data-src="//p1.itc.cn/avatar.png" alt=""></a></div>
<h4><a href="https://mp.sohu.com/profile?xpt=ZGVtbw==" target="_blank">{one.account_name}</a></h4>
<div class="fox-wrap"><p class="fox-content">由内容质量、互动评论、分享传播等多维度分值决定，勋章级别越高(<span class="fox-grade"></span>)，代表其在平台内的综合表现越好。</p></div>
<dl class="user-num"><dd><span class="value" data-value="1080" data-role="info-article-num"><em class="num">1080</em></span>文章</dd><dd><span class="value" data-role="info-read-num"><em class="num">888万</em></span>总阅读</dd></dl>
<div class="user-more"><a href="https://mp.sohu.com/profile?xpt=ZGVtbw==">查看TA的文章&gt;</a></div></div>
<div class="article-do" id="article-do" data-spm="share"><div class="article-done"><div class="title">评论</div><dl><dd class="comment-do"><a href="#comment_area"><span class="num" data-role="comment-count"></span></a></dd></dl></div>
<div class="share" id="share"><div class="title">分享</div><ul><li>微信分享</li><li>新浪微博</li><li>QQ空间</li><li>复制链接</li></ul></div></div></div>
<div class="left main"><div data-spm="content"><div class="text">
<div class="text-title"><h1>{escape(one.headline)} <span class="article-tag"></span></h1>
<div class="article-info"><span class="time" id="news-time" data-val="{int(one.published_at.timestamp())}000">{shown}</span>
{source}
{area}</div></div>
<article class="article" id="mp-editor">
<!-- 政务处理 -->
{hidden}
{_mp_body(one, encrypted=new)}
<!-- 政务账号添加来源标示处理 -->
{editor}
</article>
<script>(function() {{ function getBrandHtml() {{ return "返回搜狐"; }} }})();</script>
<div class="statement">{statement}该文观点仅代表作者本人，搜狐号系信息发布平台，搜狐仅提供信息存储空间服务。</div>
<div class="bottom-relate-wrap clear type-3"><div class="article-like" id="article-like"></div><div class="read-wrap"><span class="read-num">阅读 (<em data-role="pv" data-val="$articleStat.pv"></em>)</span></div></div>
</div></div>
<div class="article-allsee clear" id="articleAllsee"><div class="title"><span>大家都在看</span></div><div class="allsee-list clear"><ul>{allsee}</ul></div></div>
<div class="god-article-bottom" id="god_bottom_banner"></div>
<div class="comment" id="comment_area"><div id="mp-comment" sid="{number}"></div></div>
<div class="groom-read"><div class="title"><span>推荐阅读</span></div><div class="news-list clear" id="main-news">{groom}</div></div></div>
<div class="sidebar right" id="right-side-bar"><div class="godR" id="god_1"></div><div class="hot-article clear bord" id="hot-news-container"><div id="hot-news"></div></div></div>
</div></div>
<script>
var cfgs = {{
  channel_id: "10", // 频道
  news_id: "{number}",
  media_id: "{mpid}",
  title: "{one.headline}",
  categoryId: "913",
  keywords: "[{", ".join(one.keywords)}]",
  imgsList: [{images}],
  originalStatus: "0",
  displayMode: "0",
  cmsId: $mpNews.cmsId,
}};
window.sohu_mp.article(cfgs);
</script>
</body></html>
"""


def mobile(one: "Publication", others: Sequence["Publication"]) -> str:
    """The page that phones get: the rest of the body stands in a folded part, an advert in between."""

    def render(line: "Line") -> str:
        text = escape(line.text, quote=False)
        if line.kind == "image":
            return f'<p class="image-wrapper"><img class="content-image" data-src="{original_image(one, line)}" src="//statics.itc.cn/sohu-default.png"></p>'
        return f"<p><strong>{text}</strong></p>" if line.kind == "heading" else f"<p>{text}</p>"

    made = blocks(one.lines, render)
    fold = max(1, len(made) // 3)
    shown, hidden = "\n".join(made[:fold]), "\n".join(made[fold:])
    more = "".join(f'<li><a href="{other.url}">{escape(other.headline)}</a></li>' for other in others[:8])
    number, mpid = one.native_id.removeprefix("a:"), one.url.rpartition("_")[2]
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{escape(one.headline)}_手机搜狐网</title>
<meta name="mediaid" content="{one.account_name}">
<meta property="og:title" content="{escape(one.headline)}">
<meta property="og:release_date" content="{one.published_at:%Y-%m-%d %H:%M}">
<meta itemprop="datePublished" content="{one.published_at:%Y-%m-%d %H:%M}">
<link rel="canonical" href="https://www.sohu.com/a/{number}_{mpid}">
</head>
<body>
<header class="header"><a href="/">搜狐</a><a href="/ch/8">新闻</a></header>
<article class="article-main">
<div class="article-content-wrapper">
<h2 class="title-info">{escape(one.headline)}</h2>
<div class="article-info clearfix"><a class="name" href="//m.sohu.com/media/{mpid}">{one.account_name}</a> <span class="time">{one.published_at:%Y-%m-%d %H:%M}</span></div>
<section class="article-content" id="articleContent">
<div class="display-content">
{shown}
</div>
<div class="middle-insert-ad"><a href="#">广告</a></div>
<div class="hidden-content hide">
{hidden}
</div></section>
<div class="look-all" id="artLookAll">展开剩余88%</div>
<footer class="footer-tag-state"><div class="statement-container" id="newStatement">平台声明：该文观点仅代表作者本人，搜狐号系信息发布平台，搜狐仅提供信息存储空间服务。</div></footer>
</div></article>
<section class="recommend"><h3>推荐阅读</h3><ul>{more}</ul></section>
</body></html>
"""


def _content(one: "Publication", others: Sequence["Publication"]) -> str:
    """2012: one `p`, its paragraphs parted by double breaks and indented with full-width spaces."""
    pieces: list[str] = []
    items: list[str] = []
    for line in one.lines:
        text = escape(line.text, quote=False)
        if line.kind == "list_item":
            items.append(f"<li>{text}</li>")
            continue
        if items:
            pieces.append(f"</p><ul>{''.join(items)}</ul><p>")
            items = []
        if line.kind == "image":
            pieces.append(f'<img src="{original_image(one, line)}" alt="" /><br />')
        elif line.kind == "table":
            pieces.append(f"</p>{table(line.text)}<p>")
        elif line.kind == "heading":
            pieces.append(f"　　<strong>{text}</strong><br /><br />")
        else:
            pieces.append(f"　　{text}<br /><br />")
    if items:
        pieces.append(f"</p><ul>{''.join(items)}</ul><p>")
    text = "\n".join(pieces)
    number = one.native_id.removeprefix("n:")
    related = "".join(f'<li><a href="{other.url}">{escape(other.headline)}</a> 12-11-03</li>' for other in others[:6])
    nav = "-".join(f"<a href='http://{i}.sohu.com/'>{name}</a>" for i, name in enumerate((*NAV, "博客", "BBS")))
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html><head><meta http-equiv="content-type" content="text/html; charset=gb2312" />
<meta name="description" content="{escape(one.headline)}" /><meta name="keywords" content="{" ".join(one.keywords)}" />
<title>{escape(one.headline)}-搜狐新闻</title>
<script type="text/javascript">var videoNum = 0; var topicId = 334087882; var newsId = {number};</script></head>
<body><div id="nav" class="area">{nav}</div>
<div id="turn-ad" class="area"><div class="left"><SOHUADCODE></SOHUADCODE></div></div>
<div id="channel-nav" class="area"><div class="left"><a href="http://news.sohu.com/">新闻中心</a><span>&gt;<a href="http://news.sohu.com/guoneixinwen.shtml">国内新闻</a></span></div></div>
<div id="container" class="area"><div class="content-wrapper grid-675"><div class="content-box clear">
<h1>{escape(one.headline)}</h1>
<div class="label-ad clear" id="commentTab"><div class="label"><ul><li class="text-label"><em>正文</em></li><li class="com-label"><em><a href="http://pinglun.sohu.com/s{number}.html">我来说两句<span class="f12">(<span class="red"></span>人参与)</span></a></em></li></ul></div></div>
<div class="time-fun clear"><div class="time-source"><div class="time">{one.published_at:%Y年%m月%d日%H:%M}</div>
<div class="source"><span class="sc">来源：<span id="media_span">{one.source_name}</span></span></div></div>
<div class="function"><ul><li class="print"><a href="javascript:printArticle()">打印</a></li><li class="fontsize"><a href="javascript:void(0)">字号</a><div class="fontsize-layer"><a>大</a>|<a>中</a>|<a>小</a></div></li><li class="transmit_txt"><a href="javascript:void(0)">保存到博客</a></li></ul></div></div>
<SOHUADCODE></SOHUADCODE>
<!-- 正文 -->
<div class="text clear" id="contentText"><p>
{text}
</p>
<script type="text/javascript">//<![CDATA[
media_span_url('http://paper.example/');
//]]></script></div>
<div class="share clear" id="share"><div class="editer">(责任编辑：UN628)</div><ul><li class="share-tt">分享：</li><li class="transmit_txt"><a>[保存到博客]</a></li></ul></div>
<div class="mutu-news"><h2>相关新闻</h2><ul>{related}</ul><div class="more"><a href="#">更多关于 <em>{one.keywords[0]}</em> 的新闻&gt;&gt;</a></div></div>
<div class="mutu-keyWord">相关推荐</div>
<div class="sogouService clear"><a href="http://www.sogou.com/fuwu/"><strong>我要发布</strong></a></div>
</div></div><div class="rightbar-wrapper grid-300"><SOHUADCODE></SOHUADCODE></div></div>
</body></html>
"""
