#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

// Inside index only: from the name of a test, or a name in a message, to files.
namespace plim::index::logs {

/// The words of a name, in small letters: "parseHTTPHeader_v2" has parse, http, header, v2.
[[nodiscard]] std::vector<std::string> words_of(std::string_view name);

/// The name without what says that it is a test: "TestAnyGetter", "any_getter_test.py" and
/// "AnyGetterTests" are "AnyGetter", "any_getter", "AnyGetter".
[[nodiscard]] std::string_view without_test_words(std::string_view name);

/// A test's identifier taken apart: "pkg.shop.CartTest::adds", "tests/test_cart.py::T::test_x",
/// "adds (test_cart.CartTest.adds)", "Cart.AddsTwoPrices", "cart › adds", "adds(shop.CartTest)".
struct TestName {
  std::vector<std::string> units;  ///< Names of files, classes, suites, outermost first.
  std::string method;
};
[[nodiscard]] TestName read_test_name(std::string_view test);

/// A project's files by the words of their names.
class FileNames {
 public:
  explicit FileNames(std::span<const std::string> paths);

  /// Files whose stem is `name`, whatever the case and separators.
  [[nodiscard]] std::vector<std::uint32_t> exact(std::string_view name) const;
  /// Files whose stem shares words with `name`, and how much: 1 for the same words, less for
  /// parts. Test files are left out.
  [[nodiscard]] std::vector<std::pair<std::uint32_t, double>> similar(std::string_view name) const;

 private:
  std::span<const std::string> paths_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_stem_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_word_;
  std::vector<std::uint32_t> word_counts_;
};

}  // namespace plim::index::logs
