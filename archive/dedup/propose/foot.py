"""What is no text in any article, whoever prints it: the foot of a page, a publisher's notice about rights, a list of
other articles' beginnings.

A site's own furniture is learnt from its articles (`archive.dedup.propose.furniture`). These words say it of the first
article already. Each form was seen on pages of several sites, and a whole passage must be made of it, not hold it.
"""

import re
from collections.abc import Sequence
from typing import Final

OFFICES: Final = ("编辑", "责编", "校对", "审核", "监制")
"""One of these stands in every credit."""
CREDIT: Final = (
    r"(?:责任编辑|责编|编辑|校对|审核|监制)\s?[:：/／]\s?[\u4e00-\u9fff]{2,4}"
    r"(?:[\s_(（]{0,2}[A-Z]{0,3}\d{2,6}[)）]?)?"
)
"""An editor's credit: office, name of two to four characters, and his number at the house."""

TAIL: Final = 400
"""Characters from the last credit to the end of a page foot, at most: teasers of a column, and rows of links."""
_TEXT: Final = 8
"""Characters that a text before the foot has at least: else the credit stands above the text."""
_LAST_CREDIT: Final = re.compile(rf"(?:进入讨论|我要评论|点击进入)?\s{{0,3}}(?:{CREDIT})")
_COPYRIGHT: Final = re.compile(r"All\s?Rights?\s?Reserved|Copyright\s?(?:©|\(c\)|\d{4})|©\s?\d{4}", re.IGNORECASE)

_ROW: Final = re.compile(
    r"关于我们|关于本站|联系我们|联系方式|广告服务|广告合作|商务合作|招聘信息|诚聘英才|人才招聘|加入我们|网站地图"
    r"|版权声明|法律声明|免责声明|隐私政策|隐私保护|服务条款|用户协议|帮助中心|意见反馈|友情链接|站长统计|设为首页"
    r"|加入收藏|返回首页|返回顶部|版权所有|Copyright|All\s?Rights?\s?Reserved|ICP[备证]|公网安备|增值电信业务|©",
    re.IGNORECASE,
)
_ROW_SHARE: Final = 0.3
"""Of the characters of a row of links, those that are such words."""

_NOTICE: Final = re.compile(
    r"(?:未经|不得|严禁|禁止|谢绝|请勿).{0,40}(?:转载|镜像)"
    r"|(?:不代表|仅代表).{0,16}(?:立场|观点|看法)"
    r"|(?:版权|著作权).{0,12}(?:归|属).{0,24}所有"
    r"|保留.{0,8}权利|追究.{0,12}责任|自负.{0,6}责任"
    r"|真实性.{0,60}(?:保证|承诺|负责|证实)"
    r"|(?:使|刊|采|引|选)用.{0,6}稿件.{0,16}(?:同意|授权|许可)"
    r"|(?:请|可).{0,12}(?:与|同|向).{0,12}(?:联系|反映|反馈)"
    r"|凡.{0,12}注明.{0,30}(?:来源|稿件|作品|转载)"
)
_OURS: Final = re.compile(
    r"本网|本站|本社|本报|本刊|本公司|本平台|本文|本栏目|该文|文章内容|作者本人|作者个人|自媒体|入驻|稿件|转载"
)
"""Beside one of those: what is said of rights is said of this page."""
_BEFORE: Final = 30
_AFTER: Final = 80
"""Characters that stand before and behind such words in a notice at most: else the passage holds something else too."""
_CONTACT: Final = re.compile(
    r"^\W*(?:举报|客服|服务|联系|投稿|新闻|广告|报料|爆料|值班|监督)?(?:热线|电话|邮箱)[\u4e00-\u9fff]{0,4}\s?[:：].{4,120}$"
)
_LICENCE: Final = re.compile(r"ICP[备证]|公网安备|许可证|增值电信业务|备案")
_NOT_HAN: Final = re.compile(r"[^\u4e00-\u9fff]+")
_LICENCE_ROW: Final = 30
"""Han characters that a row of a site's licences holds at most, for each of them."""
_SIGNS: Final = re.compile(
    "转载|版权|稿件|不代表|仅代表|实性|追究|注明|电话|热线|邮箱|权利|镜像|著作权|自负|ights|opyright|于我们|ICP|©"
)
"""One of these stands in every such passage."""

_TEASERS: Final = 4
_TEASER: Final = r"^[^\n]{20,200}(?:\.{3}|(?<!…)…)\s?(?:[【\[(]?(?:详细|全文|更多|阅读全文)[^\n]{0,40})?(?:\n|\Z)"
_TEASER_LIST: Final = re.compile(rf"(?:{_TEASER}){{{_TEASERS},}}", re.MULTILINE)


def has_signs(text: str) -> bool:
    """Whether a text can hold such a passage: quicker than to look closely."""
    return _SIGNS.search(text) is not None


def is_foot(passage: str) -> bool:
    """Whether a passage is a row of a page's foot, or a notice about rights. Pure."""
    if not has_signs(passage):
        return False
    if _is_notice(passage) or _CONTACT.match(passage.strip()) or _is_licences(passage):
        return True
    words = [word[0] for word in _ROW.finditer(passage)]
    if sum(map(len, words)) <= _ROW_SHARE * len(passage.strip()):
        return False
    return len({word.lower() for word in words}) > 1 or _COPYRIGHT.search(passage) is not None


def begin(body: str) -> int:
    """Where the foot of the page begins that a body ends with: at the last editor's credit, if the body ends with a
    copyright row not far behind it and there is a text before it. Else the length of the body. Pure."""
    end = body[-TAIL:]
    if _COPYRIGHT.search(end[-TAIL // 3 :]) is None:
        return len(body)
    credited = [mark.start() for mark in _LAST_CREDIT.finditer(end)]
    place = len(body) - len(end) + credited[-1] if credited else len(body)
    return place if len(body[:place].strip()) >= _TEXT else len(body)


def teasers(body: str) -> list[tuple[int, int]]:
    """The spans of a body that are lists of other articles' beginnings: four lines and more in a row, each cut off with
    dots. Pure."""
    if body.count("...") + body.count("…\n") < _TEASERS:
        return []
    return [found.span() for found in _TEASER_LIST.finditer(body)]


def within(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a place stands in one of the spans."""
    return any(start <= place < end for start, end in spans)


def _is_licences(passage: str) -> bool:
    """A row of the numbers under which a site is licensed: two and more, and hardly a word beside them."""
    licences = len(_LICENCE.findall(passage))
    return licences > 1 and len(_NOT_HAN.sub("", passage)) <= _LICENCE_ROW * licences


def _is_notice(passage: str) -> bool:
    said, ours = _NOTICE.search(passage), _OURS.search(passage)
    if said is None or ours is None:
        return False
    return min(said.start(), ours.start()) <= _BEFORE and len(passage) - max(said.end(), ours.end()) <= _AFTER
