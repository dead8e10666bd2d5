#include "engine/pace.hpp"

#include <gtest/gtest.h>

namespace plim::engine {
namespace {

// As llama-bench of llama.cpp 0.7 writes them, most members left out.
constexpr std::string_view output =
    "load_backend: loaded CPU backend\n"
    R"({"model_type":"lfm2","n_threads":1,"n_ubatch":512,"n_prompt":512,"n_gen":0,"avg_ts":4987.5})"
    "\n"
    R"({"model_type":"lfm2","n_threads":1,"n_ubatch":512,"n_prompt":0,"n_gen":48,"avg_ts":1390.0})"
    "\n"
    R"({"model_type":"lfm2","n_threads":2,"n_ubatch":512,"n_prompt":512,"n_gen":0,"avg_ts":8012.0})"
    "\n"
    R"({"model_type":"lfm2","n_threads":2,"n_ubatch":512,"n_prompt":0,"n_gen":48,"avg_ts":2750.0})"
    "\n"
    R"({"n_threads":4,"n_prompt":512,"n_g)";

TEST(Pace, IsReadFromTheLinesThatAreWhole) {
  EXPECT_EQ(parse_paces(output), (std::vector<Pace>{{1, 4987.5, 1390.0}, {2, 8012.0, 2750.0}}));
  EXPECT_TRUE(parse_paces("").empty());
  EXPECT_TRUE(parse_paces("[1]\nnull\n{\"n_threads\":\"2\",\"avg_ts\":3}\n").empty());
}

TEST(Pace, TakesTheFewestThreadsThatAreAsFast) {
  EXPECT_EQ(best_pace({{1, 10, 100}, {2, 20, 190}, {8, 80, 195}}), (Pace{2, 20, 190}));
  EXPECT_EQ(best_pace({{1, 10, 300}, {2, 20, 12}}), (Pace{1, 10, 300}));
  EXPECT_EQ(best_pace({}).decode, 0);
}

TEST(Pace, TakesTheSmallestBatchThatReadsPromptsAsFast) {
  EXPECT_EQ(best_prefill({{1, 900, 0, 512}, {1, 990, 0, 1024}, {1, 1000, 0, 2048}}),
            (Pace{1, 990, 0, 1024}));
  EXPECT_EQ(best_prefill({{1, 960, 0, 512}, {1, 1000, 0, 2048}}), (Pace{1, 960, 0, 512}));
  EXPECT_EQ(best_prefill({}).prefill, 0);
}

TEST(Pace, CannotBeMeasuredWithoutTheProgram) {
  const auto paces = measure_pace("/nonexistent/llama-server", {.files = {"/m.gguf"}}, {}, {}, {});
  ASSERT_FALSE(paces);
  EXPECT_EQ(paces.error().code, Errc::not_found);
}

}  // namespace
}  // namespace plim::engine
