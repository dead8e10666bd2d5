#include <gtest/gtest.h>

#include "net/http.hpp"

namespace plim::net {
namespace {

TEST(ParseUrl, SplitsOriginAndPath) {
  const auto parsed = [](std::string_view text) { return parse_url(text).value_or(Url{}); };
  EXPECT_EQ(parsed("http://127.0.0.1:8080"), (Url{{"http://127.0.0.1:8080", {}}, ""}));
  EXPECT_EQ(parsed("http://box/v1/"), (Url{{"http://box", {}}, "/v1"}));
  EXPECT_EQ(parsed("https://a-b.example:1/x/v1"), (Url{{"https://a-b.example:1", {}}, "/x/v1"}));
  EXPECT_EQ(parsed("http://[::1]:80/v1"), (Url{{"http://[::1]:80", {}}, "/v1"}));
  EXPECT_EQ(parsed("http://[fe80::1]"), (Url{{"http://[fe80::1]", {}}, ""}));
}

TEST(ParseUrl, RejectsWhatItWouldHaveToGuess) {
  for (const std::string_view text :
       {"", "localhost:8080", "ftp://a", "http://", "http:///v1", "http://a:0", "http://a:70000",
        "http://a:", "http://u:p@a", "http://a/v1?x=1", "http://a/#f", "http://a b",
        "http://::1:80"}) {
    const auto parsed = parse_url(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid) << text;
  }
}

}  // namespace
}  // namespace plim::net
