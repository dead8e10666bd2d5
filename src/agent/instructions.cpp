#include "agent/instructions.hpp"

#include <format>
#include <string_view>

#include "base/utf8.hpp"
#include "tools/trim.hpp"

namespace plim::agent {
namespace {

constexpr std::string_view file_name = "AGENTS.md";
constexpr std::size_t most_description_bytes = 120;
constexpr auto skill_folders = {".agents/skills", ".claude/skills"};

// The value of "key: value" in the block between two lines of ---.
std::string front_matter(std::string_view text, std::string_view key) {
  if (!text.starts_with("---\n")) return "";
  const auto block = text.substr(0, text.find("\n---", 3));
  const auto at = block.find("\n" + std::string(key) + ":");
  if (at == std::string_view::npos) return "";
  auto value = block.substr(at + key.size() + 2);
  value = value.substr(0, value.find('\n'));
  const auto first = value.find_first_not_of(" \t\"'");
  const auto last = value.find_last_not_of(" \t\"'\r");
  return first == std::string_view::npos ? "" : std::string(value.substr(first, last - first + 1));
}

// 1 to 64 of [a-z0-9-], as the folder is called.
// Source: agentskills.io/specification, "name".
bool is_skill_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

}  // namespace

std::string Instructions::show(const workspace::Workspace& files, const std::string& file,
                               std::size_t max_bytes) {
  if (!shown_.insert(file).second) return "";
  const auto found = files.peek(file);
  if (!found || found->traits.binary) return "";
  std::string text = found->text();
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  if (text.empty()) return "";
  if (text.size() > max_bytes) {
    text = std::format("{}\n[{} bytes of {} are not shown]", utf8_prefix(text, max_bytes),
                       text.size() - utf8_prefix(text, max_bytes).size(), file);
  }
  return std::format("\n\n[{}]\n{}", file, text);
}

std::string Instructions::of_root(const workspace::Workspace& files, std::size_t max_bytes) {
  return show(files, std::string(file_name), max_bytes);
}

std::string Instructions::skills(const workspace::Workspace& files, std::size_t max_bytes) {
  constexpr std::string_view heading = "\n\n[skills: read one before doing what it is for]";
  std::string list;
  for (const std::string folder : skill_folders) {
    const auto entries = files.directory().entries(folder);
    if (!entries) continue;
    for (const auto& entry : *entries) {
      const auto path = std::format("{}/{}/SKILL.md", folder, entry.name);
      const auto file =
          is_skill_name(entry.name) ? files.peek(path) : fail(Errc::invalid, "no skill's name");
      if (!file || front_matter(file->text(), "name") != entry.name) continue;
      const auto line = std::format(
          "\n{}: {}", path,
          utf8_prefix(front_matter(file->text(), "description"), most_description_bytes));
      if (list.size() + line.size() > max_bytes) return std::string(heading) + list + "\n…";
      list += line;
    }
  }
  return list.empty() ? "" : std::string(heading) + list;
}

std::string Instructions::on_touch(const workspace::Workspace& files, const std::string& path,
                                   std::size_t max_bytes) {
  std::string text;
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    text += show(files, path.substr(0, slash + 1) + std::string(file_name), max_bytes);
  }
  return text;
}

}  // namespace plim::agent
