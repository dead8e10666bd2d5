#!/usr/bin/env python3
"""Writes a tiny but real GGUF that llama-server loads: qwen3, two layers, random weights.

    make_tiny_gguf.py OUT.gguf [--layers N] [--embd N] [--context N] [--seed N] [--blank]

It talks printable nonsense and never ends a reply by itself, so what a test sees is what the
engine does, not what a model knows. The same arguments give the same bytes. Python's standard
library only. Source: ggml docs/gguf.md; tensor names from llama.cpp's LLM_ARCH_QWEN3.
"""

import argparse
import math
import random
import struct

U32, F32, BOOL, STRING, ARRAY, U64 = 4, 6, 7, 8, 9, 10  # gguf_metadata_value_type
I32 = 5
ALIGNMENT = 32
HEAD = 32  # head size: quantized caches come in blocks of 32
CONTROL, NORMAL = 3, 1  # tokenizer.ggml.token_type
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

TEMPLATE = """\
{%- if tools %}<|im_start|>system
{% if messages[0].role == 'system' %}{{ messages[0].content }}

{% endif %}# Tools
<tools>
{% for tool in tools %}{{ tool | tojson }}
{% endfor %}</tools>
For each call return json within tags:
<tool_call>
{"name": <name>, "arguments": <object>}
</tool_call><|im_end|>
{% endif %}
{%- for m in messages %}
{%- if m.role == 'tool' %}<|im_start|>user
<tool_response>
{{ m.content }}
</tool_response><|im_end|>
{% elif m.role != 'system' or not tools %}<|im_start|>{{ m.role }}
{{ m.content }}
{%- for call in m.tool_calls or [] %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>{% endfor %}<|im_end|>
{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""


def byte_tokens():
    """GPT-2's printable stand-in for each byte, in byte order."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spare = iter(range(256, 512))
    return [chr(b) if b in shown else chr(next(spare)) for b in range(256)]


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def value(kind, v):
    if kind == STRING:
        return string(v)
    if kind == ARRAY:
        item, items = v
        return struct.pack("<IQ", item, len(items)) + b"".join(value(item, i) for i in items)
    return struct.pack({U32: "<I", I32: "<i", F32: "<f", BOOL: "<?", U64: "<Q"}[kind], v)


def metadata(args):
    tokens = byte_tokens() + SPECIAL
    arch = {
        "context_length": (U32, args.context),
        "embedding_length": (U32, args.embd),
        "block_count": (U32, args.layers),
        "feed_forward_length": (U32, 2 * args.embd),
        "attention.head_count": (U32, args.embd // HEAD),
        "attention.head_count_kv": (U32, 1),
        "attention.key_length": (U32, HEAD),
        "attention.value_length": (U32, HEAD),
        "attention.layer_norm_rms_epsilon": (F32, 1e-6),
        "rope.freq_base": (F32, 10000.0),
    }
    return {
        "general.architecture": (STRING, "qwen3"),
        "general.name": (STRING, "tiny"),
        **{f"qwen3.{key}": v for key, v in arch.items()},
        "tokenizer.ggml.model": (STRING, "gpt2"),
        "tokenizer.ggml.pre": (STRING, "qwen2"),
        "tokenizer.ggml.tokens": (ARRAY, (STRING, tokens)),
        "tokenizer.ggml.token_type": (ARRAY, (I32, [NORMAL] * 256 + [CONTROL] * len(SPECIAL))),
        "tokenizer.ggml.merges": (ARRAY, (STRING, ["t h", "i n"])),
        "tokenizer.ggml.eos_token_id": (U32, tokens.index("<|im_end|>")),
        "tokenizer.ggml.padding_token_id": (U32, tokens.index("<|endoftext|>")),
        "tokenizer.ggml.add_bos_token": (BOOL, False),
        "tokenizer.chat_template": (STRING, TEMPLATE),
    }


def tensors(args, vocab):
    """(name, dims, rows) with dims as GGUF has them: the row's length first. No rows: zeros."""
    rng = random.Random(args.seed)

    def matrix(columns, rows, scale):
        return [[rng.gauss(0, scale) for _ in range(columns)] for _ in range(rows)]

    # Dimension 0 is large and constant in every embedding and survives the small layers, so it
    # works as a bias at the output: printable characters are likely, ends of text never come.
    embedding = [[4.0, *row[1:]] for row in matrix(args.embd, vocab, 1.0)]
    output = [[0.0 if 32 <= token < 127 else -20.0, *row[1:]]
              for token, row in enumerate(matrix(args.embd, vocab, 1.0))]
    yield "token_embd.weight", (args.embd, vocab), embedding
    yield "output.weight", (args.embd, vocab), output
    yield "output_norm.weight", (args.embd,), [[1.0] * args.embd]
    for layer in range(args.layers):
        shapes = {
            "attn_q": (args.embd, args.embd), "attn_k": (args.embd, HEAD),
            "attn_v": (args.embd, HEAD), "attn_output": (args.embd, args.embd),
            "ffn_gate": (args.embd, 2 * args.embd), "ffn_up": (args.embd, 2 * args.embd),
            "ffn_down": (2 * args.embd, args.embd),
        }
        for name, (columns, rows) in shapes.items():
            values = None if args.blank else matrix(columns, rows, 0.05)
            yield f"blk.{layer}.{name}.weight", (columns, rows), values
        for name, size in (("attn_norm", args.embd), ("ffn_norm", args.embd),
                           ("attn_q_norm", HEAD), ("attn_k_norm", HEAD)):
            yield f"blk.{layer}.{name}.weight", (size,), [[1.0] * size]


def pad(size):
    return -size % ALIGNMENT


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("out")
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--embd", type=int, default=64, help="a multiple of 32")
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blank", action="store_true",
                        help="layers of zeros, as holes in the file: large models in no time")
    args = parser.parse_args()

    meta = metadata(args)
    infos, data, end = [], [], 0
    for name, dims, rows in tensors(args, 256 + len(SPECIAL)):
        infos.append(string(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, 0, end))
        if rows is not None:
            data.append((end, b"".join(struct.pack(f"<{len(row)}f", *row) for row in rows)))
        end += 4 * math.prod(dims)
        end += pad(end)

    head = b"GGUF" + struct.pack("<IQQ", 3, len(infos), len(meta))
    head += b"".join(string(key) + struct.pack("<I", kind) + value(kind, v)
                     for key, (kind, v) in meta.items())
    head += b"".join(infos)
    with open(args.out, "wb") as file:
        file.write(head + bytes(pad(len(head))))
        start = file.tell()
        for offset, values in data:
            file.seek(start + offset)
            file.write(values)
        file.truncate(start + end)


if __name__ == "__main__":
    main()
