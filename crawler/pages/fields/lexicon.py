"""The words by which a page says what it is: people, places, media, labels, buttons. Each list stands here once.

Words of one list are parted by spaces and stand in both scripts, since a page is read as it is written. What a list is
for is said below it. `words` makes a pattern with lists in it.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

# ---- people

SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖"
    "姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚汤陶黎温莫易樊乔文安殷颜庄章鲁倪庞邢俞翟蓝"
    "聂齐向申葛柴伍覃骆关焦柳欧祝纪尚毕耿芦左季管符辛苗詹曲靳祁路涂兰甘裴梅童翁霍游阮尤岳柯牟滕谷舒卜成饶宁凌盛查单冉鲍华包"
    "屈房喻解蒲卫简时连车项闵邬吉党阳司费蒙席晏隋古强穆姬宫景米麦谈柏瞿艾沙鄢桂窦郁缪畅巩卓褚栾戚全娄甄郎池丛边岑农苟迟保商臧"
    "佘卞虞刁冷应匡栗仇练楚揭师官佟封燕桑巫敖原植邝仲荆储宗楼干苑寇盖南屠鞠荣井乐银奚明麻雍花闻冼木郜廉衣蔺和冀占公门帅利满"
    "逯化伊仝晁暴肖闫付代岩续计丰相禹危涵慕宓朴由展"
    "張劉陳楊黃趙吳孫馬鄭羅謝韓許鄧蕭馮蘇葉呂蔣鍾盧陸譚韋賈鄒閻龍萬顧賴賀嚴錢龔湯溫喬顏莊魯龐藍聶齊駱關歐紀畢蘆管靳塗蘭遊嶽"
    "穀饒寧單華衛簡時連車項閔鄔黨陽費談瞿竇鬱繆暢鞏婁叢邊農遲應師聞續計豐鐘範於"
)
"""Family names of one character. A credit names a person, so those that begin common words are here as well, unlike in
`archive.dedup.verify.names`, which looks for names in running text."""

RARE_SURNAMES: Final = frozenset(
    "水云昌凤酆皮元平湛狄贝伏茅支昝经裘宣贲杭诸钮嵇滑荀羊惠家芮羿汲邴糜松富乌巴弓牧隗山蓬郗班仰秋钭厉戎祖束幸"
    "韶蓟薄印宿怀邰从鄂索咸籍阴胥能苍双莘贡劳逄扶堵宰郦郤璩濮寿通扈郏浦别充茹习宦鱼容慎戈庾终暨居衡步都弘国广"
    "禄阙东殳沃蔚越夔隆厍勾融訾阚那空毋乜养须巢蒯后红竺权益桓仉督缑亢况郈有琴归海晋法汝钦佴伯赏墨哈谯笪年爱言"
    "福候亓郇郄邸凃尕弋恽眭綦羌芈茆菅衷谌雒鲜仵冶厐呙忻斛矫种秘稂爨蹇侴騫骞檀沐淡渠琚盘竹笃"
    "塔折薑鳳樂貝經賁諸鈕榮儲烏甯欒鬬厲薊藺陰蒼雙貢勞酈瓊別習魚終滿國廣祿闕東後紅"
    "權蓋緱況歸閆欽賞愛過"
)
"""The others of the Hundred Family Names (百家姓), and some that it has not. They begin too many words to part a run of
names at them."""

DOUBLE_SURNAMES: Final = frozenset(
    (
        "万俟 司马 上官 欧阳 夏侯 诸葛 闻人 东方 赫连 皇甫 尉迟 公羊 澹台 公冶 宗政 濮阳 "
        "淳于 单于 太叔 申屠 公孙 仲孙 轩辕 令狐 钟离 宇文 长孙 慕容 鲜于 闾丘 司徒 司空 "
        "亓官 司寇 颛孙 端木 巫马 公西 漆雕 乐正 壤驷 公良 拓跋 夹谷 宰父 谷梁 段干 百里 "
        "东郭 南门 呼延 归海 羊舌 微生 梁丘 左丘 东门 西门 南宫 太史 独孤 范姜 褚师 "
        "毋丘 季孙 叔孙 南郭 北宫 王孙 即墨 达奚 纳兰 完颜 耶律 萬俟 司馬 歐陽 諸葛 聞人 "
        "東方 赫連 尉遲 澹臺 濮陽 淳於 單于 公孫 仲孫 軒轅 鍾離 長孫 鮮于 閭丘 顓孫 巫馬 "
        "樂正 壤駟 夾谷 穀梁 段幹 東郭 南門 歸海 東門 西門 南宮 獨孤 張簡 褚師 季孫 叔孫 "
        "王孫 納蘭 完顏 "
    ).split()
)

REPORTER: Final = "记者 記者 通讯员 通訊員"
WRITER: Final = "作者 撰文 撰稿 撰稿人 执笔 执笔人 執筆"
REPORT: Final = "报道 报导 報導 報道"
TRANSLATED: Final = "编译 編譯"
PHOTO: Final = "摄影 攝影"
TEXT_AND_PICTURE: Final = "文图 图文 文圖 圖文 文/图 图/文 文／图 图／文 文/圖 圖/文 文、圖"
"""What somebody is or did for a text: before or behind a name, so never one itself."""

BEHIND_A_NAME: Final = (
    f"{REPORTER} {REPORT} {TRANSLATED} {PHOTO} 综合 綜合 发自 發自 采写 图文 摄 攝 专电 专稿 实习生 特约 整理 撰文 "
    "撰稿 大学 大學 中国 中國 教授 博士 主任 讯 訊 电 電 文 图"
)
"""Words that a name in a byline runs into without a break: `方敏北京大学经济学院教授`."""

# ---- places

PROVINCES: Final = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 "
    "云南 陕西 甘肃 青海 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 台湾 江蘇 台灣"
)
CITIES: Final = (
    "广州 深圳 南京 杭州 武汉 成都 西安 长沙 郑州 济南 青岛 大连 沈阳 哈尔滨 长春 合肥 福州 厦门 南昌 昆明 贵阳 南宁 "
    "海口 石家庄 太原 兰州 西宁 银川 乌鲁木齐 拉萨 呼和浩特 万宁 文山 "
    "台北 臺北 新北 桃園 台中 臺中 台南 臺南 高雄 基隆 新竹 嘉義 苗栗 彰化 南投 雲林 屏東 宜蘭 花蓮 台東 澎湖 金門 連江"
)
ABROAD: Final = "华盛顿 華盛頓 华府 華府 纽约 紐約 伦敦 倫敦 巴黎 东京 東京 莫斯科 首尔 首爾 柏林"
"""Whence bylines report. Some read like names: 江苏, 万宁, 金門."""

PLACES: Final = frozenset(f"{PROVINCES} {CITIES} {ABROAD}".split())

# ---- media

MEDIA: Final = (
    "网 網 网站 报 報 日报 日報 晚报 晚報 时报 時報 早报 社 台 臺 电视 電視 电视台 卫视 衛視 广播 频道 頻道 新闻 新聞 "
    "新闻网 资讯 資訊 资讯网 快讯 快訊 周刊 週刊 杂志 雜誌 客户端 客戶端 视频 在线 财经 科技 体育 娱乐 中心 论坛 社区 "
    "门户"
)
"""How the names of media end."""

PUBLISHERS: Final = "公众号 传媒 媒体 发布 观察 觀點 之家 研究院"
"""How the names of others end who publish, and many a headline as well."""

HOUSES: Final = "公司 集团 工作室 编辑部 通讯"
"""How the names of houses end that seldom publish."""

SECTIONS: Final = (
    "国内 国际 國際 社会 社會 财经 財經 体育 體育 娱乐 娛樂 科技 军事 军情 时政 政治 生活 健康 教育 文化 汽车 房产 "
    "旅游 地方 兩岸 两岸 港澳 台湾 即时 即時 最新 今日 图片 视频 滚动 综合 头条 热点 焦点 时事 行业 公司 本地 民生 "
    "法治 评论 互联网 数码 全球 产经 证券 股票"
)
SECTION_KINDS: Final = "新闻 新聞 频道 頻道 资讯 資訊 要闻 快讯 快訊"
"""Sections of a portal, `国际新闻`: where a text stands, not whose it is."""

NOBODY: Final = frozenset(
    f"{REPORTER} {WRITER} {TRANSLATED} {PHOTO} {TEXT_AND_PICTURE} {MEDIA} "
    "未知 佚名 佚名网络 匿名 匿名用户 无名 未署名 不详 无 暂无 人 网络 網絡 网友 互联网 互聯網 "
    "本站 本站原创 本报 本网 本網 官方 原创 转载 整理 综合 綜合 来源 编辑 編輯 责任编辑 网站编辑 小编 小編 本报记者 "
    "记者站 实习生 摄影师 翻译 翻譯 管理员 创始人 站长 系统 中心台 网易 搜狐 新浪 腾讯 凤凰 百度 "
    "admin administrator root null none undefined unknown test user".split()
)
"""What stands where a name would and is nobody's, in lower case: placeholders, crafts, portals."""

