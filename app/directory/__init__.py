"""Where and with whom: areas, organs, stations and their codes, handling units, deputies and mandates."""
