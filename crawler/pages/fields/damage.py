"""Damage that a text arrived with, recognised and named as flags. Nothing is repaired here: the text stays as it was.

The repaired reading that search and comparison use is made by `archive.text.fold`.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from archive.text.marks import PINYIN

INJECTED_PINYIN: Final = "injected_pinyin"
MOJIBAKE: Final = "mojibake"
TAG_RESIDUE: Final = "tag_residue"
IMAGES_LOST: Final = "images_lost"
TRADITIONAL: Final = "traditional_script"
TRUNCATED: Final = "truncated"
PAYWALL: Final = "paywall"

FLAGS: Final = (INJECTED_PINYIN, MOJIBAKE, TAG_RESIDUE, IMAGES_LOST, TRADITIONAL, TRUNCATED, PAYWALL)
"""Every flag of this module, in the order in which they are given."""

LOST_IMAGE: Final = re.compile(r"!\[[^\[\]]{0,80}\]\(\s{0,4}\)")
"""A Markdown image without an address: what a dump leaves of an image."""

_TONED: Final = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_TAGS: Final = "strong|span|p|br|b|div|em|section|font|img|li|h[1-6]"
# `?strong>`, `?/p>`: the sign before a tag was cut in half, and took the tag's `<` with it.
_RESIDUE: Final = re.compile(rf"[?？\ufffd]\s?/?(?:{_TAGS})\s?/?>|</?(?:{_TAGS})\s?/?>")
_REPLACED: Final = ("\ufffd", "锟斤拷", "烫烫烫", "屯屯屯")
# UTF-8 read as Latin-1 or Windows-1252: æ–°é—» …
_LATIN: Final = re.compile(r"(?:[\xc3-\xef][\x80-\xbf\u0152-\u0192\u02c6\u02dc\u2013-\u2122]{1,2}){3,}")
# GBK that lost a byte where pinyin was put in: `?qū)` without its opening bracket, then the rest is shifted.
_CUT: Final = re.compile(rf"[\u3400-\u9fff]\?[a-z]{{0,5}}[{_TONED}][a-z]{{0,4}}[)）]")
# UTF-8 read as GBK: these stand for 的, 是, 在, 中, 国.
_AS_GBK: Final = re.compile("鐨勶|鐨[勩刡]|鏄[傘紝]|涓[浗鍥]|鍥藉|鍦[ㄤ鍙]|銆傘|锛[屽屻氱]|浜[嗕唬]")
_LATIN_SIGNS: Final = "ÃÂåäæçèé"
_AS_GBK_SIGNS: Final = "鐨鏄涓鍥鍦銆锛浜"
# A quick look: what may be injected pinyin begins with a bracket, which few lines have.
_SYLLABLE: Final = re.compile(rf"[(（][a-zêüɑɡ]{{0,5}}(?:[{_TONED}]|[\u0300-\u030c]|[)）])")
_PINYIN: Final = re.compile(PINYIN)
_LOOSE_PINYIN: Final = 3

_SAMPLE: Final = 1_000
_TRADITIONAL: Final = re.compile(
    "[這個們來為國說時會對過發後裡種經麼學現當沒動還進樣開從實與將關點無業電話記產報導應該讓長問題體區縣萬]"
)
_SIMPLIFIED: Final = re.compile(
    "[这个们来为国说时会对过发后种经么学现当没动还进样开从实与将关点无业电话记产报导应该让长问题体区县万]"
)

# Characters that only Japanese writes so: a quotation of it is no damage.
_JAPANESE: Final = frozenset(
    "気沢渋円広辺総関経済対応転壱圧囲駅栄塩桜仮価壊懐絵拡覚楽歓観巻陥顔帰犠戯拠挙峡暁駆勲掲茎恵鶏継渓撃厳験県検権顕剣圏倹険"
    "献砕斎剤桟蚕賛残糸歯児湿実釈収縦従焼証称状乗浄剰畳嬢譲醸触嘱寝図粋酔随髄数瀬斉摂窃専浅戦践銭潜繊禅双壮捜挿巣窓蔵臓属続"
    "堕帯滞滝択単担胆団弾断遅昼鋳庁聴鎮点伝党盗灯闘独読届縄弐悩脳覇拝廃売麦発髪抜蛮浜仏払並変舗穂豊没満黙弥訳薬誉揺様謡来頼"
    "覧竜両猟緑隣塁励霊齢恋労楼録湾働込峠畑辻榊笹栃枠匂腺搾凪柾俣塀"
)

_MORE_WORDS: Final = (
    "查看更多|展开全文|展開全文|阅读全文|閱讀全文|查看全文|余下全文|閱讀更多|繼續閱讀|继续阅读|阅读更多|"
    "显示全部|展开阅读全文"
    "|查看原文|打开APP阅读全文|打开APP查看全文|看全文"
)
_MORE: Final = re.compile(rf"(?:点击|點擊|请点击|>)?\s?(?:{_MORE_WORDS})[>》»)）\]】\s.…]{{0,4}}$")
_PAY: Final = re.compile(
    r"(?:剩余|余下|還有|还有|以下)\s?(?:\d{1,3}%|部分|内容|內容).{0,8}(?:付费|付費|订阅|訂閱|会员|會員)"
    r"|(?:付费|付費|会员|會員|订阅|訂閱|登录|登入)(?:后|後|才)?(?:可|即可|能).{0,4}(?:阅读|閱讀|查看|解锁|"
    r"解鎖).{0,3}(?:全文|剩余|余下|完整|全部)"
    r"|(?:本文|此文)[为為]付[费費]|試閱結束|试读结束|[开開]通[会會][员員].{0,6}全文"
)
_ENDED: Final = re.compile(r"[。！？!?…”』」）)\]】》.:：;；—~～*\d]\s{0,2}$")


def find_damage(lines: Sequence[str]) -> tuple[str, ...]:
    """The flags that a body's lines deserve, in the order of `FLAGS`. One odd bracket is no damage: runs are."""
    text = "\n".join(lines)
    flags = []
    if len(_SYLLABLE.findall(text)) >= _LOOSE_PINYIN and len(_PINYIN.findall(text)) >= _LOOSE_PINYIN:
        flags.append(INJECTED_PINYIN)
    if is_mojibake(text):
        flags.append(MOJIBAKE)
    if ">" in text and _has_residue(text):
        flags.append(TAG_RESIDUE)
    if "![" in text and LOST_IMAGE.search(text):
        flags.append(IMAGES_LOST)
    if is_traditional(text):
        flags.append(TRADITIONAL)
    return tuple(flags)