# ---- labels of credits: what stands before a colon

SOURCE_LABELS: Final = (
    "来源 來源 来源于 來源於 稿件来源 信息来源 资料来源 文章来源 新闻来源 消息来源 本文来源 内容来源 出处 出處 "
    "来自 來自 稿源 转自 轉自 转载自 轉載自 原载 原載"
)
AUTHOR_LABELS: Final = f"{WRITER} {TRANSLATED} 本文作者 文章作者 原作者"
REPORTER_LABELS: Final = "记者 記者 文/图 图/文 图文 文图 文"
CHIEF_LABELS: Final = "责任编辑 責任編輯 责任编缉 责任编校 责编 責編 选稿"
EDITOR_LABELS: Final = "编辑 編輯 网络编辑 本文编辑 值班编辑 实习编辑 文字编辑 核稿 核稿编辑 核稿編輯 责任校对编辑 小编"
REVIEW_LABELS: Final = "责任校对 校对 校對 审核 審核 终审 二审 三审 一审 初审 复审 审校 审读 签发 监制 監製 主编 编审"
"""Who else at the desk had the text in hand."""

PUBLISHED_LABELS: Final = (
    "发布 發布 发布于 發布於 发布时间 發布時間 發佈時間 发布日期 发表 發表 发表于 发表时间 發表時間 发稿 发稿时间 "
    "出版 出版于 出版时间 上传时间 录入时间 添加时间 时间 時間 日期"
)
MODIFIED_LABELS: Final = (
    "更新 更新于 更新於 更新时间 更新時間 更新日期 最后更新 最後更新 最后更新时间 最後更新時間 "
    "修改 修改于 修改於 修改时间 修改時間 修改日期 修訂 编辑于 編輯於"
)
KEYWORD_LABELS: Final = (
    "关键词 关键字 關鍵字 關鍵詞 文章关键词 本文关键词 关键词阅读 主題標籤 标签 標籤 本文标签 文章标签 相关标签 "
    "Tag Tags TAG TAGS tag tags"
)
CRAFT_LABELS: Final = (
    f"{PHOTO} 图 圖 题图 題圖 头图 頭圖 供图 配图 插画 美编 排版 制图 设计 视频 音频 剪辑 翻译 统筹 策划 出品 运营 "
    "图片编辑 视频编辑 版面编辑 美术编辑 视觉编辑 视觉 海报 制作 录音"
)
"""Who else worked on it."""

