#include <algorithm>
#include <array>
#include <string>

#include "index/document.hpp"

namespace plim::index {
namespace {

constexpr auto test_folders =
    std::to_array<std::string_view>({"test",        "tests",      "testing",
                                     "testdata",    "test_data",  "__tests__",
                                     "spec",        "specs",      "e2e",
                                     "fuzz",        "fuzzing",    "fuzzers",
                                     "fixtures",    "mocks",      "__mocks__",
                                     "conformance", "qa",         "unittest",
                                     "unittests",   "unit_tests", "integration_tests",
                                     "regression",  "selftest",   "testsuite",
                                     "androidtest"});
constexpr auto docs_folders = std::to_array<std::string_view>(
    {"doc", "docs", "documentation", "example", "examples", "sample", "samples", "demo", "demos",
     "bench", "benches", "benchmark", "benchmarks", "tutorial", "tutorials", "changelog",
     "changelogs", "website"});
// What lies beside the product, when it is a folder of the root: `django/contrib` is the product.
constexpr auto side_folders =
    std::to_array<std::string_view>({"contrib", "extra", "extras", "tools"});
// What builds and ships the product.
constexpr auto support_folders =
    std::to_array<std::string_view>({".circleci", ".github", "build", "build_tools", "ci", "cmake",
                                     "packaging", "script", "scripts"});
constexpr auto generated_folders = std::to_array<std::string_view>(
    {"vendor", "vendored", "third_party", "thirdparty", "third-party", "3rdparty", "external",
     "node_modules", "dist", "single_include", "single_file_libs", "amalgamated", "generated",
     "minified", "_vendor", "pip_vendor"});

bool is_word_part(char byte) { return byte == '_' || byte == '-' || byte == '.'; }

// `name` is, begins or ends with `word` as a part of its own: test_a, a_test, a.test.js, but not
// latest.
bool has_part(std::string_view name, std::string_view word) {
  for (std::size_t at = name.find(word); at != std::string_view::npos;
       at = name.find(word, at + 1)) {
    const bool starts = at == 0 || is_word_part(name[at - 1]);
    const auto end = at + word.size();
    const bool ends = end == name.size() || is_word_part(name[end]);
    if (starts && ends) return true;
  }
  return false;
}

// FooTest.java, FooTests.cs, TestFoo.java, FooSpec.scala: by capital letters.
bool is_test_class(std::string_view stem) {
  if (stem.ends_with("Test") || stem.ends_with("Tests") || stem.ends_with("TestCase") ||
      stem.ends_with("Spec")) {
    return true;
  }
  return stem.size() > 4 && stem.starts_with("Test") && stem[4] >= 'A' && stem[4] <= 'Z';
}

// Where a test is called a spec; elsewhere a spec is a specification.
bool writes_specs(Language language) {
  using enum Language;
  return language == javascript || language == typescript || language == tsx || language == ruby ||
         language == lua;
}

std::string folded(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
  });
  return out;
}

struct Folders {
  bool test = false;
  bool docs = false;
  bool generated = false;
  bool support = false;
};

Folders folders_of(std::string_view lower) {
  Folders found;
  for (std::size_t at = 0, slash = lower.find('/'); slash != std::string_view::npos;
       at = slash + 1, slash = lower.find('/', at)) {
    const auto folder = lower.substr(at, slash - at);
    found.test = found.test || std::ranges::contains(test_folders, folder) ||
                 has_part(folder, "test") || has_part(folder, "tests");
    found.docs = found.docs || std::ranges::contains(docs_folders, folder);
    found.support = found.support || std::ranges::contains(support_folders, folder) ||
                    (at == 0 && std::ranges::contains(side_folders, folder));
    found.generated = found.generated || std::ranges::contains(generated_folders, folder);
  }
  return found;
}

}  // namespace

bool is_amalgamation(std::string_view path) {
  const auto lower = folded(path);
  return lower.contains("single_include/") || lower.contains("single_file_libs/") ||
         lower.contains("amalgamated");
}

Role role_of(std::string_view path, Language language) {
  const auto lower = folded(path);
  const auto slash = path.rfind('/');
  const auto name = std::string_view(lower).substr(slash == std::string_view::npos ? 0 : slash + 1);
  const auto stem = path.substr(path.size() - name.size());
  const auto folders = folders_of(lower);
  const bool names_test = has_part(name, "test") || has_part(name, "tests") ||
                          (writes_specs(language) && has_part(name, "spec")) ||
                          name == "conftest.py" || is_test_class(stem.substr(0, stem.find('.')));
  if (folders.test || (names_test && is_code(language))) return Role::test;
  if (folders.generated || has_part(name, "min") || has_part(name, "pb") ||
      has_part(name, "generated") || has_part(name, "amalgamated")) {
    return Role::generated;
  }
  if (folders.docs || language == Language::prose) return Role::docs;
  if (has_part(name, "bench") || has_part(name, "benchmark")) return Role::docs;
  const bool configures = has_part(name, "config.js") || has_part(name, "config.ts") ||
                          has_part(name, "conf.js") || name == "setup.py";
  if (folders.support || configures) return Role::other;
  return is_code(language) ? Role::source : Role::other;
}

}  // namespace plim::index
