#include "app/model_source.hpp"

#include <filesystem>

namespace plim::app {
namespace {

Result<std::string> configured(const Context& context) {
  const auto& path = context.config.text("model.path");
  if (!path.empty()) return path;
  if (!context.paths.demo_model.empty()) return context.paths.demo_model.string();
  return fail(Errc::not_found, "no model: name a GGUF file, a URL or a model of the catalogue");
}

}  // namespace

Result<ModelSource> find_model(const std::string& name, const std::string& /*quant*/,
                               const Context& context) {
  const auto wanted = name.empty() ? TRY(configured(context)) : name;
  return ModelSource{.header = TRY(gguf::read_model(wanted)), .note = ""};
}

}  // namespace plim::app