OTHER_LABELS: Final = (
    "字号 字號 字体 字體 大小 浏览次数 浏览量 浏览 瀏覽 点击数 点击量 点击 點擊 點閱 阅读量 阅读数 阅读 閱讀 人气 人氣 "
    "评论数 评论 評論 跟帖 分享 分享到 分享至 热度 参与 订阅 收藏 打印 列印 投稿 "
    "栏目 频道 类别 分类 分类于 分類 所属 专题 微信号 公众号 联系 邮箱 电话 QQ 我要"
)
"""Labels of what is no field; where one stands, the value before it ends."""

LABELS: Final = {
    "source": SOURCE_LABELS,
    "chief": CHIEF_LABELS,
    "editor": EDITOR_LABELS,
    "author": AUTHOR_LABELS,
    "modified": MODIFIED_LABELS,
    "published": PUBLISHED_LABELS,
    "keywords": KEYWORD_LABELS,
    "reporter": REPORTER_LABELS,
    "review": REVIEW_LABELS,
    "craft": CRAFT_LABELS,
    "other": OTHER_LABELS,
}
"""The labels of each kind; each is of one."""

CREDIT_HINTS: Final = (
    "编辑 編輯 责编 責編 选稿 核稿 来源 來源 出处 关键词 关键字 關鍵 标签 標籤 Tag 全文 发布时间 发布于 發布於 发稿"
)
"""What stands in a box below a text that credits somebody: the beginnings and parts of the labels above."""

