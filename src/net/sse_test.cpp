#include "net/sse.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace plim::net {
namespace {

struct Read {
  Result<void> result;
  std::vector<SseEvent> events;
};

// Feeds `text` in pieces of `step` bytes.
Read read(std::string_view text, std::size_t step, SseReader reader = SseReader()) {
  Read out;
  const auto keep = [&](const SseEvent& event) -> Result<void> {
    out.events.push_back(event);
    return {};
  };
  for (; out.result && !text.empty(); text.remove_prefix(std::min(step, text.size())))
    out.result = reader.feed(text.substr(0, step), keep);
  return out;
}

TEST(SseReader, GivesTheSameEventsWhereverTheBytesAreSplit) {
  constexpr std::string_view stream =
      "\xEF\xBB\xBF: ping\n\n"
      "data: {\"a\":1}\n\n"
      "event: note\r\ndata:no space\r\ndata:  two\r\n\r\n"
      "id: 7\rretry: 9\rdata\r\r"
      "data: \xC3\xA4\xE2\x82\xAC\n\ndata: [DONE]\n\n";
  const std::vector<SseEvent> expected{{"message", "{\"a\":1}"},
                                       {"note", "no space\n two"},
                                       {"message", ""},
                                       {"message", "\xC3\xA4\xE2\x82\xAC"},
                                       {"message", "[DONE]"}};
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    const auto got = read(stream, step);
    ASSERT_TRUE(got.result) << step;
    ASSERT_EQ(got.events, expected) << step;
  }
}

TEST(SseReader, KeepsAnUnfinishedEventBack) {
  SseReader reader;
  std::vector<SseEvent> events;
  const auto keep = [&](const SseEvent& event) -> Result<void> {
    events.push_back(event);
    return {};
  };
  EXPECT_TRUE(reader.between_events());
  ASSERT_TRUE(reader.feed("data: half\n", keep));
  EXPECT_TRUE(events.empty());
  EXPECT_FALSE(reader.between_events());
  ASSERT_TRUE(reader.feed("\n", keep));
  EXPECT_EQ(events, (std::vector<SseEvent>{{"message", "half"}}));
  EXPECT_TRUE(reader.between_events());
}

TEST(SseReader, RejectsWhatIsNoEventStream) {
  for (const std::string_view text :
       {"<html>\n", "{\"error\": \"x\"}\n", "Internal Server Error\n"}) {
    const auto got = read(text, 5);
    ASSERT_FALSE(got.result) << text;
    EXPECT_EQ(got.result.error().code, Errc::protocol);
  }
}

TEST(SseReader, ReadsTheOldErrorField) {
  const auto got = read("error: {\"code\":500}\n\n", 3);
  ASSERT_TRUE(got.result);
  EXPECT_EQ(got.events, (std::vector<SseEvent>{{"error", "{\"code\":500}"}}));
}

TEST(SseReader, CapsALineThatNeverEndsAndAnEventOfManyLines) {
  const auto line = read(std::string(100, 'x'), 7, SseReader(64));
  ASSERT_FALSE(line.result);
  EXPECT_EQ(line.result.error().code, Errc::capacity);
  std::string many;
  for (int i = 0; i < 20; ++i) many += "data: 12345\n";
  const auto event = read(many, 7, SseReader(64));
  ASSERT_FALSE(event.result);
  EXPECT_EQ(event.result.error().code, Errc::capacity);
}

TEST(SseReader, StopsAtTheHandlersError) {
  SseReader reader;
  int calls = 0;
  const auto refuse = [&](const SseEvent&) -> Result<void> {
    ++calls;
    return fail(Errc::cancelled, "enough");
  };
  const auto result = reader.feed("data: 1\n\ndata: 2\n\n", refuse);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), (Error{Errc::cancelled, "enough"}));
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace plim::net
