"""Lines that some customers get in addition."""


def discount(profile, settings):
    if profile.get("discount"):
        settings["extras"].append(f"Discount: {profile['discount']}%")


def birthday(profile, settings):
    if profile.get("birthday"):
        settings["extras"].append("Happy birthday!")


ALL = [discount, birthday]
