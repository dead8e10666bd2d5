#include <charconv>
#include <fstream>
#include <unordered_set>
#include <utility>

#include "gguf/gguf.hpp"

namespace plim::gguf {
namespace {

namespace fs = std::filesystem;

Result<Source> open(const fs::path& file) {
  std::error_code error;
  const auto status = fs::status(file, error);
  if (status.type() == fs::file_type::not_found)
    return fail(Errc::not_found, "there is no such file");
  if (!fs::is_regular_file(status)) return fail(Errc::protocol, "it is not a regular file");
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Errc::io, "it cannot be opened for reading");
  const auto size = fs::file_size(file, error);
  if (error) return fail(Errc::io, "its size cannot be read: {}", error.message());
  auto read = [in = std::move(in)](std::uint64_t offset,
                                   std::span<std::byte> out) mutable -> Result<void> {
    in.seekg(static_cast<std::streamoff>(offset));
    in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    if (!in) return fail(Errc::io, "the file could not be read");
    return {};
  };
  return Source{.size = size, .read = std::move(read)};
}

/// A part's name without its number: "/m/big" and 3 of "/m/big-00001-of-00003.gguf".
struct ShardName {
  std::string prefix;
  std::uint32_t count = 0;
};

std::string shard_path(const ShardName& name, std::uint32_t index) {
  return std::format("{}-{:05}-of-{:05}.gguf", name.prefix, index + 1, name.count);
}

Result<ShardName> split_name(const std::string& text, std::uint32_t index, std::uint32_t count) {
  const auto ending = shard_path({"", count}, index);
  if (!text.ends_with(ending)) {
    return fail(Errc::protocol,
                "{}: it says it is part {} of {}, so its name must end in {} to find the others",
                text, index + 1, count, ending);
  }
  return ShardName{text.substr(0, text.size() - ending.size()), count};
}

Result<void> merge(Header& whole, Header part, std::uint32_t index) {
  const auto path = part.files.front().string();
  const auto number = part.get<std::uint32_t>("split.no");
  const auto count = part.get<std::uint32_t>("split.count");
  if (number != index || count != whole.get<std::uint32_t>("split.count")) {
    return fail(Errc::protocol, "{}: it is not part {} of the same model", path, index + 1);
  }
  for (auto& tensor : part.tensors) {
    tensor.shard = index;
    whole.tensors.push_back(std::move(tensor));
  }
  whole.files.push_back(part.files.front());
  whole.file_bytes += part.file_bytes;
  return {};
}

Result<void> check_whole(const Header& whole) {
  std::unordered_set<std::string_view> names;
  for (const auto& tensor : whole.tensors) {
    if (!names.insert(tensor.name).second) {
      return fail(Errc::protocol, "{}: two parts hold the tensor \"{}\"",
                  whole.files.front().string(), tensor.name);
    }
  }
  const auto claimed = whole.get<std::uint64_t>("split.tensors.count");
  if (claimed && *claimed != whole.tensors.size()) {
    return fail(Errc::protocol, "{}: the model claims {} tensors, its parts hold {}",
                whole.files.front().string(), *claimed, whole.tensors.size());
  }
  return {};
}

}  // namespace

Result<Header> read_header(const fs::path& file, const Limits& limits) {
  auto source = TRY(open(file).transform_error(during(file.string())));
  auto header = TRY(parse(std::move(source), limits).transform_error(during(file.string())));
  header.files = {file};
  return header;
}

Result<Header> read_model(const std::string& name, const ReadPart& read, const Limits& limits) {
  auto named = TRY(read(name));
  const auto count = named.get<std::uint32_t>("split.count").value_or(1);
  if (count <= 1) return named;
  const auto number = named.get<std::uint32_t>("split.no").value_or(0);
  const auto shards = TRY(split_name(name, number, count));
  auto whole = number == 0 ? std::move(named) : TRY(read(shard_path(shards, 0)));
  for (std::uint32_t i = 1; i < count; ++i) {
    const auto path = shard_path(shards, i);
    auto part = read(path);
    if (!part && part.error().code == Errc::not_found) {
      return fail(Errc::not_found, "{}: part {} of {} is missing", path, i + 1, count);
    }
    if (!part) return part;
    TRY(merge(whole, std::move(*part), i));
    if (whole.tensors.size() > limits.tensors) {
      return fail(Errc::capacity, "{}: more than {} tensors", path, limits.tensors);
    }
  }
  TRY(check_whole(whole));
  return whole;
}

Result<Header> read_model(const fs::path& file, const Limits& limits) {
  return read_model(
      file.string(), [&](const std::string& part) { return read_header(part, limits); }, limits);
}

}  // namespace plim::gguf
