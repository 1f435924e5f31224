"""The pages of the three administrators: accounts, roles, organs, stations, units, deputies, access log."""
