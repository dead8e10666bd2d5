#include "gguf/gguf.hpp"

#include <limits>

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "gguf/test_writer.hpp"

namespace plim::gguf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TestWriter small_model() {
  TestWriter writer;
  writer.text("general.architecture", "llama")
      .text("general.name", "Small")
      .u32("general.file_type", 15)
      .u32("llama.block_count", 2)
      .u32s("llama.attention.head_count_kv", {4, 2})
      .f32("llama.rope.freq_base", 10000)
      .i32("some.negative", -7)
      .u64("some.large", std::numeric_limits<std::uint64_t>::max())
      .boolean("some.flag", true)
      .booleans("some.flags", {1, 0, 1})
      .texts("tokenizer.ggml.tokens", {"a", "", "the"})
      .f32s("tokenizer.ggml.scores", {0.5F, -1})
      .tensor("token_embd.weight", {256, 8}, "q4_K")
      .tensor("output_norm.weight", {6}, "f32")
      .tensor("blk.0.attn_q.weight", {64, 3}, "q8_0");
  return writer;
}

/// A folder of its own, gone at the end of the test.
class GgufFile : public testing::Test {
 protected:
  GgufFile() { std::filesystem::create_directories(folder_); }
  ~GgufFile() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / std::format("plim-gguf-{}", getpid());
};

TEST(GgufHeader, KeepsEveryKindOfValueWidened) {
  const auto header = parse(small_model().whole());
  ASSERT_TRUE(header) << header.error().message;
  const std::map<std::string, Value, std::less<>> expected{
      {"general.architecture", "llama"},
      {"general.name", "Small"},
      {"general.file_type", std::uint64_t{15}},
      {"llama.block_count", std::uint64_t{2}},
      {"llama.attention.head_count_kv",
       Array{.element = ValueType::u32, .count = 2, .integers = {4, 2}}},
      {"llama.rope.freq_base", 10000.0},
      {"some.negative", std::int64_t{-7}},
      {"some.large", std::numeric_limits<std::uint64_t>::max()},
      {"some.flag", true},
      {"some.flags", Array{.element = ValueType::boolean, .count = 3, .integers = {1, 0, 1}}},
      {"tokenizer.ggml.tokens",
       Array{.element = ValueType::string, .count = 3, .strings = {"a", "", "the"}}},
      {"tokenizer.ggml.scores", Array{.element = ValueType::f32, .count = 2, .floats = {0.5, -1}}}};
  EXPECT_EQ(header->values, expected);
}

TEST(GgufHeader, KnowsEachTensorsTypeBytesAndPlace) {
  const auto bytes = small_model().whole();
  const auto header = parse(bytes);
  ASSERT_TRUE(header) << header.error().message;
  const Tensor embedding{"token_embd.weight", {256, 8}, find_type("q4_K"), 0, {8 * 144}};
  const Tensor norm{"output_norm.weight", {6}, find_type("f32"), 1152, {24}};
  const Tensor query{"blk.0.attn_q.weight", {64, 3}, find_type("q8_0"), 1184, {204}};
  EXPECT_THAT(header->tensors, ElementsAre(embedding, norm, query));
  EXPECT_EQ(header->data_offset, small_model().header().size());
  EXPECT_EQ(header->file_bytes.value, bytes.size());
}

TEST(GgufHeader, SumsWhatPeopleAskFor) {
  const auto header = parse(small_model().whole());
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->architecture(), "llama");
  EXPECT_EQ(header->name(), "Small");
  EXPECT_EQ(header->file_type(), "Q4_K_M");
  EXPECT_EQ(header->parameters(), 2048U + 6U + 192U);
  EXPECT_EQ(header->tensor_bytes(), Bytes{1152 + 24 + 204});
  EXPECT_DOUBLE_EQ(header->bits_per_weight(), 8.0 * 1380 / 2246);
  EXPECT_EQ(header->arch<std::uint32_t>("block_count"), 2U);
}

