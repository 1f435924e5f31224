"""What comes in at the sign-in page and on the page of one's own account."""

from marshmallow import Schema, fields, validate

REQUIRED = {"required": "Please fill this in."}


class SignIn(Schema):
    """A name and a password, and where to go afterwards."""

    login = fields.Str(required=True, validate=validate.Length(max=64), error_messages=REQUIRED)
    # A longer one would only let a stranger keep the hashing busy.
    password = fields.Str(required=True, validate=validate.Length(max=256), error_messages=REQUIRED)
    next = fields.Str(validate=validate.Length(max=2000))


class NewPassword(Schema):
    """The old password and twice the new one."""

    current = fields.Str(required=True, validate=validate.Length(max=256), error_messages=REQUIRED)
    password = fields.Str(required=True, validate=validate.Length(max=256), error_messages=REQUIRED)
    again = fields.Str(required=True, validate=validate.Length(max=256), error_messages=REQUIRED)
