import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.names import company_name, contradiction, is_abbreviation, park_name, project_name
from zonekg.names.bodies import zone_body
from zonekg.names.divisions import (
    city_of,
    divisions,
    leading_places,
    may_agree,
    place_name,
    places_in,
    told_city,
)


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("阳泉高新区", {"1403"}),
        ("阳泉市高新区", {"1403"}),
        ("湖南省长沙市宁乡高新区", {"430182"}),
        ("郊区工业园", {"140311", "230811", "340711"}),
        ("东湖高新区", set()),  # a bare district is of many cities
        ("南昌东湖高新区", {"360102"}),
        ("独山港经济开发区", set()),
        ("吉林经开区", {"22", "2202"}),
        ("康佳科技园", set()),
    ],
)
def test_places_in_front_of_parks(name, places):
    assert set(park_name(name).places) == places


def test_every_county_lies_in_a_city_and_a_province():
    for code in divisions():
        assert place_name(code[:2]) != code[:2]
        if len(code) == 6:
            assert code.startswith(city_of(code))
            assert may_agree([city_of(code)], [code])


@given(st.sampled_from(divisions()), st.sampled_from(["高新区", "经开区", "某某公司", ""]))
def test_law_a_full_name_of_a_place_is_found_in_front(code, rest):
    places, end = leading_places(place_name(code) + rest)
    assert end >= len(place_name(code))
    assert any(may_agree([code], [place]) for place in places) or end > len(place_name(code))


@given(st.text(alphabet="山西阳泉太原市高新区的和在", max_size=30))
def test_law_places_stand_where_they_are_said_to(text):
    for code, offset in places_in(text):
        assert text[offset] in place_name(code)


@pytest.mark.parametrize(
    ("title", "text", "place"),
    [
        ("阳泉高新区提速", "5月10日，阳泉高新区开工。太原的企业也来了。", "阳泉市"),
        ("高新区提速", "本报讯 宁乡高新区开工。", "宁乡市"),
        ("宝丰能源投产", "泰和芳纶与宝丰能源合作。", ""),  # brands, words
        ("两市携手", "太原与阳泉。太原，阳泉。", ""),
        ("滨海新区开工", "天津滨海新区。", "天津市"),
    ],
)
def test_the_city_that_an_article_is_about(title, text, place):
    code = told_city(title, text)
    assert (place_name(code) if code else "") in (place, "滨海新区" if "滨海" in title else place)


@pytest.mark.parametrize(
    ("name", "brand", "trade", "form"),
    [
        ("湖南汉森制药股份有限公司", "汉森", "制药", "股份有限公司"),
        ("太行世纪（阳泉）新能源有限公司", "太行世纪", "新能源", "有限公司"),
        ("上海华谊（集团）公司", "华谊", "", "集团公司"),
        ("德国舍弗勒", "舍弗勒", "", ""),
        ("康佳", "康佳", "", ""),
        ("东安动力", "东安", "动力", ""),
    ],
)
def test_parts_of_companies(name, brand, trade, form):
    assert company_name(name)[1:4] == (brand, trade, form)


def test_branches():
    assert company_name("舍弗勒（中国）有限公司嘉兴分公司").branch == "嘉兴分公司"
    assert company_name("中国石化镇海炼化分公司").branch == "镇海炼化分公司"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("阳泉高新技术产业开发区", "高新区"), ("武汉东湖新技术开发区", "高新区"),
        ("吕梁经济技术开发区", "经开区"), ("山西转型综合改革示范区", "综改区"),
        ("鹰潭综合配套改革试验区", "综改区"), ("佳木斯国家农业高新技术产业示范区", "农高区"),
        ("哈尔滨临空经济示范区", "临空区"), ("太原武宿综合保税区", "综保区"), ("雄安新区", "新区"),
        ("光谷", "高新区"),
    ],
)  # fmt: skip
def test_kinds_of_parks(name, kind):
    assert park_name(name).kind == kind


def test_parts_of_projects():
    one = project_name("年产２×10万吨高性能钠离子电池项目（二期）")
    assert one.capacity == {"200000吨"}
    assert one.phase == {"2期"}
    assert project_name("10GWh储能电池第二标段工程").phase == {"2标段"}
    assert project_name("60000吨碳纤维项目").capacity == project_name("6万吨碳纤维").capacity


