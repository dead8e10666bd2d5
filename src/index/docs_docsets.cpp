#include "index/docs_docsets.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <string_view>

#include <nlohmann/json.hpp>

#include "index/docs_sqlite.hpp"
#include "index/docs_text.hpp"
#include "index/lex.hpp"
#include "sys/directory.hpp"

namespace plim::index {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view ending = ".docset";
constexpr std::uint64_t largest_page = 8U << 20U;
constexpr std::uint64_t largest_manifest = 1U << 20U;

struct Entry {
  std::string name, type, path;
};

// The table of docset generators, and what Dash's own ones keep in Core Data.
constexpr auto queries = std::to_array<std::string_view>(
    {"SELECT name, type, path FROM searchIndex WHERE name = ?1 COLLATE NOCASE OR name LIKE ?2 "
     "ESCAPE '\\' OR name LIKE ?3 ESCAPE '\\' ORDER BY name <> ?1, length(name), name LIMIT 20",
     "SELECT ztokenname, ztypename, zpath || coalesce('#' || zanchor, '') FROM ztoken "
     "JOIN ztokenmetainformation ON ztoken.zmetainformation = ztokenmetainformation.z_pk "
     "JOIN zfilepath ON ztokenmetainformation.zfile = zfilepath.z_pk "
     "JOIN ztokentype ON ztoken.ztokentype = ztokentype.z_pk "
     "WHERE ztokenname = ?1 COLLATE NOCASE OR ztokenname LIKE ?2 ESCAPE '\\' OR "
     "ztokenname LIKE ?3 ESCAPE '\\' ORDER BY ztokenname <> ?1, length(ztokenname) LIMIT 20"});

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

Result<std::vector<Entry>> entries_of(Database& database, const std::string& name,
                                      std::string_view query) {
  auto rows = TRY(database.prepare(query));
  rows.bind(1, name).bind(2, "%." + escaped(name)).bind(3, "%::" + escaped(name));
  std::vector<Entry> entries;
  while (TRY(rows.step())) entries.push_back({rows.text(0), rows.text(1), rows.text(2)});
  return entries;
}

// "<dash_entry_name=…>page.html#//apple_ref/cpp/Function/x": the page and its anchor.
std::pair<std::string, std::string> place_of(std::string_view path) {
  while (path.starts_with('<')) path.remove_prefix(std::min(path.find('>'), path.size() - 1) + 1);
  const auto hash = path.find('#');
  if (hash == std::string_view::npos) return {std::string(path), ""};
  return {std::string(path.substr(0, hash)), std::string(path.substr(hash + 1))};
}

std::string version_of_docset(const sys::Directory& docset) {
  const auto meta = docset.read("meta.json", largest_manifest);
  if (!meta) return "";
  const auto json = nlohmann::json::parse(meta->bytes, nullptr, false);
  const auto found = json.is_object() ? json.find("version") : json.end();
  return json.is_object() && found != json.end() && found->is_string() ? found->get<std::string>()
                                                                       : "";
}

class Docset {
 public:
  Docset(const fs::path& folder, std::string title) : folder_(folder), title_(std::move(title)) {}

  // Docsets are others' files: what cannot be read of one is not there.
  void find(const std::string& name, std::size_t limit, std::vector<DocAnswer>& answers) {
    const auto directory = sys::Directory::open(folder_);
    if (!directory) return;
    constexpr auto index = "Contents/Resources/docSet.dsidx";
    if (const auto real = directory->real_path(index); !real || *real != index) return;
    auto database = Database::open_foreign(folder_ / index);
    if (!database) return;
    for (const auto query : queries) {
      const auto entries = entries_of(*database, name, query);
      if (!entries) continue;
      for (const auto& entry : *entries) {
        if (answers.size() < limit) add(*directory, entry, name, answers);
      }
      return;
    }
  }

 private:
  void add(const sys::Directory& directory, const Entry& entry, const std::string& name,
           std::vector<DocAnswer>& answers) const {
    const auto [page, anchor] = place_of(entry.path);
    constexpr auto pages = "Contents/Resources/Documents";
    const auto documents = directory.subdirectory(pages);
    if (!documents) return;
    const auto content = documents->read(page, largest_page);
    if (!content) return;
    answers.push_back(
        {.title = entry.type.empty() ? entry.name : std::format("{} ({})", entry.name, entry.type),
         .package = title_,
         .version = version_of_docset(directory),
         .source = (folder_ / pages / page).string() + (anchor.empty() ? "" : "#" + anchor),
         .text = cut_answer(text_at_anchor(content->bytes, anchor)),
         .exact = entry.name == name || entry.name.ends_with("." + name) ||
                  entry.name.ends_with("::" + name)});
  }

  fs::path folder_;
  std::string title_;
};

}  // namespace

std::vector<DocAnswer> find_in_docsets(const std::string& name, const std::string& package,
                                       std::span<const fs::path> folders, std::size_t limit) {
  std::vector<DocAnswer> answers;
  for (const auto& folder : folders) {
    const auto directory = sys::Directory::open(folder);
    const auto entries = directory ? directory->entries(".") : fail(Errc::not_found, "");
    if (!entries) continue;
    for (const auto& entry : *entries) {
      if (entry.kind != sys::FileKind::directory || !entry.name.ends_with(ending)) continue;
      const auto title = entry.name.substr(0, entry.name.size() - ending.size());
      const bool asked =
          package.empty() ||
          std::ranges::equal(title, package, {}, lex_detail::lower, lex_detail::lower);
      if (asked && answers.size() < limit)
        Docset(folder / entry.name, title).find(name, limit, answers);
    }
  }
  return answers;
}

}  // namespace plim::index
