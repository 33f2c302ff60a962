"""Clutter rules for pages of hosts without a template: what asks the reader to do something, and the way around the
site: apps, accounts to follow, links to more, calls for papers, breadcrumbs.
"""

from typing import Final

from crawler.pages.rules.engine import Rule

PROMPTS: Final = (
    Rule(
        id="open.hashtags",
        why="Nothing but tags: the text's keywords as social media write them.",
        seen_on=("own/portal_tail", "pages/mirror_chabaozhi_001"),
        pattern=r"(?>[#＃@][^#＃\s@]{0,24}| )++",
        needs=("#", "＃"),
        where="tail",
    ),
    Rule(
        id="open.breadcrumb",
        why="The way from the front page to this one, above the text.",
        seen_on=("own/frames_era",),
        pattern=(
            r"[\s>»›]{0,3}(?:您?(?:当前|現在|现在|目前)?(?:所在)?的?位置(?:是|为)?|正在浏览|你的位置|"
            r"您的位置)\s{0,3}[:：].{0,160}|(?:首页|首頁|网站首页|主页)\s?[>»›→/＞-].{0,120}"
        ),
        needs=("位置", "正在浏览", "首页", "首頁", "主页"),
        where="head",
    ),
    Rule(
        id="open.number_above",
        why="A bare count in a line of its own above the text.",
        seen_on=("own/frames_era",),
        pattern=r"\d{1,7}",
        where="head",
    ),
    Rule(
        id="open.number_below",
        why="A bare count in a line of its own below the text.",
        seen_on=("own/frames_era",),
        pattern=r"\d{1,7}",
        where="tail",
    ),
    Rule(
        id="open.app",
        why="An invitation to install or open the site's app.",
        seen_on=("own/stock_site", "pages/thepaper_article_003"),
        pattern=(
            r"[^。]{0,40}(?:打开|下载|下載|安装|加入|升级|用)\s?[^。]{0,16}(?:APP|App|app|客户端|客戶端|"
            r"手机版)[^。]{0,40}|[^。]{0,30}(?:尽在|盡在)[^。]{0,12}(?:APP|App|app|客户端|客戶端)|"
            r"[^。]{0,20}(?:APP|App|客户端|客戶端)[^。]{0,12}(?:最新版本|立即更新|全新推出)[^。]{0,60}"
        ),
        needs=("APP", "App", "app", "客户端", "客戶端", "手机版"),
        where="tail",
        limit=80,
    ),
    Rule(
        id="open.app_above",
        why="The name of the site's app or account, alone in the first line: a badge.",
        seen_on=("own/stock_site",),
        pattern=r"[\u3400-\u9fff]{2,8}(?:APP|App|客户端|公众号|视频号|小程序)",
        needs=("APP", "App", "客户端", "公众号", "视频号", "小程序"),
        where="head",
    ),
    Rule(
        id="open.listen",
        why="A button that reads the text aloud.",
        seen_on=("own/stock_site",),
        pattern=(
            r"可以听文章啦[！!]?|(?:点击|點擊|语音|語音|收听|收聽|聆聽|朗读|朗讀|播报)[^。]{0,6}(?:播报|本文|全文|文章|"
            r"新聞|新闻|朗读|朗讀|收听)[^。]{0,12}"
        ),
        needs=("听", "聽", "播报", "朗读", "朗讀"),
        where="head",
        limit=30,
    ),
    Rule(
        id="open.times",
        why="When the page was made or changed, below the text.",
        seen_on=("own/taiwan_evening",),
        pattern=(
            r"(?:建立|更新|发布|發布|發佈|上載|最後更新|最后更新|修改)(?:时间|時間|日期|于|於)?\s?[:：｜|]\s?"
            r"\d[\d:：/.年月日\s-]{3,20}(?:[臺台]北時間|北京时间)?"
        ),
        needs=("建立", "更新", "发布", "發布", "發佈", "上載", "修改"),
        where="tail",
    ),
    Rule(
        id="open.browser",
        why="A complaint about the reader's browser or filter.",
        seen_on=("own/member_wall",),
        pattern=(
            r"(?s:.{0,20})(?:您|你)(?:查看|正在使用|使用|当前)(?s:.{0,30})(?:浏览器|瀏覽器|广告过滤|不完整)(?s:.{0,80})"
        ),
        needs=("浏览器", "瀏覽器", "广告过滤", "不完整"),
        where="tail",
        limit=160,
    ),
    Rule(
        id="open.share_prompt",
        why="An invitation to share, like or keep the text.",
        seen_on=("own/account_copy",),
        pattern=(
            r"(?:快?(?:分享|转发|轉發))[^。，]{0,4}(?:让更多人|給更多人|给更多人|给好友|给朋友|到朋友圈)[^。]{0,20}|"
            r"(?:(?:请|求)?点?个?(?:分享|收藏|点赞|在看|转发|关注|赞)[\s、，,|·和]{0,3}){2,6}[！!~]{0,3}"
        ),
        needs=("分享", "收藏", "赞", "在看", "转发", "轉發", "关注"),
        where="tail",
        limit=60,
    ),
    Rule(
        id="open.asked",
        why="A question to the reader about the text's use, with buttons to answer.",
        seen_on=("own/stock_site",),
        pattern=(
            r"(?:您|你)(?:认为|觉得)[^。]{0,40}(?:相关度|(?:文章|内容)[^。]{0,6}(?:有帮助|有用|如何))[^。]{0,10}[吗？?]{1,2}|"
            r"(?:本文|文章)是否(?:解决|对您|有用)[^。]{0,30}"
        ),
        needs=("认为", "觉得", "是否"),
        where="tail",
        limit=120,
    ),
    Rule(
        id="open.membership",
        why="The invitation to pay for more.",
        seen_on=("own/member_wall",),
        pattern=(
            r"[^。]{0,20}(?:限时免费阅读|付費會員|付费会员)(?s:.{0,80})|推荐进入.{2,12}[,，].{0,80}|"
            r"(?=(?s:.*)(?:畅读|暢讀|解锁|解鎖|建议|建議|立即|欢迎|歡迎))(?s:.{0,60})(?:成为|成為|加入|开通|開通|订阅|訂閱).{0,10}(?:会员|會員|VIP)(?s:.{0,60})"
        ),
        needs=("免费", "會員", "会员", "VIP", "推荐进入"),
        where="tail",
        limit=160,
    ),
    Rule(
        id="open.follow",
        why="An invitation to follow an account or to subscribe.",
        seen_on=("own/taiwan_evening",),
        pattern=(
            r".{0,40}(?:关注|關注|追蹤|訂閱|订阅|加入|添加|搜索|按讚|快加)(?:我们|我們|本站|"
            r".{0,24})?(?:公众号|公眾號|微信号|微信|微博|视频号|头条号|百家号|抖音|粉丝团|粉絲團|粉絲專頁|"
            r"Telegram|LINE|YouTube|电子报|電子報|电邮|电子邮件|简报|频道|頻道|影音).{0,60}"
        ),
        needs=("关注", "關注", "追蹤", "訂閱", "订阅", "加入", "添加", "搜索", "按讚", "快加"),
        where="tail",
        limit=120,
    ),
    Rule(
        id="open.click_here",
        why="A link that says to click.",
        seen_on=("own/member_wall",),
        pattern=(
            r"[\s【\[(（>》▶☞→]{0,4}(?:欢迎点击|点击|點擊|点此|點此|戳|猛戳|进入|前往|快来|我要|請點|请点击|"
            r"猜你喜欢)[^。，；]{0,40}"
        ),
        needs=("点击", "點擊", "点此", "點此", "戳", "进入", "前往", "快来", "我要", "請點", "请点击", "猜你"),
        where="tail",
        limit=60,
    ),
    Rule(
        id="open.more_here",
        why="A link to the original or back to a list.",
        seen_on=("own/account_copy",),
        pattern=(
            r"[\s【\[(（#*>]{0,3}(?:(?:查看|阅读|閱讀)原文|(?:原文|本文|转载)(?:链接|地址)|"
            r"詳細內容)\s?[:：>»]?.{0,100}|[\s【\[(（>《]{0,3}返回.{0,12}(?:首页|首頁|频道|列表|搜狐|顶部|"
            r"上页).{0,10}|[\s【\[(（]{0,3}更多[^。，；]{0,20}[>»＞]{1,3}"
        ),
        needs=("原文", "本文链接", "本文地址", "转载链接", "转载地址", "詳細內容", "返回", "更多"),
        where="tail",
        limit=160,
    ),
    Rule(
        id="open.end_promo",
        why="The site promises more to who follows it.",
        seen_on=("own/member_wall", "pages/cts_article_001", "pages/gamersky_article_001"),
        pattern=(
            r"[(（【\[]?(?:(?:想?了解|想?看|想知道|欲知)?更多|相关资讯|以上就是.{2,40}(?:全部内容|"
            r"全部介绍))[^。！？]{0,60}(?:请|請|敬请|尽在|盡在|欢迎)(?:持续|继续|前往|到)?(?:关注|關注|点击|"
            r"點擊|收藏|登录|访问|下载|进入|進入|上|.{2,10}(?:网|站|频道|专题|APP)).{0,40}|"
            r"(?:如果)?您?(?:喜欢|觉得)(?:这篇|本篇|本文|不错|有用).{0,60}(?:收藏|分享|转发|点赞|点个赞|"
            r"关注).{0,30}"
        ),
        needs=("更多", "相关资讯", "以上就是", "喜欢", "觉得"),
        where="tail",
        limit=160,
    ),
    Rule(
        id="open.contact",
        why="How to reach the site.",
        seen_on=("own/statements",),
        pattern=(
            r"[\s※●★☆◆■·]{0,4}(?>联系方式|聯絡方式|联系我们|客服专线|客服專線|客服热线|服务热线|报料热线|"
            r"爆料热线|举报电话|违法和不良信息举报(?:电话|邮箱)?|投稿邮箱|商务合作|在线留言|"
            r"留言板)\s{0,2}(?:[:：].{0,100})?"
        ),
        needs=("联系方式", "聯絡方式", "联系我们", "客服", "热线", "举报", "投稿邮箱", "商务合作", "留言"),
        where="tail",
        limit=140,
    ),
    Rule(
        id="open.call_for_papers",
        why="The desk invites contributions, tips or advertisers.",
        seen_on=("own/stock_site",),
        pattern=(
            r"(?:寻求报道|商务合作|转载合作|内容合作)[,，:：].{0,40}|.{0,60}(?:投書|投稿|来稿|來稿|赐稿|賜稿|徵稿|征稿|爆料|報料|报料).{0,12}(?:請寄|请寄|信箱|邮箱|"
            r"郵箱|至|[:：]|歡迎|欢迎|熱線|热线).{0,100}|.{0,12}(?:歡迎|欢迎).{0,12}(?:投書|投稿|來稿|"
            r"来稿).{0,100}|[【\[].{0,6}(?:徵稿|征稿|投稿)[】\]]"
        ),
        needs=(
            "寻求报道",
            "合作",
            "投書",
            "投稿",
            "来稿",
            "來稿",
            "赐稿",
            "賜稿",
            "徵稿",
            "征稿",
            "爆料",
            "報料",
            "报料",
        ),
        where="tail",
        limit=200,
    ),
    Rule(
        id="open.back_home",
        why="A link back to the front page that runs on in the last line.",
        seen_on=("own/portal_tail", "pages/qq_article_001"),
        pattern=r"[>》\s]{0,2}返回.{2,8}(?:首页|首頁|频道)[>》»\s]{0,3}",
        needs=("返回",),
        part="end",
    ),
    Rule(
        id="open.reward",
        why="An invitation to tip the writer or to rate the text.",
        seen_on=("own/account_copy",),
        pattern=r"[^。]{0,30}(?:打赏|赞赏|犒劳|文章价值打分|文章观点支持|有价值|没价值)[^。]{0,40}",
        needs=("打赏", "赞赏", "犒劳", "打分", "观点支持", "价值"),
        where="tail",
        limit=60,
    ),
)
