"""Names of people in Chinese credit lines: where one ends and the next begins, and what is no name at all."""

import re

_SURNAMES = frozenset(
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖"
    "姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚汤陶黎温莫易樊乔文安殷颜庄章鲁倪庞邢俞翟蓝"
    "聂齐向申葛柴伍覃骆关焦柳欧祝纪尚毕耿芦左季管符辛苗詹曲欧靳祁路涂兰甘裴梅童翁霍游阮尤岳柯牟滕谷舒卜成饶宁凌盛查单冉鲍华包"
    "屈房喻解蒲卫简时连车项闵邬吉党阳司费蒙席晏隋古强穆姬宫景米麦谈柏瞿艾沙鄢桂窦郁缪畅巩卓褚栾戚全娄甄郎池丛边岑农苟迟保商臧"
    "佘卞虞刁冷应匡栗仇练楚揭师官佟封燕桑巫敖原植邝仲荆储宗楼干苑寇盖南屠鞠荣井乐银奚明麻雍花闻冼木郜廉衣蔺和冀占公门帅利满"
    "逯化伊仝晁暴肖闫付代岩续计丰涂相禹危涵慕宓朴由展"
    "張劉陳楊黃趙吳孫馬鄭羅謝韓許鄧蕭馮蘇葉呂蔣鍾盧陸譚韋賈鄒閻龍萬顧賴賀嚴錢龔湯溫喬顏莊魯龐藍聶齊駱關歐紀畢蘆管靳塗蘭遊嶽"
    "穀饒寧單華衛簡時連車項閔鄔黨陽費談瞿竇鬱繆暢鞏婁叢邊農遲應師聞續計豐鐘範於"
)
_DOUBLE = frozenset(
    (
        "欧阳 太史 上官 端木 司马 东方 独孤 南宫 夏侯 诸葛 尉迟 皇甫 公孙 慕容 司徒 令狐 长孙 宇文 轩辕 闻人 范姜 "
        "歐陽 司馬 東方 諸葛 張簡 尉遲 長孫 公孫"
    ).split()
)
# Where a name that runs into the next word stops: places, and what follows a reporter's name.
_STOP = re.compile(
    r"(?<=[\u3400-\u9fff]{2})(?:北京|上海|天津|重庆|重慶|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|"
    r"山东|河南|湖北|湖南|广东|海南|四川|贵州"
    r"|云南|陕西|甘肃|青海|台湾|台灣|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|台北|臺北|新北|桃園|台中|臺中|台南|"
    r"臺南|高雄|基隆|新竹|嘉義|苗栗|彰化|南投|雲林|屏東|宜蘭|花蓮|台東|澎湖|金門"
    r"|广州|深圳|南京|杭州|武汉|成都|西安|长沙|郑州|济南|青岛|大连|沈阳|哈尔滨|长春|合肥|福州|厦门|南昌|昆明|"
    r"贵阳|南宁|海口|石家庄|太原|兰州|西宁|银川|乌鲁木齐|拉萨|呼和浩特"
    r"|华盛顿|紐約|纽约|伦敦|倫敦|巴黎|东京|東京|莫斯科|首尔|首爾|柏林|华府|華盛頓|综合|綜合|报道|報導|報道|"
    r"编译|編譯|发自|發自|采写|图文|摄影|攝影|摄|攝|专电|专稿|通讯员|实习生|特约|整理|撰文|撰稿"
    r"|大学|大學|中国|中國|教授|博士|主任|记者|記者|讯|訊|电|電|文|图)"
)
_SPLIT = re.compile(r"[\s、,，&;；/／|+＆•·▪]+|和(?=[\u3400-\u9fff]{2,4}$)")
# 约翰·格林: one name, unless both halves are Chinese ones.
_FOREIGN = re.compile(r"([\u3400-\u9fff]{1,6})·([\u3400-\u9fff]{1,8})")
_HAN = re.compile(r"[\u3400-\u9fff]+")
# Words that a credit carries where no person is meant.
_NOBODY = frozenset(
    "未知 佚名 匿名 无名 網絡 网络 网友 互联网 本站 本站原创 原创 转载 整理 综合 綜合 编辑 編輯 小编 小編 "
    "责任编辑 管理员 创始人 站长 系统 admin administrator"
    " root null none undefined unknown 未署名 不详 佚名网络 记者 記者 本报记者 通讯员 实习生 作者 来源 "
    "网站编辑 官方 test user 匿名用户 无 暂无 人 互聯網 本报 本網 本网"
    " 文图 图文 文圖 圖文 編譯 编译 翻譯 翻译 摄影 攝影 摄影师 记者站"
    " 网易 搜狐 新浪 腾讯 凤凰 百度 中心 中心台 時報 新闻 新聞 资讯 资讯网".split()
)
_ORGANISATION = re.compile(
    r"(?:网|報|报|社|台|臺|频道|新闻|新聞|周刊|週刊|杂志|雜誌|公司|中心|日报|晚报|时报|客户端|视频|资讯|"
    r"工作室|编辑部|研究院|集团|電視|电视|媒体|通讯|觀點|财经|科技|体育|娱乐|整理|报道|報導)$"
)


