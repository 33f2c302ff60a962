"""Labelled credits, bylines, and the names in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.fields.bylines import reported_by, signed_by, written_by
from crawler.pages.fields.credits import clean_editor, read_credits
from crawler.pages.fields.names import is_name, leading_name, split_names


@pytest.mark.parametrize(
    ("text", "source", "authors", "editor"),
    [
        ("2024-05-13 12:03:10 作者：曹小磊 来源:望潮网 选稿：曾一炟", "望潮网", ["曹小磊"], "曾一炟"),
        ("来源：望潮科技 某某网收集 2009-11-01", "望潮科技", [], ""),
        ("2023-06-15 08:10 来源：望潮新闻网 王小帆", "望潮新闻网", ["王小帆"], ""),
        ("编辑：倪小轩 责任编辑：杨小格", "", [], "杨小格"),
        ("责任编辑：支小明 SF099", "", [], "支小明"),
        ("本文来源：望潮报 作者：寇小祥 张小廷 责任编辑：韩小鹏_NN9841", "望潮报", ["寇小祥", "张小廷"], "韩小鹏"),
        ("[责任编辑：PN010]", "", [], ""),
        ("(责编：汤小瑶、丁小涛)", "", [], "汤小瑶、丁小涛"),
        ("2019-09-26 12:11来源：望潮时报网作者：李小山", "望潮时报网", ["李小山"], ""),
        ("作者：未知 责任编辑：棒棒糖", "", [], "棒棒糖"),
        ("报纸网 |发布: 2021-1-29 13:18|点击: 313|来自: 互联网", "互联网", [], ""),
        ("来源：[ 望潮网 ]", "望潮网", [], ""),
        ("来源: 望潮日报(上海)", "望潮日报", [], ""),
        ("（編輯：蘇小麒）1120221", "", [], "蘇小麒"),
        ("来源：NOWwave.com 今日新聞", "NOWwave.com 今日新聞", [], ""),
        ("来源：https://w.example/", "", [], ""),
        ("轉載自：望潮報 修改时间：2024-05-13", "望潮報", [], ""),
        ("核稿：支小明", "", [], "支小明"),
        ("他说：“来的人不多。”", "", [], ""),
        ("来源｜望潮日报", "望潮日报", [], ""),
        ("来源丨望潮日报 作者丨沈一苇", "望潮日报", ["沈一苇"], ""),
        ("来源 | 望潮日报", "望潮日报", [], ""),
        ("文 │ 沈一苇", "", ["沈一苇"], ""),
        ("来源/望潮日报", "望潮日报", [], ""),
        ("来源于：东塘街道办事处", "东塘街道办事处", [], ""),
        ("文/沈一苇 图/罗文 编辑/寇祥 校对/安小禾", "", ["沈一苇"], "寇祥"),
        ("文｜沈一苇 图｜罗文 编辑｜寇祥", "", ["沈一苇"], "寇祥"),
        ("撰文：沈一苇 摄影：罗文 责编：寇祥 审核：安小禾", "", ["沈一苇"], "寇祥"),
        ("记者/沈一苇 剪辑/罗文 编辑/寇祥", "", ["沈一苇"], "寇祥"),
        ("编辑：寇祥 图片编辑：罗文 版面编辑：安小禾", "", [], "寇祥"),
        ("作者：望潮报·望潮网记者 沈一苇 通讯员 罗文", "", ["沈一苇", "罗文"], ""),
        ("作者：John Smith, Anna Li", "", ["John Smith", "Anna Li"], ""),
        ("作者：某市经济研究所研究员沈一苇", "", ["沈一苇"], ""),
        ("凡本网注明“来源：望潮网”的作品，均为本网所有", "", [], ""),
        ("责任编辑： 支小明 进入社区", "", [], "支小明"),
    ],
)
def test_labels(text: str, source: str, authors: list[str], editor: str) -> None:
    found = read_credits(text)
    assert (found.source, list(found.authors), found.editor) == (source, authors, editor)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("望潮新闻记者 段小超 廖小艳", ["段小超", "廖小艳"]),
        ("本报记者罗科苏盈发自望潮", ["罗科", "苏盈"]),
        ("望潮报记者 彭小冲 山东某县报道", ["彭小冲"]),
        ("望潮网记者曹磊5月13日报道：2024年", ["曹磊"]),
        ("（中央社記者溫小香台北21日電）行政院", ["溫小香"]),
        ("〔記者巫小倫／台北報導〕財政部", ["巫小倫"]),
        ("記者潘小文、張小民／台北報導", ["潘小文", "張小民"]),
        ("本报讯（记者叶婉）近日，", ["叶婉"]),
        ("望潮社青溪5月9日电（记者邹伟）", ["邹伟"]),
        ("望潮网某某频道 记者 伊琳 李小芬", ["伊琳", "李小芬"]),
        ("望潮社北京３月５日电（记者郈立、褚师远）", ["郈立", "褚师远"]),
        ("望潮网讯（记者 毋丘然）渡口的码头", ["毋丘然"]),
        ("本报讯（记者 伍小米 通讯员 鲜于文）渡口的码头", ["伍小米", "鲜于文"]),
        ("望潮网7月8日消息（记者郝河 青禾台记者 钱塘）据报道", ["郝河", "钱塘"]),
        ("望潮时报驻甲国、乙国特约记者 肖小磊 杨明 望潮时报记者 甄翔", ["肖小磊", "杨明", "甄翔"]),
        ("特約撰稿人 連小米 發自台南", ["連小米"]),
        ("□ 望潮日报记者 屠小白 文/图", ["屠小白"]),
        ("（记者 手记）", []),
        ("（记者 供图）", []),
        ("望潮社记者 李小馨 摄", []),
        ("中央社記者張小偉攝 112年2月16日", []),
        ("记者：首先欢迎你来到望潮网", []),
        ("11月3日，望潮报记者从永年区了解到，", []),
    ],
)
def test_reporters(line: str, names: list[str]) -> None:
    assert list(reported_by(line)) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("(作者：方敏北京大学经济学院教授)", ["方敏"]),
        ("作者 | 方敏", ["方敏"]),
        ("撰文／方敏", ["方敏"]),
        ("圖文 / 溫小香", ["溫小香"]),
        ("(文/图 刘小东 易小楠)", ["刘小东", "易小楠"]),
        ("执笔/叨叨姐、胡一刀&李小飞刀", ["叨叨姐", "胡一刀", "李小飞刀"]),
        ("执笔人：闵小夫 赵小波 刘韬", ["闵小夫", "赵小波", "刘韬"]),
        ("【文/望潮网专栏作者 王文】", ["王文"]),
        ("《三棱》作者 周纯", ["周纯"]),
        ("□罗小华（医生）", ["罗小华"]),
        ("胡小平/文 在新的时期", ["胡小平"]),
        ("文/沈一苇 图/罗文 编辑/寇祥 校对/安小禾", ["沈一苇"]),
        ("文｜爨文", ["爨文"]),
        ("作者：John Smith、Mary O'Neil", ["John Smith", "Mary O'Neil"]),
        ("文/望潮日报记者赖小行", ["赖小行"]),
        ("作者系望潮大学教授。", []),
        ("文章的最后，他写了一句话。", []),
    ],
)
def test_writers(line: str, names: list[str]) -> None:
    assert list(written_by(line)) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("船进了港。（钟小文）", ["钟小文"]),
        ("船进了港。”（姚小峰 上海报道）", ["姚小峰"]),
        ("（栗旬）", ["栗旬"]),
        ("作為原料。（劉小貞／綜合外電報導）", ["劉小貞"]),
        ("船进了港。（完）", []),
        ("这是真的（张三这样说过）", []),
    ],
)
def test_signatures(line: str, names: list[str]) -> None:
    assert list(signed_by(line)) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("罗科苏盈", ["罗科", "苏盈"]),
        ("康斯坦丁", ["康斯坦丁"]),
        ("王 伟", ["王伟"]),
        ("李 明 张小红", ["李明", "张小红"]),
        ("范姜小鈺", ["范姜小鈺"]),
        ("John Smith, Anna Li", ["John Smith", "Anna Li"]),
        ("沈一苇 John Smith", ["沈一苇", "John Smith"]),
        ("Ludwig van Beethoven、J. R. R. Tolkien", ["Ludwig van Beethoven", "J. R. R. Tolkien"]),
        ("Mary Chen and Tom Hughes", ["Mary Chen", "Tom Hughes"]),
        ("Jean-Luc Picard & kingname", ["Jean-Luc Picard", "kingname"]),
        ("琳达·布鲁克（Linda Brooke）", ["琳达·布鲁克（Linda Brooke）"]),
        ("欧阳千禾李小满", ["欧阳千禾", "李小满"]),
        ("王小满·李小满", ["王小满", "李小满"]),
        ("安娜·林德、国小方", ["安娜·林德", "国小方"]),
        ("沈一苇（实习）", ["沈一苇"]),
        ("佚名", []),
        ("admin", []),
        ("", []),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert list(split_names(text)) == names


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("李四", True),
        ("欧阳小峰", True),
        ("闾丘木", True),
        ("亓小满", True),
        ("万俟一", True),
        ("钮一", True),
        ("逄小云", True),
        ("望潮晚报", False),
        ("发表评论", False),
        ("李", False),
        ("南京", False),
        ("石家庄", False),
        ("花生網", False),
        ("通訊員", False),
    ],
)
def test_is_name(text: str, is_one: bool) -> None:
    assert is_name(text) is is_one


def test_a_name_that_runs_into_a_place() -> None:
    assert leading_name("溫小香台北") == "溫小香"
    assert leading_name("一座港口") is None


@pytest.mark.parametrize(
    ("value", "editor"),
    [("支小明 SF099", "支小明"), ("NF050", ""), ("news", "news"), ("张三（实习）", "张三"), ("望潮新闻中心", "")],
)
def test_editors(value: str, editor: str) -> None:
    assert clean_editor(value) == editor


def test_characters_with_a_separator_between_them_are_no_name() -> None:
    assert read_credits("文:三/三").authors == ("三",)
    assert read_credits("文:李/三").authors == ("李", "三")
    assert read_credits("文:王 伟").authors == ("王伟",)
    assert read_credits("文:李 明、张小满").authors == ("李明", "张小满")


LINES = st.text(alphabet="记者編辑来源作文/：:（）()【】 王李张三港口、，。\t1A_", max_size=80)


@given(LINES)
def test_no_line_breaks_it(line: str) -> None:
    found = read_credits(line)
    assert all((name and name in line.replace(" ", "")) or name in line for name in found.authors)
    for reader in (reported_by, written_by, signed_by):
        assert all(isinstance(name, str) and name for name in reader(line))


@pytest.mark.parametrize("reader", [read_credits, reported_by, written_by, signed_by])
def test_long_lines_end(reader: object) -> None:
    for unit in ("记者", "（记者", "作者：", " ", "（", "。（张", "a/文", "文/", "来源： ", "记者 张"):
        reader(unit * (100_000 // len(unit)))  # type: ignore[operator]
        reader(unit * 100)  # type: ignore[operator]
