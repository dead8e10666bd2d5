"""The chat template, twice: as Jinja for the GGUF, and in Python for training."""

import json

# The system message and the tool descriptions are left out on purpose: they are written for
# real models, this one knows its tools by heart. Both are still looked at: llama.cpp moves what a
# template never looks at into the first user message.
# The comment is read by plim: this model edits by line numbers.
TEMPLATE = (
    "{#- plimsoll: edit_format=line #}"
    "{%- for tool in tools or [] %}{%- set unused = tool.function.name ~ '' %}{%- endfor %}"
    "{%- for message in messages %}"
    "{%- if message.role == 'system' %}{%- set unused = message.content ~ '' %}"
    "{%- elif message.role == 'user' or message.role == 'tool' %}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{%- elif message.role == 'assistant' %}"
    "{{- '<|im_start|>assistant\\n' }}"
    "{%- if message.content %}{{- message.content }}{%- endif %}"
    "{%- for call in message.tool_calls or [] %}"
    "{%- if message.content or not loop.first %}{{- '\\n' }}{%- endif %}"
    "{{- '<tool_call>\\n{\"name\": \"' + call.function.name + '\", \"arguments\": ' }}"
    "{{- call.function.arguments | tojson }}"
    "{{- '}\\n</tool_call>' }}"
    "{%- endfor %}"
    "{{- '<|im_end|>\\n' }}"
    "{%- endif %}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)


def render(messages: list[dict]) -> list[tuple[str, bool]]:
    """The transcript as (text, is it the model's own) pieces; joined, the template's output."""
    pieces: list[tuple[str, bool]] = []
    for message in messages:
        pieces.append((f"<|im_start|>{message['role']}\n", False))
        if message["role"] != "assistant":
            pieces.append((f"{message['content']}<|im_end|>\n", False))
            continue
        text = message["content"]
        for call in message.get("tool_calls", []):
            text += "\n" * bool(text) + f"<tool_call>\n{json.dumps(call)}\n</tool_call>"
        pieces.append((f"{text}<|im_end|>", message.get("learn", True)))
        pieces.append(("\n", False))
    return pieces
