"""Writes a training checkpoint as GGUF (llama.cpp architecture `lfm2`).

    python3 scripts/demo_model/export.py --run /tmp/demo-model --out models/demo/plimsoll-demo.gguf
"""

import argparse
import hashlib
import json
from pathlib import Path

import gguf
import numpy as np
import torch

import chat
import data
from model import Config
from tokenizer import CONTROL, USER_DEFINED, Tokenizer

BLOCK = {
    "norm": "attn_norm", "ffn_norm": "ffn_norm", "gate": "ffn_gate", "up": "ffn_up", "down": "ffn_down",
    "operator.in_proj": "shortconv.in_proj", "operator.out_proj": "shortconv.out_proj",
    "operator.conv": "shortconv.conv",
    "operator.q": "attn_q", "operator.k": "attn_k", "operator.v": "attn_v", "operator.out": "attn_output",
    "operator.q_norm": "attn_q_norm", "operator.k_norm": "attn_k_norm",
}
TOP = {"embed": "token_embd", "norm": "token_embd_norm"}  # llama.cpp's lfm2 calls the last norm so
TYPES = {"f32": gguf.GGMLQuantizationType.F32, "f16": gguf.GGMLQuantizationType.F16,
         "q8_0": gguf.GGMLQuantizationType.Q8_0}


def tensor_name(name: str) -> str:
    name = name.removesuffix(".weight")
    if name in TOP:
        return TOP[name] + ".weight"
    _, number, rest = name.split(".", 2)
    return f"blk.{number}.{BLOCK[rest]}.weight"


def add_sizes(writer: gguf.GGUFWriter, config: Config) -> None:
    writer.add_vocab_size(config.vocab)
    writer.add_block_count(len(config.layers))
    writer.add_context_length(config.context)
    writer.add_embedding_length(config.width)
    writer.add_feed_forward_length(config.hidden)
    writer.add_head_count(config.heads)
    writer.add_head_count_kv([config.heads if kind == "a" else 0 for kind in config.layers])
    writer.add_key_length(config.head_width)
    writer.add_value_length(config.head_width)
    writer.add_rope_freq_base(config.rope_base)
    writer.add_layer_norm_rms_eps(config.eps)
    writer.add_shortconv_l_cache(config.kernel)


def add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    kind = {**dict.fromkeys(CONTROL, gguf.TokenType.CONTROL),
            **dict.fromkeys(USER_DEFINED, gguf.TokenType.USER_DEFINED)}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokenizer.tokens)
    writer.add_token_types([kind.get(t, gguf.TokenType.NORMAL) for t in tokenizer.tokens])
    writer.add_token_merges([" ".join(pair) for pair in tokenizer.merges])
    writer.add_eos_token_id(tokenizer.end)
    writer.add_pad_token_id(tokenizer.end)
    writer.add_add_bos_token(False)
    writer.add_chat_template(chat.TEMPLATE)


def export(state: dict, config: Config, tokenizer: Tokenizer, out: Path, kind: str) -> None:
    part = out.with_suffix(".part")  # a server may have the old file mapped
    writer = gguf.GGUFWriter(part, "lfm2")
    writer.add_name("Plimsoll demo")
    writer.add_description("Demonstration model: repairs small bugs in tiny Python and C++ projects, completes lines.")
    writer.add_license("apache-2.0")
    writer.add_float32("general.sampling.temp", 0.2)
    writer.add_file_type({"f32": gguf.LlamaFileType.ALL_F32, "f16": gguf.LlamaFileType.MOSTLY_F16,
                          "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0}[kind])
    add_sizes(writer, config)
    add_tokenizer(writer, tokenizer)
    for name, tensor in state.items():
        values = tensor.float().cpu().numpy()
        small = values.ndim == 1 or name.endswith("conv")
        stored = gguf.GGMLQuantizationType.F32 if small else TYPES[kind]
        packed = gguf.quants.quantize(np.ascontiguousarray(values), stored)
        writer.add_tensor(tensor_name(name), packed, raw_dtype=stored)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.rename(out)


def provenance(saved: dict, out: Path) -> dict:
    """What the GGUF came from, to be kept beside it."""
    arguments = saved["arguments"]
    stages = [data.stage_of(arguments["phase"], number) for number in range(len(saved["shards"]))]
    return {
        "file_sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
        "parameters": sum(t.numel() for t in saved["model"].values()),
        "config": saved["config"],
        "phase": arguments["phase"],
        "seed": int(arguments["seed"]),
        "steps": saved["step"],
        "tokens_with_padding": saved["tokens"],
        "episodes": sum(s.episodes for s in stages),
        "glimpses": sum(s.glimpses for s in stages),
        "completions": sum(s.completions for s in stages),
        "training_seconds": round(saved["seconds"]),
        "data_sha256": hashlib.sha256("".join(saved["shards"]).encode()).hexdigest(),
        "torch": torch.__version__,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="the folder train.py wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--type", choices=TYPES, default="q8_0")
    args = parser.parse_args()
    saved = torch.load(args.run / "checkpoint.pt", map_location="cpu", weights_only=False)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    export(saved["model"], Config(**saved["config"]), Tokenizer.load(args.run / "tokenizer.json"), args.out, args.type)
    args.out.with_suffix(".json").write_text(json.dumps(provenance(saved, args.out), indent=1) + "\n")
    print(f"{args.out}: {args.out.stat().st_size} bytes, step {saved['step']}")


if __name__ == "__main__":
    main()
