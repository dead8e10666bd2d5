#include "mcp/client.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/log.hpp"

namespace plim::mcp {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view modern_version = "2026-07-28";
constexpr std::string_view legacy_version = "2025-11-25";
constexpr std::size_t most_tools = 1000;
constexpr int most_pages = 50;
// A server of the older era may not answer a method that it does not know at all.
constexpr std::chrono::milliseconds probe_limit{3'000};

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json client_info() { return {{"name", "plimsoll"}, {"version", "0.1.0"}}; }

std::string text_in(const Json& json, const char* name) {
  if (!json.is_object()) return "";
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

Json parse(std::string_view text) { return Json::parse(text, nullptr, false); }

std::string error_text(const Json& error) {
  const auto message = text_in(error, "message");
  return message.empty() ? dump(error) : message;
}

Answer read_answer(const Json& result) {
  Answer answer;
  const auto content = result.find("content");
  std::size_t others = 0;
  if (content != result.end() && content->is_array()) {
    for (const auto& part : *content) {
      if (text_in(part, "type") != "text") {
        ++others;
        continue;
      }
      answer.text += (answer.text.empty() ? "" : "\n") + text_in(part, "text");
    }
  }
  const auto structured = result.find("structuredContent");
  if (answer.text.empty() && structured != result.end()) answer.text = dump(*structured);
  if (others > 0) answer.text += std::format("\n[{} parts that are no text are left out]", others);
  const auto error = result.find("isError");
  answer.is_error = error != result.end() && error->is_boolean() && error->get<bool>();
  return answer;
}

}  // namespace

Result<Client> Client::connect(std::unique_ptr<Transport> transport, std::stop_token stop) {
  Client client(std::move(transport));
  TRY(client.find_era(stop));
  TRY(client.list_tools(std::move(stop)).transform_error(during("listing its tools")));
  return client;
}

// Servers of today need no handshake; whatever else they answer means an older one, and one that
// knows neither says so itself.
Result<void> Client::find_era(std::stop_token stop) {
  const auto discovered = request("server/discover", "{}", probe_limit, stop);
  if (discovered) return {};
  const auto code = discovered.error().code;
  if (code == Errc::cancelled || code == Errc::io || code == Errc::denied)
    return std::unexpected(discovered.error());
  modern_ = false;
  return shake_hands(std::move(stop));
}

Result<void> Client::shake_hands(std::stop_token stop) {
  version_.clear();
  const Json hello = {{"protocolVersion", legacy_version},
                      {"capabilities", Json::object()},
                      {"clientInfo", client_info()}};
  const auto answer = TRY(request("initialize", dump(hello), connect_limit, std::move(stop))
                              .transform_error(during("initialize")));
  version_ = text_in(parse(answer), "protocolVersion");
  if (version_.empty())
    return fail(Errc::protocol, "the server does not say which version it speaks");
  return notify("notifications/initialized", "{}");
}

Result<void> Client::list_tools(std::stop_token stop) {
  std::string cursor;
  for (int page = 0; page < most_pages; ++page) {
    const Json params = cursor.empty() ? Json::object() : Json{{"cursor", cursor}};
    const auto result = parse(TRY(request("tools/list", dump(params), connect_limit, stop)));
    const auto tools = result.find("tools");
    if (tools == result.end() || !tools->is_array()) break;
    for (const auto& tool : *tools) {
      const auto schema = tool.is_object() ? tool.value("inputSchema", Json::object()) : Json();
      const auto name = text_in(tool, "name");
      if (name.empty() || tools_.size() == most_tools) continue;
      if (const auto mirrored = mirrored_parameters(dump(schema), "{}"); !mirrored) {
        log::warn("mcp", "the tool {} is left out: {}", name, mirrored.error().message);
        continue;
      }
      tools_.push_back({name, text_in(tool, "description"), dump(schema)});
    }
    cursor = text_in(result, "nextCursor");
    if (cursor.empty()) break;
  }
  // Servers need not keep an order, but a prompt must.
  std::ranges::sort(tools_, {}, &chat::ToolSpec::name);
  return {};
}

Result<Answer> Client::call(const std::string& tool, std::string_view arguments,
                            std::stop_token stop) {
  auto object = parse(arguments.empty() ? "{}" : arguments);
  if (!object.is_object()) return fail(Errc::invalid, "the arguments are not a JSON object");
  net::Fields fields{{"Mcp-Name", field_value(tool)}};
  const auto spec = std::ranges::find(tools_, tool, &chat::ToolSpec::name);
  if (spec != tools_.end()) {
    fields.append_range(TRY(mirrored_parameters(spec->parameters, dump(object))));
  }
  const auto params = dump({{"name", tool}, {"arguments", std::move(object)}});
  auto id = next_id_;
  auto answer = request("tools/call", params, call_limit, stop, fields);
  if (!answer && answer.error().code == Errc::conflict) {
    // Nothing was done under a session that is over: begin another, and say it again.
    TRY(shake_hands(stop));
    id = next_id_;
    answer = request("tools/call", params, call_limit, std::move(stop), fields);
  }
  if (!answer) {
    const auto code = answer.error().code;
    const bool left = code == Errc::cancelled || code == Errc::timeout;
    if (left && !(modern_ && transport_->cancels_by_leaving())) {
      static_cast<void>(notify("notifications/cancelled", dump({{"requestId", id}})));
    }
    return std::unexpected(answer.error());
  }
  const auto result = parse(*answer);
  if (text_in(result, "resultType") == "input_required") {
    return fail(Errc::protocol, "the tool asks for more input, which is not supported");
  }
  return read_answer(result);
}

Outgoing Client::outgoing(std::string text, net::Fields fields) const {
  const auto version = modern_ ? std::string(modern_version) : version_;
  if (!version.empty()) fields.emplace_back("MCP-Protocol-Version", version);
  return {std::move(text), std::move(fields)};
}

Result<std::string> Client::request(std::string_view method, std::string params,
                                    std::chrono::milliseconds limit, std::stop_token stop,
                                    net::Fields fields) {
  const auto id = next_id_++;
  auto object = parse(params);
  if (modern_) {
    object["_meta"] = {{"io.modelcontextprotocol/protocolVersion", modern_version},
                       {"io.modelcontextprotocol/clientCapabilities", Json::object()},
                       {"io.modelcontextprotocol/clientInfo", client_info()}};
    fields.emplace_back("Mcp-Method", method);
  }
  const Json message = {
      {"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(object)}};
  Json answer;
  const auto take = [&](std::string_view text) -> Result<bool> {
    auto reply = parse(text);
    if (!reply.is_object()) return false;  // a server that prints to its stdout
    const auto reply_id = reply.find("id");
    if (reply.contains("method")) {
      if (reply_id != reply.end()) TRY(answer_server(dump(*reply_id), text_in(reply, "method")));
      return false;
    }
    // An answer to a request that was given up on comes late.
    if (reply_id == reply.end() || *reply_id != Json(id)) return false;
    answer = std::move(reply);
    return true;
  };
  TRY(transport_->request(outgoing(dump(message), std::move(fields)), take, limit, std::move(stop))
          .transform_error(during(std::string(method))));
  if (const auto error = answer.find("error"); error != answer.end())
    return fail(Errc::protocol, "{}", error_text(*error));
  const auto result = answer.find("result");
  return result == answer.end() ? std::string("{}") : dump(*result);
}

// A server may ask us things; only whether we are alive is answered.
Result<void> Client::answer_server(const std::string& id, std::string_view method) {
  Json message = {{"jsonrpc", "2.0"}, {"id", parse(id)}};
  if (method == "ping") {
    message["result"] = Json::object();
  } else {
    message["error"] = {{"code", -32601}, {"message", "not supported"}};
  }
  return transport_->send(outgoing(dump(message)));
}

Result<void> Client::notify(std::string_view method, std::string params) {
  return transport_->send(
      outgoing(dump({{"jsonrpc", "2.0"}, {"method", method}, {"params", parse(params)}})));
}

}  // namespace plim::mcp