TEST(GgufHeader, GivesNoValueRatherThanAWrongOne) {
  const auto header = parse(small_model().whole());
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->get<std::uint32_t>("some.negative"), std::nullopt);
  EXPECT_EQ(header->get<std::int64_t>("some.large"), std::nullopt);
  EXPECT_EQ(header->get<std::uint32_t>("general.name"), std::nullopt);
  EXPECT_EQ(header->get<std::string>("llama.block_count"), std::nullopt);
  EXPECT_EQ(header->get<bool>("no.such.key"), std::nullopt);
  EXPECT_EQ(header->get<std::int8_t>("some.negative"), std::int8_t{-7});
}

TEST(GgufHeader, GuessesTheFileTypeFromTheBytesWhenTheFileDoesNotSay) {
  TestWriter writer;
  writer.tensor("a", {32}, "f32").tensor("b", {256, 256}, "iq2_xxs");
  EXPECT_EQ(parse(writer.whole())->file_type(), "IQ2_XXS");
}

TEST(GgufHeader, ReadsVersion2AndOtherAlignments) {
  TestWriter writer;
  writer.version(2).alignment(4096).tensor("a", {5}, "f32").tensor("b", {5}, "f32");
  const auto header = parse(writer.whole());
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->version, 2U);
  EXPECT_EQ(header->data_offset, 4096U);
  EXPECT_EQ(header->tensors.back().offset, 4096U);
}

TEST(GgufHeader, CountsLongAndNestedArraysWithoutKeepingThem) {
  std::string nested;  // two arrays of one u8 each
  for (int i = 0; i < 2; ++i) nested += std::string("\0\0\0\0\1\0\0\0\0\0\0\0\7", 13);
  TestWriter writer;
  writer.texts("tokens", std::vector<std::string>(5000, "tok"))
      .raw("nested", ValueType::array, std::string("\11\0\0\0\2\0\0\0\0\0\0\0", 12) + nested)
      .u32("after", 1);
  const auto header = parse(writer.whole());
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->get<Array>("tokens"), (Array{.element = ValueType::string, .count = 5000}));
  EXPECT_EQ(header->get<Array>("nested"), (Array{.element = ValueType::array, .count = 2}));
  EXPECT_EQ(header->get<int>("after"), 1);
}

TEST(GgufHeader, AsksItsSourceInOrderAndNeverForTensorData) {
  const auto bytes = small_model().tensor("huge", {1U << 20U}, "f32").whole();
  std::uint64_t furthest = 0;
  const auto header = parse(Source{
      .size = bytes.size(),
      .read = [&](std::uint64_t offset, std::span<std::byte> out) -> Result<void> {
        EXPECT_GE(offset, furthest);
        EXPECT_LE(offset + out.size(), bytes.size());
        furthest = offset + out.size();
        std::ranges::copy(std::as_bytes(std::span(bytes)).subspan(offset, out.size()), out.begin());
        return {};
      }});
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_LE(furthest, 256U << 10U);
}

TEST(GgufHeader, PassesOnWhatItsSourceFailsWith) {
  const auto header = parse(Source{.size = 100, .read = [](auto, auto) -> Result<void> {
                                     return fail(Errc::timeout, "the server went away");
                                   }});
  ASSERT_FALSE(header);
  EXPECT_EQ(header.error(),
            (Error{Errc::timeout, "reading the magic at offset 0: the server went away"}));
}

TEST(GgufHeader, AcceptsAMissingTailOnlyWhenToldTo) {
  const auto whole = small_model().whole();
  const auto half = whole.substr(0, whole.size() - 200);
  EXPECT_TRUE(parse(half, {.whole_file = false}));
  const auto header = parse(half);
  ASSERT_FALSE(header);
  EXPECT_EQ(header.error(),
            (Error{Errc::protocol,
                   std::format("the file is truncated: its tensors need {} bytes, it has {} (180 B "
                               "missing)",
                               small_model().header().size() + 1388, half.size())}));
}

