#include "session/session_file.hpp"

#include <algorithm>
#include <format>

#include <nlohmann/json.hpp>

namespace plim::session {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format_version = 1;
constexpr std::uint64_t max_meta_bytes = 64U << 10U;
constexpr std::uint64_t block_bytes = 64U << 10U;

bool is_id_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-';
}

}  // namespace

std::string file_name(std::string_view id) { return std::format("{}.jsonl", id); }

std::string lock_name(std::string_view id) { return std::format("{}.lock", id); }

Result<void> check_id(std::string_view id) {
  const bool fits = !id.empty() && id.size() <= 64 && id.front() != '-';
  if (fits && std::ranges::all_of(id, is_id_character)) return {};
  return fail(Errc::invalid, "\"{}\" is no session id; plim log lists them", id);
}

std::string meta_line(const Meta& meta) {
  const Json json{{"plimsoll_session", format_version},
                  {"id", meta.id},
                  {"project", meta.project},
                  {"created", meta.created}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Meta> parse_meta(std::string_view line, const std::string& id) {
  const auto json = Json::parse(line, nullptr, false);
  const auto text = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
  };
  // A file that was renamed says another id.
  if (!json.is_object() || !json.contains("plimsoll_session") || text("id") != id) {
    return fail(Errc::protocol, "session {}: its first line is damaged", id);
  }
  return Meta{.id = id, .project = text("project"), .created = text("created")};
}

Result<Meta> read_meta(const sys::AppendFile& file, const std::string& id) {
  const auto head = TRY(file.read(0, max_meta_bytes));
  return parse_meta(std::string_view(head).substr(0, head.find('\n')), id);
}

Result<void> cut_torn_line(sys::AppendFile& file) {
  // From the end in blocks: the torn line may be long, the file is longer.
  for (auto end = TRY(file.size()); end > 0;) {
    const auto start = end > block_bytes ? end - block_bytes : 0;
    const auto block = TRY(file.read(start, end - start));
    const auto newline = block.rfind('\n');
    if (newline != std::string::npos) return file.truncate(start + newline + 1);
    end = start;
  }
  return file.truncate(0);
}

}  // namespace plim::session
