"""The one gate for XML from outside.

Whatever reads a diagram or a table goes through here first: bytes in, a checked tree out, and nothing
that could reach a file, a network or an entity on the way.
"""

from __future__ import annotations

import re

from lxml import etree

from workflows.errors import XmlRefused

#: largest file, most elements, deepest nesting
LARGEST = 2 * 1024 * 1024
MOST_ELEMENTS = 20_000
DEEPEST = 200
_XINCLUDE = "{http://www.w3.org/2001/XInclude}"
_DECLARATION = re.compile(rb"\A<\?xml\s[^>]*?\?>")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([A-Za-z0-9._\-]+)[\"']")


def _checked_bytes(data: bytes) -> bytes:
    if not isinstance(data, bytes):
        raise XmlRefused("xml.no_bytes")
    if len(data) > LARGEST:
        raise XmlRefused("xml.too_large", size=len(data), largest=LARGEST)
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as broken:
        raise XmlRefused("xml.no_utf8", place=broken.start) from broken
    declaration = _DECLARATION.match(data)
    encoding = _ENCODING.search(declaration[0]) if declaration else None
    if encoding and encoding[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
        raise XmlRefused("xml.no_utf8", place=0)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise XmlRefused("xml.doctype")
    return data


def parse_xml(data: bytes) -> etree._Element:
    """Return the root of an XML file that is small, plain and well formed.

    Raises XmlRefused, with the line where it can be told.
    """
    checked = _checked_bytes(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(checked, parser)
    except etree.XMLSyntaxError as broken:
        raise XmlRefused("xml.broken", line=broken.lineno or 0, found=str(broken.msg)[:160]) from None
    _walk(root)
    return root


def _walk(root: etree._Element) -> None:
    if root.getprevious() is not None or root.getnext() is not None:
        raise XmlRefused("xml.instruction", line=0)
    count, depth = 0, 0
    for event, element in etree.iterwalk(root, events=("start", "end", "pi")):
        if event == "pi":
            raise XmlRefused("xml.instruction", line=element.sourceline or 0)
        depth += 1 if event == "start" else -1
        count += event == "start"
        if isinstance(element.tag, str) and element.tag.startswith(_XINCLUDE):
            raise XmlRefused("xml.include", line=element.sourceline or 0)
        if count > MOST_ELEMENTS or depth > DEEPEST:
            raise XmlRefused("xml.too_many", most=MOST_ELEMENTS, deepest=DEEPEST)
