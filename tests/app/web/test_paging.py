"""Pages of a list by key."""

import pytest
from flask import Flask

from app.web import paging


class TestPage:
    def test_ends_where_no_more_rows_came(self, specimen: Flask) -> None:
        with specimen.test_request_context("/"):
            shown = paging.page([1, 2], 2, lambda row: (row,))

        assert (list(shown.rows), shown.after, shown.is_later) == ([1, 2], None, False)

    def test_names_the_key_after_which_the_next_begins(self, specimen: Flask) -> None:
        with specimen.test_request_context("/"):
            shown = paging.page([("甲", 1), ("乙", 2), ("丙", 3)], 2, lambda row: row)
        with specimen.test_request_context(f"/?after={shown.after}"):
            assert paging.cursor() == ["乙", 2]

    @pytest.mark.parametrize("nonsense", ["", "!!", "abc", "eyJhIjoxfQ", "%00"])
    def test_begins_anew_for_nonsense(self, specimen: Flask, nonsense: str) -> None:
        with specimen.test_request_context(f"/?after={nonsense}"):
            assert paging.cursor() is None

    @pytest.mark.parametrize(("asked", "given"), [("", 50), ("7", 7), ("0", 1), ("99999", 200), ("x", 50)])
    def test_is_of_a_reasonable_size(self, specimen: Flask, asked: str, given: int) -> None:
        with specimen.test_request_context(f"/?size={asked}"):
            assert paging.size() == given