# ---- buttons, counters and badges beside the credits

COUNTED: Final = (
    "人气 人氣 热度 浏览 瀏覽 点击 點擊 點閱 阅读 閱讀 播放 评论 評論 跟帖 跟贴 回复 转发 参与 赞 点赞 次数 打分"
)
"""What a number counts."""

BUTTONS: Final = (
    "关注 +关注 已关注 取消 确定 保存 下载 关闭 关闭窗口 返回 顶部 返回顶部 更多 加载更多 加载中 展开 收起 "
    "分享 分享到 分享至 分享按钮 转发 转发到 轉寄 SHARE Share share 复制链接 链接复制成功 複製連結 "
    "微信 微信好友 微信分享 weixin 微博 新浪微博 腾讯微博 QQ QQ空间 QQ好友 空间 朋友圈 人人网 豆瓣 百度贴吧 "
    "Facebook facebook Twitter twitter Plurk LINE line Google Google+ google google+ linkedin "
    "收藏 收藏本文 保存网页 添加喜爱 打印 打印本文 打印本页 打印本稿 列印 友善列印 订阅 影音訂閱 "
    "听新闻 听全文 语音播报 播报 播报文章 登录 登陆 注册 立即注册 免费注册 "
    "播放 暂停 循环播放 "
    "评论 評論 发表评论 查看评论 我要评论 网友评论 我来说两句 我有话说 跟帖 跟贴 回應 留言 討論 推薦 推荐 举报 "
    "点赞 赞 讚 踩 顶 有用 没用 参与 参与互动 我要反馈 官方账号 官方帳號 "
    "字号 字號 字体 字體 字级 字級大小 大 中 小 大字 中字 小字 超大 标准 加大 减小 增大 A A- A+ T"
)
"""What a reader can press."""

FOLLOW: Final = ("关注", "+关注", "+ 关注", "已关注", "订阅", "關注")
"""The button beside an account's name."""

ORIGIN_BADGES: Final = "原创 原創 转载 轉載"
BADGES: Final = f"{ORIGIN_BADGES} 独家 獨家 首发 置顶 置頂 精华 精華"
"""What a portal puts before a headline."""

PLACE_LABELS: Final = "来自 來自 发布于 發布於 发表于 發表於"
ADDRESS_LABELS: Final = "IP属地 IP屬地 IP归属地"
"""What stands before the place that a platform names as an account's. Behind the first ones may stand anything."""

COUNTRIES: Final = (
    "中国 中国香港 中国澳门 中国台湾 美国 英国 日本 韩国 法国 德国 俄罗斯 加拿大 澳大利亚 新西兰 新加坡 马来西亚 泰国 "
    "越南 印度 印度尼西亚 菲律宾 意大利 西班牙 荷兰 瑞士 瑞典 海外"
)

CRUMB_WORDS: Final = ("首页", "首頁", ">", "»", "›")
"""What a breadcrumb has in it."""

# ---- names of <meta>, of JSON-LD's properties, of classes and ids

PUBLISHED_METAS: Final = (
    "article:published_time og:article:published_time og:release_date pubdate publishdate PublishDate publish-date "
    "publishtime datePublished weibo:article:create_at bytedance:published_time DC.date.issued Pubdate PubDate date "
    "_pubtime apub:time firstpublishedtime"
)
MODIFIED_METAS: Final = "article:modified_time og:updated_time bytedance:updated_time dateModified lastmod"
SOURCE_METAS: Final = "source ContentSource contentsource Source"
PUBLISHED_PROPERTIES: Final = "datePublished pubDate"
MODIFIED_PROPERTIES: Final = "dateModified upDate"
"""In the order of precedence."""

