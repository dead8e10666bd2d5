#include "index/imports.hpp"

#include <algorithm>
#include <cctype>

#include "index/path_parts.hpp"

namespace plim::index {
namespace {

constexpr std::size_t most_imports = 500;  // of one file
constexpr std::size_t most_likely = 4;     // files that one import may mean

std::string_view trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r;");
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(" \t\r;") - start + 1);
}

// Takes `word` and what separates it off the front.
bool take(std::string_view& line, std::string_view word) {
  if (!line.starts_with(word)) return false;
  line = trimmed(line.substr(word.size()));
  return true;
}

bool is_name(char byte) {
  return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_' || byte == '$';
}

// The names and what joins them that a line begins with: a.b.c, a::b, a\b.
std::string_view name_in(std::string_view line) {
  std::size_t end = 0;
  while (end < line.size() &&
         (is_name(line[end]) || line[end] == '.' || line[end] == ':' || line[end] == '\\')) {
    ++end;
  }
  return line.substr(0, end);
}

std::string slashed(std::string_view name) {
  std::string path;
  for (const char byte : name) {
    const bool joins = byte == '.' || byte == ':' || byte == '\\';
    if (!joins) path += byte;
    if (joins && !path.empty() && path.back() != '/') path += '/';
  }
  while (path.ends_with('/')) path.pop_back();
  return path;
}

// The first text in quotes, or in <>.
std::string_view quoted(std::string_view line) {
  const auto open = line.find_first_of("\"'<`");
  if (open == std::string_view::npos) return {};
  const char close = line[open] == '<' ? '>' : line[open];
  const auto end = line.find(close, open + 1);
  return end == std::string_view::npos ? std::string_view() : line.substr(open + 1, end - open - 1);
}

// "./a", "../../a": from the file's own folder.
Import by_path(std::string_view path) {
  Import import;
  while (path.starts_with("./") || path.starts_with("../")) {
    import.up = std::max(import.up, 0);
    if (path.starts_with("../")) ++import.up;
    path.remove_prefix(path.starts_with("../") ? 3 : 2);
  }
  import.path = path;
  return import;
}

class Reader {
 public:
  explicit Reader(Language language) : language_(language) {}

  void read(std::string_view line) {
    line = trimmed(line);
    if (line.empty() || found_.size() >= most_imports) return;
    using enum Language;
    switch (language_) {
      case c:
      case cpp:
        return include(line);
      case python:
        return python_line(line);
      case javascript:
      case typescript:
      case tsx:
        return script(line);
      case go:
        return go_line(line);
      case rust:
        return rust_line(line);
      case ruby:
      case lua:
      case bash:
        return call(line);
      case php:
      case java:
      case other_code:
        return named(line);
      case prose:
      case data:
        return;
    }
  }

  std::vector<Import> take_found() && { return std::move(found_); }

 private:
  void add(Import import) {
    if (!import.path.empty()) found_.push_back(std::move(import));
  }

  void include(std::string_view line) {
    if (!take(line, "#")) return;
    if (take(line, "include") || take(line, "import")) add(by_path(quoted(line)));
  }

  // `from ..a.b import c, d`: c may be a module of its own.
  void python_line(std::string_view line) {
    if (take(line, "import ")) return add({slashed(name_in(line)), -1});
    if (!take(line, "from ")) return;
    const auto module = name_in(line);
    const auto dots = std::min(module.find_first_not_of('.'), module.size());
    const int up = static_cast<int>(dots) - 1;
    const auto base = slashed(module.substr(dots));
    line = trimmed(line.substr(module.size()));
    add({base, up});
    if (!take(line, "import ")) return;
    while (!line.empty()) {
      const auto comma = std::min(line.find(','), line.size());
      auto name = trimmed(line.substr(0, comma));
      if (name.starts_with('(')) name = trimmed(name.substr(1));
      if (const auto word = name_in(name); !word.empty()) {
        add({base.empty() ? std::string(word) : base + "/" + std::string(word), up});
      }
      line = line.substr(std::min(comma + 1, line.size()));
    }
  }

  void script(std::string_view line) {
    const auto from = line.find("from ");
    const bool is_import =
        line.starts_with("import") || line.starts_with("export") || line.starts_with("}");
    if (is_import && from != std::string_view::npos) return add(by_path(quoted(line.substr(from))));
    for (const std::string_view call : {"require(", "import(", "import "}) {
      const auto at = line.find(call);
      if (at == std::string_view::npos) continue;
      const auto path = quoted(line.substr(at));
      if (path.contains('/')) return add(by_path(path));
    }
  }

  void go_line(std::string_view line) {
    const bool opens = take(line, "import ");
    if (opens && line.starts_with('(')) in_block_ = true;
    if (line.starts_with(')')) in_block_ = false;
    if (opens || in_block_) add({std::string(quoted(line)), -1});
  }

