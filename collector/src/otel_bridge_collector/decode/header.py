"""Text of HTTP headers. It knows no header."""


def as_utf8(text: str) -> str:
    """Return a header as it was meant: headers come as latin-1, and what somebody sent as UTF-8 is read as that."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text
