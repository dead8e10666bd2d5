#include "agent/rescue.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <utility>
#include <vector>

#include "agent/dialects.hpp"

namespace plim::agent {
namespace {

constexpr std::size_t most_text_bytes = 256U << 10U;
constexpr std::size_t most_calls = 32;

// What dialects put before a tool's name.
std::string bare_name(std::string name) {
  for (const std::string_view prefix : {"functions.", "default_api.", "tools.", "function."}) {
    if (name.starts_with(prefix)) return name.substr(prefix.size());
  }
  return name;
}

struct Found {
  std::string rest;
  std::vector<WrittenCall> calls;
};

std::optional<Found> find_in(std::string_view text, const Dialect& dialect,
                             std::span<const chat::ToolSpec> tools) {
  Found found;
  std::size_t at = 0;
  while (found.calls.size() < most_calls) {
    auto passage = dialect.find(text, at);
    if (!passage) break;
    for (auto& call : passage->calls) {
      call.name = bare_name(std::move(call.name));
      const bool known = std::ranges::contains(tools, call.name, &chat::ToolSpec::name);
      if (!dialect.is_marked && !known) return std::nullopt;
      found.calls.push_back(std::move(call));
    }
    found.rest += text.substr(at, passage->begin - at);
    at = passage->end;
  }
  if (found.calls.empty()) return std::nullopt;
  found.rest += text.substr(at);
  found.rest.erase(found.rest.find_last_not_of(" \t\r\n") + 1);
  return found;
}

}  // namespace

std::optional<Rescued> find_calls(const chat::Message& message,
                                  std::span<const chat::ToolSpec> tools, std::size_t calls_before) {
  if (!message.tool_calls.empty()) return std::nullopt;
  const bool silent = message.content.find_first_not_of(" \t\r\n") == std::string::npos;
  const std::string_view text = silent ? message.reasoning : message.content;
  if (text.size() > most_text_bytes) return std::nullopt;
  for (const auto& dialect : dialects()) {
    // Thoughts are full of drafts: only a marked call counts there.
    if (silent && !dialect.is_marked) continue;
    auto found = find_in(text, dialect, tools);
    if (!found) continue;
    Rescued rescued{message, std::string(dialect.name) + (silent ? " inside its thoughts" : "")};
    (silent ? rescued.message.reasoning : rescued.message.content) = std::move(found->rest);
    for (auto& call : found->calls) {
      rescued.message.tool_calls.push_back({std::format("call_{}", ++calls_before),
                                            std::move(call.name), std::move(call.arguments)});
    }
    return rescued;
  }
  return std::nullopt;
}

}  // namespace plim::agent
