#include "rpc/rpc.hpp"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace plim::rpc {
namespace {

using Json = nlohmann::json;

const Dispatch echo = [](const std::string& method,
                         const Json& params) -> std::expected<Json, RpcError> {
  if (method == "echo") return params;
  return std::unexpected(RpcError{method_not_found, "no " + method, R"({"known":["echo"]})"});
};

std::string answered(std::string_view line) { return answer_line(line, echo).value_or("(none)"); }

TEST(Rpc, AnswersCallsByTheirId) {
  EXPECT_EQ(answered(R"({"jsonrpc":"2.0","id":7,"method":"echo","params":{"a":1}})"),
            R"({"id":7,"jsonrpc":"2.0","result":{"a":1}})");
  EXPECT_EQ(answered(R"({"jsonrpc":"2.0","id":"x","method":"echo"})"),
            R"({"id":"x","jsonrpc":"2.0","result":{}})");
}

TEST(Rpc, SaysNothingToNotificationsAndStrayAnswers) {
  EXPECT_EQ(answered(R"({"jsonrpc":"2.0","method":"echo"})"), "(none)");
  EXPECT_EQ(answered(R"({"jsonrpc":"2.0","method":"unknown"})"), "(none)");
  EXPECT_EQ(answered(R"({"jsonrpc":"2.0","id":1,"result":{}})"), "(none)");
}

TEST(Rpc, AnswersWhatIsNoRequestWithAnError) {
  const auto code = [](std::string_view line) {
    return Json::parse(answered(line), nullptr, false)["error"]["code"].get<int>();
  };
  EXPECT_EQ(code("{"), parse_error);
  EXPECT_EQ(code("\xff\xfe"), parse_error);
  EXPECT_EQ(code("3"), invalid_request);
  EXPECT_EQ(code("[]"), invalid_request);
  EXPECT_EQ(code(R"({"id":1})"), invalid_request);
  EXPECT_EQ(code(R"({"id":1,"method":"unknown"})"), method_not_found);
  EXPECT_EQ(code(std::string(200'000, '[')), parse_error);
}

TEST(Rpc, AnswersABatchTogether) {
  EXPECT_EQ(
      answered(R"([{"id":1,"method":"echo"},{"method":"echo"},4])"),
      R"([{"id":1,"jsonrpc":"2.0","result":{}},)"
      R"({"error":{"code":-32600,"message":"a request is an object"},"id":null,"jsonrpc":"2.0"}])");
}

TEST(Rpc, ServesLinesUntilTheEndAndSkipsEndlessOnes) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::jthread writer([fd = ends[1]] {
    const auto write_all = [fd](std::string_view text) {
      while (!text.empty()) {
        const auto wrote = ::write(fd, text.data(), text.size());
        if (wrote <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(wrote));
      }
    };
    write_all("{\"id\":1,\"method\":\"echo\"}\n\n");
    write_all(std::string(5U << 20U, 'x') + "\n");
    write_all("{\"id\":2,\"method\":\"echo\"}");  // no newline at the end
    ::close(fd);
  });
  std::vector<std::string> answers;
  const auto served =
      serve(ends[0], [&](std::string_view line) { answers.emplace_back(line); }, echo, {});
  ::close(ends[0]);
  EXPECT_TRUE(served);
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[0], "{\"id\":1,\"jsonrpc\":\"2.0\",\"result\":{}}\n");
  EXPECT_TRUE(answers[1].contains("too long")) << answers[1];
  EXPECT_TRUE(answers[2].contains("\"id\":2")) << answers[2];
}

}  // namespace
}  // namespace plim::rpc
