#include "index/packet.hpp"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/packet_tokens.hpp"

namespace plim::index {
namespace {

using testing::HasSubstr;
using testing::Not;

// Thirty files of one function each, and one very long function.
struct Project {
  std::map<std::string, std::string> files;
  Snippets found;

  Project() {
    for (int i = 0; i < 30; ++i) {
      const auto path = "src/f" + std::to_string(i) + ".py";
      const auto name = "price_" + std::to_string(i);
      add(path, name,
          "def " + name + "(cart):\n    total = cart.sum()\n    return total + " +
              std::to_string(i) + "\n");
    }
    std::string body = "def checkout(cart):\n";
    for (int i = 0; i < 400; ++i) body += "    step_" + std::to_string(i) + "(cart)\n";
    body += "    apply_discount(cart)\n";
    for (int i = 0; i < 400; ++i) body += "    after_" + std::to_string(i) + "(cart)\n";
    add("src/checkout.py", "checkout", body);
  }

  void add(const std::string& path, const std::string& name, const std::string& text) {
    files[path] = text;
    found.files.push_back({.path = path});
    const auto lines = static_cast<std::uint32_t>(std::ranges::count(text, '\n'));
    found.functions.push_back({.path = path, .name = name, .first_line = 1, .last_line = lines});
  }

  [[nodiscard]] Snippets asked(const std::string& task) const {
    auto snippets = found;
    snippets.terms = read_question({.task = task}).terms;
    return snippets;
  }

  [[nodiscard]] PacketRequest request(std::size_t budget) const {
    return {.budget = budget, .measure = estimate_tokens, .read = [this](const std::string& path) {
              const auto file = files.find(path);
              return file == files.end() ? std::nullopt : std::optional(file->second);
            }};
  }
};

TEST(Packet, IsNeverOverBudgetWhateverTheMeasure) {
  const Project project;
  const auto found = project.asked("checkout applies the discount to the price twice");
  for (std::size_t budget = 0; budget < 1500; budget += 61) {
    auto request = project.request(budget);
    EXPECT_LE(estimate_tokens(make_packet(found, request).text), budget);
    request.measure = [](std::string_view text) { return text.size() * text.size() / 400; };
    EXPECT_LE(make_packet(found, request).cost, budget);
  }
}

TEST(Packet, IsTheSameBytesForTheSameInput) {
  const Project project;
  const auto found = project.asked("price");
  EXPECT_EQ(make_packet(found, project.request(900)).text,
            make_packet(found, project.request(900)).text);
}

TEST(Packet, ShowsALongFunctionAroundWhatTheTaskNames) {
  Project project;
  std::ranges::rotate(project.found.functions, std::prev(project.found.functions.end()));
  const auto packet = make_packet(project.asked("apply_discount is wrong"), project.request(800));
  EXPECT_THAT(packet.text, HasSubstr("src/checkout.py:1-802 checkout\ndef checkout(cart):\n"));
  EXPECT_THAT(packet.text, HasSubstr("left out]\n    step_396(cart)\n"));
  EXPECT_THAT(packet.text, HasSubstr("\n    apply_discount(cart)\n"));
  EXPECT_THAT(packet.text, Not(HasSubstr("step_200(")));
}

TEST(Packet, GivesNoFileMoreThanItsShare) {
  Project project;
  std::string text;
  Snippets found{.files = {{.path = "a.py"}}};
  for (std::uint32_t i = 0; i < 40; ++i) {
    text += "def f" + std::to_string(i) + "(x):\n    return x + 1\n";
    found.functions.push_back({.path = "a.py",
                               .name = "f" + std::to_string(i),
                               .first_line = 2 * i + 1,
                               .last_line = 2 * i + 2});
  }
  project.files["a.py"] = text;
  const auto packet = make_packet(found, project.request(1000));
  std::size_t cost = 0;
  for (const auto& piece : packet.pieces) cost += piece.path == "a.py" ? piece.cost : 0;
  EXPECT_GT(cost, 200U);
  EXPECT_LE(cost, 700U);
}

TEST(Packet, LeavesOutWhatTheContextHoldsAndCopies) {
  Project project;
  project.add("src/copy.py", "price_0", project.files["src/f0.py"]);
  std::ranges::rotate(project.found.functions, std::prev(project.found.functions.end()));
  const auto found = project.asked("price_0");
  auto request = project.request(2000);
  const auto packet = make_packet(found, request);
  EXPECT_THAT(packet.text, HasSubstr("src/copy.py:1-3"));
  EXPECT_THAT(packet.text, Not(HasSubstr("src/f0.py:1-3")));
  for (const auto& piece : packet.pieces) request.shown.insert(piece.hash);
  const auto again = make_packet(found, request);
  EXPECT_THAT(again.text, Not(HasSubstr("src/copy.py:1-3")));
}

TEST(Packet, SkipsFilesThatAreGone) {
  Project project;
  project.files.clear();
  const auto packet = make_packet(project.asked("price"), project.request(500));
  ASSERT_EQ(packet.pieces.size(), 1U);
  EXPECT_EQ(packet.pieces[0].zoom, Zoom::paths);
}

TEST(EstimateTokens, CountsWordsMarksAndDigits) {
  EXPECT_EQ(estimate_tokens(""), 0U);
  EXPECT_EQ(estimate_tokens("hello"), 1U);
  EXPECT_GE(estimate_tokens(std::string(9000, '7')), 3000U);
  EXPECT_GE(estimate_tokens(std::string(3000, '\xE4')), 1000U);
}

}  // namespace
}  // namespace plim::index
