#include "hw/fdinfo.hpp"

#include <algorithm>
#include <ranges>
#include <set>

#include "hw/pci.hpp"
#include "hw/text_file.hpp"

namespace plim::hw {
namespace {

namespace fs = std::filesystem;

/// "123 KiB", "5 MiB" or plain bytes.
Bytes parse_size(std::string_view value) {
  const auto field = split_field(value, ' ');
  const auto amount = to_number<std::uint64_t>(field ? field->key : value).value_or(0);
  const auto unit = field ? field->value : "";
  const unsigned shift = unit == "KiB" ? 10 : unit == "MiB" ? 20 : 0;
  return amount > (1ULL << 40U) ? Bytes{} : Bytes{amount << shift};
}

bool is_local(std::string_view region) {
  return region.starts_with("vram") || region.starts_with("local");
}

bool is_shared(std::string_view region) {
  return region == "gtt" || region.starts_with("system") || region == "cpu";
}

/// Adds "drm-resident-vram0" or, from drivers that lack it, "drm-memory-vram".
void add_region(std::string_view key, std::string_view value, std::string_view prefix,
                DrmClient& client) {
  if (!key.starts_with(prefix)) return;
  const auto region = key.substr(prefix.size());
  if (is_local(region)) client.local += parse_size(value);
  if (is_shared(region)) client.shared += parse_size(value);
}

/// All of one process's clients, each once.
std::map<std::string, Bytes> usage_of(const fs::path& fdinfo) {
  std::map<std::string, Bytes> by_pci;
  std::set<std::pair<std::string, std::string>> seen;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(fdinfo, error)) {
    const auto text = read_text(entry.path());
    const auto client = text ? parse_fdinfo(*text) : std::nullopt;
    if (!client || !seen.emplace(client->pci, client->client).second) continue;
    by_pci[client->pci] += client->local + client->shared;
  }
  return by_pci;
}

}  // namespace

std::optional<DrmClient> parse_fdinfo(std::string_view text) {
  DrmClient client;
  client.pci = normal_pci(field_of(text, "drm-pdev", ':'));
  client.client = field_of(text, "drm-client-id", ':');
  if (client.pci.empty()) return std::nullopt;
  const bool has_resident = text.contains("\ndrm-resident-");
  for (const auto part : std::views::split(text, '\n')) {
    const auto field = split_field(std::string_view(part), ':');
    if (!field) continue;
    if (field->key == "amd-evicted-vram") client.evicted = parse_size(field->value);
    add_region(field->key, field->value, has_resident ? "drm-resident-" : "drm-memory-", client);
  }
  return client;
}

DrmUsers read_fdinfo(const fs::path& root) {
  DrmUsers users;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root / "proc", error)) {
    const auto pid = to_number<std::int64_t>(entry.path().filename().string());
    if (!pid) continue;
    std::error_code denied;
    const fs::directory_iterator probe(entry.path() / "fdinfo", denied);
    if (denied == std::errc::permission_denied) ++users.hidden;
    if (denied) continue;
    for (const auto& [pci, bytes] : usage_of(entry.path() / "fdinfo")) {
      if (bytes == Bytes{}) continue;
      users.by_pci[pci].push_back({*pid, process_name(root, *pid), bytes});
    }
  }
  for (auto& [pci, processes] : users.by_pci) {
    std::ranges::sort(processes, [](const auto& a, const auto& b) {
      return a.bytes != b.bytes ? a.bytes > b.bytes : a.pid < b.pid;
    });
  }
  return users;
}

}  // namespace plim::hw
