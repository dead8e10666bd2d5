"""Names that the terminal knows, and what they call."""

import importlib

COMMANDS = {
    "take": "warehouse.store:fetch",
    "exchange": "warehouse.returns:exchange",
    "price": "warehouse.remote:fetch",
}


def resolve(name):
    module, function = COMMANDS[name].split(":")
    return getattr(importlib.import_module(module), function)