_PLACES = frozenset(
    "高雄 花蓮 苗栗 雲林 金門 連江 南投 宜蘭 屏東 華府 华盛顿 文山 江苏 江蘇 安徽 甘肃 宁夏 云南 万宁".split()
)


def is_name(text: str) -> bool:
    """Whether the text reads as one Chinese person's name: a surname, and one or two characters more."""
    if not 2 <= len(text) <= 4 or not _HAN.fullmatch(text) or text in _PLACES or _ORGANISATION.search(text):
        return False
    if text[:2] in _DOUBLE:
        return len(text) in (3, 4)
    return len(text) <= 3 and text[0] in _SURNAMES and text not in _NOBODY


def is_somebody(text: str) -> bool:
    """Whether a labelled author is a person or a pen name, and not a placeholder, an address or a sentence."""
    return (
        0 < len(text) <= 24
        and text.lower() not in _NOBODY
        and not any(c in "。！？：:；【】<>={}" for c in text)
        and not text.isdigit()
        and any(c.isalnum() for c in text)
    )


def leading_name(text: str) -> str | None:
    """The name that the text begins with, where something follows it without a break: `方敏北京大学经济学院教授`."""
    match = _HAN.match(text)
    if not match:
        return None
    run = match[0][:12]
    if is_name(run) and run[-1] not in "电電摄攝讯訊":
        return run
    stop = _STOP.search(run)
    return run[: stop.start()] if stop and is_name(run[: stop.start()]) else None


def split_names(text: str) -> tuple[str, ...]:
    """The names of a credit's value, in order: split at separators, and at surnames where none are typed.

    `罗科苏盈` gives two names, `康斯坦丁` one. Placeholders (`未知`, `佚名`) are left out.
    """
    whole = _FOREIGN.sub(lambda m: m[0] if is_name(m[1]) and is_name(m[2]) else f"{m[1]}\u2027{m[2]}", text[:120])
    parts = [part.strip(" ()（）[]【】〔〕《》<>").replace("\u2027", "·") for part in _SPLIT.split(whole)]
    if len(parts) > 1 and parts == whole.split() and all(len(part) == 1 and _HAN.fullmatch(part) for part in parts):
        parts = ["".join(parts)]  # 王 伟: one name, spaced out to line up
    parts = _join_spaced(parts, " ".join(whole.split()))
    names: list[str] = []
    for part in parts:
        for name in _split_run(part):
            if name not in names and is_somebody(name):
                names.append(name)
    return tuple(names[:12])


def _join_spaced(parts: list[str], whole: str) -> list[str]:
    """`李 明` typed with a space so that it lines up with three-character names: two single characters are one name."""
    joined: list[str] = []
    for part in parts:
        last = joined[-1] if joined else ""
        if len(part) == len(last) == 1 and last in _SURNAMES and _HAN.fullmatch(part) and f"{last} {part}" in whole:
            joined[-1] += part
        elif part:
            joined.append(part)
    return joined


def _split_run(run: str) -> list[str]:
    if is_name(run) or not _HAN.fullmatch(run) or not 4 <= len(run) <= 9:
        return [run]
    for first in (2, 3):
        head, tail = run[:first], run[first:]
        if is_name(head) and len(tail) >= 2:
            rest = _split_run(tail)
            if all(is_name(name) for name in rest):
                return [head, *rest]
    return [run]
