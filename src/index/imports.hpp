#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "index/language.hpp"

namespace plim::index {

/// What a file asks for by name: `#include "net/url.h"`, `from .url import parse`.
struct Import {
  std::string path;  ///< '/'-separated, whatever the language writes.
  /// Folders up from the importing file's, 0 for its own; -1: not relative to it.
  int up = -1;

  friend bool operator==(const Import&, const Import&) = default;
};

/// Those of a text, by its lines; what is no import, or is made up at run time, is not seen.
[[nodiscard]] std::vector<Import> imports_of(Language language, std::string_view text);

/// Finds the project's file that an import means, by the tail of its path: where a project keeps
/// its roots of inclusion is not asked.
class ImportResolver {
 public:
  /// `paths` must outlive this.
  explicit ImportResolver(std::span<const std::string_view> paths);

  /// Numbers of paths; several when they are as likely, none when it is not of the project.
  [[nodiscard]] std::vector<std::uint32_t> resolve(const Import& import,
                                                   std::string_view from) const;

 private:
  [[nodiscard]] std::vector<std::uint32_t> by_tail(std::string_view path) const;

  std::span<const std::string_view> paths_;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> by_stem_;
};

}  // namespace plim::index
