"""Which words have the form of a name: people by their surname or the sounds of transliteration, places by a list.

All words here are folded.
"""

import re
from importlib import resources
from typing import Final

from archive.text.fold import fold

# The family names of the old primer and those that became frequent since, but for those that begin common words.
SURNAMES: Final = frozenset(
    fold(
        "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛奚范彭郎鲁韦昌马"
        "苗凤方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬傅皮卞齐康伍余元卜顾孟黄穆萧尹姚邵湛汪祁毛禹狄米贝"
        "臧伏戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万柯昝"
        "管卢莫房裘缪宗丁宣贲邓郁杭洪诸左石崔吉钮龚程嵇邢滑裴陆翁荀羊於惠甄曲封芮羿储靳汲邴糜松井段巫乌焦巴弓"
        "牧隗谷侯宓蓬郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄怀蒲邰鄂索咸籍赖卓蔺屠蒙池"
        "乔阴胥苍闻莘党翟谭贡逄姬申扶堵冉宰郦雍却璩桑桂濮牛寿扈燕冀郏浦尚农庄晏柴瞿阎慕连茹习宦艾鱼慎戈廖庾暨"
        "衡耿弘匡寇禄阙欧殳沃蔚越夔隆巩厍聂晁勾敖融冷訾辛阚简饶曾沙丰蒯荆竺权盖桓肖付代闫仝佟岳帅亓佘肇牟苑粟白江"
    )
)
RARE: Final = frozenset(
    fold(
        "水云花安常乐于时平和明计成强支经干解应单包荣家富山车全印宿从能双劳通边温别充容向古易终居步都满国文广东利师那空毋"
        "养鞠须巢关相查后红游逯益公督缑亢况郈有海晋楚法汝鄢涂钦商墨哈谯笪年爱阳言福苟由揭母原代兰银展邸隋郇尧撒隽綦衣矫麦"
        "区冼邝植朴南门尉敬辜来初战修信庹丛迟鹿火仵佀冶岑巨开才招普智朝校次欣正泉泰泽洛浮清玄琴瑞盘直真种税良英茂营蓝里释"
        "野铁镇长问随难雪"
    )
).difference(SURNAMES)
"""Family names that begin common words, too, and rare ones: they make a name only of what stands where names do."""
FREQUENT: Final = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱何郭罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田姜范石姚谭廖邹熊"
    "陆郝孔崔康毛邱秦顾侯邵孟钱汤尹乔贺赖龚"
)
"""Family names that are hardly ever the last character of another word."""
_TITLES = (
    "先生|女士|同志|主席|总统|总理|首相|国王|女王|国务卿|大使|部长|外长|防长|省长|市长|"
    "县长|区长|州长|书记|委员|主任|局长|院长|校长|会长|行长|司令|政委|将军|上将|董事|"
    "总裁|经理|监事|总监|秘书|代表|议长|议员|发言人|被告人|嫌疑人|辩护人|法官|律师|教授|"
    "院士|博士|医生|教练|队长|球员|选手|导演|演员|歌手|作家|副总理|"
    "董事长|总书记|秘书长|检察长|审判长|组长|处长|科长|镇长|乡长|馆长|所长|站长|厂长|台长|社长|庭长|大臣|财长|特首|行政长官|特使|公使|"
    "总督|元首|亲王|王储|教皇|警官|民警|常委|议员|"
    "副主席|当选|聘任|任命|会见|会谈|通话|致电|遗体|逝世|原告|被告|申请人|被执行人|上诉人"
)


def _one_of(words: str) -> re.Pattern[str]:
    return re.compile("|".join(fold(word) for word in words.split("|")))


