"""Lines with a clutter rule's words that are a news text's last sentence, and the site's own beside them."""

import pytest

from crawler.pages.rules.markers import is_reported, tells
from tests.crawler.pages.read import extract

TEXT = "望潮港昨天重新开闸，第一艘货船驶进了内河，岸上的人都来看，堤上站满了人。"
LAST = """\
这条视频引来许多网友关注，港务处的微博一夜之间多了三万名粉丝。
有读者来信建议，闸门的照片应当免费使用，不得用于商业宣传。
船票可在“望潮出行”小程序或客户端购买，每人限购两张。
记者就此事联系港务处，对方表示将在一周内回复。
该书由望潮出版社出版，版权归作者后人所有。
港务处提醒，乘客上船前应关注微信公众号发布的潮汐预报，不要在闸口停留。
“我不会把图纸卖给别人，也不许他们复制。”秦小满说。
投资者应当谨慎，分析师认为该公司的股价仍不构成买入的理由。
如果你喜欢这座港，请在夏天来，那时候的水最清。
对此，港务处表示，船票退改规则以官方公告为准。
这家网站转载了他的照片却没有付稿费，法院判决网站赔偿八百元。
据介绍，未经批准的船只禁止进入，违者将被罚款。
目前，当地警方已介入调查，涉事账号已被关闭，相关视频已删除。
村里的年轻人注册了一个抖音账号，每天直播开闸，粉丝有十一万。
他在朋友圈写道，请大家转发，让更多人知道这座港的故事。
活动期间，扫码即可领取优惠券，港务处在码头放了三个牌子。
展览持续到八月底，门票免费，市民可拨打0000-7654321预约。
网友质疑照片侵权，摄影师随后删除了微博并道歉。
报名者请将作品寄至望潮市港口路一号，截止日期为七月一日。
这个数字仅为初步统计，以后还会更新。
当天的直播吸引了二十万人观看，点赞超过一百万次。
专家建议，普通人购买前应仔细阅读条款，风险由自己承担。
他说：“投稿的人越来越少，编辑部只剩下三个人。”
更多的船将在明年下水，届时航线会延长到上游。
公司声明称，泄露图纸的员工已被开除，公司保留追究责任的权利。
关于票价，港务处没有回应，只说请市民继续关注后续公告。
閘門的照片未經許可被多家網站轉載，攝影師決定提告。
民眾可下載「望潮通」APP查詢船班，也可以撥打服務專線。
有興趣的民眾可以追蹤粉絲專頁，每週三會公布船期。
他在臉書上說，歡迎大家分享這張照片，但請註明出處。""".split("\n")
SITE = """\
欢迎关注望潮晚报微信公众号，每天早上送到您的手机里。
本文仅代表作者观点，不代表本站立场。
未经授权，不得转载、摘编或以其他方式使用。
温馨提示：投资有风险，入市需谨慎。
如有侵权，请联系我们删除。
更多新闻，敬请打开望潮客户端。
版权归原作者所有，转载须注明出处。
下载客户端，随时看开闸的直播。""".split("\n")


@pytest.mark.parametrize("line", LAST)
@pytest.mark.parametrize("url", ["https://wb.wangchao.example/a/1.html", "https://www.sohu.com/a/780060546_458722"])
def test_the_last_sentence_stays(line: str, url: str) -> None:
    text = f"<p>{TEXT}</p><p>{line}</p>"
    page = extract(f"<h1>开闸</h1><article id=mp-editor>{text}</article>".encode(), url=url, content_type="text/html")
    assert page.lines == (TEXT, line)


@pytest.mark.parametrize("line", SITE)
def test_the_site_speaks_of_itself(line: str) -> None:
    assert not is_reported(line)
    assert not tells(line)
