#include "hw/engine_devices.hpp"

#include <algorithm>
#include <format>
#include <ranges>
#include <utility>

#include "base/utf8.hpp"
#include "hw/text_file.hpp"
#include "sys/process.hpp"

namespace plim::hw {
namespace {

constexpr std::string_view heading = "Available devices:";

/// "24105 MiB, 21807 MiB free" of the line's last parentheses.
std::optional<std::pair<Bytes, Bytes>> parse_memory(std::string_view text) {
  const auto parts = split_field(text, ',');
  if (!parts || !parts->key.ends_with(" MiB") || !parts->value.ends_with(" MiB free")) {
    return std::nullopt;
  }
  const auto total = to_number<std::uint64_t>(parts->key.substr(0, parts->key.size() - 4));
  const auto free = to_number<std::uint64_t>(parts->value.substr(0, parts->value.size() - 9));
  if (!total || !free || *total > (1U << 30U) || *free > (1U << 30U)) return std::nullopt;
  return std::pair{Bytes{*total << 20U}, Bytes{*free << 20U}};
}

/// "  Vulkan0: llvmpipe (LLVM 21.1.8, 256 bits) (24105 MiB, 21807 MiB free)"
std::optional<EngineDevice> parse_device(std::string_view line) {
  const auto field = split_field(line, ':');
  if (!field || !field->value.ends_with(')')) return std::nullopt;
  const auto open = field->value.rfind('(');
  if (open == std::string_view::npos) return std::nullopt;
  const auto memory = parse_memory(field->value.substr(open + 1, field->value.size() - open - 2));
  if (!memory) return std::nullopt;
  const std::string name(trim(field->value.substr(0, open)));
  return EngineDevice{std::string(field->key), terminal_safe(to_utf8(name)), memory->first,
                      memory->second};
}

}  // namespace

Result<std::vector<EngineDevice>> parse_device_list(std::string_view output) {
  const auto start = output.find(heading);
  if (start == std::string_view::npos) {
    return fail(Errc::protocol, "its answer to --list-devices has no \"{}\"", heading);
  }
  std::vector<EngineDevice> devices;
  for (const auto line : std::views::split(output.substr(start + heading.size()), '\n')) {
    if (auto device = parse_device(std::string_view(line))) devices.push_back(std::move(*device));
  }
  return devices;
}

Result<std::vector<EngineDevice>> list_engine_devices(const ProbeOptions& options,
                                                      std::stop_token stop) {
  const sys::Command command{.argv = {options.engine.string(), "--list-devices"},
                             .env = options.engine_env};
  const auto result = TRY(sys::run(command, {.timeout = options.engine_timeout}, std::move(stop)));
  if (result.timed_out) {
    return fail(Errc::timeout, "no answer to --list-devices within {} s",
                options.engine_timeout.count() / 1000);
  }
  if (result.status.code != 0) {
    return fail(Errc::protocol, "--list-devices ended with {}", result.status.code);
  }
  return parse_device_list(result.head);
}

}  // namespace plim::hw
