#pragma once

#include <cstdint>
#include <format>
#include <string>
#include <vector>

#include "gguf/test_writer.hpp"

// Headers of real models, as far as memory depends on them: the ones whose buffers were read from
// llama.cpp 0.7's own log, so that formulas can be held against them.
namespace plim::plan::test {

using gguf::TestWriter;

struct Dims {
  std::string arch;
  std::uint32_t layers, embd, ff, heads, kv_heads, head, vocab, context;
};

inline TestWriter base(const Dims& d) {
  TestWriter w;
  w.text("general.architecture", d.arch)
      .text("general.name", d.arch)
      .u32(d.arch + ".block_count", d.layers)
      .u32(d.arch + ".embedding_length", d.embd)
      .u32(d.arch + ".feed_forward_length", d.ff)
      .u32(d.arch + ".attention.head_count", d.heads)
      .u32(d.arch + ".context_length", d.context);
  if (d.head > 0) {
    w.u32(d.arch + ".attention.key_length", d.head).u32(d.arch + ".attention.value_length", d.head);
  }
  if (d.kv_heads > 0) w.u32(d.arch + ".attention.head_count_kv", d.kv_heads);
  return w;
}

/// Attention and dense feed-forward weights of every layer, all of one type.
inline void dense_tensors(TestWriter& w, const Dims& d, std::string_view type,
                          std::string_view output) {
  w.tensor("token_embd.weight", {d.embd, d.vocab}, type);
  w.tensor("output_norm.weight", {d.embd}, "f32");
  if (!output.empty()) w.tensor("output.weight", {d.embd, d.vocab}, output);
  const std::uint64_t q = std::uint64_t{d.heads} * d.head;
  const std::uint64_t kv = std::uint64_t{d.kv_heads} * d.head;
  for (std::uint32_t i = 0; i < d.layers; ++i) {
    const auto name = [i](std::string_view part) {
      return std::format("blk.{}.{}.weight", i, part);
    };
    w.tensor(name("attn_norm"), {d.embd}, "f32").tensor(name("attn_q"), {d.embd, q}, type);
    w.tensor(name("attn_k"), {d.embd, kv}, type).tensor(name("attn_v"), {d.embd, kv}, type);
    w.tensor(name("attn_output"), {q, d.embd}, type).tensor(name("ffn_norm"), {d.embd}, "f32");
    w.tensor(name("ffn_gate"), {d.embd, d.ff}, type).tensor(name("ffn_up"), {d.embd, d.ff}, type);
    w.tensor(name("ffn_down"), {d.ff, d.embd}, type);
  }
}

inline TestWriter llama_8b() {
  const Dims d{"llama", 32, 4096, 14336, 32, 8, 128, 128256, 131072};
  auto w = base(d);
  dense_tensors(w, d, "q4_K", "q6_K");
  return w;
}

inline TestWriter qwen3moe_30b() {
  const Dims d{"qwen3moe", 48, 2048, 6144, 32, 4, 128, 151936, 262144};
  auto w = base(d);
  w.u32("qwen3moe.expert_count", 128)
      .u32("qwen3moe.expert_used_count", 8)
      .u32("qwen3moe.expert_feed_forward_length", 768)
      .tensor("token_embd.weight", {2048, 151936}, "q4_K");
  return w;
}

inline TestWriter gemma3_27b() {
  const Dims d{"gemma3", 62, 5376, 21504, 32, 16, 128, 262144, 131072};
  auto w = base(d);
  w.u32("gemma3.attention.sliding_window", 1024);
  dense_tensors(w, d, "q4_0", "");
  return w;
}

inline TestWriter gpt_oss_20b() {
  const Dims d{"gpt-oss", 24, 2880, 2880, 64, 8, 64, 201088, 131072};
  auto w = base(d);
  w.u32("gpt-oss.attention.sliding_window", 128)
      .u32("gpt-oss.expert_count", 32)
      .u32("gpt-oss.expert_used_count", 4)
      .u32("gpt-oss.expert_feed_forward_length", 2880)
      .tensor("token_embd.weight", {2880, 201088}, "q8_0");
  return w;
}

inline TestWriter glm_flash() {
  const Dims d{"deepseek2", 47, 2048, 10240, 20, 1, 0, 154880, 202752};
  auto w = base(d);
  w.u32("deepseek2.attention.key_length", 576)
      .u32("deepseek2.attention.value_length", 512)
      .u32("deepseek2.attention.key_length_mla", 256)
      .u32("deepseek2.attention.value_length_mla", 256)
      .u32("deepseek2.attention.kv_lora_rank", 512)
      .u32("deepseek2.rope.dimension_count", 64)
      .u32("deepseek2.expert_count", 64)
      .u32("deepseek2.expert_used_count", 4)
      .u32("deepseek2.expert_feed_forward_length", 1536)
      .tensor("token_embd.weight", {2048, 154880}, "q4_K");
  return w;
}

inline TestWriter qwen3next_80b() {
  const Dims d{"qwen3next", 48, 2048, 5120, 16, 2, 256, 151936, 262144};
  auto w = base(d);
  w.u32("qwen3next.ssm.conv_kernel", 4)
      .u32("qwen3next.ssm.inner_size", 4096)
      .u32("qwen3next.ssm.state_size", 128)
      .u32("qwen3next.ssm.group_count", 16)
      .u32("qwen3next.expert_count", 512)
      .u32("qwen3next.expert_used_count", 10)
      .u32("qwen3next.expert_feed_forward_length", 512)
      .tensor("token_embd.weight", {2048, 151936}, "q4_K");
  return w;
}

inline TestWriter lfm2_1b() {
  const Dims d{"lfm2", 16, 2048, 8192, 32, 0, 0, 65536, 128000};
  auto w = base(d);
  w.i32s("lfm2.attention.head_count_kv", {0, 0, 8, 0, 0, 8, 0, 0, 8, 0, 8, 0, 8, 0, 8, 0})
      .u32("lfm2.shortconv.l_cache", 3)
      .tensor("token_embd.weight", {2048, 65536}, "q4_K");
  return w;
}

/// 24 state-space, 4 attention and 24 feed-forward layers.
inline TestWriter nemotron_h_8b() {
  const Dims d{"nemotron_h", 52, 4096, 0, 32, 0, 128, 131072, 131072};
  std::vector<std::int32_t> kv(52, 0);
  std::vector<std::int32_t> ff(52, 0);
  for (std::size_t i = 0; i < 52; ++i) {
    const auto place = i % 13;
    if (place == 7) {
      kv[i] = 8;
    } else if (place % 2 == 1 || place == 12) {
      ff[i] = 21504;
    }
  }
  auto w = TestWriter();
  w.text("general.architecture", "nemotron_h")
      .u32("nemotron_h.block_count", 52)
      .u32("nemotron_h.embedding_length", d.embd)
      .u32("nemotron_h.attention.head_count", d.heads)
      .u32("nemotron_h.attention.key_length", d.head)
      .u32("nemotron_h.attention.value_length", d.head)
      .u32("nemotron_h.context_length", d.context)
      .i32s("nemotron_h.attention.head_count_kv", kv)
      .i32s("nemotron_h.feed_forward_length", ff)
      .u32("nemotron_h.ssm.conv_kernel", 4)
      .u32("nemotron_h.ssm.inner_size", 8192)
      .u32("nemotron_h.ssm.state_size", 128)
      .u32("nemotron_h.ssm.group_count", 8)
      .tensor("token_embd.weight", {d.embd, d.vocab}, "q4_K");
  return w;
}

}  // namespace plim::plan::test
