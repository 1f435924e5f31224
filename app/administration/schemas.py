"""What comes in on the administrators' pages, and the words they show."""

from marshmallow import Schema, fields, post_load, validate

from app.directory.operations import ContactDays, NewOrgan, Person, Place, Seat
from app.identity.policy import ROLES

REQUIRED = {"required": "Please fill this in."}
LOGIN = validate.Regexp(r"^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$", error="Use letters, digits, dots and hyphens only.")
KINDS = {
    "department": {"zh": "政府部门", "en": "Government department"},
    "office": {"zh": "内设机构", "en": "Office"},
    "government": {"zh": "人民政府", "en": "Government"},
    "standing_committee": {"zh": "人大常委会", "en": "Standing committee"},
    "presidium": {"zh": "人大主席团", "en": "Presidium"},
    "subdistrict_committee": {"zh": "人大街道工委", "en": "Subdistrict committee"},
    "committee": {"zh": "专门委员会", "en": "Committee"},
}
TIERS = {
    "central": {"zh": "中心联络站", "en": "Central station"},
    "constituency": {"zh": "选区联络站", "en": "Constituency station"},
    "point": {"zh": "联络点", "en": "Contact point"},
}
#: What the access log says has happened.
ACTS = {
    "signed_in": {"zh": "登录", "en": "signed in"},
    "signed_out": {"zh": "退出", "en": "signed out"},
    "account_opened": {"zh": "开通账号", "en": "opened an account"},
    "account_renamed": {"zh": "修改姓名", "en": "renamed an account"},
    "account_closed": {"zh": "停用账号", "en": "closed an account"},
    "account_reopened": {"zh": "恢复账号", "en": "reopened an account"},
    "password_set": {"zh": "设置密码", "en": "set a password"},
    "granted": {"zh": "授予角色", "en": "granted a role"},
    "revoked": {"zh": "收回角色", "en": "revoked a role"},
    "organ_opened": {"zh": "设立机构", "en": "opened an organ"},
    "organ_changed": {"zh": "修改机构", "en": "changed an organ"},
    "organ_closed": {"zh": "撤销机构", "en": "closed an organ"},
    "station_opened": {"zh": "设立联络站", "en": "opened a station"},
    "station_changed": {"zh": "修改联络站", "en": "changed a station"},
    "station_closed": {"zh": "关闭联络站", "en": "closed a station"},
    "code_renewed": {"zh": "更换二维码", "en": "renewed a code"},
    "code_closed": {"zh": "停用二维码", "en": "closed a code"},
    "deputy_seated": {"zh": "登记代表", "en": "seated a deputy"},
    "deputy_bound": {"zh": "绑定联络站", "en": "bound a deputy to a station"},
    "seat_ended": {"zh": "终止代表资格", "en": "ended a seat"},
    "contact_unmasked": {"zh": "查看联系方式", "en": "uncovered a contact"},
}


def _text(most: int = 120) -> fields.Str:
    return fields.Str(required=True, validate=validate.Length(min=1, max=most), error_messages=REQUIRED)


class NewAccount(Schema):
    """An account about to be opened."""

    login = fields.Str(required=True, validate=LOGIN, error_messages=REQUIRED)
    name = _text(60)
    password = _text(256)


class AccountName(Schema):
    """Another name for an account."""

    name = _text(60)


class AccountPassword(Schema):
    """A new password for somebody else's account."""

    password = _text(256)


class NewGrant(Schema):
    """A role about to be granted; the organ is named by its code or by a station's number."""

    role = fields.Str(
        required=True, validate=validate.OneOf(sorted(ROLES), error="There is no such role."), error_messages=REQUIRED
    )
    organ = _text(80)
    from_on = fields.Date(required=True, error_messages=REQUIRED | {"invalid": "This is no date."})
    to_on = fields.Date(load_default=None, error_messages={"invalid": "This is no date."})
    mandate_id = fields.Int(load_default=None, error_messages={"invalid": "This is no number."})


