#!/usr/bin/env python3
"""The demo model as a completion model: /infill's prompt is the one it was trained on."""

import json
import sys
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from harness import check, main  # noqa: E402
from plain_server import PlainServer  # noqa: E402

MODEL = Path(__file__).resolve().parent.parent.parent / "models/demo/plimsoll-demo.gguf"
PREFIX, SUFFIX = "def total_prices(prices):\n    ", "\n    for price in prices:\n        total += price\n    return total\n"


def a_line_is_filled_in():
    with PlainServer(MODEL) as server:
        request = urllib.request.Request(
            f"{server.url}/infill", headers={"Content-Type": "application/json"},
            data=json.dumps({"input_prefix": PREFIX, "input_suffix": SUFFIX, "prompt": "", "temperature": 0,
                             "n_predict": 64}).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            reply = json.load(answer)
    check(reply["prompt"] == f"<|fim_prefix|>{PREFIX}<|fim_suffix|>{SUFFIX}<|fim_middle|>", reply["prompt"])
    check(reply["stop_type"] == "eos", f"it goes on: {reply['content']!r}")
    check(reply["content"] == "total = 0", reply["content"])


if __name__ == "__main__":
    main(a_line_is_filled_in)
