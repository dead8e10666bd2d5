#include "net/http.hpp"

#include <fstream>
#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <httplib.h>

#include "sys/temp_dir.hpp"

namespace plim::net {
namespace {

using std::chrono::milliseconds;

// A real server on a port of its own, for one test.
class Server {
 public:
  Server() = default;
  ~Server() {
    http.stop();
    if (thread_.joinable()) thread_.join();
  }

  Origin start() {
    const int port = http.bind_to_any_port("127.0.0.1");
    listen();
    return {std::format("http://127.0.0.1:{}", port), {}};
  }
  Origin start_on(const std::filesystem::path& socket) {
    http.set_address_family(AF_UNIX);
    http.bind_to_port(socket.string(), 80);
    listen();
    return {{}, socket};
  }

  httplib::Server http;

 private:
  void listen() {
    thread_ = std::jthread([this] { http.listen_after_bind(); });
    http.wait_until_ready();
  }

  std::jthread thread_;
};

// Tells the test that a request has come and holds the answer back until the client has gone.
class Stall {
 public:
  bool hold(httplib::DataSink& sink) {
    if (!told_.exchange(true)) arrived_.set_value();
    while (sink.is_writable()) std::this_thread::yield();
    return false;
  }
  void wait_for_arrival() { arrived_.get_future().wait(); }

