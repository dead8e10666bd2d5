#include "rpc/rpc.hpp"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/utf8.hpp"
#include "sys/read_some.hpp"

namespace plim::rpc {
namespace {

using Json = nlohmann::json;

constexpr std::size_t longest_line = 4U << 20U;

// Answers hold text of files, which may be ill-formed.
std::string to_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string error_answer(const Json& id, const RpcError& error) {
  Json body{{"code", error.code}, {"message", to_utf8(error.message)}};
  if (!error.data.empty()) body["data"] = Json::parse(error.data, nullptr, false);
  return to_line({{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(body)}});
}

bool is_id(const Json& id) { return id.is_string() || id.is_number() || id.is_null(); }

// Nothing for a notification.
std::optional<std::string> answer(const Json& request, const Dispatch& dispatch) {
  if (!request.is_object()) {
    return error_answer(nullptr, {invalid_request, "a request is an object", {}});
  }
  const auto id = request.find("id");
  const bool asks = id != request.end();
  const Json reply_to = asks && is_id(*id) ? *id : Json();
  const auto method = request.find("method");
  if (method == request.end() || !method->is_string()) {
    // An answer to a question that was never asked.
    if (request.contains("result") || request.contains("error")) return std::nullopt;
    return error_answer(reply_to, {invalid_request, "a request names its method", {}});
  }
  const auto params = request.find("params");
  auto result =
      dispatch(method->get<std::string>(), params == request.end() ? Json::object() : *params);
  if (!asks) return std::nullopt;
  if (!result) return error_answer(reply_to, result.error());
  return to_line({{"jsonrpc", "2.0"}, {"id", reply_to}, {"result", std::move(*result)}});
}

}  // namespace

std::optional<std::string> answer_line(std::string_view line, const Dispatch& dispatch) {
  const auto json = Json::parse(line, nullptr, false);
  if (json.is_discarded()) return error_answer(nullptr, {parse_error, "this line is not JSON", {}});
  if (!json.is_array()) return answer(json, dispatch);
  if (json.empty()) return error_answer(nullptr, {invalid_request, "an empty batch", {}});
  std::string answers;
  for (const auto& request : json) {
    if (const auto one = answer(request, dispatch)) answers += (answers.empty() ? "" : ",") + *one;
  }
  return answers.empty() ? std::nullopt : std::optional("[" + answers + "]");
}

Result<void> serve(int in, const std::function<void(std::string_view)>& send,
                   const Dispatch& dispatch, std::stop_token stop) {
  std::array<char, 1U << 16U> buffer{};
  std::string line;
  bool skipping = false;
  const auto end_line = [&] {
    std::optional<std::string> reply;
    if (std::exchange(skipping, false)) {
      reply = error_answer(nullptr, {invalid_request, "the line is too long", {}});
    } else if (line.find_first_not_of(" \t\r") != std::string::npos) {
      reply = answer_line(line, dispatch);
    }
    line.clear();
    if (reply) send(*reply + "\n");
  };
  for (;;) {
    const auto got = TRY(sys::read_some(in, buffer, stop));
    if (got == 0) break;
    std::string_view piece(buffer.data(), got);
    while (!piece.empty()) {
      const auto end = piece.find('\n');
      const auto part = piece.substr(0, end);
      skipping = skipping || line.size() + part.size() > longest_line;
      if (!skipping) line += part;
      if (end == std::string_view::npos) break;
      end_line();
      piece.remove_prefix(end + 1);
    }
  }
  if (!line.empty()) end_line();
  return {};
}

}  // namespace plim::rpc
