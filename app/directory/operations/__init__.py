"""What changes where and with whom, as callers know it: `directory.operations.open_station` and its sisters."""

from app.directory.operations.bodies import (
    CodeTaken,
    NewOrgan,
    OrganBusy,
    OrganClosed,
    change_organ,
    close_organ,
    open_organ,
)
from app.directory.operations.demo_people import DEMO_PASSWORD, DemoOnly, load_demo_people
from app.directory.operations.deputies import (
    AlreadyBound,
    ContactDays,
    Person,
    Seat,
    SeatEnded,
    SeatsExclude,
    add_seat,
    bind_deputy,
    end_mandate,
    seat_deputy,
)
from app.directory.operations.reference import load_reference
from app.directory.operations.stations import (
    CodeGone,
    CodeUnknown,
    Place,
    change_station,
    close_code,
    close_station,
    open_station,
    renew_code,
)

__all__ = [
    "DEMO_PASSWORD", "AlreadyBound", "CodeGone", "CodeTaken", "CodeUnknown", "ContactDays", "DemoOnly", "NewOrgan",
    "OrganBusy", "OrganClosed", "Person", "Place", "Seat", "SeatEnded", "SeatsExclude", "add_seat", "bind_deputy",
    "change_organ", "change_station", "close_code", "close_organ", "close_station", "end_mandate", "load_demo_people",
    "load_reference", "open_organ", "open_station", "renew_code", "seat_deputy",
]
