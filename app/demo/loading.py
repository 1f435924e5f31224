"""Loading the demonstration once: reference data, fictional people, then cases made by running the processes."""

from app.demo import queries, seeding
from app.directory import operations as directory
from app.identity.policy import ROLES
from app.uow import IMPORTER
from app.wiring import Wiring

#: How many reports the demonstration begins with.
CASES = 600
SEED = 1


def load(wiring: Wiring) -> None:
    """This will load what is missing of the demonstration; a second run finds everything there."""
    wiring.run(directory.load_reference, actor=IMPORTER, name="load reference data")
    with wiring.read() as house:
        known = queries.accounts(house.db)
    if not known:
        wiring.run(lambda uow: directory.load_demo_people(uow, SEED), actor=IMPORTER, name="load people")
    seeding.seed(wiring, CASES, SEED)


def print_accounts(wiring: Wiring) -> None:
    """This will list the accounts of the demonstration, those of one place together."""
    with wiring.read() as house:
        for row in queries.accounts(house.db):
            role = ROLES[row.role].words
            print(f"{row.login:<20} {row.name}  {role['zh']} / {role['en']}  {row.name_zh}")