TEST(GgufType, MatchesTheEnginesOwnTable) {
  void* library = dlopen("libggml-base.so.0", RTLD_NOW);
  if (library == nullptr) GTEST_SKIP() << "libggml-base.so.0 is not installed: " << dlerror();
  const auto name = reinterpret_cast<const char* (*)(int)>(dlsym(library, "ggml_type_name"));
  const auto elements = reinterpret_cast<std::int64_t (*)(int)>(dlsym(library, "ggml_blck_size"));
  const auto bytes = reinterpret_cast<std::size_t (*)(int)>(dlsym(library, "ggml_type_size"));
  for (int id = 0; id <= 42; ++id) {
    const auto* type = find_type(static_cast<std::uint32_t>(id));
    if (type == nullptr) {
      EXPECT_EQ(bytes(id), 0U) << name(id);
      continue;
    }
    EXPECT_EQ(type->name, name(id));
    EXPECT_EQ(type->block_elements, elements(id)) << name(id);
    EXPECT_EQ(type->block_bytes, bytes(id)) << name(id);
  }
  // Left open: its own start-up allocations would look like leaks once it is gone.
}

TEST_F(GgufFile, NamesThePathInEveryFailure) {
  EXPECT_EQ(read_header(folder_ / "none.gguf").error(),
            (Error{Errc::not_found, (folder_ / "none.gguf").string() + ": there is no such file"}));
  EXPECT_EQ(read_header(folder_).error(),
            (Error{Errc::protocol, folder_.string() + ": it is not a regular file"}));
}

TEST_F(GgufFile, IsReadWithoutItsTensorData) {
  small_model().tensor("huge", {1U << 20U, 4096}, "f32").write(folder_ / "m.gguf");
  const auto header = read_model(folder_ / "m.gguf");
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_THAT(header->files, ElementsAre(folder_ / "m.gguf"));
  EXPECT_EQ(header->find_tensor("huge")->bytes, 16_GiB);
}

class GgufShards : public GgufFile {
 protected:
  GgufShards() {
    for (std::uint16_t i = 0; i < 3; ++i) shard(i, i, 3).write(part(i));
  }

  std::filesystem::path part(int index) {
    return folder_ / std::format("big-{:05}-of-00003.gguf", index + 1);
  }
  static TestWriter shard(std::uint16_t index, std::uint16_t number, std::uint16_t count) {
    TestWriter writer;
    if (index == 0) writer.text("general.architecture", "llama").i32("split.tensors.count", 3);
    writer.u16("split.no", number).u16("split.count", count);
    writer.tensor(std::format("t{}", index), {static_cast<std::uint64_t>(index + 1)}, "f32");
    return writer;
  }
};

TEST_F(GgufShards, MergeInOrderWhicheverPartIsNamed) {
  for (int named = 0; named < 3; ++named) {
    const auto model = read_model(part(named));
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_THAT(model->files, ElementsAre(part(0), part(1), part(2)));
    EXPECT_EQ(model->architecture(), "llama");
    EXPECT_THAT(model->tensors, ElementsAre(Tensor{"t0", {1}, find_type("f32"), 0, {4}, 0},
                                            Tensor{"t1", {2}, find_type("f32"), 0, {8}, 1},
                                            Tensor{"t2", {3}, find_type("f32"), 0, {12}, 2}));
  }
}

TEST_F(GgufShards, NameThePartThatIsMissing) {
  std::filesystem::remove(part(1));
  EXPECT_EQ(read_model(part(0)).error(),
            (Error{Errc::not_found, part(1).string() + ": part 2 of 3 is missing"}));
}

TEST_F(GgufShards, RefuseAPartOfAnotherModel) {
  shard(1, 2, 3).write(part(1));
  EXPECT_EQ(read_model(part(0)).error(),
            (Error{Errc::protocol, part(1).string() + ": it is not part 2 of the same model"}));
}

TEST_F(GgufShards, RefuseATensorInTwoParts) {
  shard(0, 1, 3).write(part(1));
  const auto model = read_model(part(0));
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message, HasSubstr("two parts hold the tensor \"t0\""));
}

TEST_F(GgufShards, RefuseARenamedPart) {
  std::filesystem::rename(part(0), folder_ / "renamed.gguf");
  const auto model = read_model(folder_ / "renamed.gguf");
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message, HasSubstr("must end in -00001-of-00003.gguf"));
}

TEST_F(GgufShards, RefuseWhenTheTableIsShort) {
  auto first = shard(0, 0, 3);
  first.u32("x", 1).tensor("more", {1}, "f32");
  first.write(part(0));
  const auto model = read_model(part(0));
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message, HasSubstr("claims 3 tensors, its parts hold 4"));
}

}  // namespace
}  // namespace plim::gguf