def is_mojibake(text: str) -> bool:
    """Whether a run of the text was read in the wrong encoding, or lost a byte so that what follows is shifted."""
    if any(sign in text for sign in _REPLACED):
        return True
    if any(sign in text for sign in _LATIN_SIGNS) and _LATIN.search(text):
        return True
    if "?" in text and _CUT.search(text):
        return True
    if any(sign in text for sign in _AS_GBK_SIGNS) and len(_AS_GBK.findall(text)) >= 3:
        return True
    return _shifted().search(text) is not None


def _has_residue(text: str) -> bool:
    """Whether a tag's rest stands in the text. Right behind a shifted run it is that run's end, and no damage more."""
    return any(not is_mojibake(text[max(0, m.start() - 40) : m.start()]) for m in _RESIDUE.finditer(text))


def is_traditional(text: str) -> bool:
    """Whether the text is written in traditional characters (a quotation in them is not enough)."""
    sample = text[:_SAMPLE]
    found = len(_TRADITIONAL.findall(sample))
    return found >= 3 and found > 3 * len(_SIMPLIFIED.findall(sample))


def find_truncation(lines: Sequence[str], after: Iterable[str] = ()) -> tuple[str, ...]:
    """`truncated` or `paywall`, where the body stops before its end and a prompt stands for the rest.

    `lines`: the kept lines; `after`: the lines that follow them on the page. A prompt below a text that ends in a full
    stop says nothing: many pages carry all of the text and hide it by CSS.
    """
    last = lines[-1] if lines else ""
    # A sentence that ends the text may speak of such prompts; a rule strips those that end in a full stop.
    prompts = ["" if last.endswith("。") else last, *after][:8]
    if any(len(line) < 120 and _PAY.search(line) for line in prompts):
        return (PAYWALL,)
    cut = _MORE.sub("", last).rstrip() if len(last) < 2000 or last[-12:] else last
    stops_short = bool(cut) and (cut.endswith(("...", "…", "．．．")) or not _ENDED.search(cut[-4:]))
    if stops_short and any(len(line) < 40 and _MORE.search(line[-40:]) for line in prompts[1:]):
        return (TRUNCATED,)
    if cut != last and cut.endswith(("...", "…")):
        return (TRUNCATED,)
    return ()


@cache
def _shifted() -> re.Pattern[str]:
    """Three characters within sixteen that neither common simplified nor common traditional text has.

    Bytes read one off give random characters of GBK, of which two in five are as rare as that; names and classical
    quotations have one, seldom two.
    """
    rare = "".join(chr(code) for code in range(0x4E00, 0x9FA6) if chr(code) not in _JAPANESE and _is_rare(chr(code)))
    return re.compile(f"[{rare}](?:[^\\n]{{0,6}}?[{rare}]){{2}}")


def _is_rare(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        pass
    else:
        return False
    try:
        return character.encode("big5") >= b"\xc9\x40"  # Big5's second level: the 7,652 less common characters
    except UnicodeEncodeError:
        return True
