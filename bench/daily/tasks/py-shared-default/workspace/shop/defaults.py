"""What every mail shows unless a customer's profile says otherwise."""

BASE = {
    "greeting": "Hello",
    "extras": [],
    "colours": {"head": "navy", "text": "black"},
}


def for_customer(profile):
    """The settings of one customer: BASE, with what the profile adds."""
    settings = BASE.copy()
    settings["greeting"] = profile.get("greeting", settings["greeting"])
    settings["colours"].update(profile.get("colours", {}))
    return settings
