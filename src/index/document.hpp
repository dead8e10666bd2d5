#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/language.hpp"
#include "index/symbols.hpp"
#include "sys/directory.hpp"

namespace plim::index {

/// What a file is for, by its path: a fix of the product seldom starts in the first three.
enum class Role : std::uint8_t {
  source,
  test,
  docs,       ///< Documentation, examples, benchmarks.
  generated,  ///< Generated, minified, vendored, amalgamated.
  other,      ///< Configuration, data.
};

[[nodiscard]] Role role_of(std::string_view path, Language language);

/// Of a generated file: whether it is the product's own sources in one file, as projects ship them
/// for copying (`single_include/json.hpp`), and so is made anew by a change of any.
[[nodiscard]] bool is_amalgamation(std::string_view path);

/// Of one file version: what must be equal for our knowledge of it to be true.
struct Version {
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;

  friend bool operator==(const Version&, const Version&) = default;
};

[[nodiscard]] Version version_of(const sys::FileStat& stat);

/// Bytes [start, end) of a file.
struct Stretch {
  std::uint32_t start = 0;
  std::uint32_t end = 0;
};

/// A part of a file that is ranked on its own: a function, a type's own lines, or (the first one
/// of each file) what lies outside all of them.
struct Chunk {
  std::string name;  ///< Empty for the first.
  SymbolKind kind = SymbolKind::space;
  std::uint32_t first_line = 1;
  std::uint32_t last_line = 1;
  std::uint8_t depth = 0;      ///< Chunks around it.
  std::vector<Stretch> parts;  ///< Its text: the file's, less what inner chunks have.
};

/// What is known of a file's content.
struct Document {
  std::string path;
  Version version;
  Language language = Language::data;
  Role role = Role::other;
  bool is_binary = false;
  bool is_cut = false;  ///< Too large: only its beginning was read.
  SymbolSource symbols = SymbolSource::scanner;
  std::vector<Chunk> chunks;
  std::vector<std::string> names;  ///< Of all its definitions, the small ones too.
  std::string bytes;               ///< As far as they are indexed.
};

struct ReadLimits {
  std::uint64_t max_bytes = 1U << 20U;       ///< Of a file; what lies beyond is not searched.
  std::uint64_t max_data_bytes = 1U << 17U;  ///< Of one that is neither code nor prose.
  bool use_grammars = true;
};

/// Splits a file's bytes into what is indexed.
[[nodiscard]] Document read_document(Parser& parser, std::string path, Version version,
                                     std::string bytes, const ReadLimits& limits);

}  // namespace plim::index
