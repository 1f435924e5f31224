"""The gate for XML: what comes through, and what never does."""

import pytest

from workflows.errors import XmlRefused
from workflows.gate import DEEPEST, MOST_ELEMENTS, parse_xml


@pytest.mark.parametrize(
    "data",
    [
        b"<a/>",
        b"\xef\xbb\xbf<a/>",
        b"  <a/>\n",
        b"<?xml version='1.0' encoding='UTF-8'?>\n<!-- note --><a><b/></a><!-- end -->",
        b"<?xml version='1.0'?><a/>",
        "<a>履职</a>".encode(),
        b"<a>&lt;&#65;</a>",
    ],
)
def test_lets_plain_files_through(data):
    assert parse_xml(data).tag == "a"


@pytest.mark.parametrize(
    ("data", "id"),
    [
        ("<a/>", "xml.no_bytes"),
        (b"<a>" + b" " * 2**21 + b"</a>", "xml.too_large"),
        ("<a>é</a>".encode("latin-1"), "xml.no_utf8"),
        ("<?xml version='1.0' encoding='UTF-16'?><a/>".encode("utf-16"), "xml.no_utf8"),
        (b"<?xml version='1.0' encoding='gb2312'?><a/>", "xml.no_utf8"),
        (b"<!DOCTYPE a><a/>", "xml.doctype"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "xml.doctype"),
        (b"<a>", "xml.broken"),
        (b"", "xml.broken"),
        (b"<a>&x;</a>", "xml.broken"),
        (b"<a><?php run?></a>", "xml.instruction"),
        (b"<?style x?><a/>", "xml.instruction"),
        (b"<a/><?style x?>", "xml.instruction"),
        (b'<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="file:///etc/passwd"/></a>', "xml.include"),
        (b"<a>" + b"<b/>" * MOST_ELEMENTS + b"</a>", "xml.too_many"),
        (b"<a>" * (DEEPEST + 1) + b"</a>" * (DEEPEST + 1), "xml.too_many"),
        (b"<a>" * 5000 + b"</a>" * 5000, "xml.broken"),
    ],
)
def test_refuses_by_name(data, id):
    with pytest.raises(XmlRefused) as refusal:
        parse_xml(data)

    assert refusal.value.id == id