SOURCE_WORDS: Final = frozenset(
    "source sources sourcename laiyuan copyfrom comefrom medianame mediasource origin sitename publisher provider "
    "pressname sourcetext sourcebaidu infosource newssource articlesource".split()
)
ACCOUNT_WORDS: Final = frozenset("nickname accountname username usernick jsname wemedia weiboname".split())
AUTHOR_WORDS: Final = frozenset(
    "author authors authorname byline reporter reporters writer zuozhe vcard journalist columnist contributor".split()
)
PEN_NAME_WORDS: Final = frozenset("authorname vcard byline".split())
"""Of an element that holds an author's name, be it a pen name."""
EDITOR_WORDS: Final = frozenset("editor editors editorname zebian bianji".split())
PLACE_WORDS: Final = frozenset("location iplocation ip region address province ipwording".split())
OWNER_WORDS: Final = SOURCE_WORDS | ACCOUNT_WORDS | frozenset("media from ly author account site name user".split())
"""Of an element in which a source's name may stand, if its text reads like one."""
NO_NAME_WORDS: Final = frozenset(
    "avatar img image icon logo follow btn button share comment comments count num desc description intro bio badge "
    "job tag tags cat category time date pubtime view views read like crumb breadcrumb nav menu tool tools "
    "resource".split()
)
"""Of an element beside a name."""
AUTHOR_LINK: Final = re.compile(
    r"/(?:authors?|reporters?|journalists?|people|u|columnists?|writers?)/[^/]|^(?:https?:)?//blog\.[^/]+/[\w-]+/?$"
)
ACCOUNT_LINK: Final = re.compile(
    r"/(?:media|profile|user|member|source|zmt|mp)/|/home\?|/channel/m\d|share_zmt|^(?:https?:)?//author\."
)
"""Of links to the page of somebody who writes on a site, and of an account on a platform."""

# index_sourceTitleText_wlTy-, index_title__B8mhI: what a bundler hangs on a class.
_HASH: Final = re.compile(r"(?<=[A-Za-z])_{1,2}(?=[A-Za-z0-9-]{0,7}(?:[A-Z0-9]|-$))[A-Za-z0-9-]{5,8}$")
_NAME_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

TITLE_CLASS: Final = re.compile(r"title|headline|heading|tit\b|biaoti|\bbt\b|_bt\b|subject|h1", re.IGNORECASE)


@lru_cache(maxsize=4096)
def class_words(names: str) -> frozenset[str]:
    """The words that classes and ids are made of, in lower case, and those that two of them make together:
    `index_mediaName_wlTy-` gives index, media, name, indexmedia and medianame. What a bundler hangs on (`_wlTy-`,
    `__B8mhI`) is no word."""
    found = []
    for name in names.split():
        parts = [part.lower() for part in _NAME_PARTS.findall(_HASH.sub("", name))]
        found += [*parts, *map("".join, pairwise(parts))]
    return frozenset(found)


def one_of(*lists: str) -> str:
    """A pattern for any word of the lists, the longest first, without a group around it: a search then passes by what
    none of them begins with."""
    return "|".join(re.escape(word) for word in sorted(each_of(*lists), key=lambda word: (-len(word), word)))


def each_of(*lists: str) -> tuple[str, ...]:
    """The words of the lists, as a rule's `needs`."""
    return tuple(dict.fromkeys(word for words_of_one in lists for word in words_of_one.split()))


_LISTS: Final = {name: value for name, value in list(globals().items()) if name.isupper() and isinstance(value, str)}
_NAME: Final = re.compile(r"<([A-Z][A-Z_]+)>")


def words(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """The pattern, in which `<REPORTER>` stands for any word of that list of this module."""
    return re.compile(_NAME.sub(lambda match: f"(?:{one_of(_LISTS[match[1]])})", pattern), flags)
