import pytest


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text("阳泉高新区提速\n\n康佳集团与阳泉高新区签约。\n", encoding="utf-8")
    return path
