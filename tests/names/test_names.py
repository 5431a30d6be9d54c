"""Names: their common form, what kind of organisation bears them, and which stand for which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.names import is_generic_park, is_short_for, name_key, org_kind

# short and full names of listed companies, as the stock exchanges give them
LISTED = [
    ("平安银行", "平安银行股份有限公司"),
    ("汉森制药", "湖南汉森制药股份有限公司"),
    ("万邦医药", "安徽万邦医药科技股份有限公司"),
    ("盐湖股份", "青海盐湖工业股份有限公司"),
    ("黑芝麻", "南方黑芝麻集团股份有限公司"),
    ("敏芯股份", "苏州敏芯微电子技术股份有限公司"),
    ("华天酒店", "华天酒店集团股份有限公司"),
    ("中密控股", "中密控股股份有限公司"),
    ("中航西飞", "中航西安飞机工业集团股份有限公司"),
    ("聚辰股份", "聚辰半导体股份有限公司"),
    ("华设集团", "华设设计集团股份有限公司"),
    ("长城科技", "浙江长城电工科技股份有限公司"),
    ("康为世纪", "江苏康为世纪生物科技股份有限公司"),
    ("光库科技", "珠海光库科技股份有限公司"),
    ("赤天化", "贵州赤天化股份有限公司"),
    ("飞荣达", "深圳市飞荣达科技股份有限公司"),
    ("中国国航", "中国国际航空股份有限公司"),
    ("复旦张江", "上海复旦张江生物医药股份有限公司"),
    ("元力股份", "福建元力活性炭股份有限公司"),
    ("哈三联", "哈尔滨三联药业股份有限公司"),
]
# names of zones and the short forms that papers use for them
PARKS = [
    ("湘潭高新区", "湘潭高新技术产业开发区"),
    ("石狮高新区", "石狮高新技术产业开发区"),
    ("张江高新区", "上海张江高新技术产业开发区"),
    ("宜春经开区", "宜春经济技术开发区"),
    ("六安经开区", "六安经济开发区"),
    ("新沂经开区", "江苏新沂经济开发区"),
    ("江苏宿迁开发区", "江苏宿迁经济开发区"),
    ("江都开发区", "江都经济开发区"),
    ("黄骅开发区", "黄骅经济技术开发区"),
    ("航天经开区", "陕西航天经济技术开发区"),
    ("长春经开区", "长春市经济技术开发区"),
    ("双辽经开区", "吉林双辽经济开发区"),
    ("宿松经济开发区", "安徽宿松经济开发区"),
    ("文水开发区", "文水经济开发区"),
    ("山西转型综改区", "山西转型综合改革示范区"),
    ("郑州航空港区", "郑州航空港经济综合实验区"),
]
# what kind of organisation bears a name
KINDS = {
    "company": [
        "康佳集团", "多氟多新材料股份有限公司", "平安银行", "晋商银行太原分行", "凯赛生物",
        "吉利汽车", "巴斯夫", "菲仕乐", "华为", "比亚迪", "太钢", "国网山西省电力公司",
        "汇江锦锂（深圳）新能源科技有限公司", "中铁三局集团", "中建八局", "中化二建",
        "毕马威会计师事务所", "中国铁路太原局集团有限公司", "山西建投", "玺烨智能",
    ],
    "government": [
        "深圳市政府", "太原市人民政府", "商务部", "山西省商务厅", "国家税务总局", "市委组织部",
        "阳泉高新区管委会", "阳泉高新区管理委员会", "航空港区党工委", "榆林经开区经发局",
        "省重点工程项目总指挥部办公室", "太原海关", "国家发展和改革委员会",
        "大同市发展和改革委员会", "山西省国有资产监督管理委员会", "国务院", "太原市人民检察院",
        "三亚市中级人民法院", "市人大常委会", "省工商联", "阳泉市委", "山西省投资促进局",
        "丹麦工商业及金融事务部", "德国比肯菲尔德市政府",
    ],
    "institution": [
        "北京大学", "山西大同大学", "哈尔滨工业大学（深圳）", "山西职业技术学院", "中国科学院",
        "中国工程院", "维士因（大同）产业技术创新研究院", "慕尼黑工业大学创新中心", "新华社",
        "科学导报", "山西省人民医院", "中国汽车工业协会", "山西省太行山革命老区建设促进会",
        "中国残疾人联合会",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("label", "names"),
    [
        ("PARK", ["吕梁经济技术开发区", "吕梁经济开发区", "吕梁经开区", "“吕梁经开区”"]),
        ("PARK", ["阳泉高新技术产业开发区", "阳泉高新技术开发区", "阳泉高新区"]),
        ("PARK", ["山西转型综合改革示范区", "山西转型综改示范区", "山西转型综改区"]),
        ("PARK", ["郑州航空港经济综合实验区", "郑州航空港区"]),
        ("PARK", ["太原武宿综合保税区", "太原武宿综保区"]),
        ("PARK", ["国家级太原经济技术开发区", "太原经开区"]),
        ("PARK", ["东区物流园区", "东区物流园"]),
        ("ORG", ["华启天成(深圳)智能科技有限公司", "华启天成（深圳）智能科技有限公司"]),
        ("ORG", ["华启天成（深圳）智能科技", "华启天成深圳智能科技有限公司"]),
        ("ORG", ["康佳集团股份有限公司", "康佳集团", "康佳"]),
        ("ORG", ["阳泉高新技术产业开发区管理委员会", "阳泉高新区管委会"]),
        ("ORG", ["太原市人民政府", "太原市政府"]),
        ("ORG", ["ＴＣＬ科技集团股份有限公司", "TCL科技", "tcl科技集团"]),
        ("PROJECT", ["年产2万吨六氟磷酸锂项目", "2万吨六氟磷酸锂项目", "2万吨六氟磷酸锂建设项目"]),
        ("PROJECT", ["“源网荷储”一体化示范（一期）项目", "源网荷储一体化示范(一期)项目"]),
        ("PROJECT", ["赛迪·中化科创产业园项目", "赛迪中化科创产业园"]),
    ],
)
def test_spellings_share_a_key(label, names):
    assert len({name_key(name, label) for name in names}) == 1


@pytest.mark.parametrize(
    ("label", "names"),
    [
        ("PARK", ["阳泉高新区", "阳泉经开区", "太原高新区", "阳泉高新区东区"]),
        ("PARK", ["太原综保区", "太原自贸区", "太原示范区"]),
        ("ORG", ["康佳集团", "康佳科技", "康佳电子"]),
        ("ORG", ["阳泉高新区管委会", "阳泉高新区党工委", "阳泉高新区"]),
        ("PROJECT", ["光伏（一期）项目", "光伏（二期）项目", "光伏项目"]),
    ],
)
def test_different_things_have_different_keys(label, names):
    assert len({name_key(name, label) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("集团", "ORG"),
        ("公司", "ORG"),
        ("项目", "PROJECT"),
        ("工程", "PROJECT"),
        ("高新区", "PARK"),
    ],
)
def test_a_name_that_is_only_its_kind_keeps_a_key(name, label):
    assert name_key(name, label) == name


@given(st.text(min_size=1), st.sampled_from(["ORG", "PARK", "PROJECT", "MONEY"]))
def test_width_and_case_never_count(name, label):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
    assert name_key(name, label) == name_key(wide, label)
    assert name_key(name, label) == name_key(name, label).casefold()


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in KINDS.items() for name in names]
)
def test_kind_of_organisation(kind, name):
    assert org_kind(name) == kind


@given(st.text())
def test_every_name_has_a_kind(name):
    assert org_kind(name) in ("company", "government", "institution")


@pytest.mark.parametrize(
    "name",
    [
        "高新区",
        "经开区",
        "开发区",
        "综改示范区",
        "省级高新区",
        "国家级经开区",
        "本开发区",
        "产业园",
        "自贸试验区",
    ],
)
def test_generic_parks(name):
    assert is_generic_park(name)


@pytest.mark.parametrize(
    "name", ["阳泉高新区", "智能制造产业园", "东区科技园", "雄安新区", "高新区产业园", "全区"]
)
def test_parks_with_a_name_of_their_own(name):
    assert not is_generic_park(name)


@pytest.mark.parametrize(("short", "full"), LISTED)
def test_short_names_of_listed_companies(short, full):
    assert is_short_for(short, full, "ORG")


@pytest.mark.parametrize(("short", "full"), PARKS)
def test_short_names_of_zones(short, full):
    assert is_short_for(short, full, "PARK")


@pytest.mark.parametrize(("label", "table"), [("ORG", LISTED), ("PARK", PARKS)])
def test_no_short_name_fits_another(label, table):
    wrong = [
        (short, full)
        for i, (short, _) in enumerate(table)
        for j, (_, full) in enumerate(table)
        if i != j and is_short_for(short, full, label)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("label", "short", "full"),
    [
        ("ORG", "太行世纪", "太行世纪（阳泉）新能源有限公司"),
        ("ORG", "康佳", "康佳集团股份有限公司"),
        ("ORG", "中集天照", "上海中集天照清洁能源有限公司"),
        ("ORG", "汇江锦锂", "汇江锦锂（深圳）新能源科技有限公司"),
        ("ORG", "维士因", "广东维士因科技有限公司"),
        ("ORG", "大同大学", "山西大同大学"),
        ("ORG", "省商务厅", "山西省商务厅"),
        ("ORG", "高新区管委会", "阳泉高新技术产业开发区管理委员会"),
        ("PARK", "高新区", "阳泉高新技术产业开发区"),
        ("PARK", "综改示范区", "山西转型综改示范区"),
        ("PARK", "山西综改示范区", "山西转型综合改革示范区"),
        ("PROJECT", "2000吨钼及钨合金新材料项目", "年产2000吨钼及钨合金新材料项目"),
        ("PROJECT", "智慧物流产业园（一期）项目", "阳泉东区智慧物流产业园（一期）项目"),
        (
            "PROJECT",
            "年产10GWh动力储能电池生产线项目",
            "太行世纪（阳泉）年产10GWh动力储能两用高端固态锂（钠）离子电池生产线项目",
        ),
    ],
)
def test_names_of_one_thing(label, short, full):
    assert is_short_for(short, full, label)
    assert is_short_for(full, full, label)


@pytest.mark.parametrize(
    ("label", "short", "full"),
    [
        ("ORG", "浙江大学", "浙江工业大学"),
        ("ORG", "中国银行", "中国农业银行股份有限公司"),
        ("ORG", "大同", "山西大同大学"),
        ("ORG", "阳泉高新区管委会", "太原高新区管委会"),
        ("ORG", "康佳集团", "康佳科技有限公司"),
        ("ORG", "太行世纪（阳泉）新能源有限公司", "太行世纪"),
        ("PARK", "经开区", "阳泉高新区"),
        ("PARK", "高新区", "阳泉经济技术开发区"),
        ("PARK", "阳泉高新区", "太原高新技术产业开发区"),
        ("PARK", "忻州经开区", "原平经济技术开发区"),
        ("PARK", "阳泉高新区", "高新区"),
        ("PROJECT", "光伏项目", "华电盂县10万千瓦光伏发电项目"),
        ("PROJECT", "阳泉东区智慧物流产业园（一期）项目", "阳泉东区智慧物流产业园（二期）项目"),
        ("PROJECT", "阳泉东区智慧物流产业园项目", "阳泉东区智慧物流产业园（二期）项目"),
        ("PROJECT", "侯家沟安置房（A区）", "侯家沟安置房异地建设（B区）"),
        ("MONEY", "3亿元", "13亿元"),
    ],
)
def test_names_of_two_things(label, short, full):
    assert not is_short_for(short, full, label)
