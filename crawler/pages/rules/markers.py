"""What one line is by itself: a sentence of an article, a teaser, the heading of a related list."""

import re
from typing import Final

from crawler.pages.html.blocks import RawBlock
from crawler.pages.html.parse import Element

_MARKER_WORDS: Final = (
    "相关(?:阅读|新闻|报道|文章|推荐|资讯|链接|内容|专题|信息|主题|视频|图片|搜索|帖子|热词|产品|话题|评论|"
    "下载)|相關(?:閱讀|新聞|報導|文章|推薦|連結|影音)"
    "|(?:延伸|拓展|扩展|深度|更多|推荐|推薦|精彩|热点|猜你喜欢的)(?:阅读|閱讀|新闻|新聞|文章|内容|推荐|图文|"
    "图集|报道|報導|影音|內容)+"
    "|(?:热门|熱門|热点|最新|今日|本周|精彩|精选|编辑|編輯|小编|图文|阅读|点击|人气|周|月|日|24小时|48小时|"
    "一周|头条|焦点|频道|站内)"
    "(?:推荐|推薦|资讯|資訊|新闻|新聞|文章|排行榜?|热点|热文|阅读|閱讀|点击|關鍵字|搜索|搜尋|评论|話題|话题|"
    "视频|影音|图集|图片|导读|专题|点閱|點閱|回顾|精选|部推薦|部推荐|要闻|热搜|动态|内容)+"
    "|更多.{2,10}(?:新闻|新聞|报道|報導|文章)"
    "|(?:为|為)[您你](?:推荐|推薦|精选)|猜你喜[欢歡]|大家都在看|你可能(?:还|也)?(?:喜欢|感兴趣|想看).{0,6}|"
    "看了(?:又|还)看|其他人还看了?|网友(?:评论|热评|留言|都在看)"
    "|作者(?:最新|最近|其他)文章|(?:他|她|TA)的(?:文章|最新文章)|往期(?:回顾|推荐|精选|文章|精彩)|新闻(?:排行|"
    "推荐|热点|榜)|與內文相關的連結|与内文相关的链接"
    "|(?:视频|图片|图库|高清图集|精彩图集|幻灯)(?:推荐|新闻|集锦|欣赏)?|专题推荐|热词|热搜(?:榜)?|热评论?|"
    "最新评论|全部评论|精彩评论|网友评论|发表评论|我要(?:评论|跟帖)|评论列表|評論|留言(?:板)?"
    "|聚焦新[闻聞]|熱門(?:影音|點閱|新聞|話題)|(?:你|您)?(?:还|也)?可能(?:会)?感兴趣.{0,6}|赞助商?链接|广告|"
    "推广|合作媒体|友情链接|APP精彩推荐|特别推荐|栏目推荐|产品推荐|推荐(?:商品|产品|视频|专题|栏目)|"
    "新浪理财师推荐|热卖.{0,6}|关于我们"
)


_MARKER: Final = re.compile(
    rf"[\[【(（〔<＜=\s◎●■◆▲☆★※#|"
    rf"]{{0,4}}(?:[\u3400-\u9fff]{{0,6}}?)(?:{_MARKER_WORDS})(?:更多)?\s?[\d()（）]{{0,8}}[\]】)）〕>＞»:：=\s▼↓…★☆]{{0,6}}"
)


_GAPS: Final = re.compile(r"[\s·・|｜/\xa0]")


_MARKER_HINT: Final = re.compile(
    "相关|相關|阅读|閱讀|推荐|推薦|资讯|資訊|新闻|新聞|排行|热|熱|文章|评论|評論|留言|回顾|喜|大家|广告|推广|"
    "链接|連結|精选|精選|焦点|图|看了|感兴趣|专题|导读|关于|话题|視頻|视频|網友"
)


_TEASER: Final = re.compile(r"(?:\.{3}|…{1,2}|\[详细\]|【详细】|\[詳細\])\s*[\])）】]?$")


_TEASER_LENGTH: Final = 12


SENTENCE: Final = re.compile(r"[。！？；][”」』）)】\"']?|[，,].{4,}[，,。]")


MARKER_LENGTH: Final = 28


def is_solid(block: RawBlock) -> bool:
    """Whether the line reads as text of an article: sentences, hardly linked, not cut off."""
    text = block.text
    if len(text) < 25 or block.kind == "image" or block.linked > 0.4 * len(text):
        return False
    # Most sentences have a full stop, which is found sooner than a pattern.
    return ("。" in text or SENTENCE.search(text) is not None) and not (len(text) < 200 and is_cut(text))


def is_cut(text: str) -> bool:
    """Whether the line is a teaser: cut to `…`, or with a link to the rest at its end."""
    return _TEASER.search(text[-_TEASER_LENGTH:]) is not None


def is_marker(text: str) -> bool:
    """Whether the line is the heading of a related list, a ranking, or the comments."""
    if len(text) > MARKER_LENGTH or _MARKER_HINT.search(text) is None:
        return False
    return _MARKER.fullmatch(_GAPS.sub("", text)) is not None


