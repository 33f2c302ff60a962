"""Invented texts that go through every step of the comparison form, and what each step makes of them.

`comparison_form.json` holds the digests of every version so far. After a change that is meant, raise
`archive.text.version.VERSION` and write its digests down: `python -m tests.archive.ingest.comparison_form`.
"""

import json
import sys
from hashlib import blake2b
from pathlib import Path

from archive.dedup.fingerprints import fingerprint
from archive.text.fold import fold
from archive.text.tokens import tokens
from archive.text.version import VERSION

FILE = Path(__file__).with_suffix(".json")


def _characters(count: int) -> str:
    """So many characters that follow no pattern, in lines: no story of the demo portal, whose grammar may change."""
    return "\n".join(
        "".join(chr(0x4E00 + place**3 * 31 % 20011) for place in range(start, min(start + 60, count))) + "。"
        for start in range(0, count, 60)
    )


TEXTS = {
    "nothing": "",
    "no letters": "，。！ \n——",
    "shorter than a shingle": "稀土",
    "plain": "港口今年的吞吐量比去年多了一成。\n码头工人说，夜班也排满了。",
    "width": "Ｒａｒｅ　Ｅａｒｔｈ　１２％，ﾊﾝｶｸ",
    "case": "GPT-5 与 ǅ、ß、İ、Σς",
    "accents": "Café, naïve, Ångström; cafe\u0301; Việt Nam; й ё",
    "several in one": "㎡与½，ﬁ ﷺ ㍿ ㏂ Ⅻ ①",
    "variants": "裏面與裡面，産業與產業，爲為为，台臺颱檯，髮發发，乾幹干，戸戶户，𠮷吉，葉叶，着著",
    "compatibility characters": "\uf900\uf9d1\u2f00\u2e80\U0002f800",
    "beyond the first plane": "𠀀𠮷野家𪚥\U00030000",
    "Korean, kana, Cyrillic": "한국 경제、カタカナ、ひらがな、Новости",
    "digits of other scripts": "١٢٣ १२३ ๑๒๓ ² ₂",
    "pinyin in brackets": "產(chǎn)業(yè)鏈，他們(men)說，協(xie\u0301)議，戶（hù），手機應用(app)",
    **{
        f"pinyin without a tone, {syllable}": f"他们({syllable})说"
        for syllable in "men me ma zhe li ge le ne de ba tou".split()
    },
    "pinyin, bare": "產chǎn業yè鏈",
    "pinyin in other brackets": "產[chǎn]業[yè]鏈[liàn]",
    "pinyin with digits": "产(chan3)业(ye4)链(lian4)",
    "pinyin without tones": "产(chan)业(ye)链（lian）",
    "pinyin, too little of it": "产(chan)业(ye)链",
    "pinyin, torn": "產(?ǎn)業(??è)鏈",
    "bopomofo": "產ㄔㄢˇ業ㄧㄝˋ",
    "ruby": "<ruby>漢<rp>(</rp><rt>hàn</rt><rp>)</rp></ruby>字",
    "tags": '<p class="a">第一段<strong>重點</strong><br/>完</p> strong> 残标签 p>',
    "not tags": "3<5 且 7>6，<你好>",
    "styles": '<p style="margin: 0px; color: red;">字</p> font-size: 12px; line-height: 2em; 余下',
    "entities": "甲&nbsp;乙&amp;丙&ldquo;丁&#12;戊&unknownname;",
    "escaped characters": "&#20013;&#x56FD;\\u7a00\\u571f&#189;\\ud83d",
    "addresses": "見https://example.com/a?b=c 和 www.example.com/稿 ，http://x",
    "image marks": "![图](https://x.example/1.png)圖說，[原文](https://x.example/1)",
    "spaces and joints": "零\u200b寬\ufeff空格·間隔號•点\u00ad连\u3000全角\u00a0不断",
    "surrogates": "\ud800稀\udfff土\ud83d\ude00",
    "symbols": "🙂 ★ © ™ ℃ № ℡ ㊗ 🈶 🄰",
    "controls": "甲\x00乙\x07丙\x85丁\u2028戊",
    "Latin words": "Rare Earth prices rose 3.5% in Q2 " + "x" * 70,
    "a list of one line": "同一句话。" * 40,
    "an article": _characters(800),
    "a long text": _characters(20_000),
    "every character alone": "\n".join(map(chr, range(0x110000))),
}


def made(text: str) -> dict[str, str]:
    """What is computed from a text and kept, each as a short digest."""
    its = fingerprint(text)
    parts = {
        "folded": fold(text),
        "tokens": tokens(text),
        "digest": f"{its.digest} {len(its.folded)}",
        "shingles": str(its.kept),
        "signature": its.signature.hex(),
        "passages": str([(its.passages, its.left_out)]),
    }
    return {
        name: blake2b(value.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
        for name, value in parts.items()
    }


def written() -> dict[str, dict[str, dict[str, str]]]:
    """By version and text, what `made` gave when that version was written down."""
    found: dict[str, dict[str, dict[str, str]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    known = written() if FILE.exists() else {}
    if str(VERSION) in known:
        sys.exit(f"version {VERSION} is written down already: raise archive.text.version.VERSION")
    known[str(VERSION)] = {name: made(text) for name, text in TEXTS.items()}
    lines = []
    for version, texts in known.items():
        rows = [f'  "{name}": {json.dumps(digests)}' for name, digests in texts.items()]
        lines.append(f'"{version}": {{\n' + ",\n".join(rows) + "\n}")
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
