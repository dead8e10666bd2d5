// plan: decides, before anything is loaded, what fits where and how the engine must be told.
// Does not: read files or devices (gguf/, hw/), start the engine or check it (engine/).
// Threads: pure functions over plain values.
// Start at: make; the memory formulas are in cache.hpp, weights.hpp and compute.hpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/units.hpp"
#include "gguf/gguf.hpp"
#include "hw/hw.hpp"

namespace plim::plan {

/// The types the engine can hold the attention cache in, best quality first.
enum class KvType { f32, f16, bf16, q8_0, q5_1, q5_0, q4_1, q4_0, iq4_nl };

/// As the engine's -ctk and -ctv spell it.
[[nodiscard]] std::string_view to_string(KvType type);
[[nodiscard]] std::optional<KvType> parse_kv_type(std::string_view name);

/// Where tokens are guessed from, several of which are checked in one step.
enum class DraftBy {
  text,    ///< What the conversation holds already.
  layers,  ///< Layers of the model's own that predict further (MTP).
  model,   ///< A smaller model of the same vocabulary.
};

[[nodiscard]] std::string_view to_string(DraftBy by);

/// Tokens per second, with the range that holds the truth nine times of ten. All 0: not known.
struct Rate {
  double median = 0;
  double low = 0;
  double high = 0;

  friend bool operator==(const Rate&, const Rate&) = default;
};

struct Speed {
  Rate decode;   ///< Of a reply, at the start of a conversation.
  Rate prefill;  ///< Of a prompt.

  friend bool operator==(const Speed&, const Speed&) = default;
};

/// What a driver takes beside the engine's buffers, measured on this machine.
struct Overhead {
  std::string device;  ///< The engine's name of it.
  Bytes bytes;

  friend bool operator==(const Overhead&, const Overhead&) = default;
};

/// What the user wants of a plan; everything has a sensible default.
struct Wishes {
  std::optional<Tokens> context;  ///< Exactly this or refuse; else chosen.
  Tokens min_context{4096};       ///< Refuse below (or below the model's own, if smaller).
  Tokens desired_context{32768};  ///< No larger without being asked.
  std::vector<KvType> kv_types{KvType::f16, KvType::q8_0};  ///< Allowed, most wanted first.
  std::optional<KvType> kv_v;                               ///< Of V, when it is to differ from K.
  int slots = 1;              ///< Conversations at once; they share `context`.
  bool unified = false;       ///< One pool of cells for all slots.
  bool full_windows = false;  ///< Sliding-window layers remember everything (--swa-full).
  bool offload =
      false;  ///< Layers or experts may stay in RAM, which is slow, if nothing else fits.
  std::optional<Bytes> reserve;    ///< Kept free on the device; else 2 GiB, 4 from 32 GB on.
  std::string device = "auto";     ///< "auto", "cpu", or a name or engine name of a GPU.
  std::int32_t batch = 2048;       ///< Tokens the server collects for one step.
  std::int32_t ubatch = 512;       ///< Tokens computed at once: drives the compute buffer.
  std::optional<int> threads;      ///< Else the usable physical cores, fewer for a tiny model.
  std::optional<Bytes> cache_ram;  ///< Host prompt cache; else what fits up to 2 GiB.
  int draft = 0;                   ///< Guessed from text; see RunPlan.
  int draft_ahead = 0;             ///< By `drafter`, else by the model's own layers if it has some;
                                   ///< where that takes nothing else from the best plan.
  std::optional<gguf::Header> drafter;  ///< A smaller model to guess with.
  std::vector<Overhead> overheads;      ///< Measured ones; else a safe guess.
};

/// One memory's account. Its parts add up: free = weights + … + reserve + left.
struct LedgerRow {
  std::string device;  ///< Engine name of the GPU, or "host".
  Bytes capacity;      ///< All of it.
  Bytes free;          ///< Usable now, before the engine starts.
  Bytes weights;
  Bytes kv;           ///< Attention cache, all slots.
  Bytes recurrent;    ///< State-space and short-convolution state, all slots.
  Bytes compute;      ///< Scratch; an estimate unless RunPlan::compute_known.
  Bytes caches;       ///< Host only: prompt cache and checkpoints, at their bound.
  Bytes overhead;     ///< Driver context, process, pinned buffers.
  Bytes reserve;      ///< Stays free, for everybody else.
  Bytes left;         ///< Free beyond the reserve.
  std::string label;  ///< The GPU's name; "" for the host.

