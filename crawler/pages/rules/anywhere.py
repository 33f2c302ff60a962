"""Clutter rules for short lines on pages of hosts without a template: buttons, counts, pagers, players.

They hold wherever the line stands, not only at the edges of the text.
"""

from typing import Final

from crawler.pages.fields.lexicon import BUTTONS, CHIEF_LABELS, COUNTED, KEYWORD_LABELS, each_of, one_of
from crawler.pages.rules.engine import Rule

_OPEN = r"[\[【(（〔<＜\s*※●■◆▲△>》-]{0,4}"

SHORT: Final = (
    Rule(
        id="open.chief_editor",
        why="The desk names its chief editor, wherever its system puts the line: a field.",
        seen_on=("own/terms", "pages2/mirror_njxfhn_001"),
        pattern=(
            rf"{_OPEN}(?:[^。，！？]{{0,30}}[\s　])?{_OPEN}(?:{one_of(CHIEF_LABELS)})\s{{0,4}}[:：][^。！？]{{0,60}}"
        ),
        needs=each_of(CHIEF_LABELS),
        field="editor",
    ),
    Rule(
        id="open.end_mark",
        why="A mark that the text is over.",
        seen_on=("own/account_copy", "pages/mydrivers_article_001"),
        pattern=(
            r"[\s\-—–=*·•.…(（【\[<＜~～/]{0,8}(?>THE\s?END|The End|E\s?N\s?D|正文已?[结結]束[^。]{0,40}|"
            r"正文完|全文完|本文完|(?:全)?文[终終]|结束)[\s\-—–=*·•.…)）】\]>＞~～/]{0,8}"
        ),
        needs=("END", "End", "E N D", "结束", "結束", "文完", "文终", "文終"),
    ),
    Rule(
        id="open.blue_letters",
        why="Messaging accounts ask to be followed by a tap on their name; copies carry the line along.",
        seen_on=("own/account_copy",),
        pattern=r"(?=.{0,60}(?:关注|關注|订阅|訂閱))(?:[^。]{0,30}(?:蓝字|藍字|蓝色字)|[^。]{0,4}(?:点击|點擊|长按)(?:上方|下方|右上角|标题下))[^。]{0,30}",
        needs=("蓝字", "藍字", "蓝色字", "上方", "下方", "右上角", "标题下"),
        limit=60,
    ),
    Rule(
        id="open.press_here",
        why="A link in the middle of a text that says to press it.",
        seen_on=("own/taiwan_evening", "pages/ltn_article_001"),
        pattern=r"[^。]{0,40}(?:點我|按我|點這裡|點此)(?:加入|訂閱|追蹤|看)[^。]{0,40}",
        needs=("點我", "按我", "點這裡", "點此"),
        limit=80,
    ),
    Rule(
        id="open.tags",
        why="The text's keywords with their label: a field.",
        seen_on=("own/portal_tail", "pages/other_article_001"),
        pattern=rf"[\[【\s]{{0,2}}(?:{one_of(KEYWORD_LABELS)})(?:\s{{0,2}}[:：>＞】]{{1,3}}|\s).{{0,160}}",
        needs=("关键", "關鍵", "標籤", "标签", "ag", "AG"),
    ),
    Rule(
        id="open.neighbours",
        why="Links to the article before and after.",
        seen_on=("own/frames_era",),
        pattern=(
            r"[<«‹\s◄◀]{0,3}(?:上一篇|下一篇|上一則|下一則|上一条|下一条|上一章|下一章|前一篇|后一篇|"
            r"阅读下一篇|没有了)(?:文章|新闻|新聞)?\s{0,2}(?:[:：>»›▶→ ].{0,200})?"
        ),
        needs=("一篇", "一則", "一条", "一章", "没有了"),
    ),
    Rule(
        id="open.pager",
        why="Links between the pages of one article.",
        seen_on=("own/frames_era", "pages/gamersky_article_001", "pages/nownews_article_001"),
        pattern=(
            r"(?=.{0,80}(?:[页頁]|[\[【(（]\s?[12]\s?[\]】)）]|余下全文|1\s2))(?>上一[页頁]|下一[页頁]|"
            r"首[页頁]|尾[页頁]|末[页頁]|前[页頁]|后[页頁]|第?\s?\d{1,3}\s?[页頁]?|共\s?\d{1,3}\s?[页頁]|全文|"
            r"余下全文|阅读全文|在本[页頁]阅读全文|本文导航|文章导航|[\[【(（\]】)）<>«»‹›|/…·.,， :：])++"
        ),
        needs=("页", "頁", "[1]", "[2]", "【1】", "【2】", "(1)", "（1）", "余下全文", "1 2"),
    ),
    Rule(
        id="open.tools",
        why="A row of buttons: share, print, letter size, vote.",
        seen_on=("own/portal_tail", "pages/bcc_article_001", "pages/udn_article_001"),
        pattern=(rf"(?=.*[^\d ])(?>{one_of(BUTTONS)}|Play Video|\d{{1,6}}|[:：+|/｜· ()（）\[\]【】>»▼▲、,，…～~])++"),
        limit=80,
    ),
    Rule(
        id="open.counts",
        why="How often the text was read, liked or answered.",
        seen_on=("own/frames_era",),
        pattern=(
            rf"(?=.{{0,40}}\d)(?:[共已有\s]{{0,3}}\d{{0,8}}[\s万+]{{0,2}}人?)?(?:{one_of(COUNTED)}|主评论|条评论)"
            r"(?:量|数|數|次数|次數)?\s?[:：(（]?\s?[\d,.]{0,12}\s?[万萬+]?\s?[次条條人)）]{0,3}(?:参与|评论|跟帖)?"
        ),
        needs=each_of(COUNTED),
        limit=50,
    ),
    Rule(
        id="open.scan_code",
        why="A picture code asks to be scanned.",
        seen_on=("own/account_copy", "pages2/thepaper_article_006"),
        pattern=(
            r"[^。，]{0,40}(?:扫一扫|掃一掃|扫码|掃碼|扫描|掃描|长按|長按)[^。，]{0,12}(?:二维码|二維碼|图片|"
            r"关注|下载|阅读|分享|赞赏|打开|QR|微信|支付|转账|当前页)?[^。，]{0,30}"
        ),
        needs=("扫一扫", "掃一掃", "扫码", "掃碼", "扫描", "掃描", "长按", "長按"),
        limit=80,
    ),
    Rule(
        id="open.player",
        why="The words of a film player or of an advertisement's frame.",
        seen_on=("own/taiwan", "pages2/ltn_article_002"),
        pattern=(
            r"(?>正在加载|视频加载|视频播放失败|您的浏览器|你的浏览器|很抱歉，当前|当前视频|请刷新|立即刷新|"
            r"错误代码|跳过片头|跳过广告|播放器(?:加载|错误)|时长[:：]\s?\d|Your browser|請繼續往下閱讀|"
            r"請同意我們).{0,60}|[【\[]?(?:ADVERTISEMENT|Advertisement|廣告|广告|推广)[】\]]?|"
            r"\d(?:\.\d{1,2})?[xX]|倍速|超清|标清|高清|蓝光|流畅|清晰度|播放速度[:：].{0,8}|正在为您切换.{0,30}|"
            r"['\"‘“]?正在加载中[.…'\"’”]{0,6}"
        ),
        limit=80,
    ),
    Rule(
        id="open.login",
        why="What must be done, and how to behave, to answer a text.",
        seen_on=("own/frames_era",),
        pattern=(
            r".{0,16}(?:登录|登入|注册|註冊).{0,8}(?:发表|發表|评论|回复|留言|跟帖)[^。]{0,16}|(?:文明上网|"
            r"文明发言|文明發言|请自觉遵守|网友评论仅供|跟帖用户自律|发表您的).{0,80}"
        ),
        needs=("登录", "登入", "注册", "註冊", "文明", "自觉遵守", "网友评论", "跟帖用户", "发表您"),
        limit=110,
    ),
)
"""Of short lines, wherever they stand. They are tried on lines of up to `SHORT_LINE` characters only: most lines of a
text are longer, and cost nothing."""

SHORT_LINE: Final = 200
