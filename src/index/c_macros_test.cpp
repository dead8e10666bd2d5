#include "index/c_macros.hpp"

#include <gtest/gtest.h>

#include "index/skeleton.hpp"

namespace plim::index {
namespace {

// What is left of a declaration, single spaces.
std::string left(std::string_view text) {
  std::string out;
  for (const char c : Skeleton(text).text()) {
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out.push_back(c);
  }
  return out;
}

void expect_kept(std::string_view text) { EXPECT_EQ(left(text), text); }

TEST(MacroWords, BeforeAKeyword) {
  EXPECT_EQ(left("BEGIN_NAMESPACE namespace a {}"), "namespace a {}");
  EXPECT_EQ(left("EXPORT(api) class B;"), "class B;");
  EXPECT_EQ(left("my_inline void f();"), "void f();");
  EXPECT_EQ(left("static FORCE_INLINE int f();"), "static int f();");
  EXPECT_EQ(left("class A { Q_OBJECT public: int b; };"), "class A { public: int b; };");
  EXPECT_EQ(left("template <class T> CONSTEXPR void f(T t);"), "template <class T> void f(T t);");
  expect_kept("std::string const a;");
  expect_kept("Point operator+(Point a);");
}

TEST(MacroWords, BeforeATypeAndAName) {
  EXPECT_EQ(left("API error_code parse(int a);"), "error_code parse(int a);");
  EXPECT_EQ(left("warn_unused my_inline error_code doc::get(int a);"),
            "error_code doc::get(int a);");
  EXPECT_EQ(left("my_inline result<value> doc::get();"), "result<value> doc::get();");
  EXPECT_EQ(left("API node* make(int n);"), "node* make(int n);");
  expect_kept("error_code parse(int a);");
  expect_kept("result<value> doc::get();");
  expect_kept("template <> hash_t hash<int>(int a);");
  expect_kept("BOOL open_it(int a);");
  expect_kept("BOOL OPEN(int a);");
}

TEST(MacroWords, BeforeAConstructor) {
  EXPECT_EQ(left("my_inline doc::doc() noexcept;"), "doc::doc() noexcept;");
  EXPECT_EQ(left("my_inline doc::~doc();"), "doc::~doc();");
  expect_kept("value doc::get();");
}

TEST(MacroWords, BetweenAScopeAndItsName) {
  EXPECT_EQ(left("class API Reader final : public Base {};"),
            "class Reader final : public Base {};");
  EXPECT_EQ(left("struct PACKED Head { int a; };"), "struct Head { int a; };");
  expect_kept("class Reader final {};");
  expect_kept("struct Head head(int a);");
}

TEST(MacroWords, CalledAsADeclaration) {
  EXPECT_EQ(left("DEFINE_LOCK(guard);\nint a;"), ";\nint a;");
  EXPECT_EQ(left("SECTION(\"x\") int prog(int a);"), "int prog(int a);");
  expect_kept("guard(a);");
}

}  // namespace
}  // namespace plim::index