  [[nodiscard]] Bytes needed() const {
    return weights + kv + recurrent + compute + caches + overhead;
  }
  friend bool operator==(const LedgerRow&, const LedgerRow&) = default;
};

/// Everything the engine's command line needs, and the account that justifies it.
struct RunPlan {
  std::vector<std::filesystem::path> files;  ///< The first is what --model gets.
  std::string model;                         ///< For people.
  std::string device;        ///< What --device gets: "CUDA0", "CUDA0,CUDA1"…; "none" for the CPU.
  std::string device_label;  ///< For people: "NVIDIA GeForce RTX 4090", "CPU".
  bool on_gpu = false;       ///< All layers on `device` (-ngl all), or none.
  int layers = 0;            ///< Repeating layers; the log's "offloaded" counts one more.
  Tokens context;            ///< What --ctx-size gets; a multiple of 256.
  int slots = 1;             ///< --parallel.
  KvType kv_k = KvType::f16;
  KvType kv_v = KvType::f16;
  bool flash_attention = true;
  std::int32_t batch = 2048;
  std::int32_t ubatch = 512;
  int threads = 1;
  Bytes cache_ram;      ///< --cache-ram, whole MiB; 0 switches the cache off.
  int checkpoints = 0;  ///< --ctx-checkpoints.
  int draft = 0;        ///< Tokens guessed at most, and checked in one step; 0: none are.
  DraftBy draft_by = DraftBy::text;
  std::vector<std::filesystem::path> draft_files;  ///< Of DraftBy::model.
  KvType draft_k = KvType::f16;                    ///< Of what guesses, unless by text.
  KvType draft_v = KvType::f16;
  std::string draft_device;  ///< Where that is: an engine name, or "none".
  Bytes draft_bytes;         ///< What guessing takes, all memories together; the ledger holds it.
  Bytes repack;              ///< Of the overhead: weights laid out anew for AMX, at most.
  Bytes not_loaded;          ///< Further layers in the file that nothing guesses with.
  std::vector<LedgerRow> ledger;   ///< The device first, "host" last; one row on the CPU.
  bool compute_known = false;      ///< The ledger's scratch is the engine's own figure.
  std::vector<std::size_t> split;  ///< Of several GPUs: what --tensor-split gets.
  int host_layers = 0;             ///< First layers left to the CPU: -ngl gets layers + 1 - this.
  int host_experts = 0;            ///< --n-cpu-moe.
  bool unified = false;            ///< --kv-unified.
  bool full_windows = false;       ///< --swa-full.
  Speed speed;                     ///< Predicted, without guessing.
  bool speed_measured = false;     ///< And on this machine, not predicted.
  Rate full_decode;                ///< As speed.decode, with the context full.
  std::string rung;                ///< "full", "shorter context", "q8_0 cache"…
  std::string reason;              ///< Why this one: one sentence for people.
  std::vector<std::string> warnings;  ///< One sentence each.

  /// Whether what guesses takes memory, so that the same plan without it is a smaller one.
  [[nodiscard]] bool guesses_with_weights() const { return draft > 0 && draft_by != DraftBy::text; }
  friend bool operator==(const RunPlan&, const RunPlan&) = default;
};

/// All plans that fit, best first; each later one gives something up, and says what.
/// Errors: capacity with the numbers per device and the nearest thing that would fit; not_found
/// when the wished device does not exist; invalid for wishes that contradict the model.
[[nodiscard]] Result<std::vector<RunPlan>> ladder(const hw::Hardware& hardware,
                                                  const gguf::Header& model, const Wishes& wishes);

/// The best of the ladder. Never part of a model on the GPU and part on the CPU: all layers on
/// one device or, without a GPU, the CPU. Errors: as ladder.
[[nodiscard]] Result<RunPlan> make(const hw::Hardware& hardware, const gguf::Header& model,
                                   const Wishes& wishes = {});

/// The most context one cache type leaves room for.
struct Choice {
  KvType type = KvType::f16;
  Tokens largest;  ///< 0: not even 256 tokens fit.
  Rate decode;     ///< With that context full.

  friend bool operator==(const Choice&, const Choice&) = default;
};

/// An answer to "would it fit?", whatever it is.
struct Assessment {
  bool fits = false;
  RunPlan plan;                 ///< The best of the ladder; what does not fit, when none does: then
                                ///< its reason says by how much and what would.
  std::vector<Choice> choices;  ///< On that device.
};

/// As ladder and make, but a model that does not fit is an answer, not an error.
/// Errors: as ladder, less capacity.
[[nodiscard]] Result<Assessment> assess(const hw::Hardware& hardware, const gguf::Header& model,
                                        const Wishes& wishes);

/// The plan with the compute buffers the engine's own dry run told instead of the estimates;
/// one for each row of the ledger. What does not fit then has nothing left.
[[nodiscard]] RunPlan with_compute(RunPlan plan, const std::vector<Bytes>& compute);

/// Whether looking for drafts costs next to nothing: from text it takes a fixed time per token,
/// which only an engine of many tokens per second feels.
/// Source: some 30 us per token measured with llama.cpp 0.7 on a model of 500 us per token.
[[nodiscard]] bool drafts_are_cheap(const RunPlan& plan);

/// Whether `drafter` has the vocabulary of `model`, so that it can guess for it.
/// Errors: invalid, with what differs. Source: llama.cpp 0.7, common_speculative_are_compatible.
[[nodiscard]] Result<void> same_vocabulary(const gguf::Header& model, const gguf::Header& drafter);

/// Whether `plan` is on the device of `other`, with its context and cache: what a user would miss.
[[nodiscard]] bool gives_as_much(const RunPlan& plan, const RunPlan& other);

/// Whether each row's needs and reserve are within what is free.
[[nodiscard]] bool fits(const RunPlan& plan);

/// Free less needs and reserve; below 0 by what is missing.
[[nodiscard]] std::int64_t left_of(const LedgerRow& row);

/// Several models at once, each planned into what the ones before it leave; the reserve is kept
/// once. One answer per model. Errors: as assess.
[[nodiscard]] Result<std::vector<Assessment>> assess_together(
    const hw::Hardware& hardware, const std::vector<gguf::Header>& models, const Wishes& wishes);

/// One ledger of several plans: what each memory had before the first and has after the last.
[[nodiscard]] std::vector<LedgerRow> merge(const std::vector<Assessment>& answers);

/// The ledger as an SVG picture.
[[nodiscard]] std::string to_svg(const Assessment& assessment);

/// As below, with the choices and what the figures are worth.
[[nodiscard]] std::string to_text(const Assessment& assessment, int width = 100);

/// The plan as a table a person reads in ten seconds. Plain text of at most `width` columns.
[[nodiscard]] std::string to_text(const RunPlan& plan, int width = 100);

}  // namespace plim::plan
