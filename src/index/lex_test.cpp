#include "index/lex.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plim::index {
namespace {

using testing::ElementsAre;

std::vector<std::string> terms_of(std::string_view text) {
  std::vector<std::string> terms;
  for_each_name(text, [&](std::string_view name, std::size_t) {
    for_each_term(name, [&](std::string_view term) { terms.emplace_back(term); });
  });
  return terms;
}

TEST(Lex, KeepsAnIdentifierAndItsParts) {
  EXPECT_THAT(terms_of("getHTTPCode"), ElementsAre("gethttpcode", "get", "http", "code"));
  EXPECT_THAT(terms_of("ZSTD_compressCCtx"),
              ElementsAre("zstd_compresscctx", "zstd", "compress", "ctx"));
  EXPECT_THAT(terms_of("utf8_to_16"), ElementsAre("utf8_to_16", "utf", "16"));
  EXPECT_THAT(terms_of("__init__"), ElementsAre("init"));
}

TEST(Lex, LeavesOutWhatSaysNothing) {
  EXPECT_THAT(terms_of("return the x of a 123456789 404"), ElementsAre("404"));
}

TEST(Lex, SeparatesOtherScriptsFromNamesInThem) {
  EXPECT_THAT(terms_of("discov.EtcdConf中没"),
              ElementsAre("discov", "etcdconf", "etcd", "conf", "中没"));
}

TEST(Lex, TakesNamesOfAnyLengthAndBytesOfAnyKind) {
  EXPECT_THAT(terms_of(std::string(10'000, 'x')), ElementsAre());
  std::size_t count = 0;
  for_each_term(std::string(200, 'A') + "b" + std::string(200, '_'),
                [&](std::string_view term) { count += term.size() <= max_word ? 1 : 100; });
  EXPECT_GE(count, 1U);
  EXPECT_LT(count, 100U);
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  EXPECT_FALSE(terms_of(all + all).empty());
}

}  // namespace
}  // namespace plim::index
