"""What tests know of a key's form, `sightline_ID_SECRET`."""


def secret_of(key: str) -> str:
    """What nobody may see of a key: all behind its second underscore, which it may hold itself."""
    return key.split("_", 2)[2]
