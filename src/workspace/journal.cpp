#include "workspace/journal.hpp"

#include <array>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "sys/file_lock.hpp"
#include "workspace/line_index.hpp"

namespace plim::workspace {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto action_names = std::to_array<std::pair<Action, std::string_view>>(
    {{Action::edit, "edit"}, {Action::command, "command"}, {Action::undone, "undone"}});

// Paths are bytes and JSON is UTF-8: what is not ASCII is written as in a URL.
std::string armoured(const std::string& path) {
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && c != '%') {
      out += c;
    } else {
      out += std::format("%{:02x}", byte);
    }
  }
  return out;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string bare(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    out += escape ? static_cast<char>(16 * digit(text[i + 1]) + digit(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

Json to_json(const std::optional<FileState>& state) {
  if (!state) return nullptr;
  return {{"hash", state->hash}, {"mode", state->mode}};
}

std::string to_line(const Record& record, const std::string& time) {
  std::string_view action;
  for (const auto& [value, name] : action_names) {
    if (value == record.action) action = name;
  }
  Json json = {{"time", time},
               {"task", record.task},
               {"action", action},
               {"path", armoured(record.path)},
               {"before", to_json(record.before)},
               {"after", to_json(record.after)}};
  Json& made = json["made_directories"] = Json::array();
  for (const auto& folder : record.made_directories) made.push_back(armoured(folder));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string text_in(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_string() ? member->get<std::string>() : "";
}

// False for a member that is neither null nor a state.
bool read_state(const Json& json, const char* name, std::optional<FileState>& state) {
  const auto member = json.find(name);
  if (member == json.end()) return false;
  if (member->is_null()) return true;
  if (!member->is_object()) return false;
  const auto mode = member->find("mode");
  if (mode == member->end() || !mode->is_number_unsigned()) return false;
  state = FileState{.hash = text_in(*member, "hash"), .mode = mode->get<std::uint32_t>() & 07777U};
  return state->hash.size() == 64;
}

std::optional<Record> from_line(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  Record record{.time = text_in(json, "time"),
                .task = text_in(json, "task"),
                .path = bare(text_in(json, "path"))};
  bool known = false;
  for (const auto& [value, name] : action_names) {
    if (text_in(json, "action") == name) {
      record.action = value;
      known = true;
    }
  }
  if (!known || record.path.empty()) return std::nullopt;
  if (!read_state(json, "before", record.before) || !read_state(json, "after", record.after)) {
    return std::nullopt;
  }
  if (const auto made = json.find("made_directories"); made != json.end() && made->is_array()) {
    for (const Json& folder : *made) {
      if (folder.is_string()) record.made_directories.push_back(bare(folder.get<std::string>()));
    }
  }
  return record;
}

Result<void> cut_torn_line(sys::AppendFile& file) {
  constexpr std::uint64_t step = 4096;
  auto size = TRY(file.size());
  const auto whole = size;
  while (size > 0) {
    const auto start = size > step ? size - step : 0;
    const auto tail = TRY(file.read(start, size - start));
    const auto newline = tail.rfind('\n');
    size = newline == std::string::npos ? start : start + newline + 1;
    if (newline != std::string::npos) break;
  }
  if (size != whole) TRY(file.truncate(size));
  return {};
}

}  // namespace

Result<Journal> Journal::open(const std::filesystem::path& folder) {
  auto directory = TRY(sys::Directory::open_private(folder));
  auto file = TRY(sys::AppendFile::open(directory, "journal.jsonl"));
  return Journal(std::move(directory), std::move(file));
}

Result<void> Journal::append(std::span<const Record> records) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::string lines;
  for (const Record& record : records) lines += to_line(record, std::format("{:%FT%TZ}", now));
  const auto lock = TRY(sys::FileLock::acquire(directory_, "journal.lock"));
  TRY(cut_torn_line(file_));
  TRY(file_.append(lines));
  return file_.sync();
}

Result<std::vector<Record>> Journal::read() const {
  const auto size = TRY(file_.size());
  const auto text = TRY(file_.read(0, size));
  std::vector<Record> records;
  for (const Line& line : split_lines(text)) {
    if (line.ending.empty()) break;  // torn, or being written
    if (auto record = from_line(line.text)) records.push_back(*std::move(record));
  }
  return records;
}

}  // namespace plim::workspace
