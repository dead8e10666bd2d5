#include "session/session.hpp"

#include <algorithm>
#include <chrono>
#include <format>
#include <random>
#include <utility>

#include "session/session_file.hpp"
#include "sys/directory.hpp"

namespace plim::session {
namespace {

// Sorts by time, and two of the same second do not meet: "20261122-133844-1f3a9c04".
std::string new_id(std::chrono::sys_seconds now) {
  std::random_device random;
  return std::format("{:%Y%m%d-%H%M%S}-{:08x}", now, random());
}

bool is_transient(const chat::Event& event) {
  return std::holds_alternative<chat::TextDelta>(event) ||
         std::holds_alternative<chat::CallDelta>(event) ||
         std::holds_alternative<chat::PrefillProgress>(event);
}

}  // namespace

Result<Session> Session::create(const std::filesystem::path& directory,
                                const std::string& project) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  Meta meta{.id = new_id(now), .project = project, .created = std::format("{:%FT%TZ}", now)};
  const auto folder = TRY(sys::Directory::open_private(directory));
  auto lock = TRY(sys::FileLock::try_acquire(folder, lock_name(meta.id)));
  auto file = TRY(sys::AppendFile::open(folder, file_name(meta.id)));
  TRY(file.append(meta_line(meta)).transform_error(during("starting session " + meta.id)));
  TRY(file.sync());
  return Session(std::move(meta), std::move(file), std::move(lock));
}

Result<Session> Session::open(const std::filesystem::path& directory, const std::string& id) {
  TRY(check_id(id));
  const auto folder = TRY(sys::Directory::open(directory));
  // Looked for first: opening for appending would make it.
  TRY(folder.stat(file_name(id)).transform_error(during("opening session " + id)));
  auto lock = TRY(sys::FileLock::try_acquire(folder, lock_name(id)));
  auto file = TRY(sys::AppendFile::open(folder, file_name(id)));
  TRY(cut_torn_line(file));
  auto meta = TRY(read_meta(file, id));
  return Session(std::move(meta), std::move(file), std::move(lock));
}

Result<void> Session::append(const chat::Event& event) {
  if (is_transient(event)) return {};
  std::string line = chat::to_json(event);
  if (line.size() > max_line_bytes) {
    line = chat::to_json(chat::Notice{
        std::format("an event of {} bytes was too large to be kept in the session", line.size())});
  }
  TRY(file_.append(line + "\n").transform_error(during("writing session " + id())));
  // Waiting for the disk costs 1 to 10 ms: not in each turn, between a reply and what it asks for.
  if (std::holds_alternative<chat::TurnFinished>(event)) file_.start_sync();
  if (std::holds_alternative<chat::TaskFinished>(event)) {
    TRY(file_.sync().transform_error(during("writing session " + id())));
  }
  return {};
}

chat::Transcript transcript(const std::vector<chat::Event>& events) {
  chat::Transcript messages;
  for (const auto& event : events) {
    if (const auto* added = std::get_if<chat::MessageAdded>(&event)) {
      messages.push_back(added->message);
    } else if (const auto* compacted = std::get_if<chat::Compacted>(&event)) {
      messages = compacted->messages;
    }
  }
  return messages;
}

}  // namespace plim::session
