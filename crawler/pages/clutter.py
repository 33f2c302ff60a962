"""The general clutter rules: lines that mean the same on every Chinese page. A site's own stand in its file.

Every rule is anchored to a whole line. A line in the middle of a text may say the same words and mean them, so what can
be body stands under `where="tail"`.
"""

from typing import Final

from crawler.pages.rules import Rule

GENERAL: Final = (
    Rule(
        id="general.source_disclaimer",
        pattern=r"[（(\[【]?(?:(?:以上|文中|部分|本文|文章)?(?:图片?|图文|配图|素材|内容|文字|视频)[^。，]{0,8})?(?:来源|来自|源自|源)"
        r"[于自]?[:：]?\s?(?:网络|互联网)[^。]{0,6}[，,。；\s]?\s?(?:如有|如|若有|若)?(?:侵权|侵)[^。]{0,30}[。！]?[)）\]】]?",
        needs=("侵",),
        where="tail",
    ),
)
