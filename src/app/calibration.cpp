#include "app/calibration.hpp"

#include <algorithm>
#include <charconv>
#include <format>
#include <fstream>
#include <map>

namespace plim::app {
namespace {

using Lines = std::map<std::string, std::uint64_t>;

// No driver takes more; a line that says so is damaged.
constexpr std::uint64_t absurd = (16_GiB).value;

std::filesystem::path file_in(const std::filesystem::path& state) {
  return state / "overheads.tsv";
}

/// A tab or newline in a driver's string would break the line.
std::string plain(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

std::string key_of(const hw::Gpu& gpu, std::string_view engine_build) {
  return plain(std::format("{} | {} | {} | {}", gpu.uuid.empty() ? gpu.name : gpu.uuid, gpu.driver,
                           gpu.engine_device, engine_build));
}

Lines read_lines(const std::filesystem::path& state) {
  Lines lines;
  std::ifstream in(file_in(state));
  for (std::string line; std::getline(in, line);) {
    const auto tab = line.find('\t');
    std::uint64_t bytes = 0;
    if (tab == std::string::npos) continue;
    const auto* end = line.data() + line.size();
    const auto parsed = std::from_chars(line.data() + tab + 1, end, bytes);
    if (parsed.ec == std::errc() && parsed.ptr == end && bytes <= absurd) {
      lines[line.substr(0, tab)] = bytes;
    }
  }
  return lines;
}

}  // namespace

std::vector<plan::Overhead> read_overheads(const std::filesystem::path& state,
                                           const hw::Hardware& hardware,
                                           std::string_view engine_build) {
  const auto lines = read_lines(state);
  std::vector<plan::Overhead> overheads;
  for (const auto& gpu : hardware.gpus) {
    const auto found = lines.find(key_of(gpu, engine_build));
    if (found == lines.end() || gpu.engine_device.empty()) continue;
    // What was measured once may be some pages more next time.
    overheads.push_back({gpu.engine_device, Bytes{found->second} + 32_MiB});
  }
  return overheads;
}

Result<void> store_overhead(const std::filesystem::path& state, const hw::Gpu& gpu,
                            std::string_view engine_build, Bytes bytes) {
  auto lines = read_lines(state);
  lines[key_of(gpu, engine_build)] = bytes.value;
  const auto file = file_in(state);
  auto fresh = file;
  fresh += ".new";
  {
    std::ofstream out(fresh, std::ios::trunc);
    for (const auto& [key, value] : lines) out << key << '\t' << value << '\n';
    out.close();
    if (!out) return fail(Errc::io, "cannot write {}", fresh.string());
  }
  std::error_code error;
  std::filesystem::rename(fresh, file, error);
  if (error) return fail(Errc::io, "cannot write {}: {}", file.string(), error.message());
  return {};
}

}  // namespace plim::app
