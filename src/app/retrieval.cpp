#include "app/retrieval.hpp"

#include <utility>

#include "index/log_find.hpp"
#include "sys/directory.hpp"

namespace plim::app {

Result<index::Index> Retrieval::open() const {
  auto index =
      TRY(index::Index::open({.root = root_, .cache = cache_, .program_path = program_path_}));
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

Result<std::vector<index::Companion>> Retrieval::companions(const std::vector<std::string>& files,
                                                            std::size_t limit,
                                                            std::stop_token stop) const {
  const auto index = TRY(open());
  return index::companions(index, files, {.root = root_, .program_path = program_path_}, limit,
                           std::move(stop));
}

Result<index::Packet> Retrieval::packet(const std::string& task, std::size_t budget,
                                        const index::Measure& measure) const {
  const auto index = TRY(open());
  return packet(index, task, budget, measure);
}

Result<index::Packet> Retrieval::packet(const index::Index& index, const std::string& task,
                                        std::size_t budget, const index::Measure& measure) const {
  constexpr std::uint64_t largest_file = 4U << 20U;
  const auto directory = TRY(sys::Directory::open(root_));
  return index::make_packet(index.find({.task = task}, {.files = 50, .functions = 100}),
                            {.budget = budget,
                             .measure = measure,
                             .read = [&](const std::string& path) -> std::optional<std::string> {
                               auto content = directory.read(path, largest_file);
                               return content ? std::optional(std::move(content->bytes))
                                              : std::nullopt;
                             }});
}

index::DocsPlaces docs_places(const Context& context) {
  const auto& home = context.paths.home;
  index::DocsPlaces places{.root = context.project,
                           .home = home,
                           .cache = context.paths.cache / "index",
                           .program_path = context.paths.program_path};
  if (home.empty()) return places;
  const auto data = context.environment.find("XDG_DATA_HOME");
  const auto given = data != context.environment.end() && !data->second.empty();
  places.docsets = {
      (given ? std::filesystem::path(data->second) : home / ".local/share") / "Zeal/Zeal/docsets",
      home / ".var/app/org.zealdocs.Zeal/data/Zeal/Zeal/docsets",
      home / "Library/Application Support/Dash/DocSets"};
  return places;
}

}  // namespace plim::app
