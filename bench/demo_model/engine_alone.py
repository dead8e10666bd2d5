"""The model without the agent's help: calls no grammar holds, first choices, lines filled in."""

import json
import re

import engine

from .episodes import calls_of, is_valid

CONTEXT = 4096
CALL = re.compile(r"<tool_call>\n(.*?)\n</tool_call>", re.S)
LONGEST = 400  # tokens of a reply
LONGEST_LINE = 64


def served(folder, model):
    return engine.started_server(folder, model, ("-c", str(CONTEXT), "-np", "1", "-t", "1", "--offline"))


def prompts(url, runs, tools):
    """What the model was asked for each reply of these runs, as its chat template writes it."""
    for run in runs:
        for at, message in enumerate(run.messages):
            if message["role"] == "assistant":
                yield engine.ask(url, "/apply-template", {"messages": run.messages[:at], "tools": tools})["prompt"]
            if any(call in run.invalid for call in calls_of(message)):
                break  # the server takes no broken call back


def bare_calls(url, asked, tools):
    """(valid, tried) tool calls at the model's own temperature, when only the prompt guides it."""
    valid = tried = 0
    for number, prompt in enumerate(asked):
        said = engine.ask(url, "/completion", {"prompt": prompt, "n_predict": LONGEST, "seed": number})["content"]
        if "<tool_call>" in said:
            tried += 1
            valid += is_bare_call(said, tools)
    return valid, tried


def is_bare_call(said, tools):
    """Whether a reply's calls are all whole and each can be made."""
    found = CALL.findall(said)
    if not found or said.count("<tool_call>") != len(found):
        return False
    return all(is_valid(_parts(text), tools) for text in found)


def _parts(text):
    try:
        call = json.loads(text)
    except ValueError:
        return text, None
    if not isinstance(call, dict) or set(call) != {"name", "arguments"}:
        return text, None
    return call["name"], json.dumps(call["arguments"])


END = -1  # stands for whatever token ends a reply


def greedy(url, tokens, limit):
    """The most likely reply to a prompt of tokens, as tokens; ends with END where the model ends it."""
    answer = engine.ask(url, "/completion", {"prompt": tokens, "n_predict": limit, "temperature": 0,
                                             "return_tokens": True})
    return answer["tokens"] + [END] * (answer["stop_type"] == "eos")


def references(url, asked):
    """(prompt, most likely reply), both as tokens."""
    for prompt in asked:
        tokens = engine.ask(url, "/tokenize", {"content": prompt, "parse_special": True})["tokens"]
        yield tokens, greedy(url, tokens, LONGEST)


def agreed(choose, prompt, reply):
    """How many tokens of `reply` are a model's first choice, each after the ones before it.

    `choose(tokens, limit)` is the model's own greedy reply; it is asked again after each difference.
    """
    at = same = 0
    while at < len(reply):
        said = choose(prompt + reply[:at], len(reply) - at)
        equal = next((i for i, pair in enumerate(zip(said, reply[at:])) if pair[0] != pair[1]),
                     min(len(said), len(reply) - at))
        same += equal
        at += equal + 1
    return same


def filled(url, hole):
    """What the model puts into a hole, by the server's own route for completion."""
    return engine.ask(url, "/infill", {"input_prefix": hole.prefix, "input_suffix": hole.suffix, "prompt": "",
                                       "n_predict": LONGEST_LINE, "temperature": 0})["content"]
