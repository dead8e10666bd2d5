#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/issue_form.hpp"

namespace plim::index {

/// Where something happened, as a log or a stack trace says it.
struct Frame {
  std::string path;        ///< As it is written there, perhaps on another machine.
  std::uint32_t line = 0;  ///< 0: unknown.
  std::string function;    ///< May be empty.
  double weight = 1;       ///< The innermost frame of the project deserves 2.
};

/// What is asked for. Only `task` must be given.
struct Query {
  std::string task;                  ///< The user's words: a title, then prose, code, logs.
  std::vector<std::string> symbols;  ///< Names the asker (a model, say) believes matter.
  std::vector<std::string> paths;    ///< Files or folders it believes matter.
  std::vector<Frame> frames;         ///< Of a log that was read (log_parser.hpp).
};

/// A place in a file that the task names, or a trace in it.
struct Mention {
  std::vector<std::string> parts;  ///< `src/net/url.cpp` or `net::url`, folded, without extension.
  std::string extension;           ///< "cpp"; empty for module names.
  std::uint32_t line = 0;          ///< 0 when none is given.
  std::string function;            ///< The frame's, if it is a frame of a trace.
  double weight = 1;
};

/// A task taken apart.
struct Question {
  struct Term {
    std::string text;
    double weight = 0;
    bool is_name = false;  ///< Written as code: parse_header, HttpServer, foo().
    bool is_form = false;  ///< Not in the task: another form of a word there.
  };
  std::vector<Term> terms;  ///< Distinct.
  std::vector<Mention> mentions;
  bool about_tests = false;  ///< The task is to change tests (or docs), not what they are about.
  bool about_docs = false;
};

/// `form`: of the project that the task is about.
[[nodiscard]] Question read_question(const Query& query, const IssueForm& form = {});

}  // namespace plim::index
