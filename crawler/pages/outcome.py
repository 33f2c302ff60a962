"""What a page is that shows no article: a soft 404, a verification page, a list, a gallery, something else."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from crawler.pages.page import Outcome
from crawler.pages.status import BLOCKED, GONE, PARTIAL, is_redirect

_GONE_TITLE: Final = re.compile(
    r"(?:^|[^0-9])404(?:[^0-9]|$)|页面不存在|頁面不存在|页面没有找到|网页不存在|文章不存在|内容不存在|找不到(?:页面|网页|该页|您)|已被?删除|已下线"
    r"|not\s?found|does not exist",
    re.IGNORECASE,
)
_THING: Final = "(?:页面|頁面|网页|網頁|文章|内容|內容|新闻|新聞|帖子|主题|主題|稿件|链接|連結|地址)"
_GONE_TEXT: Final = re.compile(
    rf"(?:您|你)?(?:所?(?:访问|訪問|查看|请求|請求|浏览|瀏覽|查找|指定)|要找)的?{_THING}?[^。]{{0,8}}"
    r"(?:不存在|已?被?(?:删除|刪除)|已?(?:下线|下線|下架)|已失效|已过期|已過期|找不到)"
    rf"|(?:该|該|此|这篇|這篇|指定的?)?{_THING}(?:已经?|已經|可能已?|不存在或已?|因[^，。]{{1,10}})?(?:被(?:作者|发布者|發布者|管理员|管理員|用户|编辑)?(?:自行)?)?"
    r"(?:删除|刪除|下线|下線|下架|不存在|失效|撤回|撤稿|屏蔽|无法(?:查看|显示|访问))"
    r"|404\s?not\s?found|page\s?not\s?found",
    re.IGNORECASE,
)
# The same in a line of its own, above whatever the site offers in the article's place.
_GONE_LINE: Final = re.compile(
    rf"(?:(?:很|非常)?(?:抱歉|对不起|對不起|遗憾|遺憾)|提示(?:信息)?|温馨提示|出错了)?[\s，,：:！!～~]{{0,3}}(?:{_GONE_TEXT.pattern})[^，。]{{0,12}}"
    r"(?:[，,。](?:[^，。]{0,20}(?:返回|跳转|跳轉|首页|首頁)[^，。]{0,12}|(?:请|請)[^，。]{0,20}|无法[^，。]{0,8}))?[。！!.…]{0,3}",
    re.IGNORECASE,
)
_GONE_LENGTH: Final = 60
_BLOCKED: Final = re.compile(
    r"验证码|滑动验证|拖动滑块|安全验证|人机验证|访问(?:过于|太)频繁|访问(?:异常|受限|被拒绝)|请求(?:过于|太)频繁|操作(?:过于|太)频繁|异常流量|请完成验证|请输入验证"
    r"|captcha|are you (?:a )?human|access denied|unusual traffic|checking your browser|security check|verify you are",
    re.IGNORECASE,
)
_LOGIN_TITLE: Final = re.compile(r"登[录陆錄]|^\s*(?:log|sign)[ -]?in\b|单点认证|统一身份认证", re.IGNORECASE)
_LOGIN_TEXT: Final = re.compile(
    r"请先?登[录陆](?:后|以|再)?(?:才能|方可|即可|可以)?(?:继续)?(?:查看|阅读|访问|浏览)|登[录陆]后(?:才能|方可|即可|可以?)(?:继续)?(?:查看|阅读|访问|浏览)"
    r"|(?:log|sign) ?in to (?:continue|view|read|access)",
    re.IGNORECASE,
)
_UPKEEP: Final = re.compile(
    r"(?:系统|网站|服务器?|平台|本站|页面|数据库)(?:正在|暂时|正|例行|停机)*(?:进行)?(?:系统)?(?:停机)?(?:维护|升级|检修|割接)|(?:维护|升级)(?:中|公告)"
    r"|(?:系统|服务器?|网络|页面)(?:当前|暂时|有点|太|开小差|发生)*(?:繁忙|忙|异常|出错|错误|开小差|内部错误)|服务(?:暂时|暂)?(?:不可用|无法使用|停止)"
    r"|(?:请|稍)[^。]{0,4}(?:稍?后|候)(?:再|重)(?:试|来|访问)"
    r"|(?:under|scheduled|down for) maintenance|service (?:is )?(?:temporarily )?unavailable|temporarily unavailable"
    r"|internal server error|bad gateway|gateway time-?out|too busy|try again later",
    re.IGNORECASE,
)
SHORT_PAGE: Final = 800
"""A page that says it is gone or blocked has less text than this, characters."""
BLANK: Final = 10
"""A page with less text than this, characters, shows no article, whatever its template."""

Verdict = tuple[Outcome, str]
"""What a page is, and why."""


def by_status(status: int) -> Verdict | None:
    """The outcome that an HTTP status alone decides, with a detail; None for one under which a page may stand."""
    if status == PARTIAL:
        return Outcome.INCOMPLETE, f"status {status}: a part of the page"
    if 200 <= status < 300:
        return None
    if status in GONE:
        return Outcome.GONE, f"status {status}"
    if status in BLOCKED:
        return Outcome.BLOCKED, f"status {status}"
    if is_redirect(status):
        return Outcome.NOT_ARTICLE, f"status {status}: a redirect"
    return Outcome.BROKEN, f"status {status}"


def by_line(lines: Iterable[str]) -> Verdict | None:
    """The outcome of a page one of whose first lines says, and says nothing else, that the article is gone. `lines`:
    those above the first sentences of a text."""
    for line in lines:
        if len(line) <= _GONE_LENGTH and (found := _GONE_LINE.fullmatch(line)):
            return Outcome.GONE, f"the page says {found[0]!r}"
    return None


def by_words(title: str, text: str) -> Verdict | None:
    """The outcome of a page without an article that says in a few words what it is; None where it does not."""
    if len(text) > SHORT_PAGE:
        return None
    words = f"{title}\n{text}"
    if found := _BLOCKED.search(words):
        return Outcome.BLOCKED, f"the page says {found[0]!r}"
    if found := _GONE_TITLE.search(title) or _GONE_TEXT.search(words):
        return Outcome.GONE, f"the page says {found[0]!r}"
    if found := _LOGIN_TITLE.search(title) or _LOGIN_TEXT.search(words):
        return Outcome.BLOCKED, f"the page says {found[0]!r}"
    if found := _UPKEEP.search(words):
        return Outcome.BROKEN, f"the page says {found[0]!r}"
    return None


_GATES: Final = re.compile(
    # A label of the host, or a part of the path: where portals send those who are to log in or to prove themselves.
    r"(?:passport|log-?(?:in|on)|sign-?in|sso|cas|o?auth2?|accounts?|authorize|authenticate|reg(?:ister)?|urs)\d?"
    r"|(?:user|member|auth|account)_?(?:login|auth)"
    r"|captcha|(?:sec(?:ure|urity)?[-_]?)?(?:verif(?:y|ication)|valid(?:ate|ation))|anti[-_]?(?:spider|robot|bot|crawl(?:er)?)"
    r"|challenge|waf|punish|den(?:y|ied)|access[-_]?denied|forbidden|blocked?|robot(?:[-_]?check)?|human|turing|geetest"
    r"|security[-_]?check|risk(?:[-_]?control)?|_____tmd_____",
    re.IGNORECASE,
)


def by_address(url: str) -> Verdict | None:
    """What a page is to which an article's address led: a login or a verification, by the address's form; or None."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    names = (*host.split(".")[:-2], *(re.sub(r"\.\w{1,5}$", "", name) for name in parts.path.split("/")))
    found = next((name for name in names if _GATES.fullmatch(name)), None)
    return (Outcome.BLOCKED, f"it leads to {host}, a {found!r} page") if found else None


