"""Sealed fields, tokens, tracking codes."""

import pytest

from app import crypto

VAULT = crypto.Vault("a secret of the test")


class TestVault:
    def test_opens_what_it_sealed(self):
        sealed = VAULT.seal("13800001234", about="party.phone:7")

        assert VAULT.open(sealed, about="party.phone:7") == "13800001234"
        assert b"13800001234" not in sealed

    def test_seals_the_same_text_differently_each_time(self):
        assert VAULT.seal("a", about="x") != VAULT.seal("a", about="x")

    def test_does_not_open_beside_another_row(self):
        with pytest.raises(crypto.SealBroken):
            VAULT.open(VAULT.seal("a", about="party.phone:7"), about="party.phone:8")

    @pytest.mark.parametrize("place", [0, 5, -1])
    def test_notices_an_altered_byte(self, place):
        sealed = bytearray(VAULT.seal("a", about="x"))
        sealed[place] ^= 1

        with pytest.raises(crypto.SealBroken):
            VAULT.open(bytes(sealed), about="x")

    def test_finds_equal_values_again_only_with_the_same_secret(self):
        assert VAULT.trace("1") == VAULT.trace("1") != VAULT.trace("2")
        assert crypto.Vault("another").trace("1") != VAULT.trace("1")


class TestTrackingCode:
    def test_has_eighty_bits_and_a_check_letter_in_groups(self):
        code = crypto.new_tracking_code()

        assert [len(group) for group in code.split("-")] == [4, 4, 4, 4, 1]
        assert crypto.read_tracking_code(code) == code

    def test_is_read_the_way_people_type(self):
        code = crypto.new_tracking_code()
        typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")

        assert crypto.read_tracking_code(typed) == code

    def test_notices_a_wrong_letter(self):
        code = crypto.new_tracking_code()
        wrong = ("A" if code[0] != "A" else "B") + code[1:]

        assert crypto.read_tracking_code(wrong) is None

    @pytest.mark.parametrize("text", ["", "1234", "AAAA-AAAA-AAAA-AAAA-AAAA", "!!!!"])
    def test_refuses_what_is_none(self, text):
        assert crypto.read_tracking_code(text) is None


class TestMasks:
    def test_leave_little(self):
        assert crypto.mask_phone("13800001234") == "138******34"
        assert crypto.mask_name("王小明") == "王**"
