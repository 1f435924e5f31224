"""The library as it is shipped can be deployed, and is deployed once."""

from pathlib import Path

from app.definitions import operations, queries

LIBRARY = Path("bpmn")


class TestSync:
    def test_deploys_and_switches_on_every_process_of_the_library(self, uow):
        ids = operations.sync(uow, LIBRARY)

        rows = {row.key: row for row in queries.catalogue(uow.db)}
        assert set(ids) == set(rows) >= {"citizen_issue", "immediate_handling"}
        assert all(row.is_active for row in rows.values())
        assert queries.opening(uow.db, "citizen_issue").id == ids["citizen_issue"]

    def test_makes_no_new_version_of_the_same_files(self, uow):
        first = operations.sync(uow, LIBRARY)

        again = operations.sync(uow, LIBRARY)

        assert again == first
