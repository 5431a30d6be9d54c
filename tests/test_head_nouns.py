import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.head_nouns import head_noun


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("吕梁经济技术开发区", "开发区"),
        ("阳泉高新区（南区）", "高新区"),
        ("滨海现代产业园", "产业园"),
        ("京津中关村科技城", "科技城"),
        ("太原综合保税区", "保税区"),
        ("东部一体发展区", "发展区"),  # not 展区
        ("健康小镇", "小镇"),
        ("标准化厂房四期", "厂房"),
        ("标准化厂房（四期）", "厂房"),
        ("年产10万吨铝箔生产线(二期)项目[A地块]", "项目"),
        ("数据底座〔首期〕", "底座"),
        ("10万吨/年硅砂尾矿制砖线", "线"),
        ("海创公司", "公司"),
        ("华启天成（深圳）智能科技有限责任公司", "公司"),
        ("工商银行阳泉分行", "分行"),
        ("省人民政府", "政府"),
        ("省商务厅", "商务厅"),
        ("省发展改革委", "发展改革委"),
        ("《徐州日报》", "日报"),
        ("“皖东智谷”", "谷"),
        ("瑞浦兰钧", "兰钧"),
        ("ＬＮＧ", "LNG"),
        ("甲", "甲"),
        ("", ""),
        ("（）", "("),
    ],
)
def test_the_noun_at_the_end_says_what_a_thing_is(name, head):
    assert head_noun(name) == head


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=12))
def test_a_bracket_or_a_mark_at_the_end_changes_no_head_noun(name):
    assert head_noun(name + "（二期）") == head_noun(name)
    assert head_noun(name + "”") == head_noun(name)
    assert head_noun(f"“{name}”") in (head_noun(name), "“" + name)


@given(st.text(max_size=30))
def test_any_text_has_a_head_noun_of_at_most_five_characters(name):
    assert len(head_noun(name)) <= 5
