import unicodedata


def slug(title, limit=40):
    """The part of an address that stands for a title.

    - Letters become lower case, accents are dropped: "Café" is "cafe".
    - What is no ASCII letter or digit becomes a hyphen; several of them become one.
    - There is no hyphen at the start or the end.
    - It is at most `limit` characters long, and is cut at a hyphen where there is one.
    - A title without any letter or digit gives "untitled".
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    text = "-".join(words)
    if len(text) > limit:
        cut = text[:limit + 1].rfind("-")
        text = text[:cut] if cut > 0 else text[:limit]
    return text or "untitled"