  void rust_line(std::string_view line) {
    take(line, "pub ");
    if (line.starts_with("pub("))
      line = trimmed(line.substr(std::min(line.find(')'), line.size())));
    take(line, ")");
    if (take(line, "mod ")) return add({std::string(name_in(line)), 0});
    if (!take(line, "use ")) return;
    if (take(line, "super::")) return add({slashed(name_in(line)), 0});
    take(line, "crate::");
    add({slashed(name_in(line)), -1});
  }

  void call(std::string_view line) {
    if (take(line, "require_relative")) {
      auto import = by_path(quoted(line));
      import.up = std::max(import.up, 0);
      return add(std::move(import));
    }
    const bool is_call = line.starts_with("require") || line.starts_with("source ") ||
                         line.starts_with(". ") || line.contains(" require");
    if (is_call) add(by_path(quoted(line)));
  }

  void named(std::string_view line) {
    for (const std::string_view word :
         {"import ", "use ", "using ", "require", "include", "open "}) {
      if (!take(line, word)) continue;
      take(line, "static ");
      if (const auto path = quoted(line); !path.empty()) return add(by_path(path));
      return add({slashed(name_in(line)), -1});
    }
  }

  Language language_;
  bool in_block_ = false;  // of Go's imports
  std::vector<Import> found_;
};

std::string_view without_extension(std::string_view path) {
  const auto dot = path.rfind('.');
  const auto slash = path.rfind('/');
  const bool has = dot != std::string_view::npos && dot != 0 &&
                   (slash == std::string_view::npos || dot > slash + 1);
  return has ? path.substr(0, dot) : path;
}

// What an import calls a file: without its extension, a folder's own file by its folder.
std::string_view import_name(std::string_view path) {
  const auto plain = without_extension(path);
  return stands_for_folder(name_of(plain)) ? folder_of(plain) : plain;
}

bool ends_in(std::string_view path, std::string_view tail) {
  if (!path.ends_with(tail)) return false;
  return path.size() == tail.size() || path[path.size() - tail.size() - 1] == '/';
}

}  // namespace

std::vector<Import> imports_of(Language language, std::string_view text) {
  Reader reader(language);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    reader.read(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::move(reader).take_found();
}

ImportResolver::ImportResolver(std::span<const std::string_view> paths) : paths_(paths) {
  for (std::uint32_t number = 0; number < paths.size(); ++number) {
    const auto plain = without_extension(paths[number]);
    by_stem_[name_of(plain)].push_back(number);
    const auto name = import_name(paths[number]);
    if (name != plain) by_stem_[name_of(name)].push_back(number);
  }
}

// The path may be a file's, with or without its extension.
std::vector<std::uint32_t> ImportResolver::by_tail(std::string_view path) const {
  std::vector<std::uint32_t> found;
  const auto stem = name_of(without_extension(path));
  for (const auto key : {stem, name_of(path)}) {
    const auto same = by_stem_.find(key);
    if (same == by_stem_.end()) continue;
    for (const auto number : same->second) {
      const auto whole = paths_[number];
      const bool is_meant = ends_in(whole, path) || ends_in(without_extension(whole), path) ||
                            ends_in(import_name(whole), path);
      if (is_meant && !std::ranges::contains(found, number)) found.push_back(number);
    }
  }
  return found;
}

std::vector<std::uint32_t> ImportResolver::resolve(const Import& import,
                                                   std::string_view from) const {
  auto folder = folder_of(from);
  if (import.up >= 0) {
    for (int i = 0; i < import.up; ++i) folder = folder_of(folder);
    const auto path = std::string(folder) + (folder.empty() ? "" : "/") + import.path;
    auto found = by_tail(path);
    std::erase_if(found, [&](std::uint32_t number) {
      const auto whole = paths_[number];
      return whole != path && without_extension(whole) != path && import_name(whole) != path;
    });
    return found;
  }
  // The last parts may name what is inside a file, the first the package.
  std::string_view path = import.path;
  auto found = by_tail(path);
  const bool names_file = path.contains('.');
  for (int drop = 0; drop < 2 && found.empty() && path.contains('/') && !names_file; ++drop) {
    path = folder_of(path);
    found = by_tail(path);
  }
  // `#include "url.h"` means the one beside, if there is one.
  const auto beside = [&](std::uint32_t number) { return folder_of(paths_[number]) == folder; };
  if (found.size() > 1 && std::ranges::any_of(found, beside)) {
    std::erase_if(found, [&](std::uint32_t number) { return !beside(number); });
  }
  if (found.size() > most_likely) found.clear();
  return found;
}

}  // namespace plim::index
