"""Where and with whom, as callers know it: `directory.queries.station_by_code` and its sisters."""

from app.directory.queries.areas import AreaUnknown, area, area_path, area_range, areas_below, counties
from app.directory.queries.bodies import (
    OrganUnknown,
    categories,
    is_on_platform,
    organ,
    organ_by_code,
    organ_by_name,
    organ_list,
    organs,
    owner_of_station,
    superiors,
    unit,
    unit_by_platform_code,
    units_for,
)
from app.directory.queries.deputies import (
    DeputyUnknown,
    accounts_of_mandates,
    mandate,
    mandate_by_code,
    mandate_list,
    mandates_of_station,
    stations_of,
)
from app.directory.queries.options import choices, field_options
from app.directory.queries.stations import (
    CodeReplaced,
    StationClosed,
    StationUnknown,
    StationView,
    central_station,
    demo_codes,
    station,
    station_by_code,
    station_codes,
    station_list,
    stations_in,
)

__all__ = [
    "AreaUnknown", "CodeReplaced", "DeputyUnknown", "OrganUnknown", "StationClosed", "StationUnknown",
    "StationView", "accounts_of_mandates", "area", "area_path", "area_range", "areas_below", "categories",
    "central_station", "choices", "counties", "demo_codes", "field_options", "is_on_platform", "mandate", "mandate_by_code", "mandate_list",
    "mandates_of_station", "organ", "organ_by_code", "organ_by_name", "organ_list", "organs", "owner_of_station", "station",
    "station_by_code", "station_codes", "station_list", "stations_in", "stations_of", "superiors", "unit",
    "unit_by_platform_code", "units_for",
]
