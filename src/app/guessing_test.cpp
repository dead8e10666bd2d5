#include "app/guessing.hpp"

#include <gtest/gtest.h>

#include "gguf/test_writer.hpp"
#include "sys/temp_dir.hpp"

namespace plim::app {
namespace {

namespace fs = std::filesystem;

class GuessingTest : public testing::Test {
 protected:
  [[nodiscard]] fs::path model(const std::string& name, std::string_view tokenizer) const {
    gguf::TestWriter writer;
    writer.text("general.architecture", "llama").text("general.name", name);
    writer.text("tokenizer.ggml.model", tokenizer);
    auto file = dir_.path() / (name + ".gguf");
    writer.write(file);
    return file;
  }
  void set(std::string_view key, std::string value) {
    ASSERT_TRUE(config_.set(key, std::move(value), "test"));
  }
  Result<void> wish() {
    return wish_guesses(config_, gguf::read_model(model("main", "gpt2")).value(), wishes_, notes_);
  }

  sys::TempDir dir_ = sys::TempDir::make("/tmp", "guessing").value();
  Config config_;
  plan::Wishes wishes_;
  std::vector<std::string> notes_;
};

TEST_F(GuessingTest, IsFromTextAndByTheModelsOwnLayersUnlessItIsOff) {
  ASSERT_TRUE(wish());
  EXPECT_EQ(wishes_.draft, 16);
  EXPECT_EQ(wishes_.draft_ahead, 3);
  EXPECT_FALSE(wishes_.drafter);
  wishes_ = {};
  set("engine.speculation", "off");
  set("engine.draft", "/there/is/none.gguf");
  ASSERT_TRUE(wish());
  EXPECT_EQ(wishes_.draft + wishes_.draft_ahead, 0);
}

TEST_F(GuessingTest, IsByTheModelTheUserNames) {
  set("engine.draft", model("small", "gpt2").string());
  ASSERT_TRUE(wish());
  ASSERT_TRUE(wishes_.drafter);
  EXPECT_EQ(wishes_.drafter->name(), "small");
  EXPECT_TRUE(notes_.empty());
}

TEST_F(GuessingTest, SaysWhyAModelOfAnotherVocabularyIsLeftOut) {
  set("engine.draft", model("other", "other").string());
  ASSERT_TRUE(wish());
  EXPECT_FALSE(wishes_.drafter);
  EXPECT_EQ(notes_, (std::vector<std::string>{"other cannot guess for main: its tokenizer is "
                                              "other, not gpt2; it is left out (engine.draft)"}));
}

TEST_F(GuessingTest, FailsForAFileThatIsNotThere) {
  set("engine.draft", "/there/is/none.gguf");
  const auto wished = wish();
  ASSERT_FALSE(wished);
  EXPECT_EQ(wished.error().code, Errc::not_found);
  EXPECT_TRUE(wished.error().message.starts_with("engine.draft: ")) << wished.error().message;
}

}  // namespace
}  // namespace plim::app
