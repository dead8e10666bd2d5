#include "index/docs_packages.hpp"

#include <algorithm>
#include <format>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "sys/directory.hpp"
#include "workspace/line_index.hpp"

namespace plim::index {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t most_packages = 300;
constexpr std::uint64_t largest_manifest = 8U << 20U;

std::optional<std::string> read(const fs::path& folder, const std::string& name) {
  const auto directory = sys::Directory::open(folder);
  if (!directory) return std::nullopt;
  auto content = directory->read(name, largest_manifest);
  return content ? std::optional(std::move(content->bytes)) : std::nullopt;
}

std::vector<std::string> folders_in(const fs::path& folder) {
  std::vector<std::string> names;
  const auto directory = sys::Directory::open(folder);
  if (!directory) return names;
  const auto entries = directory->entries(".");
  if (!entries) return names;
  for (const auto& entry : *entries) {
    if (entry.kind == sys::FileKind::directory) names.push_back(entry.name);
  }
  return names;
}

std::string text_member(const Json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

class Finder {
 public:
  Finder(fs::path root, fs::path home) : root_(std::move(root)), home_(std::move(home)) {}

  std::vector<DocPackage> find() {
    npm();
    python();
    cargo();
    go();
    return std::move(found_);
  }

 private:
  // Adds `below / name` if that is a folder and really beneath `below`'s own root.
  void add(const fs::path& below, const std::string& name, std::string package,
           std::string version) {
    if (found_.size() >= most_packages || name.empty() || name.contains("..")) return;
    std::error_code error;
    const auto base = fs::canonical(below, error);
    if (error) return;
    const auto folder = fs::canonical(below / name, error);
    if (error || !fs::is_directory(folder, error)) return;
    const auto [end, at] = std::ranges::mismatch(base, folder);
    if (end != base.end() || at == folder.end()) return;
    found_.push_back({std::move(package), std::move(version), folder, {}});
  }

  void npm() {
    const auto manifest = read(root_, "package.json");
    if (!manifest) return;
    const auto json = Json::parse(*manifest, nullptr, false);
    if (!json.is_object()) return;
    for (const char* kind : {"dependencies", "devDependencies", "peerDependencies"}) {
      const auto wanted = json.find(kind);
      if (wanted == json.end() || !wanted->is_object()) continue;
      for (const auto& [name, range] : wanted->items()) {
        const auto own = read(root_ / "node_modules" / name, "package.json");
        const auto version =
            own ? text_member(Json::parse(*own, nullptr, false), "version") : std::string();
        add(root_ / "node_modules", name, name, version);
      }
    }
  }

  void python() {
    for (const char* environment : {".venv", "venv"}) {
      for (const auto& python : folders_in(root_ / environment / "lib")) {
        const auto site = root_ / environment / "lib" / python / "site-packages";
        for (const auto& name : folders_in(site)) {
          const auto dash = name.find('-');
          if (!name.ends_with(".dist-info") || dash == std::string::npos) continue;
          const auto top = read(site / name, "top_level.txt");
          const auto module =
              top ? top->substr(0, top->find_first_of("\r\n")) : name.substr(0, dash);
          const auto end = name.size() - dash - 1 - std::string_view(".dist-info").size();
          const auto before = found_.size();
          add(site, module, name.substr(0, dash), name.substr(dash + 1, end));
          if (found_.size() > before) found_.back().about = site / name;
        }
      }
    }
  }

  // Cargo.lock: [[package]], name = "x", version = "1.2.3"
  void cargo() {
    const auto lock = read(root_, "Cargo.lock");
    if (!lock || home_.empty()) return;
    const auto sources = home_ / ".cargo/registry/src";
    const auto registries = folders_in(sources);
    const auto value = [](std::string_view line) {
      const auto open = line.find('"');
      const auto close = line.rfind('"');
      return std::string(open < close ? line.substr(open + 1, close - open - 1) : "");
    };
    std::string name;
    for (const auto& [line, ending] : workspace::split_lines(*lock)) {
      if (line.starts_with("name = ")) name = value(line);
      if (!line.starts_with("version = ") || name.empty()) continue;
      for (const auto& registry : registries) {
        add(sources / registry, name + "-" + value(line), name, value(line));
      }
      name.clear();
    }
  }

  // go.mod: "require example.org/mod v1.2.3", or lines of that inside parentheses
  void go() {
    const auto mod = read(root_, "go.mod");
    if (!mod || home_.empty()) return;
    for (auto [line, ending] : workspace::split_lines(*mod)) {
      if (line.starts_with("require ")) line.remove_prefix(8);
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
      const auto space = line.find(' ');
      if (space == std::string_view::npos || !line.substr(space + 1).starts_with('v')) continue;
      const std::string name(line.substr(0, space));
      const auto rest = line.substr(space + 1);
      const std::string version(rest.substr(0, rest.find_first_of(" \r")));
      std::string escaped;  // capitals are "!" and the small letter in the cache
      for (const char c : name) {
        const bool capital = c >= 'A' && c <= 'Z';
        if (capital) escaped += '!';
        escaped += capital ? static_cast<char>(c - 'A' + 'a') : c;
      }
      add(home_ / "go/pkg/mod", std::format("{}@{}", escaped, version), name, version);
    }
  }

  fs::path root_;
  fs::path home_;
  std::vector<DocPackage> found_;
};

}  // namespace

std::vector<DocPackage> installed_packages(const fs::path& root, const fs::path& home) {
  return Finder(root, home).find();
}

}  // namespace plim::index
