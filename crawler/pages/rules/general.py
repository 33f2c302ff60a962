"""The general clutter rules: lines that mean the same on every Chinese page. A site's own stand in its file.

Every rule is anchored to a whole line (or to the end of one). What a writer may also say in the middle of a text stands
under `where="tail"`.
"""

from typing import Final

from crawler.pages.rules.engine import Rule

_SOURCE_LINE: Final = (
    r"[（(【\[]?\s?(?:文章|稿件|信息|资料|本文|内容)?(?:来源|转自)\s?[:：丨|]\s?"
    r"(?!网络|互联网|网友|综合|本站|原创)(?P<source_name>[^。，：:）)】\]/]{2,20}?)\s?[)）】\]]?"
)

GENERAL: Final = (
    Rule(
        id="general.original_title",
        why="The headline under which the text first appeared: a field that desks put on top of the body.",
        seen_on=("own/sohu-mp-republished",),
        pattern=r"[（(【\[]\s?原标题\s?[:：]\s?(?P<original_title>.+?)\s?[)）】\]]",
        needs=("原标题",),
    ),
    Rule(
        id="general.source_and_editor",
        why="The desk's line of source, author and editor below the text: fields, not the author's words.",
        seen_on=("own/sohu-mp-republished",),
        pattern=r"本文来源[:：]\s?(?P<source_name>[^:：]*?)\s*(?:作者[:：]\s?(?P<authors>[^:：]*?)\s*)?"
        r"责任编辑[:：]\s?(?P<editor>.*)",
        needs=("本文来源",),
    ),
    Rule(
        id="general.account_statement",
        why="The platform's statement that an account uploaded the text, which the writer did not write.",
        seen_on=("own/sohu-mp-republished",),
        pattern=r"特别声明[:：]\s?以上(?:内容|文章|作品).{0,40}(?:上传并发布|作者本人|信息存储|信息存儲).*",
        needs=("特别声明",),
        flag="user_uploaded",
    ),
    Rule(
        id="general.account_notice",
        why="The platform's English notice that an account, not the desk, published the text.",
        seen_on=("own/sohu-mp-republished",),
        pattern=r"Notice[:：]\s?The content above .{0,80}(?:uploaded|NetEase Hao).*",
        needs=("Notice",),
        flag="user_uploaded",
    ),
    Rule(
        id="general.platform_statement",
        why="The platform disclaims the account's views; its own parts follow.",
        seen_on=("own/netease-dy-platform",),
        pattern=r"(?:平台)?声明[:：]\s?该文观点仅代表作者本人[,，。].*",
        needs=("该文观点",),
        flag="user_uploaded",
        rest=True,
    ),
    Rule(
        # Mirrors that swap synonyms write 查看更加多, 检视更多 and the like.
        id="general.back_to_sohu",
        why="Sohu's own link back to its front page, which ends a text; mirrors put a name of their own in it.",
        seen_on=("own/netease-dy-from-sohu", "pages/sohu_article_009", "pages/sohu_article_012"),
        pattern=(
            r"返回搜狐[,，]?\s?[^\s,，。]{2,8}|"
            r"返回[\u3400-\u9fffA-Za-z]{2,8}[,，]\s?(?:查看|检视|检察|阅读|浏览|了解|看)更(?:加)?[\u3400-\u9fff]{1,3}"
        ),
        needs=("返回",),
        part="end",
        rest=True,
    ),
    Rule(
        id="general.own_work_statement",
        why="An account declares its text to be its own and without warranty, as platforms ask of it.",
        seen_on=("own/netease-post-dy",),
        pattern=r"(?:免责)?声明\s?[:：]\s?(?:本文)?(?:为)?个人原创[,，\s]{0,2}(?:内容)?仅供参考[。.！]?",
        needs=("个人原创",),
        flag="author_statement",
    ),
    Rule(
        id="general.picture_takedown",
        why="A formula about the pictures' rights that accounts put below their texts.",
        seen_on=("own/netease-post-dy", "pages/163_article_010"),
        pattern=r"[（(【*]?\s?(?:声明[:：]\s?)?(?:(?:文中|本文|部分|以上|文章)?(?:内容|图片|图文|配图|素材|图|视频)){0,2}"
        r"(?:均|皆|部分)?(?:来源|来自|源自|源|取自|转自)[于自]?[:：]?\s?(?:于)?(?:互联网|网络)[,，。;；、\s]{0,2}"
        r"(?:版权归[^。，,]{0,12}[,，。;；\s]{0,2})?(?:如有|如|若有|若|有)?侵(?:权|删)?[^。]{0,24}[。.！]?\s?[)）】]?",
        needs=("侵",),
        where="tail",
    ),
    Rule(
        id="general.editor_line",
        why="The desk names its editor below the text: a field, not the author's words.",
        seen_on=("own/sohu-mp-republished",),
        pattern=r"[（(【\[]?\s?责任编辑\s?[:：]\s?(?P<editor>[^。，：:）)】\]]{0,24}?)\s?[)）】\]]?",
        needs=("责任编辑",),
        where="tail",
    ),
    Rule(
        id="general.related_line",
        why="A link to another article with the label of such links before it, in a line of its own.",
        seen_on=("reports/172-inline-related-title", "reports/335-v-inline-related2"),
        pattern=(
            r"[\[【(（〔<《▶►>◆●■★☆※\s]{0,4}(?:更多|延伸|拓展|扩展|相关|相關|推荐|推薦|深度|往期|精彩|热门|熱門|背景|猜你喜欢|點擊|点击){1,2}"
            r"(?:阅读|閱讀|报道|報道|報導|新闻|新聞|文章|链接|連結|推荐|推薦|内容|內容|专题|專題|回顾|回顧|资讯|資訊|视频|影片|影音|好文){0,2}"
            r"(?:[\]】)）〕>》]{1,2}\s?[:：]?|\s{0,2}[:：|｜丨>»▶→/]{1,2})\s?.{2,300}"
        ),
        needs=(
            "阅读",
            "閱讀",
            "报道",
            "報道",
            "報導",
            "新闻",
            "新聞",
            "文章",
            "链接",
            "連結",
            "推荐",
            "推薦",
            "回顾",
            "回顧",
        ),
        linked=0.5,
    ),
    Rule(
        id="general.paywall",
        why="The prompt to pay, or to log in, for the rest of the text.",
        seen_on=("reports/216-paywall", "reports/314-v-paywall-2", "reports/315-v-paywall-3"),
        pattern=(
            r"(?=.{0,80}(?:付费|付費|会员|會員|订阅|訂閱|购买|購買|解锁|解鎖|试读|試讀|试看|登录|登入|VIP))"
            r"(?=.{0,80}(?:全文|[余餘剩]下(?:内容|內容|部分|\d)|剩[余餘]|[还還][有剩]\s?\d|以下(?:内容|內容|部分|为|為)|后续内容|完整(?:内容|內容|文章|报道|報導|版)|"
            r"[付收][费費](?:内容|內容|部分|文章|阅读|閱讀)|[试試][读讀看]\S{0,2}(?:结束|結束|完)|(?:專屬|专享|专属)(?:内容|內容|文章)))"
            r"[^。]{4,90}[。！!]?"
        ),
        needs=(
            "付费",
            "付費",
            "收费",
            "收費",
            "会员",
            "會員",
            "订阅",
            "訂閱",
            "购买",
            "購買",
            "解锁",
            "解鎖",
            "试读",
            "試讀",
            "试看",
            "登录",
            "登入",
            "VIP",
        ),
        where="tail",
        limit=100,
        flag="paywall",
    ),
    # Who wrote it is part of the text, and a field besides.
    Rule(
        id="general.source_line_above",
        why="A line of the source at the beginning: the writer's own in a portal's body, and a field besides.",
        seen_on=("own/netease-dy-platform",),
        pattern=_SOURCE_LINE,
        needs=("来源", "转自"),
        where="head",
        keeps=True,
    ),
    Rule(
        id="general.source_line",
        why="A line of the source at the end: the writer's own in a portal's body, and a field besides.",
        seen_on=("own/netease-dy2019", "pages/163_article_009"),
        pattern=_SOURCE_LINE,
        needs=("来源", "转自"),
        where="tail",
        keeps=True,
    ),
)
