"""NetEase's older article pages: "endText" (2016-2020) and "ep" (2009-2016, GBK)."""
# ruff: noqa: E501 - markup keeps the lines of the pages

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from crawler.demo.pages.netease_parts import ADVERT, body_blocks, graph, head, side, top

if TYPE_CHECKING:
    from crawler.demo.world.publications import Publication


def endtext(one: "Publication", others: Sequence["Publication"]) -> str:
    body = body_blocks(one)
    body.insert(min(2, len(body)), ADVERT)
    related = "".join(f'<li><a href="{other.url}">{escape(other.headline)}</a></li>' for other in others[:3])
    byline = f"　作者：{' '.join(one.authors)}" if one.authors else ""
    shown = f"{one.published_at:%Y-%m-%d %H:%M:%S}"
    text = "\n".join(body)
    return f"""<!DOCTYPE HTML>
<html id="ne_wrap" data-publishtime="{shown}">
<head>
{head(one)}
{graph(one)}
</head>
<body>
{top()}
<div class="post_area clearfix"><div class="post_content_main" id="epContentLeft">
<div class="post_crumb"><a href="http://www.163.com/">网易首页</a> &gt; <a href="http://news.163.com/">新闻中心</a> &gt; <a href="http://news.163.com/domestic/">国内新闻</a> &gt; 正文</div>
<h1>{escape(one.headline)}</h1>
<div class="post_time_source">
 {shown}　来源: <a id="ne_article_source" href="http://paper.example/" target="_blank">{one.source_name}</a>
 <a href="http://jubao.aq.163.com/" target="_blank" class="post_jubao">举报</a></div>
<div class="post_body">
<div class="post_topshare_wrap"><div class="post_tie_top"><a class="post_cnum_tie js-tielink" href="#" title="点击查看跟贴">0</a></div>
<div class="post_topshare"><span class="post_topshare_title">分享到：</span><ul class="post_share"><li><a href="javascript:;"><i></i><span></span>易信</a></li><li><a href="javascript:;">微信</a></li><li><a href="javascript:;">QQ空间</a></li></ul>
<div class="js_qrcode_wrap hidden"><p>用微信扫码二维码</p><p>分享至好友和朋友圈</p></div></div>
<div class="post_size_ctrl"><span class="post_size_t">T</span><a class="post_size_large">+</a><a class="post_size_small">-</a></div></div>
<div class="post_text" id="endText" style="border-top:1px solid #ddd;">
<p class="otitle">（原标题：{escape(one.original_title or one.headline)}）</p>
{text}
<div class="related_article related_special"><div class="hd"><h2>延伸阅读</h2></div><ul>{related}</ul></div>
<p></p>
<div class="ep-source cDGray"><span class="left"><a href="http://news.163.com/"><img src="https://static.ws.126.net/cnews/css13/img/end_news.png" alt="{one.editor}" width="13" height="12" class="icon"></a> 本文来源：{one.source_name}{byline} </span>
<span class="ep-editor">责任编辑：{one.editor}_NN{len(one.headline) + 9000}</span></div>
</div>
<div class="post_btmshare"><span class="post_topshare_title">分享到：</span><ul class="post_share"><li>易信</li><li>微信</li></ul></div></div>
<div class="tie-areas" id="tieArea"><p>跟贴 0 参与 0</p><p>网友评论仅供其表达个人看法，并不表明网易立场。</p></div>
</div>{side(others, "")}</div>
<div class="N-nav-bottom">© 1997-2020 网易公司版权所有 About NetEase 公司简介</div>
</body></html>
"""


def ep(one: "Publication", others: Sequence["Publication"]) -> str:
    body = body_blocks(one)
    body.insert(min(1, len(body)), ADVERT)
    byline = f"　作者：{' '.join(one.authors)}" if one.authors else ""
    related = "".join(f'<li><a href="{other.url}">{escape(other.headline)}</a></li>' for other in others[:6])
    shown = f"{one.published_at:%Y-%m-%d %H:%M:%S}"
    text = "\n".join(body)
    return f"""<!DOCTYPE HTML>
<html>
<head>
{head(one, charset='<meta charset="gb2312" />')}
</head>
<body>
{top()}
<div class="ep-content" id="js-epContent"><div class="clearfix">
<div class="ep-crumb JS_NTES_LOG_FE"><a href="http://www.163.com/">网易首页</a>&gt;<a href="http://money.163.com/">财经频道</a> &gt; 正文</div>
<div class="ep-content-main" id="epContentLeft"><div class="ep-main-bg">
<h1 id="h1title" class="ep-h1">{escape(one.headline)}</h1>
<div class="clearfix"><div class="ep-time-soure cDGray">{shown}　来源: <a id="ne_article_source" href="http://paper.example/" target="_blank" rel="nofollow">{one.source_name}</a></div>
<div class="ep-tie-share"><label class="ep-share-tip">分享到：</label><div class="ep-share-top"><ul class="nt-share14"><li class="nt-share-item"><a href="javascript:;" title="分享到易信"><i></i></a></li></ul></div>
<div class="ep-tie-top"><a class="ep-cnum-tie js-tielink" href="#" title="点击查看跟贴">0</a></div></div></div>
<div id="endText" class="end-text">
{text}
<div class="ep-source cDGray"><span class="left"><a href="http://money.163.com/"><img src="http://img1.cache.netease.com/cnews/css13/img/end_money.png" alt="{one.editor}" class="icon"></a> 本文来源：{one.source_name}{byline} </span>
<span class="ep-editor">责任编辑：{one.editor}_NF{len(one.headline) + 1000}</span></div>
</div>
<div class="ep-keywords"><span>关键词阅读：</span><a href="#">{one.keywords[0]}</a></div>
<div class="extra-tag"><h2>延伸阅读</h2><ul>{related}</ul></div>
<div class="ep-share-bottom">分享到： 已推荐</div>
<div class="tie-area"><p>跟贴 0 参与 0 发贴</p></div>
</div></div></div></div>
<div class="N-nav-bottom">© 1997-2012 网易公司版权所有 About NetEase 公司简介</div>
</body></html>
"""
