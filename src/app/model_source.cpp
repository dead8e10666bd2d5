#include "app/model_source.hpp"

#include <filesystem>
#include <format>

#include "app/remote_model.hpp"
#include "plan/catalogue.hpp"

namespace plim::app {
namespace {

Result<std::string> configured(const Context& context) {
  const auto& path = context.config.text("model.path");
  if (!path.empty()) return path;
  if (!context.paths.demo_model.empty()) return context.paths.demo_model.string();
  return fail(Errc::not_found, "no model: name a GGUF file, a URL or a model of the catalogue");
}

/// Whether `name` can only mean a file, so that a missing one is not looked up in the catalogue.
bool is_path(const std::string& name) {
  return name.contains('/') || name.ends_with(".gguf") || std::filesystem::exists(name);
}

}  // namespace

Result<ModelSource> find_model(const std::string& name, const std::string& quant,
                               const Context& context) {
  const auto wanted = name.empty() ? TRY(configured(context)) : name;
  if (wanted.starts_with("http://") || wanted.starts_with("https://")) {
    return ModelSource{.header = TRY(read_remote_model(wanted, context.stop)), .note = ""};
  }
  if (wanted.contains("://")) {
    return fail(Errc::invalid, "{}: a model is read from http:// and https:// only", wanted);
  }
  if (is_path(wanted)) return ModelSource{.header = TRY(gguf::read_model(wanted)), .note = ""};
  ModelSource found{.header = TRY(plan::known_model(wanted, quant))};
  found.note = std::format("{}: from the catalogue, not from a file: weights within some percent.",
                           found.header.name());
  return found;
}

}  // namespace plim::app
