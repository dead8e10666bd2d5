#include "app/remote_model.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include "net/range.hpp"

namespace plim::app {
namespace {

constexpr Bytes most_fetched = 16_MiB;
constexpr Bytes first_fetch = 1_MiB;

/// The start of a remote file, fetched in doubling pieces as far as it is read.
class Start {
 public:
  Start(const std::string& url, std::stop_token stop) : file_(url), stop_(std::move(stop)) {}

  Result<std::uint64_t> open() {
    TRY(grow(first_fetch.value));
    return file_.size();
  }

  Result<void> read(std::uint64_t offset, std::span<std::byte> out) {
    const auto end = offset + out.size();
    while (bytes_.size() < end) {
      if (bytes_.size() >= most_fetched.value) {
        return fail(Errc::capacity, "its header is larger than {}", to_string(most_fetched));
      }
      TRY(grow(std::clamp<std::uint64_t>(bytes_.size(), first_fetch.value,
                                         most_fetched.value - bytes_.size())));
    }
    std::memcpy(out.data(), bytes_.data() + offset, out.size());
    return {};
  }

 private:
  Result<void> grow(std::uint64_t count) {
    const auto left = file_.size() == 0 ? count : file_.size() - bytes_.size();
    bytes_ += TRY(file_.read(bytes_.size(), std::min(count, left), stop_));
    return {};
  }

  net::RemoteFile file_;
  std::stop_token stop_;
  std::string bytes_;
};

Result<gguf::Header> read_part(const std::string& url, const std::stop_token& stop,
                               const gguf::Limits& limits) {
  auto start = std::make_unique<Start>(url, stop);
  const auto size = TRY(start->open());
  gguf::Source source{
      .size = size,
      .read = [start = std::move(start)](std::uint64_t offset, std::span<std::byte> out) {
        return start->read(offset, out);
      }};
  auto header = TRY(gguf::parse(std::move(source), limits).transform_error(during(url)));
  header.files = {url};
  return header;
}

}  // namespace

Result<gguf::Header> read_remote_model(const std::string& url, std::stop_token stop) {
  const gguf::Limits limits{.header = most_fetched};
  auto header = gguf::read_model(
      url, [&](const std::string& part) { return read_part(part, stop, limits); }, limits);
  // As a model's site links to the page about the file.
  if (!header && url.contains("/blob/"))
    header.error().message += "; with /resolve/ instead of /blob/ it may be the file itself";
  return header;
}

}  // namespace plim::app
