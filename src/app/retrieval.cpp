#include "app/retrieval.hpp"

#include "index/log_find.hpp"
#include "index/packet_tokens.hpp"
#include "sys/directory.hpp"

namespace plim::app {

Result<index::Index> Retrieval::open() const {
  auto index = TRY(index::Index::open({.root = root_, .cache = cache_}));
  TRY(index.refresh());
  return index;
}

Result<index::Snippets> Retrieval::find(const index::Query& query,
                                        const index::FindLimits& limits) const {
  const auto index = TRY(open());
  return index.find(query, limits);
}

Result<index::Snippets> Retrieval::find_in_log(const index::LogReport& report,
                                               const std::string& words,
                                               const index::FindLimits& limits) const {
  const auto index = TRY(open());
  return index::find_in_log(index, root_, report, words, limits);
}

Result<index::Packet> Retrieval::packet(const std::string& task, std::size_t budget) const {
  constexpr std::uint64_t largest_file = 4U << 20U;
  const auto directory = TRY(sys::Directory::open(root_));
  const index::Query query{.task = task};
  const auto found = TRY(find(query, {}));
  return index::make_packet(found, query,
                            {.budget = budget,
                             .measure = index::estimate_tokens,
                             .read = [&](const std::string& path) -> std::optional<std::string> {
                               auto content = directory.read(path, largest_file);
                               return content ? std::optional(std::move(content->bytes))
                                              : std::nullopt;
                             }});
}

}  // namespace plim::app
