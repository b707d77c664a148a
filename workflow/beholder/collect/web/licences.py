"""Licences under one name each, however a service spells them."""

import re

#: The values of `filters.licences`.
CODES = ["public-domain", "cc0", "by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd", "other", "unknown"]
_LONG_NAMES = {
    r"creative-commons": "cc",
    r"attribution": "by",
    r"share-?alike": "sa",
    r"non-?commercial": "nc",
    r"no-?deriv(ative)?s?(-works)?": "nd",
}
_PUBLIC_DOMAIN = re.compile(r"\b(public-domain|pd|pdm|no-restrictions)\b")


def licence_code(text: str | None) -> str:
    """Return the one of CODES that a licence's name stands for, without its version.

    Understands `CC BY-SA 4.0`, `Creative Commons Attribution-Share Alike 4.0`, `cc-by-sa-3.0-de`, Openverse's `by-nc` and `pdm`, `Public domain`, `PD-USGov`. Where a
    work has several licences the first Creative Commons one counts.
    """
    if not text or not text.strip():
        return "unknown"
    plain = re.sub(r"[\s_]+", "-", text.strip().lower())
    if re.search(r"\bcc-?0\b|\bcc-zero\b", plain):
        return "cc0"
    for name, short in _LONG_NAMES.items():
        plain = re.sub(name, short, plain)
    if found := re.search(r"(?:^|\bcc-)by((?:-(?:nc|nd|sa))*)\b", plain):
        code = "by" + found.group(1)
        return code if code in CODES else "other"
    if _PUBLIC_DOMAIN.search(plain):
        return "public-domain"
    return "other"
