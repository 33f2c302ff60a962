"""Pinyin that a mirror put in brackets after single characters: `產(chǎn)業(yè)`. Found here, removed to compare.

Transcoding mirrors do this to characters that differ between the simplified and the traditional script. The stored text
keeps it; only the comparison form (`archive.text.fold`) and the damage flag use this.
"""

import re

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
# Script a and g stand for a and g in many pinyin tables; a combining tone mark may follow its vowel.
_LETTER = "a-zêüɑɡ"
_MARKS = "\u0300\u0301\u0304\u0308\u030c"
# Syllables that carry no tone mark. Any other word without one is a Latin word: 應用(app).
_NEUTRAL = "men|me|ma|zhe|li|ge|le|ne|de|ba|tou"

PINYIN = re.compile(
    r"[(（](?<=[\u3400-\u9fff\uf900-\ufaff].)"
    rf"(?:[{_LETTER}]{{0,5}}(?:[{_TONED}]|[{_LETTER}][{_MARKS}]{{1,2}})[{_LETTER}{_MARKS}]{{0,5}}|{_NEUTRAL})[)）]"
)
"""One injected syllable with its brackets, right after a Han character. Linear: every repeat is bounded. The
bracket stands first, so that a search goes from one to the next."""
