#include "session/session.hpp"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sys/temp_dir.hpp"
#include "sys/test_child.hpp"

namespace plim::session {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class SessionTest : public testing::Test {
 protected:
  fs::path folder() const { return temp_.path() / "state" / "sessions"; }
  fs::path file_of(const std::string& id) const { return folder() / (id + ".jsonl"); }
  std::string bytes_of(const std::string& id) const {
    std::ifstream in(file_of(id), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void append_bytes(const std::string& id, std::string_view bytes) const {
    std::ofstream(file_of(id), std::ios::binary | std::ios::app) << bytes;
  }
  // A session of these events, closed.
  std::string session_of(const std::vector<chat::Event>& events,
                         const std::string& project = "/p") const {
    auto session = Session::create(folder(), project).value();
    for (const auto& event : events) EXPECT_TRUE(session.append(event));
    return session.id();
  }
  template <class T>
  static std::string failure(const Result<T>& result) {
    if (result) return "success";
    return std::format("{}: {}", to_string(result.error().code), result.error().message);
  }

  sys::TempDir temp_ = sys::TempDir::make(fs::temp_directory_path(), "plim-test").value();
};

const chat::Message question{.role = chat::Role::user, .content = "why\u2028so"};
const chat::Message answer{.role = chat::Role::assistant, .content = "because"};

TEST_F(SessionTest, GivesBackItsEventsAndTranscript) {
  const std::vector<chat::Event> events{
      chat::TaskStarted{.session = "s", .task = "t", .model = "m", .context = {8192}},
      chat::MessageAdded{question}, chat::MessageAdded{answer},
      chat::TaskFinished{.outcome = chat::Outcome::verified}};
  const std::string id = session_of(events);
  const auto loaded = load(folder(), id);
  ASSERT_TRUE(loaded) << failure(loaded);
  EXPECT_EQ(loaded->events, events);
  EXPECT_EQ(loaded->meta.project, "/p");
  EXPECT_THAT(loaded->problems, IsEmpty());
  EXPECT_EQ(transcript(loaded->events), (chat::Transcript{question, answer}));
}

TEST_F(SessionTest, StoresNoTransientEvents) {
  const auto id = session_of({chat::TextDelta{"Hel"}, chat::PrefillProgress{}, chat::Notice{"x"}});
  EXPECT_EQ(load(folder(), id).value().events, (std::vector<chat::Event>{chat::Notice{"x"}}));
}

TEST_F(SessionTest, IsReadableByItsUserOnly) {
  const auto id = session_of({});
  EXPECT_EQ(fs::status(file_of(id)).permissions(), fs::perms{0600});
  EXPECT_EQ(fs::status(folder()).permissions(), fs::perms{0700});
}

TEST_F(SessionTest, ContinuesAfterATornLine) {
  const auto id = session_of({chat::Notice{"one"}});
  append_bytes(id, "{\"type\":\"notice\",\"te");
  EXPECT_THAT(load(folder(), id).value().problems,
              ElementsAre("line 3: cut off, 20 bytes were lost"));
  ASSERT_TRUE(Session::open(folder(), id).value().append(chat::Notice{"two"}));
  const auto loaded = load(folder(), id).value();
  EXPECT_EQ(loaded.events, (std::vector<chat::Event>{chat::Notice{"one"}, chat::Notice{"two"}}));
  EXPECT_THAT(loaded.problems, IsEmpty());
}

TEST_F(SessionTest, CutsATornLineLargerThanItsBuffer) {
  const auto id = session_of({chat::Notice{"one"}});
  append_bytes(id, std::string(300'000, 'x'));
  ASSERT_TRUE(Session::open(folder(), id));
  EXPECT_EQ(load(folder(), id).value().events, (std::vector<chat::Event>{chat::Notice{"one"}}));
}

TEST_F(SessionTest, SkipsAndReportsDamagedLines) {
  const auto id = session_of({chat::Notice{"one"}});
  append_bytes(id, std::string(4096, '\0') + "\n");
  append_bytes(id, "{\"type\":\"from_the_future\"}\nnot json\n");
  append_bytes(id, chat::to_json(chat::Notice{"two"}) + "\n");
  const auto loaded = load(folder(), id).value();
  EXPECT_EQ(loaded.events, (std::vector<chat::Event>{chat::Notice{"one"}, chat::Notice{"two"}}));
  EXPECT_THAT(loaded.problems,
              ElementsAre("line 3: skipped, an event is not a JSON object",
                          "line 4: skipped, unknown event type \"from_the_future\"",
                          "line 5: skipped, an event is not a JSON object"));
}

TEST_F(SessionTest, ListsOnlySoManyProblems) {
  const auto id = session_of({});
  for (int i = 0; i < 1000; ++i) append_bytes(id, "x\n");
  const auto problems = load(folder(), id).value().problems;
  EXPECT_LE(problems.size(), 21U);
  EXPECT_EQ(problems.back(), "further damage is not listed");
}

TEST_F(SessionTest, KeepsLinesOfMegabytesAndReplacesThoseOverTheLimit) {
  const chat::Notice large{std::string(3U << 20U, 'x')};
  const auto id = session_of({large, chat::Notice{std::string(21U << 20U, 'y')}});
  const auto events = load(folder(), id).value().events;
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0], chat::Event(large));
  EXPECT_THAT(std::get<chat::Notice>(events[1]).text, HasSubstr("too large"));
}

TEST_F(SessionTest, LetsOneProcessWriteAndNamesIt) {
  const auto session = Session::create(folder(), "/p").value();
  EXPECT_THAT(failure(Session::open(folder(), session.id())),
              testing::AllOf(StartsWith("conflict"), HasSubstr(std::to_string(::getpid()))));
  EXPECT_TRUE(load(folder(), session.id()));
}

TEST_F(SessionTest, RefusesIdsThatAreNone) {
  session_of({});
  for (const std::string id : {"", "..", "../state", "a/b", "A", "a.b", "-a", "a\nb"}) {
    EXPECT_THAT(failure(load(folder(), id)), StartsWith("invalid")) << id;
    EXPECT_THAT(failure(Session::open(folder(), id)), StartsWith("invalid")) << id;
  }
  EXPECT_THAT(failure(load(folder(), "nope")), StartsWith("not found"));
  EXPECT_THAT(failure(Session::open(folder(), "nope")), StartsWith("not found"));
  EXPECT_FALSE(fs::exists(file_of("nope")));
}

TEST_F(SessionTest, RefusesAFileWhoseFirstLineIsDamaged) {
  const auto id = session_of({chat::Notice{"one"}});
  fs::copy_file(file_of(id), file_of("other"));
  EXPECT_THAT(failure(load(folder(), "other")), StartsWith("protocol"));
  std::ofstream(file_of(id)) << "";
  EXPECT_THAT(failure(load(folder(), id)), StartsWith("protocol"));
  EXPECT_THAT(failure(Session::open(folder(), id)), StartsWith("protocol"));
}

TEST_F(SessionTest, IsListedNewestFirstWithTaskAndOutcome) {
  const chat::TaskStarted started{.session = "", .task = "fix the bug\nplease", .model = "m"};
  const chat::TaskFinished failed{.outcome = chat::Outcome::failed};
  const auto first = session_of({started, failed}, "/one");
  const auto second = session_of({started, failed, started}, "/two");
  const auto third = session_of({}, "/three");
  std::ofstream(folder() / "junk.jsonl") << "junk";
  std::vector<std::string> lines;
  for (const auto& [meta, task, outcome] : list(folder())) {
    lines.push_back(std::format("{} '{}' {}", meta.project, task,
                                outcome ? chat::to_string(*outcome) : "none"));
  }
  // Two of one second are in no order but that of their random ends.
  EXPECT_THAT(lines, testing::UnorderedElementsAre("/one 'fix the bug' failed",
                                                   "/two 'fix the bug' none", "/three '' none"));
  EXPECT_TRUE(std::ranges::is_sorted(list(folder()), std::ranges::greater{},
                                     [](const Summary& s) { return s.meta.created; }));
  EXPECT_THAT(list(folder() / "missing"), IsEmpty());
}

// Killed at fifty moments: every line but perhaps the last is whole, and the session goes on.
TEST_F(SessionTest, SurvivesBeingKilledWhileItWrites) {
  std::size_t written = 0;
  for (unsigned round = 0; round < 50; ++round) {
    const std::string id = session_of({});
    const auto before = fs::file_size(file_of(id));
    sys::kill_at_some_point(
        [&] {
          auto session = Session::open(folder(), id);
          for (int i = 0; session; ++i) {
            const std::string text = std::format("{} ", i) + std::string(3000, 'x');
            if (!session->append(chat::Notice{text})) return;
            if (i % 10 == 9 && !session->append(chat::TurnFinished{})) return;
          }
        },
        [&] { return fs::file_size(file_of(id)) > before; }, round);
    const auto session = Session::open(folder(), id);
    ASSERT_TRUE(session) << failure(session);
    const auto loaded = load(folder(), id).value();
    ASSERT_THAT(loaded.problems, IsEmpty());
    ASSERT_TRUE(bytes_of(id).ends_with('\n'));
    written += loaded.events.size();
  }
  EXPECT_GE(written, 25U);
}

TEST_F(SessionTest, TakesBackALineThatTheDiskHadNoRoomFor) {
  const std::string id = session_of({chat::Notice{"one"}});
  EXPECT_EQ(sys::run_in_child([&] {
              sys::limit_file_size(4096);
              auto session = Session::open(folder(), id).value();
              const auto written = session.append(chat::Notice{std::string(10'000, 'x')});
              return !written && written.error().code == Errc::capacity ? 0 : 1;
            }),
            0);
  EXPECT_EQ(load(folder(), id).value().events, (std::vector<chat::Event>{chat::Notice{"one"}}));
}

}  // namespace
}  // namespace plim::session
