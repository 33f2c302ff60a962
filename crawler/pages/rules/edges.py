"""Clutter rules for pages of hosts without a template: what mirrors, aggregators and other portals put around a text.

They are looser than the general ones (`crawler.pages.rules.general`), which also serve the templates: nothing tells
where the text of such a page ends but its lines. Each is anchored to a whole line, and what a writer may say in a text
is taken only from the edges (`where`). Alternatives are tried without backtracking (`(?>…)`, `++`), so every rule is
linear.
"""

from typing import Final

from crawler.pages.fields.lexicon import CHIEF_LABELS, EDITOR_LABELS, REVIEW_LABELS, SOURCE_LABELS, each_of, one_of
from crawler.pages.rules.engine import Rule
from crawler.pages.rules.prompts import PROMPTS
from crawler.pages.rules.statements import STATEMENTS

_OPEN = r"[\[【(（〔<＜\s*※●■◆▲△>》-]{0,4}"
_EDITORS = one_of(CHIEF_LABELS, EDITOR_LABELS, REVIEW_LABELS)

ELSEWHERE: Final = (
    Rule(
        id="open.promotion",
        why="An offer for who installs the app, above the text.",
        seen_on=("own/portal_tail", "pages/sina_article_004"),
        pattern=(
            r"(?s:.{0,160})(?:下载|打开|关注|登录|点击).{0,12}(?:客户端|APP|App|公众号|众测).{0,16}(?:专享|"
            r"福利|好礼|优惠|领取|抽奖|红包).{0,40}"
        ),
        needs=("专享", "福利", "好礼", "优惠", "领取", "抽奖", "红包"),
        where="head",
        limit=200,
    ),
    Rule(
        id="open.editor",
        why="The desk names its editor below the text: a field.",
        seen_on=("own/portal_tail", "pages/chinanews_article_001", "pages/yahoo_article_001"),
        pattern=rf"{_OPEN}(?:{_EDITORS})\s{{0,4}}[:：/／丨|][^。！？，]{{0,60}}",
        needs=each_of(CHIEF_LABELS, EDITOR_LABELS, REVIEW_LABELS),
        where="tail",
        field="editor",
    ),
    Rule(
        id="open.source",
        why="Where the site took the text from: a field.",
        seen_on=("own/portal_tail", "pages/yahoo_article_001", "pages2/cjn_article_001"),
        pattern=rf"[\[【(（\s]{{0,3}}(?:{one_of(SOURCE_LABELS)})\s{{0,3}}[:：/][^。！？，]{{0,60}}",
        needs=each_of(SOURCE_LABELS),
        where="tail",
        field="source_name",
    ),
    Rule(
        id="open.original_title",
        why="The headline of the first publication: a field.",
        seen_on=("own/statements", "pages/thepaper_article_001", "pages/thepaper_article_003"),
        pattern=(
            r"[\[【(（〔\s]{0,3}原(?:文)?(?:标题|標題|题|題)(?:为|為|"
            r"是)?\s{0,2}[:：为為]?\s{0,2}[《“「\[]?(?P<original_title>[^。]{2,100}?)[》”」\]]?[\])）】〕。\s]{0,3}"
        ),
        needs=("原标题", "原標題", "原题", "原題", "原文标题"),
    ),
    *STATEMENTS,
    *PROMPTS,
)
"""In the order of precedence, after the general rules."""
