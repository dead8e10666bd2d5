#include "app/guessing.hpp"

#include <filesystem>

namespace plim::app {
namespace {

constexpr int from_text = 16;
constexpr int ahead = 3;  // the engine's own choice
constexpr gguf::Limits with_vocabulary{.kept_elements = 1U << 20U};

/// The same header with all its tokens, where it is a file of this machine.
Result<gguf::Header> whole(const gguf::Header& model) {
  std::error_code ignored;
  const bool here = !model.files.empty() && std::filesystem::exists(model.files.front(), ignored);
  return here ? gguf::read_model(model.files.front(), with_vocabulary) : model;
}

}  // namespace

Result<void> wish_guesses(const Config& config, const gguf::Header& model, plan::Wishes& wishes,
                          std::vector<std::string>& notes) {
  if (config.text("engine.speculation") == "off") return {};
  wishes.draft = from_text;
  wishes.draft_ahead = ahead;
  const auto& file = config.text("engine.draft");
  if (file.empty()) return {};
  auto drafter =
      TRY(gguf::read_model(file, with_vocabulary).transform_error(during("engine.draft")));
  const auto same = plan::same_vocabulary(TRY(whole(model)), drafter);
  if (same) {
    wishes.drafter = std::move(drafter);
  } else {
    notes.push_back(same.error().message + "; it is left out (engine.draft)");
  }
  return {};
}

}  // namespace plim::app
