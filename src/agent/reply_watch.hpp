#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace plim::agent {

/// Watches a reply while it streams for what no longer leads anywhere.
class ReplyWatch {
 public:
  /// `max_reasoning_bytes`: what thinking may use up before it eats the reply's own room.
  explicit ReplyWatch(std::size_t max_reasoning_bytes)
      : max_reasoning_bytes_(max_reasoning_bytes) {}

  enum class Verdict { go_on, repeats, thinks_too_long };
  [[nodiscard]] Verdict feed(std::string_view text, bool reasoning);
  /// A piece of a call's arguments: files hold tables, so these may repeat twice as much.
  [[nodiscard]] Verdict feed_call(std::string_view arguments);

  static constexpr std::size_t least_repeated_bytes = 1200;
  /// The last bytes of `text` are one unit over and over: at least eight times and `least` bytes,
  /// which may be 4096.
  [[nodiscard]] static bool repeats(std::string_view text,
                                    std::size_t least = least_repeated_bytes);

 private:
  [[nodiscard]] Verdict look_at(std::string_view text, std::size_t least);

  std::size_t max_reasoning_bytes_;
  std::size_t reasoning_bytes_ = 0;
  bool answering_ = false;
  std::string tail_;
  std::size_t unchecked_ = 0;
};

}  // namespace plim::agent