 private:
  std::promise<void> arrived_;
  std::atomic<bool> told_ = false;
};

// Whether the kernel waits for an answer from that port: "... 0100007F:PORT 02 ..." (SYN_SENT).
bool is_connecting_to(int port) {
  std::ifstream table("/proc/net/tcp");
  const auto wanted = std::format("0100007F:{:04X} 02", port);
  for (std::string line; std::getline(table, line);)
    if (line.contains(wanted)) return true;
  return false;
}

TEST(HttpSend, ReturnsWhatTheServerSaysWhateverItsStatus) {
  Server server;
  server.http.Get("/no", [](const auto&, auto& response) {
    response.status = 404;
    response.set_content("nothing here", "text/plain");
  });
  const auto origin = server.start();
  EXPECT_EQ(send(origin, {.path = "/no"}, {}), (Response{404, "text/plain", "nothing here"}));
}

TEST(HttpSend, SendsALargeBodyAtOnceWithItsKey) {
  Server server;
  httplib::Request seen;
  server.http.Post("/v1", [&](const httplib::Request& request, auto& response) {
    seen = request;
    response.set_content("{}", "application/json");
  });
  const auto origin = server.start();
  const std::string body(100'000, 'x');
  const auto answer =
      send(origin, {.method = "POST", .path = "/v1", .body = body, .bearer = "k"}, {});
  EXPECT_EQ(answer, (Response{200, "application/json", "{}"}));
  EXPECT_EQ(seen.body, body);
  EXPECT_EQ(seen.get_header_value("Authorization"), "Bearer k");
  EXPECT_EQ(seen.get_header_value("Accept-Encoding"), "identity");
  EXPECT_FALSE(seen.has_header("Expect"));  // a second's wait for servers that ignore it
}

TEST(HttpSend, NeverFollowsARedirectWithACredential) {
  Server other;
  bool visited = false;
  other.http.Get("/", [&](const auto&, auto&) { visited = true; });
  const auto elsewhere = other.start();
  Server server;
  server.http.Get("/", [&](const auto&, auto& response) { response.set_redirect(elsewhere.url); });
  const auto answer = send(server.start(), {.path = "/", .bearer = "secret"}, {});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  EXPECT_FALSE(visited);
}

TEST(HttpSend, SpeaksOverAUnixSocket) {
  const auto dir = sys::TempDir::make("/tmp", "net");
  ASSERT_TRUE(dir);
  Server server;
  server.http.Get("/health",
                  [](const auto&, auto& response) { response.set_content("ok", "text/plain"); });
  const auto origin = server.start_on(dir->path() / "s.sock");
  EXPECT_EQ(send(origin, {.path = "/health"}, {}), (Response{200, "text/plain", "ok"}));
}

TEST(HttpSend, SaysThatNothingListens) {
  Origin closed;
  {
    Server server;
    closed = server.start();
  }
  const auto answer = send(closed, {.path = "/"}, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::not_found);
  const auto no_socket = send({{}, "/tmp/plim-no-such.sock"}, {.path = "/"}, {});
  ASSERT_FALSE(no_socket);
  EXPECT_EQ(no_socket.error().code, Errc::not_found);
}

TEST(HttpSend, CapsTheBodyItKeeps) {
  Server server;
  server.http.Get("/", [](const auto&, auto& response) {
    response.set_content(std::string(1000, 'x'), "text/plain");
  });
  const auto answer = send(server.start(), {.path = "/", .max_body = 999}, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::capacity);
}

TEST(HttpSend, TimesOutOnlyAfterSilence) {
  Stall stall;  // outlives the server that uses it
  Server server;
  server.http.Get("/", [&](const auto&, auto& response) {
    response.set_chunked_content_provider(
        "text/plain", [&](std::size_t, auto& sink) { return stall.hold(sink); });
  });
  const auto answer = send(server.start(), {.path = "/", .silence_limit = milliseconds(50)}, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::timeout);
}

TEST(HttpStream, HandsPiecesOnAndReturnsTheSinksError) {
  Server server;
  server.http.Get(
      "/", [](const auto&, auto& response) { response.set_content("abcdef", "text/plain"); });
  const auto origin = server.start();
  std::string got;
  const auto all = stream(origin, {.path = "/"},
                          [&](std::string_view bytes) -> Result<void> {
                            got += bytes;
                            return {};
                          },
                          {});
  EXPECT_EQ(all, (Response{200, "text/plain", ""}));
  EXPECT_EQ(got, "abcdef");
  const auto refused =
      stream(origin, {.path = "/"},
             [](std::string_view) -> Result<void> { return fail(Errc::protocol, "not that"); }, {});
  EXPECT_EQ(refused, std::unexpected(Error{Errc::protocol, "not that"}));
}

TEST(HttpStream, KeepsAnErrorsBodyFromTheSink) {
  Server server;
  server.http.Get("/", [](const auto&, auto& response) {
    response.status = 500;
    response.set_content("broken", "text/plain");
  });
  bool called = false;
  const auto answer = stream(server.start(), {.path = "/"},
                             [&](std::string_view) -> Result<void> {
                               called = true;
                               return {};
                             },
                             {});
  EXPECT_EQ(answer, (Response{500, "text/plain", "broken"}));
  EXPECT_FALSE(called);
}

TEST(HttpStream, ReportsAConnectionThatBreaksOff) {
  Server server;
  server.http.Get("/", [](const auto&, auto& response) {
    response.set_chunked_content_provider("text/plain", [](std::size_t, auto& sink) {
      sink.write("half", 4);
      return false;
    });
  });
  std::string got;
  const auto answer = stream(server.start(), {.path = "/"},
                             [&](std::string_view bytes) -> Result<void> {
                               got += bytes;
                               return {};
                             },
                             {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::io);
  EXPECT_EQ(got, "half");
}

TEST(HttpStream, AStopBreaksTheWaitForTheNextByte) {
  Stall stall;  // outlives the server that uses it
  Server server;
  server.http.Get("/", [&](const auto&, auto& response) {
    response.set_chunked_content_provider(
        "text/plain", [&](std::size_t, auto& sink) { return stall.hold(sink); });
  });
  const auto origin = server.start();
  std::stop_source stop;
  const std::jthread user([&] {
    stall.wait_for_arrival();
    stop.request_stop();
  });
  const auto answer =
      send(origin, {.path = "/", .silence_limit = std::chrono::hours(1)}, stop.get_token());
  EXPECT_EQ(answer, std::unexpected(Error{Errc::cancelled, "stopped"}));
}

TEST(HttpStream, AStopBreaksAConnectThatNobodyAccepts) {
  // A listener whose queue is full drops what else wants to connect.
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 0), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const int first = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::connect(first, reinterpret_cast<sockaddr*>(&address), size), 0);

  std::stop_source stop;
  const std::jthread user([&] {
    while (!is_connecting_to(ntohs(address.sin_port))) std::this_thread::yield();
    stop.request_stop();
  });
  const auto answer = send(
      {std::format("http://127.0.0.1:{}", ntohs(address.sin_port)), {}},
      {.path = "/", .connect_limit = std::chrono::hours(1), .silence_limit = std::chrono::hours(1)},
      stop.get_token());
  EXPECT_EQ(answer, std::unexpected(Error{Errc::cancelled, "stopped"}));
  ::close(first);
  ::close(listener);
}

}  // namespace
}  // namespace plim::net
