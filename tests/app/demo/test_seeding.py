"""The demonstration's cases: made by the processes, open where the present caught them, the same for the same seed."""

import pytest

from app.demo import seeding


@pytest.fixture
def seeded(town):
    seeding.seed(town.wiring, 8)
    return town


class TestSeed:
    def test_makes_cases_that_have_a_past(self, seeded):
        assert seeded.one("select count(*) from case_file where kind = 'citizen_issue'") == 8
        assert seeded.one("select count(*) from audit_entry where action = 'completed'") > 20
        assert seeded.one("select min(at) from audit_entry") < seeded.one("select max(at) from audit_entry")
        assert seeded.one("select count(*) from case_file where recorded_at > now()") == 0

    def test_meets_no_incident_and_holds_nothing_back(self, seeded):
        assert seeded.rows("select kind, element, facts from incident") == []
        assert seeded.one("select count(*) from process_instance where held") == 0

    def test_sends_nothing_to_systems_outside(self, seeded):
        assert seeded.one("select count(*) from outbox where topic like 'four_platforms.%' and done_at is null") == 0

    def test_goes_on_where_it_stopped(self, seeded):
        first = seeded.rows("select number, status from case_file order by county, id")

        seeding.seed(seeded.wiring, 8)

        assert seeded.rows("select number, status from case_file order by county, id") == first
