#include <algorithm>
#include <format>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/json_read.hpp"
#include "engine/slots.hpp"

namespace plim::engine {
namespace {

namespace fs = std::filesystem;

Result<nlohmann::json> act(const Peer& peer, std::string_view action, const std::string& name,
                           std::stop_token stop) {
  nlohmann::json body = nlohmann::json::object();
  if (!name.empty()) body["filename"] = name;
  const net::Request request{
      .method = "POST",
      .path = std::format("/slots/0?action={}", action),
      .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
      .bearer = peer.api_key,
      .connect_limit = peer.connect_limit,
      .silence_limit = peer.stall_limit};
  const auto answer = TRY(net::send(peer.origin, request, std::move(stop)));
  if (answer.status != 200) {
    const auto error = explain_status(peer, answer.status, answer.body).error;
    return fail(Errc::io, "{}", error.message);
  }
  return nlohmann::json::parse(answer.body, nullptr, false);
}

}  // namespace

Result<Bytes> save_slot(const Peer& peer, const std::string& name, std::stop_token stop) {
  const auto answer = TRY(act(peer, "save", name, std::move(stop)));
  return Bytes{
      static_cast<std::uint64_t>(std::max<std::int64_t>(count_at(answer, "n_written"), 0))};
}

Result<Tokens> restore_slot(const Peer& peer, const std::string& name, std::stop_token stop) {
  const auto answer = TRY(act(peer, "restore", name, std::move(stop)));
  return Tokens{std::max<std::int64_t>(count_at(answer, "n_restored"), 0)};
}

Result<void> erase_slot(const Peer& peer, std::stop_token stop) {
  return act(peer, "erase", "", std::move(stop)).transform([](const auto&) {});
}

void trim_slots(const fs::path& dir, Bytes limit) {
  struct Kept {
    fs::path path;
    fs::file_time_type time;
    std::uint64_t size = 0;
  };
  std::vector<Kept> files;
  std::error_code error;
  std::uint64_t sum = 0;
  for (const auto& entry : fs::directory_iterator(dir, error)) {
    if (!entry.is_regular_file(error)) continue;
    files.push_back({entry.path(), entry.last_write_time(error), entry.file_size(error)});
    sum += files.back().size;
  }
  std::ranges::sort(files, {}, &Kept::time);
  for (const auto& file : files) {
    if (sum <= limit.value) return;
    if (fs::remove(file.path, error)) sum -= file.size;
  }
}

}  // namespace plim::engine
