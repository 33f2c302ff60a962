"""Clutter rules for pages of hosts without a template: what sites say of themselves below a text: disclaimers, terms,
copyright, whom to write to about it.
"""

from typing import Final

from crawler.pages.rules.engine import Rule

STATEMENTS: Final = (
    Rule(
        id="open.disclaimer",
        why="A statement with its own heading: the site speaks, not the writer.",
        seen_on=("own/statements", "pages/qq_article_008"),
        pattern=(
            r"[\[【(（*※\s]{0,3}(?:特别声明|特別聲明|免责声明|免責聲明|版权声明|版權聲明|平台声明|郑重声明|"
            r"重要声明|法律声明|声明|聲明|版权说明|温馨提示|风险提示|溫馨提醒)\s{0,2}[:：】\])）](?s:.*)|"
            r"[\u3400-\u9fff]{2,8}声明[:：](?=(?s:.*)(?:登载|转载|立场|版权|本网|本站|投资建议))(?s:.*)"
        ),
        needs=("声明", "聲明", "版权说明", "提示", "提醒"),
        where="tail",
    ),
    Rule(
        # The terms that a site puts under every text: nothing of the writer's follows them.
        id="open.terms",
        why="The terms under which the site takes over texts; nothing of the writer's follows.",
        seen_on=("own/terms",),
        pattern=(
            r"[※*●■【\[（(\s]{0,4}(?:[\d一二①]{1,2}[、.．）)]?\s?)?凡是?(?:本[网站报刊]|[\u3400-\u9fff]{2,8}(?:网|在线))?"
            r"(?:未?注明|标注)(?:为|有)?.{0,6}(?:来源|稿件|出处|“|\").{0,300}"
        ),
        needs=("凡",),
        rest=True,
    ),
    Rule(
        id="open.not_our_view",
        why="The site disclaims the text's views.",
        seen_on=("own/statements", "pages2/ettoday_article_001"),
        pattern=(
            r"(?s:.{0,160})(?:不代表|并不意味着|不意味著|不等于).{0,30}(?:立场|立場|观点|觀點|看法|意见|赞同|"
            r"认同|本站|本网|本網)(?s:.{0,160})"
        ),
        needs=("不代表", "不意味", "不等于"),
        where="tail",
    ),
    Rule(
        id="open.own_view",
        why="A formula that the text holds its writer's views only.",
        seen_on=("own/statements", "pages2/36kr_article_001"),
        pattern=(
            r"[(（【*\s]{0,3}(?:本文|以上(?:内容|內容|观点)?|文章|该文|此文)(?:内容|观点)?(?:仅|僅|只|纯属|"
            r"純屬)(?:代表|為|为|供|属).{0,60}"
        ),
        needs=("仅", "僅", "只", "纯属", "純屬"),
        where="tail",
    ),
    Rule(
        id="open.copyright",
        why="The site forbids copies of its texts.",
        seen_on=("own/statements", "pages/39net_article_001", "pages2/qbitai_2025"),
        pattern=(
            r"(?s:.{0,120})(?:未经|未經|非經|不得|禁止|谢绝|謝絕|严禁|请勿|請勿)(?s:.{0,40})(?:转载|轉載|转贴|"
            r"摘编|镜像|複製|复制|使用|授权|授權|许可|許可|刊载|刊登|抄袭)(?s:.{0,160})"
        ),
        needs=("转载", "轉載", "摘编", "镜像", "授权", "授權", "许可", "許可"),
        where="tail",
    ),
    Rule(
        id="open.reprint",
        why="How the text may be reprinted.",
        seen_on=("own/statements", "pages/mydrivers_article_001"),
        pattern=(
            r"[(（【*\s]{0,3}(?:如需|欢迎|歡迎|若需|请支持.{0,12})?(?:转载|轉載|转发|引用)(?:本文|文章|时|"
            r"時)?(?:[,，]?\s?(?:请|請|须|務必|需)|必须|时请).{0,80}"
        ),
        needs=("转载", "轉載", "转发", "引用"),
        where="tail",
    ),
    Rule(
        id="open.own_site",
        why="The site's mark of ownership, licence numbers and rights.",
        seen_on=("own/statements",),
        pattern=(
            r".{0,40}(?:专稿|独家稿件|原创作品|原创内容|版权所有|版权归|版權屬|版權所有|版权属于|著作權|"
            r"[Cc]opyright|©|All [Rr]ights [Rr]eserved|ICP备|ICP备案|京公网安备|公网安备|许可证(?:编?号|[:：])|"
            r"必究).{0,200}"
        ),
        needs=(
            "专稿",
            "独家稿",
            "原创作品",
            "原创内容",
            "版权",
            "版權",
            "著作權",
            "opyright",
            "©",
            "ights",
            "ICP",
            "公网安备",
            "许可证",
            "必究",
        ),
        where="tail",
    ),
    Rule(
        id="open.takedown",
        why="Whom to write to about rights.",
        seen_on=("own/statements", "pages2/toutiao_article_006"),
        pattern=(
            r"(?s:.{0,160})(?:侵权|侵權|侵犯|版权(?:(?:和|等|及|或)?其[它他])?问题|侵删|侵刪)(?s:.{0,60})(?:联系|聯繫|聯絡|删除|刪除|告知|"
            r"通知|处理|更正|举报)(?s:.{0,120})"
        ),
        needs=("侵", "版权"),
        where="tail",
    ),
    Rule(
        id="open.advice",
        why="A site's warning that its text is no advice to buy, put below every text on shares.",
        seen_on=("own/stock_site",),
        pattern=(
            r".{0,120}(?:不构成(?:实质性)?投资建议|据此操作|據此操作|风险自担|風險自負|仅供参考|僅供參考|"
            r"入市需谨慎|不作为投资依据|以官方.{0,8}为准).{0,80}"
        ),
        needs=("投资建议", "操作", "自担", "自負", "供参考", "供參考", "入市", "投资依据", "为准"),
        where="tail",
        limit=160,
    ),
)
