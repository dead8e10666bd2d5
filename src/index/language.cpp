#include "index/language.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace plim::index {
namespace {

using enum Language;
using Entry = std::pair<std::string_view, Language>;

// Sorted by extension. A header (.h) may be C or C++; C++'s grammar reads both.
constexpr auto extensions = std::to_array<Entry>({
    {"R", other_code},
    {"adb", other_code},
    {"ads", other_code},
    {"asm", other_code},
    {"bash", bash},
    {"c", c},
    {"c++", cpp},
    {"cc", cpp},
    {"cjs", javascript},
    {"cl", other_code},
    {"clj", other_code},
    {"cmake", other_code},
    {"cpp", cpp},
    {"cs", other_code},
    {"cts", typescript},
    {"cu", cpp},
    {"cuh", cpp},
    {"cxx", cpp},
    {"cypher", other_code},
    {"d", other_code},
    {"dart", other_code},
    {"el", other_code},
    {"elm", other_code},
    {"erl", other_code},
    {"ex", other_code},
    {"exs", other_code},
    {"f", other_code},
    {"f90", other_code},
    {"fs", other_code},
    {"glsl", other_code},
    {"go", go},
    {"gradle", other_code},
    {"groovy", other_code},
    {"h", cpp},
    {"h++", cpp},
    {"hh", cpp},
    {"hpp", cpp},
    {"hrl", other_code},
    {"hs", other_code},
    {"hxx", cpp},
    {"inc", cpp},
    {"inl", cpp},
    {"ino", cpp},
    {"ipp", cpp},
    {"java", java},
    {"jl", other_code},
    {"js", javascript},
    {"jsx", javascript},
    {"kt", other_code},
    {"kts", other_code},
    {"l", other_code},
    {"lisp", other_code},
    {"lua", lua},
    {"m", other_code},
    {"md", prose},
    {"mdx", prose},
    {"metal", other_code},
    {"mjs", javascript},
    {"mk", other_code},
    {"ml", other_code},
    {"mli", other_code},
    {"mm", other_code},
    {"mts", typescript},
    {"nim", other_code},
    {"pas", other_code},
    {"php", php},
    {"pl", other_code},
    {"pm", other_code},
    {"proto", other_code},
    {"ps1", other_code},
    {"py", python},
    {"pyi", python},
    {"pyx", python},
    {"r", other_code},
    {"rb", ruby},
    {"rs", rust},
    {"rst", prose},
    {"s", other_code},
    {"scala", other_code},
    {"scm", other_code},
    {"sh", bash},
    {"sol", other_code},
    {"sql", other_code},
    {"svelte", other_code},
    {"sv", other_code},
    {"swift", other_code},
    {"tcl", other_code},
    {"tcc", cpp},
    {"ts", typescript},
    {"tsx", tsx},
    {"txt", prose},
    {"v", other_code},
    {"vala", other_code},
    {"vb", other_code},
    {"vhd", other_code},
    {"vim", other_code},
    {"vue", other_code},
    {"y", other_code},
    {"yy", other_code},
    {"zig", other_code},
    {"zsh", bash},
});

constexpr auto names = std::to_array<Entry>({
    {"BUILD", other_code},
    {"BUILD.bazel", other_code},
    {"CMakeLists.txt", other_code},
    {"Dockerfile", other_code},
    {"Gemfile", ruby},
    {"Makefile", other_code},
    {"Rakefile", ruby},
    {"SConstruct", python},
    {"meson.build", other_code},
});

constexpr auto interpreters = std::to_array<Entry>({
    {"python", python},
    {"node", javascript},
    {"ruby", ruby},
    {"perl", other_code},
    {"lua", lua},
    {"php", php},
    {"sh", bash},
});

template <std::size_t N>
Language lookup(const std::array<Entry, N>& table, std::string_view key) {
  const auto* const found = std::ranges::find(table, key, &Entry::first);
  return found == table.end() ? data : found->second;
}

Language by_interpreter(std::string_view head) {
  if (!head.starts_with("#!")) return data;
  const auto line = head.substr(0, head.find('\n'));
  for (const auto& [name, language] : interpreters) {
    if (line.contains(name)) return language;
  }
  return data;
}

}  // namespace

Language language_of(std::string_view path, std::string_view head) {
  const auto name = path.substr(path.rfind('/') + 1);
  if (const auto known = lookup(names, name); known != data) return known;
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) {
    const bool reads_as_prose = name.starts_with("README") || name.starts_with("CHANGE") ||
                                name.starts_with("LICENSE") || name.starts_with("NEWS");
    return reads_as_prose ? prose : by_interpreter(head);
  }
  const auto extension = name.substr(dot + 1);
  if (const auto exact = lookup(extensions, extension); exact != data) return exact;
  std::string lower(extension);
  std::ranges::transform(lower, lower.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return lookup(extensions, lower);
}

std::string_view name_of(Language language) {
  static constexpr std::array<std::string_view, 16> words = {
      "bash",   "c",    "cpp",  "go",  "java",       "javascript", "lua",   "php",
      "python", "ruby", "rust", "tsx", "typescript", "code",       "prose", "data"};
  return words.at(static_cast<std::size_t>(language));
}

bool is_code(Language language) { return language != prose && language != data; }

}  // namespace plim::index
