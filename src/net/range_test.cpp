#include "net/range.hpp"

#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

namespace plim::net {
namespace {

using testing::HasSubstr;

/// A loopback server for as long as it lives.
class Server {
 public:
  Server() : port_(http.bind_to_any_port("127.0.0.1")) {}
  ~Server() {
    http.stop();
    if (thread_.joinable()) thread_.join();
  }
  std::string start() {
    thread_ = std::jthread([this] { http.listen_after_bind(); });
    http.wait_until_ready();
    return "http://127.0.0.1:" + std::to_string(port_);
  }
  httplib::Server http;

 private:
  int port_;
  std::jthread thread_;
};

/// Answers as written, whatever range the client asked for.
void answer(const httplib::Request& request, httplib::Response& response, int status,
            const std::string& body, const std::string& range = "") {
  const_cast<httplib::Request&>(request).ranges.clear();
  response.status = status;
  response.set_content(body, "application/octet-stream");
  if (!range.empty()) response.set_header("Content-Range", range);
}

Error error_of(Server& server, const std::string& path) {
  auto read = RemoteFile(server.start() + path).read(0, 4, {});
  return read ? Error{Errc::internal, "it read " + *read} : read.error();
}

TEST(RemoteFile, ReadsPiecesAndKnowsTheWhole) {
  Server server;
  server.http.Get("/m.gguf", [](const auto&, auto& response) {
    response.set_content("0123456789", "application/octet-stream");
  });
  RemoteFile file(server.start() + "/m.gguf");
  EXPECT_EQ(file.read(2, 3, {}), "234");
  EXPECT_EQ(file.size(), 10U);
  EXPECT_EQ(file.read(8, 5, {}), "89");
}

TEST(RemoteFile, FollowsRedirectsAndKeepsQueries) {
  Server server;
  server.http.Get("/old", [](const auto&, auto& response) { response.set_redirect("/new?key=1"); });
  server.http.Get("/new", [](const httplib::Request& request, auto& response) {
    response.set_content("key" + request.get_param_value("key"), "application/octet-stream");
  });
  EXPECT_EQ(RemoteFile(server.start() + "/old").read(0, 4, {}), "key1");
}

TEST(RemoteFile, SaysWhenAServerIgnoresRanges) {
  Server server;
  server.http.Get("/big", [](const auto& request, auto& response) {
    answer(request, response, 200, std::string(100'000, 'x'));
  });
  const auto error = error_of(server, "/big");
  EXPECT_EQ(error.code, Errc::protocol);
  EXPECT_THAT(error.message, HasSubstr("ignores ranges"));
}

TEST(RemoteFile, SaysWhenAServerLiesAboutRanges) {
  for (const auto* range : {"bytes 1-4/10", "bytes 0-9/10", "bytes 0-3/2", "bytes 0-3/*", "",
                            "bytes 0-3/99999999999999999999999"}) {
    Server server;
    server.http.Get("/m", [&](const auto& request, auto& response) {
      answer(request, response, 206, "abcd", range);
    });
    const auto error = error_of(server, "/m");
    EXPECT_EQ(error.code, Errc::protocol) << range;
    EXPECT_THAT(error.message, HasSubstr("the server sent 4")) << range;
  }
}

TEST(RemoteFile, SaysWhenTheFileChangesMeanwhile) {
  Server server;
  int asked = 0;
  server.http.Get("/m", [&](const auto& request, auto& response) {
    answer(request, response, 206, "abcd", ++asked == 1 ? "bytes 0-3/10" : "bytes 4-7/11");
  });
  RemoteFile file(server.start() + "/m");
  ASSERT_TRUE(file.read(0, 4, {}));
  EXPECT_THAT(file.read(4, 4, {}).error().message, HasSubstr("changed from 10 to 11"));
}

TEST(RemoteFile, EndsARedirectThatGoesInCircles) {
  Server server;
  server.http.Get("/a", [](const auto&, auto& response) { response.set_redirect("/a"); });
  EXPECT_THAT(error_of(server, "/a").message, HasSubstr("redirects"));
}

TEST(RemoteFile, TellsMissingFromForbidden) {
  Server missing;
  EXPECT_EQ(error_of(missing, "/no").code, Errc::not_found);
  Server forbidden;
  forbidden.http.Get(
      "/m", [](const auto& request, auto& response) { answer(request, response, 403, "no"); });
  EXPECT_EQ(error_of(forbidden, "/m").code, Errc::denied);
  EXPECT_EQ(RemoteFile("ftp://x/y").read(0, 4, {}).error().code, Errc::invalid);
}

}  // namespace
}  // namespace plim::net