def is_json(text: str, content_type: str | None) -> bool:
    """Whether an answer is JSON, by its type or by its beginning and its end: an error's, where a page should be."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    bare = text.strip()
    return kind.endswith("json") or (
        bare[:1] + bare[-1:] in ("{}", "[]") and re.match(r'[{\[]\s*["\]}{\[\d]', bare) is not None
    )


_NOT_TEXT: Final = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG image",
    b"\xff\xd8\xff": "JPEG image",
    b"GIF8": "GIF image",
    b"PK\x03\x04": "ZIP archive",
    b"\x1f\x8b": "gzip data",
    b"RIFF": "RIFF media",
    b"OggS": "Ogg media",
    b"\x00\x00\x01\x00": "icon",
    b"\x7fELF": "program",
}


_CONTROL: Final = bytes((*range(7), *range(14, 26)))


def by_bytes(data: bytes, content_type: str | None, *, is_wide: bool = False) -> str | None:
    """What the body is if it is no text, or None. The first bytes decide, then the header's type. `is_wide`: it is text
    in UTF-16, whose many NUL bytes are no sign of anything else."""
    for magic, name in _NOT_TEXT.items():
        if data.startswith(magic):
            return name
    kind = (content_type or "").split(";")[0].strip().lower()
    if kind.startswith(("image/", "audio/", "video/", "font/")) or kind in ("application/pdf", "application/zip"):
        return kind
    head = data[:4096]
    control = len(head) - len(head.translate(None, _CONTROL))
    if control > 64 and control > len(head) // 20 and not is_wide and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return "binary data"
    return None
