// session: what happened during a task, as an append-only file of chat::Events that can be resumed.
// Does not: decide what happens (agent/), hold the project's files (workspace/).
// Threads: a Session belongs to one thread.
// Start at: session.hpp.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "chat/event.hpp"
#include "sys/append_file.hpp"
#include "sys/file_lock.hpp"

namespace plim::session {

/// The first line of a session file.
struct Meta {
  std::string id;       ///< Set by create.
  std::string project;  ///< The project's root.
  std::string created;  ///< UTC, "2026-11-22T13:38:44Z"; set by create.

  friend bool operator==(const Meta&, const Meta&) = default;
};

/// What was read of a session file.
struct Loaded {
  Meta meta;
  std::vector<chat::Event> events;
  std::vector<std::string> problems;  ///< "line 12: …": lines skipped, a torn end. For the user.
};

/// One session in a list, newest first.
struct Summary {
  Meta meta;
  std::string task;  ///< First line of the first task; empty when none was started.
  std::optional<chat::Outcome> outcome;  ///< Of the last task; none while it runs or was cut off.
};

/// A session file open for appending, by one process at a time.
class Session {
 public:
  /// Starts a new session in `directory` (made when missing, readable by this user only).
  [[nodiscard]] static Result<Session> create(const std::filesystem::path& directory,
                                              const std::string& project);
  /// Opens an existing one to go on; a torn last line is cut off first.
  /// Errors: invalid for a malformed id; not_found; conflict when another process has it open,
  /// naming its process id; protocol when its first line is damaged.
  [[nodiscard]] static Result<Session> open(const std::filesystem::path& directory,
                                            const std::string& id);

  [[nodiscard]] const std::string& id() const { return meta_.id; }
  [[nodiscard]] const Meta& meta() const { return meta_; }

  /// Appends one line with one write, so a crash of this process loses nothing; TextDelta,
  /// CallDelta and PrefillProgress are dropped. On the disk for certain at the end of a task, so a
  /// power cut may take the last turns. An event over 20 MiB is stored as a Notice.
  Result<void> append(const chat::Event& event);

 private:
  Session(Meta meta, sys::AppendFile file, sys::FileLock lock)
      : meta_(std::move(meta)), file_(std::move(file)), lock_(std::move(lock)) {}

  Meta meta_;
  sys::AppendFile file_;
  sys::FileLock lock_;
};

/// Reads a session, also while another process appends to it. At most 256 MiB.
/// Errors: as Session::open but conflict; capacity.
[[nodiscard]] Result<Loaded> load(const std::filesystem::path& directory, const std::string& id);

/// All sessions of `directory`, newest first; files that cannot be read are left out.
[[nodiscard]] std::vector<Summary> list(const std::filesystem::path& directory);

/// The conversation as it stood after `events`.
[[nodiscard]] chat::Transcript transcript(const std::vector<chat::Event>& events);

}  // namespace plim::session
