"""The desk through HTTP, without scripts."""


class TestDesk:
    def test_shows_only_what_is_theirs(self, town):
        receipt = town.report()

        assert receipt.number in town.signed_in("sheyang.clerk").get("/desk").text
