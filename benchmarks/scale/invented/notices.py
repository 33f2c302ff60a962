"""Notices of a template, as offices and machines send them: alike in their words, and each about something else.

As in `crawler.demo.world.grammar`, `{name}` is filled from the cast of the article.
"""

NOTICES = (
    "{company}({number}00{number})于{month}{day}发布公告，公司股票收报{decimal}元，涨幅{pct}，成交{money}，换手率{pct}。截至当日收盘，公司总市值{money}，市盈率{decimal}倍，近{few}个交易日融资净买入{money}。以上内容由系统自动生成，不构成投资建议。",
    "{city}气象台{day}{hour}时发布天气预报：今天夜间到明天多云转{weather}，偏北风{few}级，最低气温{number}℃；明天白天最高气温{number}℃，相对湿度{pct}。请市民出行注意防护，及时关注最新预报信息。",
    "中国体育彩票{city}第{year}{number}期开奖公告：开奖号码{number}、{number}、{number}、{number}、{number}，后区{few}、{few}。一等奖{few}注，每注奖金{money}；二等奖{number}注，每注奖金{money}。本期销售总额{money}，奖池累计{money}，兑奖期限为六十日。",
    "{county}自然资源局国有建设用地使用权挂牌出让公告：经人民政府批准，决定挂牌出让{few}幅地块，编号{year}-{number}，位于{place}{spot}，面积{big}平方米，容积率{decimal}，起始价{money}，竞买保证金{money}。有意竞买者可于{month}{day}前提交申请。",
    "{city}中级人民法院{month}{day}公开开庭审理被告人{person}一案。检察机关指控，{year}年至案发，被告人{person}利用职务便利，为他人谋取利益，非法收受财物共计折合人民币{money}。庭审中，控辩双方充分发表意见，被告人{person}当庭认罪悔罪，法庭宣布择期宣判。",
    "中国外汇交易中心公布，{month}{day}人民币汇率中间价为：1美元对人民币{decimal}元，1欧元对人民币{decimal}元，100日元对人民币{decimal}元，1港元对人民币{decimal}元，1英镑对人民币{decimal}元，较上一交易日调整{number}个基点。",
    "联赛第{number}轮战报：{city}队主场{few}比{few}战胜{place}队，{person4}攻入{few}球，{person3}送出助攻，半场比分{few}比{few}。目前{city}队以{number}分排名第{few}位，下一轮将客场挑战对手。",
    "{committee}{month}{day}召开会议，决定任命{person4}为{office}局长，免去{person3}的{office}局长职务；任命{person3}为副局长，试用期一年。任免决定自公布之日起生效。",
)