@pytest.mark.parametrize(
    ("label", "one", "other"),
    [
        ("PARK", "长沙高新区", "宁乡高新区"), ("PARK", "太原高新区", "太原经开区"),
        ("PARK", "南昌经开区", "南昌小蓝经开区"), ("PARK", "东山科技园一期", "东山科技园二期"),
        ("PARK", "淮安盐化工业园", "江汉盐化工业园"), ("PARK", "苏州工业园区", "苏州宿迁工业园区"),
        ("ORG", "康佳集团", "阳泉市政府"), ("ORG", "中铁十四局", "中铁二十四局集团有限公司"),
        ("ORG", "中铁四局", "中铁四局集团第二工程有限公司"),
        ("ORG", "吉林化纤集团有限责任公司", "吉林化纤股份有限公司"),
        ("ORG", "云南恩捷新材料股份有限公司", "玉溪恩捷新材料有限公司"),
        ("ORG", "舍弗勒", "舍弗勒（中国）有限公司嘉兴分公司"),
        ("PROJECT", "光伏（一期）项目", "光伏（二期）项目"),
        ("PROJECT", "光伏项目", "光伏二期项目"),
        ("PROJECT", "年产2万吨铜箔项目", "年产3万吨铜箔项目"),
    ],
)  # fmt: skip
def test_names_that_contradict_each_other(label, one, other):
    assert contradiction(one, other, label)
    assert contradiction(other, one, label)


@pytest.mark.parametrize(
    ("label", "one", "other"),
    [
        ("PARK", "江苏东台高新区", "东台高新技术产业开发区"),
        ("PARK", "阜合产业园", "阜阳合肥产业园"),
        ("PARK", "南通开发区", "南通经济技术开发区"),
        ("ORG", "太行世纪", "太行世纪（阳泉）新能源有限公司"),
        ("ORG", "江苏长电科技（宿迁）有限公司", "长电科技（宿迁）有限公司"),
        ("PROJECT", "年产60000吨铜箔项目", "6万吨铜箔"),
    ],
)  # fmt: skip
def test_names_that_do_not(label, one, other):
    assert contradiction(one, other, label) == contradiction(other, one, label) == ""


@pytest.mark.parametrize(
    ("label", "short", "full"),
    [
        ("ORG", "哈工大", "哈尔滨工业大学"), ("ORG", "赛维公司", "江西赛维LDK太阳能高科技有限公司"),
        ("PARK", "苏宿工业园区", "苏州宿迁工业园区"),
        ("PARK", "农高区", "佳木斯农业高新技术产业示范区"), ("PARK", "临港", "临港新片区"),
        ("PARK", "临港", "中国（上海）自由贸易试验区临港新片区"),
        ("PARK", "汽开区", "长春汽车经济技术开发区"), ("PARK", "石化区", "宁波石化经济技术开发区"),
        ("PARK", "自贸区宜昌片区", "中国（湖北）自由贸易试验区宜昌片区"),
        ("PARK", "宜昌自贸片区", "中国（湖北）自由贸易试验区宜昌片区"),
        ("PARK", "田东县石化园区", "田东石化工业园区"),
        ("PARK", "深百产业园", "深百产业园（百色）"),
        ("PARK", "国家农高区", "南京国家农业高新技术产业示范区"),
        ("PARK", "中马钦州产业园区", "中国—马来西亚钦州产业园区"),
        ("PARK", "阜合园区", "阜阳合肥现代产业园区"), ("PARK", "光谷", "东湖高新区"),
        ("PROJECT", "系泊链生产线", "年产1.5万吨深海系泊链（R5级）智能锻焊生产线"),
    ],
)  # fmt: skip
def test_abbreviations(label, short, full):
    assert is_abbreviation(short, full, label)
    assert not is_abbreviation(full, short, label)


@pytest.mark.parametrize(
    ("label", "short", "full"),
    [
        ("ORG", "武汉大学", "武汉理工大学"), ("ORG", "浙江大学", "浙江大学义乌研究院"),
        ("ORG", "正泰集团", "浙江正泰新能源开发有限公司"), ("PARK", "经开区", "阳泉高新区"),
        ("PARK", "汽开区", "长春高新区"), ("PARK", "石化区", "宁波经济技术开发区"),
        ("PARK", "光谷", "南昌东湖高新区"), ("PARK", "康佳产业园", "康佳产业园（二期）"),
        ("PARK", "宜昌片区", "中国（湖北）自由贸易试验区襄阳片区"),
        ("PARK", "自贸区", "中国（湖北）自由贸易试验区襄阳片区"),
        ("PROJECT", "星美锂电池项目", "星美锂电池一期项目"),
    ],
)  # fmt: skip
def test_no_abbreviations(label, short, full):
    assert not is_abbreviation(short, full, label)


def test_bodies_of_zones():
    assert zone_body("阳泉高新技术产业开发区管理委员会") == ("阳泉高新技术产业开发区", "管委会")
    assert zone_body("阳泉市发改委") == ("", "")


@given(st.text(max_size=12), st.text(max_size=12), st.sampled_from(["PARK", "ORG", "PROJECT"]))
def test_law_names_contradict_each_other_both_ways_and_never_themselves(one, other, label):
    assert bool(contradiction(one, other, label)) == bool(contradiction(other, one, label))
    assert contradiction(one, one, label) == ""
