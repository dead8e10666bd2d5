// tools: what the model can do: five tools, each one .cpp and one .md (the words the model reads).
// Does not: decide whether a call is allowed (agent/), touch files or processes itself
// (workspace/, sandbox/).
// Threads: the caller's.
// Start at: toolbox.hpp for all of them, read.cpp for one.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "chat/message.hpp"
#include "tools/arguments.hpp"

namespace plim::workspace {
class Workspace;
}
namespace plim::sandbox {
class Sandbox;
}

namespace plim::tools {

/// The most a tool does to the project; what approval and --read-only go by.
enum class Access { read, write, execute };

/// A file of the project that a tool call changed.
struct FileChange {
  std::string path;  ///< Relative to the project root.
  std::string diff;  ///< Unified, for people.
  int added = 0;
  int removed = 0;
};

/// What a call came to. A failure the model should see is an outcome with `is_error`.
struct Outcome {
  std::string text;
  bool is_error = false;
  std::vector<FileChange> changes;
  std::vector<std::string> mended;  ///< What was wrong with the call and understood all the same.
};

class CommandLogs;

/// Gives the sandbox. Proving one takes longer than reaching a model, so it is opened beside the
/// first request, and the first command waits for it here.
using OpenSandbox = std::function<const sandbox::Sandbox&()>;

/// What a tool may use while it runs; all of it must outlive the call.
struct Scope {
  workspace::Workspace& files;
  const OpenSandbox& commands;
  std::size_t max_chars = 0;  ///< Cap of Outcome::text.
  std::stop_token stop;
  CommandLogs* logs = nullptr;  ///< Where outputs are kept whole; null: nowhere.
};

class Tool {
 public:
  virtual ~Tool() = default;
  [[nodiscard]] virtual const ToolWords& words() const = 0;
  [[nodiscard]] virtual Access access() const = 0;
  [[nodiscard]] virtual Outcome run(const Arguments& arguments, const Scope& scope) const = 0;
};

/// How the model's profile wants to change existing text.
enum class EditFormat {
  replace,  ///< edit(path, old, new)
  line,     ///< edit(path, line, new), for models too weak to copy text
  patch,    ///< apply_patch(input), for models trained on it (gpt-oss)
  whole,    ///< as replace, and write may replace a whole file of any size
};

std::unique_ptr<Tool> make_read();
std::unique_ptr<Tool> make_search();
std::unique_ptr<Tool> make_edit(EditFormat format);
std::unique_ptr<Tool> make_write(EditFormat format);
std::unique_ptr<Tool> make_apply_patch();
std::unique_ptr<Tool> make_run();

}  // namespace plim::tools