class OrganNames(Schema):
    """An organ's names and, for a handling unit, its categories."""

    name_zh = _text()
    name_en = _text()
    categories = fields.List(fields.Str(), load_default=list)


class Organ(OrganNames):
    """An organ about to be opened, below another one."""

    superior = _text(80)
    kind = fields.Str(required=True, validate=validate.OneOf(list(KINDS)), error_messages=REQUIRED)
    code = fields.Str(
        required=True, validate=validate.Regexp(r"^[0-9]{6,9}\.[a-z][a-z_]{1,40}$", error="Write the area's number, a dot and a word."),
        error_messages=REQUIRED,
    )


class StationPlace(Schema):
    """What citizens are told about a station."""

    name_zh = _text()
    name_en = _text()
    address_zh = _text()
    address_en = _text()
    phone = fields.Str(
        required=True, validate=validate.Regexp(r"^[0-9+() -]{5,30}$", error="This is no telephone number."), error_messages=REQUIRED
    )
    hours_zh = _text()
    hours_en = _text()

    @post_load
    def place(self, data: dict, **_: object) -> Place | dict:
        """The answers as the value the operation takes."""
        return Place(**data)


class Station(StationPlace):
    """A station about to be opened, and where it belongs."""

    owner = _text(80)
    tier = fields.Str(required=True, validate=validate.OneOf(list(TIERS)), error_messages=REQUIRED)

    @post_load
    def place(self, data: dict, **_: object) -> Place | dict:
        """Where it belongs, its tier, and the value the operation takes."""
        owner, tier = data.pop("owner"), data.pop("tier")
        return {"owner": owner, "tier": tier, "place": Place(**data)}


class SeatedDeputy(Schema):
    """A newly elected person and the seat."""

    name_zh = _text(60)
    name_en = _text(60)
    occupation_zh = _text(60)
    occupation_en = _text(60)
    area = fields.Int(required=True, error_messages=REQUIRED | {"invalid": "This is no number."})
    term = fields.Int(required=True, validate=validate.Range(1, 99), error_messages=REQUIRED | {"invalid": "This is no number."})
    elected_by_zh = _text()
    elected_by_en = _text()
    from_on = fields.Date(required=True, error_messages=REQUIRED | {"invalid": "This is no date."})

    @post_load
    def values(self, data: dict, **_: object) -> tuple[Person, Seat]:
        """Person and seat as the operation takes them."""
        person = Person(data["name_zh"], data["name_en"], data["occupation_zh"], data["occupation_en"])
        area = full_area(data["area"])
        return person, Seat(area, data["term"], data["elected_by_zh"], data["elected_by_en"], data["from_on"])


class Binding(Schema):
    """At which station a deputy meets the public, and when."""

    station = _text(40)
    days_zh = _text()
    days_en = _text()

    @post_load
    def values(self, data: dict, **_: object) -> tuple[str, ContactDays]:
        """The station's number and the days."""
        return data["station"], ContactDays(data["days_zh"], data["days_en"])


def full_area(number: int) -> int:
    """An area's twelve digits from the six, nine or twelve people write."""
    return number * 10 ** (12 - len(str(number))) if len(str(number)) in (6, 9) else number


def new_organ(given: dict, superior: object) -> NewOrgan:
    """The value the operation takes; who works its queue follows from the kind."""
    roles = {
        "department": ("handler", "handler_chief"), "office": ("handler", "handler_chief"),
        "government": ("gov_office", "government_leader"), "presidium": ("township_office", "presidium"),
        "subdistrict_committee": ("township_office", "presidium"),
        "standing_committee": ("deputy_office", "chairs_meeting"), "committee": ("committee_staff", "committee_chair"),
    }[given["kind"]]
    is_unit = given["kind"] in ("department", "office", "government")
    return NewOrgan(
        area=superior.area, kind=given["kind"], name_zh=given["name_zh"], name_en=given["name_en"], code=given["code"],
        superior_id=superior.id, role=roles[0], head_role=roles[1], categories=given["categories"] if is_unit else None,
    )
