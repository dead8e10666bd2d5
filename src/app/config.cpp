#include "app/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <format>
#include <numeric>
#include <sstream>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <toml++/toml.hpp>

namespace plim::app {
namespace {

constexpr auto all_settings = std::to_array<Setting>({
    {"model.path", ValueKind::text, "", "GGUF file to run; the demo model when empty"},
    {"model.context", ValueKind::integer, "", "context in tokens; as large as fits when empty"},
    {"model.device", ValueKind::text, "auto", "auto, cpu, or a GPU's name such as CUDA0"},
    {"model.reserve_mib", ValueKind::integer, "", "device memory that always stays free"},
    {"engine.dir", ValueKind::text, "", "folder of llama-server; PATH when empty"},
    {"engine.endpoint", ValueKind::text, "", "URL of an OpenAI-compatible server to use instead"},
    {"engine.model", ValueKind::text, "", "model name to ask the endpoint for"},
    {"engine.api_key_env", ValueKind::text, "", "environment variable that holds the API key"},
    {"engine.speculation", ValueKind::text, "auto", "guess tokens ahead: auto, on or off"},
    {"engine.draft", ValueKind::text, "", "GGUF file of a smaller model that guesses tokens"},
    {"engine.stall_s", ValueKind::integer, "120", "seconds without a byte until it counts as hung"},
    {"agent.max_turns", ValueKind::integer, "40", "model replies until a task is given up"},
    {"agent.time_limit_s", ValueKind::integer, "3600", "seconds until a task is given up"},
    {"agent.test_command", ValueKind::text, "", "what proves a task done; detected when empty"},
    {"agent.temperature", ValueKind::number, "", "sampling temperature; the model's own if empty"},
    {"agent.attempts", ValueKind::integer, "1", "fresh starts after failing tests"},
    {"agent.edit_format", ValueKind::text, "", "replace, line, patch or whole; the model's own"},
    {"agent.packet", ValueKind::boolean, "true", "begin a session with the code its task is about"},
    {"agent.seed", ValueKind::integer, "", "sampling seed; random when empty"},
    {"sandbox.timeout_s", ValueKind::integer, "600", "longest a command or test run may take"},
});

const Setting* find_setting(std::string_view key) {
  const auto* const found = std::ranges::find(all_settings, key, &Setting::key);
  return found == all_settings.end() ? nullptr : found;
}

// Levenshtein distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i] == b[j] ? 0U : 1U);
      diagonal = std::exchange(row[j + 1], std::min({replace, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

std::string_view nearest(std::string_view key) {
  return std::ranges::min_element(
             all_settings, {}, [&](const Setting& setting) { return distance(key, setting.key); })
      ->key;
}

template <class T>
std::optional<T> parse(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool fits(ValueKind kind, std::string_view text) {
  switch (kind) {
    case ValueKind::text:
      return true;
    case ValueKind::integer:
      return parse<std::int64_t>(text).value_or(-1) >= 0;
    case ValueKind::number:
      return parse<double>(text).value_or(-1) >= 0;
    case ValueKind::boolean:
      return text == "true" || text == "false";
  }
  return false;
}

std::string_view name_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::text:
      return "text";
    case ValueKind::integer:
      return "a whole number from 0";
    case ValueKind::number:
      return "a number from 0";
    case ValueKind::boolean:
      return "true or false";
  }
  return "text";
}

std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return std::format("{}", integer->get());
  if (const auto* number = node.as_floating_point()) return std::format("{}", number->get());
  if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
  return std::nullopt;
}

std::string variable_of(std::string_view key) {
  std::string name = "PLIM_";
  for (const char c : key) {
    name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return name;
}

Result<void> apply_table(Config& config, const toml::table& table, const std::string& prefix,
                         const std::string& file) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    const std::string origin = std::format("{}:{}", file, node.source().begin.line);
    if (const auto* inner = node.as_table(); inner != nullptr && prefix.empty()) {
      if (auto applied = apply_table(config, *inner, key + ".", file); !applied) return applied;
      continue;
    }
    const auto text = scalar_text(node);
    if (!text && find_setting(key) != nullptr) {
      return fail(Errc::invalid, "{}: {} must be a single value", origin, key);
    }
    auto set = config.set(key, text.value_or(""), origin);
    if (!set) return std::unexpected(during(origin)(std::move(set).error()));
  }
  return {};
}

}  // namespace

std::span<const Setting> settings() { return all_settings; }

Config::Config() {
  for (const auto& setting : all_settings) {
    values_[std::string(setting.key)] = {std::string(setting.standard), "default"};
  }
}

Result<void> Config::read_file(const std::filesystem::path& file) {
  std::error_code missing;
  if (!std::filesystem::exists(file, missing)) return {};
  try {  // toml++ reports by exception; none leaves this function.
    return apply_table(*this, toml::parse_file(file.string()), "", file.string());
  } catch (const toml::parse_error& error) {
    return fail(Errc::invalid, "{}:{}: {}", file.string(), error.source().begin.line,
                error.description());
  }
}

Result<void> Config::read_environment(const std::map<std::string, std::string>& environment) {
  for (const auto& setting : all_settings) {
    const auto found = environment.find(variable_of(setting.key));
    if (found == environment.end()) continue;
    auto done = set(setting.key, found->second, "$" + found->first);
    if (!done) return std::unexpected(during("$" + found->first)(std::move(done).error()));
  }
  return {};
}

Result<void> Config::set(std::string_view key, std::string value, std::string origin) {
  const Setting* setting = find_setting(key);
  if (setting == nullptr) {
    return fail(Errc::invalid, "there is no setting {}; did you mean {}? (plim config lists all)",
                key, nearest(key));
  }
  if (!value.empty() && !fits(setting->kind, value)) {
    return fail(Errc::invalid, "{} must be {}, not \"{}\"", key, name_of(setting->kind), value);
  }
  values_[std::string(key)] = {std::move(value), std::move(origin)};
  return {};
}

const std::string& Config::text(std::string_view key) const {
  static const std::string none;
  const auto found = values_.find(key);
  return found == values_.end() ? none : found->second.text;
}

std::optional<std::int64_t> Config::integer(std::string_view key) const {
  return parse<std::int64_t>(text(key));
}

std::optional<double> Config::number(std::string_view key) const {
  return parse<double>(text(key));
}

std::string Config::show(bool json) const {
  if (json) {
    nlohmann::ordered_json all;
    for (const auto& setting : all_settings) {
      const auto& value = values_.find(setting.key)->second;
      all[std::string(setting.key)] = {{"value", value.text}, {"origin", value.origin}};
    }
    return all.dump(2) + "\n";
  }
  std::string out;
  for (const auto& setting : all_settings) {
    const auto& value = values_.find(setting.key)->second;
    out += std::format("{:<20} {:<28} {:<24} {}\n", setting.key,
                       value.text.empty() ? "-" : value.text, value.origin, setting.help);
  }
  return out;
}

}  // namespace plim::app
