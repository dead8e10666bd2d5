#include <gtest/gtest.h>

#include "engine/discovery.hpp"

namespace plim::engine {
namespace {

TEST(Discovery, ReadsLlamaServersProps) {
  EXPECT_EQ(parse_props(R"({"default_generation_settings":{"n_ctx":1024},"model_alias":"tiny",)"
                        R"("build_info":"b1","chat_template":"{{ x }}"})"),
            (Props{{1024}, "tiny", "b1", "{{ x }}"}));
  for (const std::string_view body :
       {"", "[]", "null", "{}", R"({"default_generation_settings":{"n_ctx":0}})",
        R"({"default_generation_settings":{"n_ctx":"many"}})", "<html>"})
    EXPECT_EQ(parse_props(body), std::nullopt) << body;
}

TEST(Discovery, ReadsTheContextUnderEachServersName) {
  const auto models = parse_models(
      R"({"data":[{"id":"a","meta":{"n_ctx":1,"n_ctx_train":9}},{"id":"b","max_model_len":2},)"
      R"({"id":"c","context_length":3},{"id":"d","context_window":4},{"id":"e","max_context_length":5},)"
      R"({"id":"f"},{"no":"id"},7]})");
  ASSERT_TRUE(models);
  EXPECT_EQ(*models, (std::vector<ListedModel>{{"a", Tokens{1}, "meta.n_ctx"},
                                               {"b", Tokens{2}, "max_model_len"},
                                               {"c", Tokens{3}, "context_length"},
                                               {"d", Tokens{4}, "context_window"},
                                               {"e", Tokens{5}, "max_context_length"},
                                               {"f", {}, ""}}));
}

TEST(Discovery, RejectsAListThatIsNone) {
  for (const std::string_view body : {"", "{}", R"({"data":{}})", "<html>"}) {
    const auto models = parse_models(body);
    ASSERT_FALSE(models) << body;
    EXPECT_EQ(models.error().code, Errc::protocol);
  }
}

TEST(Discovery, ReadsWhatIsLoadedAndNotWhatCouldBe) {
  EXPECT_EQ(parse_lm_studio(
                R"({"data":[{"id":"m","max_context_length":9,"loaded_context_length":4}]})", "m"),
            Tokens{4});
  EXPECT_EQ(parse_lm_studio(R"({"data":[{"id":"m","max_context_length":9}]})", "m"), std::nullopt);
  EXPECT_EQ(parse_ollama_ps(R"({"models":[{"name":"m:7b","context_length":4096}]})", "m:7b"),
            Tokens{4096});
  EXPECT_EQ(parse_ollama_ps(R"({"models":[]})", "m:7b"), std::nullopt);
  EXPECT_EQ(parse_ollama_show(R"({"parameters":"stop \"x\"\nnum_ctx    8192\n"})"), Tokens{8192});
  EXPECT_EQ(parse_ollama_show(R"({"model_info":{"llama.context_length":131072}})"), std::nullopt);
}

}  // namespace
}  // namespace plim::engine
