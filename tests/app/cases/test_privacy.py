"""What has the form of something personal never reaches a public page."""

import pytest

from app.cases.queries.privacy import BLANK, redacted


class TestRedacted:
    @pytest.mark.parametrize("secret", [
        "13812345678", "138 1234 5678", "+86 138-1234-5678", "0570-7012345", "330825199001011234", "33082519900101123X",
        "wang@example.com", "浙H·12345", "3号楼2单元501室", "6222021234567890123",
    ])
    def test_blanks_it(self, secret):
        text, count = redacted(f"请联系{secret}，谢谢")

        assert secret not in text
        assert BLANK in text
        assert count >= 1

    @pytest.mark.parametrize("plain", ["凤溪村口的桥断了", "2021年7月20日下的雨", "20多户出行", "长300米宽5米", "案号330825-CI-2021-000417"])
    def test_leaves_ordinary_words(self, plain):
        assert redacted(plain) == (plain, 0)
