// C and C++ without what functions do: a grammar reads those 4 to 5 MB/s, and three quarters of
// them are bodies, which define nothing that is looked up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plim::index {

/// A text whose functions' bodies are emptied but for their newlines, so that rows stay as they
/// are. A body that is not plain to see stays: one whose braces differ between the branches of an
/// `#if`, or that follows K&R parameters. Any thread.
class Skeleton {
 public:
  /// `text` need not outlive the call.
  explicit Skeleton(std::string_view text);

  [[nodiscard]] std::string_view text() const { return text_; }

  /// Where a byte of text(), or its end, stands in the whole text.
  [[nodiscard]] std::uint32_t original(std::uint32_t offset) const;

 private:
  struct Cut {
    std::size_t at;       // in text_: what follows…
    std::size_t removed;  // …stands so many bytes later in the whole
  };

  std::string text_;
  std::vector<Cut> cuts_;  // by place
};

}  // namespace plim::index