_SAYS: Final = re.compile(
    # Who says it, and the comma or colon behind the verb; or the words with which news goes on, or ends.
    r"(?:^|[，。；])[^，。：:]{1,24}(?:说|說|(?<!不)表示|坦言|称|稱|指出|认为|認為|介绍|介紹|透露|回应|回應|强调|強調|注意到|了解到|获悉|獲悉|发现|發現|解释|解釋"
    r"|补充|補充|写着|寫著|写道|寫道|写明|判决|判決|规定|規定|宣布|承认|承認|提到|显示|顯示|预计|預計)[^，。：:“「]{0,10}[，,：:“「]"
    r"|(?:^|[，。])(?:据悉|據悉|据了解|據了解|据介绍|據介紹|此前|另据|截至|目前|当天|當天|昨日|昨天|今年|去年|同日|随后|隨後|\d{1,4}年|\d{1,2}月|\d{1,2}日)[^。]{4,}"
    r"|^[^，。：:]{0,16}(?:市民|游客|遊客|旅客|网友|網友|居民|考生|家长|家長|消费者|消費者|乘客|群众|村民|学生|學生|患者|球迷|观众|觀眾|公众|公眾|民眾|法院|警方|检方|檢方|被告"
    r"|原告|当事人|當事人)[^，。]{0,8}(?:可|已|也|将|將|需|能|不得|应|應|判|要求|请求)"
)
_SITE_SAYS: Final = re.compile(
    r"^[\[【(（*※\s]{0,3}(?:您|你|请|請|如[有果需]|若|欢迎|歡迎|更多|本文|凡)"
    r"|^[^，。：:]{0,12}(?:声明|聲明|敬告|免责|免責|本网|本網|本站|本刊|本报(?!记者|讯)|本公众号|我们|我們|平台(?!.{0,4}(?:说|称))|作者)"
    r"|^[\s【\[(（]{0,2}.{0,4}(?:提示|提醒|提請)\s?[:：]"
)
# What a site's own words have: whom they address, what they ask for or forbid, for whom they speak.
_ADDRESSES: Final = re.compile(
    r"本[文站网網刊报報号篇]|本公众号|本平台|我[们們]|[您你]|请|請|欢迎|歡迎|敬|如[有果需]|若|违者|違者|必究|声明|聲明|[仅僅]代表|不代表|"
    r"风险|風險|[仅僅]供|参考|參考|掃碼|扫码|扫一扫|长按|点击|點擊|立即|免责|免責|ICP|©|[Cc]opyright|原创|原創|获取|獲取|更多|会员|會員|推荐|推薦|感谢|感謝|"
    r"(?:侵权|侵權)[^。]{0,12}(?:联系|聯[繫絡]|告知|处理)|版[权權](?:所有|[归歸]原?(?:作者|.{0,8}[网網报報社站])所有)|"
    r"(?:不得|禁止|请勿|請勿|谢绝|謝絕|严禁|嚴禁)|(?<!被)(?:转载|轉載|摘编|转贴)(?![了的])|"
    r"^[^，。]{0,6}(?:关注|關注|搜索|添加|加入|下载|下載|打开|打開|订阅|訂閱|扫描|登录|登入|投稿|爆料)"
)
_TAKEN: Final = re.compile(r"被[^，。]{0,12}(?:转载|轉載|复制|複製|抄袭|抄襲)")
_REPORTED: Final = 15


def is_reported(text: str) -> bool:
    """Whether a line that has a clutter rule's words is a news text's last sentence all the same: it ends in a full
    stop and tells what somebody says or does, or the site neither speaks of itself nor addresses its readers."""
    return tells(text) or (_is_sentence(text) and _ADDRESSES.search(_TAKEN.sub("", text)) is None)


def tells(text: str) -> bool:
    """Whether the line is a sentence that tells what somebody says, did or can do."""
    return _is_sentence(text) and _SAYS.search(text) is not None


def _is_sentence(text: str) -> bool:
    ends = text.endswith(("。", "。”", "。」", "！", "？"))
    return ends and len(text) >= _REPORTED and _SITE_SAYS.match(text) is None


# What a site says of itself, to whomever.
# Every alternative begins with a character of its own: the search then passes by what none of them begins with.
_FURNITURE: Final = re.compile(
    r"版权所有|版權所有|著作權|ICP|公网安备|许可证|不良信息|举报(?:电话|邮箱)|All [Rr]ights|Copyright|copyright|©"
    r"|Cookie|cookie|隐私|隱私|浏览器|瀏覽器|JavaScript|未[经經][^。]{0,12}(?:授权|授權|许可|許可|同意)"
    r"|非經[^。]{0,12}(?:授权|授權|许可|許可|同意)"
    r"|不得(?:转载|轉載)|请勿(?:转载|轉載)|請勿(?:转载|轉載)|禁止(?:转载|轉載)|加载|載入"
    r"|主办单位|主管单位|主办：|技术支持|联系电话|聯絡電話|客服|热线|分辨率|请检查网络|刷新|客户端|扫码|扫一扫"
    r"|登录|登入|注册|註冊|会员|意见反馈"
)
_FURNITURE_LENGTH: Final = 160
_INFO: Final = re.compile(
    r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}"
    r"|^[\s\[【(（]{0,2}(?:来源|來源|作者|编辑|編輯|责任编辑|责编|时间|時間|发布|發布|记者|关键词|标签)\s?[:：]"
)
_INFO_LENGTH: Final = 80


def is_furniture(text: str) -> bool:
    """Whether the site speaks of itself: its rights, licences, cookies, apps, and what the reader's browser lacks. A
    text may have such sentences; a page that has no others has no text."""
    return len(text) < _FURNITURE_LENGTH and _FURNITURE.search(text) is not None


def is_info(text: str) -> bool:
    """Whether the line is one of time and source, which has a sentence's marks and is none."""
    return len(text) < _INFO_LENGTH and "。" not in text and _INFO.search(text) is not None


def names(element: Element) -> str:
    """The element's class and id."""
    return f"{element.get('class') or ''} {element.get('id') or ''}"