TITLE: Final = _one_of(_TITLES)
_TITLE_LENGTH: Final = 4
_PARTIES = _one_of("原告|被告|被告人|申请人|被申请人|被执行人|上诉人|嫌疑人|任命|授予")
PARTY: Final = re.compile(f"(?:{_PARTIES.pattern})$")
"""What a person's name follows at once."""
BYLINE: Final = _one_of("记者|通讯员|编辑|作者|摄影|见习|撰文")
"""Behind these, a name says who wrote it down, not whom it is about."""
# Characters that transliterate foreign names, and seldom stand together in other words.
_SOUNDS = frozenset(
    fold(
        "阿埃艾爱奥巴贝比彼宾波伯博布达戴丹德迪蒂杜多厄恩尔法费菲弗夫福盖戈格古哈海赫亨霍基吉加贾杰金卡凯坎科克肯库拉莱兰劳雷里利莉林"
        "隆卢鲁路伦罗洛马玛迈曼梅门蒙米密莫姆纳奈内尼涅努诺欧帕佩彭皮普奇乔切萨塞桑沙施史舒斯索塔泰坦汤特提廷图托瓦万威韦维沃乌伍西希"
        "谢辛休雅亚延叶伊因尤约泽扎詹朱兹佐茨娜丽珍娅什喀琴冈根坚耶鲍鲁罕默申列登敏奎昆穆绍舍钦勒瑟森顿逊翁莎妮黛缪珀腊茹"
        "葛柯梅麦赛蓬昂貌卜茅甘钱哲濑笠沃颂蓬披巴育猜瓜圭玻"
    )
)
# What stands between those in longer names, and in other words as often.
_BETWEEN: Final = fold(
    "大山历安班本别宾东丹道方高华怀黄江力立良明木南年宁平其强青日容山尚胜石松图土文武夏香兴英永于云章真中"
)
_PLACES: Final = frozenset(
    fold(word)
    for line in resources.files(__package__ or "archive.dedup").joinpath("places.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
# How one name is written on either side of the strait, in Hong Kong and by other agencies.
_ALIASES: Final = tuple(
    frozenset(fold(name) for name in names.split("="))
    for line in resources.files(__package__ or "archive.dedup").joinpath("aliases.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for names in line.split()
)
_ALIASED: Final = frozenset(char for names in _ALIASES for name in names for char in name)
_REDACTED: Final = re.compile("([\u3400-\u9fff]?)(?:某[某甲乙丙丁]?|x{1,2}|女士|先生)")
_LANGUAGES: Final = frozenset(
    fold(word)
    for word in (
        "中 汉 英 法 德 俄 日 韩 朝 朝鲜 西 西班牙 葡 葡萄牙 阿 阿拉伯 意 意大利 希腊 荷兰 瑞典 波兰 捷克 匈牙利 "
        "罗马尼亚 保加利亚 塞尔维亚 克罗地亚 阿尔巴尼亚 乌克兰 土耳其 波斯 希伯来 印地 乌尔都 孟加拉 尼泊尔 僧伽罗 "
        "泰 泰米尔 老挝 缅 缅甸 越 越南 柬埔寨 高棉 马来 印尼 印度尼西亚 菲律宾 斯瓦希里 豪萨 蒙古 蒙 藏 维吾尔 维 "
        "哈萨克 哈 彝 壮 乌兹别克 吉尔吉斯 塔吉克 土库曼 世界 拉丁 斯洛伐克 芬兰 丹麦 挪威"
    ).split()
)
_TAILS = ("省", "市", "县", "区", "州", "自治区", "共和国", "合众国", "王国", "联邦", "方", "队")


def is_place(word: str) -> bool:
    """Whether a folded word is a country, province or city, with or without its kind."""
    return word in _PLACES or any(word.endswith(tail) and word[: -len(tail)] in _PLACES for tail in _TAILS)


def is_transliterated(word: str) -> bool:
    """Whether a folded word reads like a foreign name."""
    sounds = sum(char in _SOUNDS for char in word)
    if len(word) < 5:
        return 2 <= len(word) == sounds
    return (
        len(word) <= 20
        and sounds >= 0.6 * len(word)
        and sounds + sum(char in _BETWEEN for char in word) >= 0.8 * len(word)
    )


def is_person(word: str, *, rare: bool = False) -> bool:
    """Whether a folded word has the form of a Chinese person's full name. `rare`: with any family name."""
    if not 2 <= len(word) <= 3 or not all("\u3400" <= char <= "\u9fff" for char in word):
        return False
    return word[0] in SURNAMES or (rare and word[0] in RARE)


def stands_for(word: str, name: str) -> bool:
    """Whether a folded word leaves out what a name tells: 某, 张某, 张女士 for 张玉兰; 某, 女士 for 玉兰."""
    found = _REDACTED.fullmatch(word)
    return found is not None and (not found[1] or name.startswith(found[1]))


def is_language(word: str) -> bool:
    """Whether a folded word names the language of an edition, without 文 or 语 behind it."""
    return word in _LANGUAGES


def is_titled(word: str, text: str) -> bool:
    """Whether a title stands right before a word somewhere in a folded text."""
    at = text.find(word)
    while at >= 0:
        if any(found.end() == at for found in TITLE.finditer(text, max(0, at - _TITLE_LENGTH), at)):
            return True
        at = text.find(word, at + 1)
    return False


def has_person_first(word: str) -> bool:
    """Whether a folded passage begins with what may be a person's full name: 侯娟与被告."""
    return any(is_person(word[:size]) for size in (2, 3) if len(word) >= size)


def are_aliases(word: str, other: str) -> bool:
    """Whether two folded words, or what their texts have not in common of them, are one name in two spellings."""
    if not _ALIASED.issuperset(word):
        return False
    for names in _ALIASES:
        ours = [name for name in names if word in name and 2 * len(word) >= len(name)]
        if ours and any(other in name and 2 * len(other) >= len(name) for name in names):
            return True
    return False
