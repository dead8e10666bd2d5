"""Settings come from here, then from the environment."""

import os

DEFAULTS = {"retries": 3, "timeout": 30.0, "chunk": 65536}


def number(name):
    return type(DEFAULTS[name])(os.environ.get(f"SYNC_{name.upper()}", DEFAULTS[name]))
