"""What may not stand on a public page, found by its form: telephones, identity numbers, plates, doors, addresses of mail.

Names cannot be found by form; a person reviews every page before it becomes public.
"""

import re

_ID = re.compile(r"(?<!\d)\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_PLATE = re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·. ]?[A-Z0-9]{5,6}(?![A-Z0-9])")
_DOOR = re.compile(r"\d+(?:号楼|幢|栋|单元|室)[\d号楼幢栋单元室-]*")
_CARD = re.compile(r"(?<!\d)\d{16,19}(?!\d)")
_FORMS = (_ID, _CARD, _PHONE, _MAIL, _PLATE, _DOOR)
BLANK = "▇▇"


def redacted(text: str) -> tuple[str, int]:
    """The text with every such place blanked, and how many there were."""
    count = 0
    for form in _FORMS:
        text, found = form.subn(BLANK, text)
        count += found
    return text, count
