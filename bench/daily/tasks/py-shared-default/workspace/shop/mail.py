from shop import defaults, rules


def render(profile, text):
    """The whole mail as text."""
    settings = defaults.for_customer(profile)
    for rule in rules.ALL:
        rule(profile, settings)
    lines = [f"{settings['greeting']} {profile['name']},", "", text, *settings["extras"]]
    return "\n".join(lines) + "\n"


def style(profile):
    """The colours of the HTML form."""
    colours = defaults.for_customer(profile)["colours"]
    return f"h1 {{color: {colours['head']}}} p {{color: {colours['text']}}}"
