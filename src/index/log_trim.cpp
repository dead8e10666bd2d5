#include "index/log_trim.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <utility>
#include <vector>

#include "index/log_paths.hpp"
#include "index/log_scan.hpp"

namespace plim::index {
namespace {

struct Candidate {
  const LogLine* line = nullptr;
  int price = 0;       // smaller is taken first
  std::string suffix;  // of a head that stands for several records
};

// What each use is worth within its record, in the order of LineUse. A frame's is that of a frame
// of the project; heads come first, then messages, then the place.
constexpr std::array<int, 8> use_price = {0, 10, 14, 26, 30, 40, 16, 70};
constexpr int foreign_frame_price = 300;
constexpr int too_much = 200;        // from here on a line is not worth its tokens
constexpr int record_step = 14;      // per doubling of the record's rank
constexpr int warning_price = 60;    // when there are errors
constexpr int own_frames = 3;        // innermost frames that come at a frame's price
constexpr int far_frame_price = 36;  // of the project, but further out

std::string times_text(const LogRecord& record) {
  if (record.times < 2) return {};
  std::string text = std::format("  [{} times", record.times);
  for (std::size_t i = 0; i < record.also.size(); ++i) {
    text += (i == 0 ? ", also " : ", ") + record.also[i];
  }
  return text + "]";
}

// First errors first; of errors in one file the first, as the others are often its consequences.
std::vector<int> ranks(const LogReport& report) {
  std::vector<int> rank(report.records.size());
  std::vector<std::string_view> files;
  const auto rank_of = [&](const LogRecord& record, int& next, int& later) {
    const bool seen = !record.file.empty() && std::ranges::contains(files, record.file);
    if (!record.file.empty() && !seen && files.size() < 256) files.push_back(record.file);
    return seen ? next + ++later : ++next;
  };
  int next = 0;
  int later = 0;
  for (std::size_t i = 0; i < rank.size(); ++i) {
    if (report.records[i].severity == Severity::error) {
      rank[i] = rank_of(report.records[i], next, later);
    }
  }
  for (std::size_t i = 0; i < rank.size(); ++i) {
    if (report.records[i].severity != Severity::error) rank[i] = ++next;
  }
  return rank;
}

class Candidates {
 public:
  Candidates(const LogReport& report, const std::function<bool(const std::string&)>& is_own)
      : is_own_(is_own) {
    const auto rank = ranks(report);
    errors_ = std::ranges::any_of(
        report.records, [](const auto& record) { return record.severity == Severity::error; });
    for (std::size_t i = 0; i < rank.size(); ++i) add(report.records[i], rank[i]);
    for (const auto& line : report.others) {
      all_.push_back({&line, price_beside(line, report.records.empty()), {}});
    }
    std::erase_if(all_, [](const Candidate& candidate) { return candidate.price >= too_much; });
    std::ranges::stable_sort(all_, {}, &Candidate::price);
  }

  [[nodiscard]] const std::vector<Candidate>& all() const { return all_; }

 private:
  void add(const LogRecord& record, int rank) {
    const int base = static_cast<int>(record_step * std::log2(rank)) +
                     (record.severity != Severity::error && errors_ ? warning_price : 0);
    bool first = true;
    const auto order = frame_prices(record);
    std::size_t frame = 0;
    for (const auto& line : record.lines) {
      int price = use_price[std::to_underlying(line.use)];
      if (line.use == LineUse::frame && frame < order.size()) price = order[frame++];
      const bool head = line.use == LineUse::head && std::exchange(first, false);
      all_.push_back({&line, base + price, head ? times_text(record) : std::string{}});
    }
  }

  // Lines of no record: all there is when nothing was understood, else only those of trouble.
  [[nodiscard]] int price_beside(const LogLine& line, bool alone) const {
    const int price = use_price[std::to_underlying(line.use)];
    if (line.use == LineUse::summary || alone) return price;
    if (logs::names_trouble(line.text)) return errors_ ? price : price - 40;
    return errors_ ? too_much : price;
  }

  // A price for each frame line of a record, in the order of its lines. The innermost own frames
  // are those nearest to the message: last in a Python trace, first in all others. Each "Caused by"
  // begins another stack.
  [[nodiscard]] std::vector<int> frame_prices(const LogRecord& record) const {
    std::vector<int> prices;
    std::vector<const LogLine*> stack;
    for (const auto& line : record.lines) {
      if (line.use == LineUse::frame) stack.push_back(&line);
      if (line.use == LineUse::head) price_stack(std::exchange(stack, {}), prices);
    }
    price_stack(stack, prices);
    return prices;
  }

  void price_stack(const std::vector<const LogLine*>& stack, std::vector<int>& prices) const {
    const auto begin = prices.size();
    const auto count = stack.size();
    prices.resize(begin + count, foreign_frame_price);
    const bool python = count > 0 && stack.front()->text.contains("File \"");
    const auto inner = [&](std::size_t n) { return python ? count - 1 - n : n; };
    std::string_view last;
    int own = 0;
    for (std::size_t n = 0; n < count; ++n) {
      const auto i = inner(n);
      const bool again = stack[i]->text == last;  // recursion
      last = stack[i]->text;
      if (again || !is_own_line(stack[i]->text)) continue;
      prices[begin + i] = own < own_frames ? use_price[std::to_underlying(LineUse::frame)] + own
                                           : far_frame_price + own;
      ++own;
    }
    // Without any frame of the project the innermost ones are better than none.
    for (std::size_t n = 0; own == 0 && n < std::min<std::size_t>(3, count); ++n) {
      prices[begin + inner(n)] = 24 + static_cast<int>(n);
    }
  }

  [[nodiscard]] bool is_own_line(const std::string& text) const {
    const auto file = file_of_line(text);
    if (is_own_) return !file.empty() && is_own_(file);
    return !file.empty() && !is_foreign(text);
  }

  const std::function<bool(const std::string&)>& is_own_;
  std::vector<Candidate> all_;
  bool errors_ = false;
};

std::string gap_text(std::size_t first, std::size_t last) {
  return first == last ? std::format("[line {} left out]\n", first)
                       : std::format("[lines {}-{} left out]\n", first, last);
}

// The chosen lines in their order, with a mark for each gap that is not blank.
TrimmedLog render(const std::vector<Candidate>& chosen, const LogReport& report) {
  std::vector<const Candidate*> ordered;
  ordered.reserve(chosen.size());
  for (const auto& candidate : chosen) ordered.push_back(&candidate);
  std::ranges::sort(ordered, {}, [](const Candidate* c) { return c->line->number; });
  const LogLine end{.number = report.lines + 1, .ordinal = report.ordinals + 1};
  TrimmedLog log;
  LogLine last;
  std::size_t shown = 0;
  const auto gap = [&](const LogLine& next) {
    if (next.ordinal > last.ordinal + 1) log.text += gap_text(last.number + 1, next.number - 1);
    last.number = next.number;
    last.ordinal = next.ordinal;
  };
  for (const auto* candidate : ordered) {
    gap(*candidate->line);
    log.text += candidate->line->text + candidate->suffix + "\n";
    ++shown;
  }
  gap(end);
  if (!log.text.empty()) log.text.pop_back();
  log.cut_lines = report.ordinals - std::min(report.ordinals, shown);
  return log;
}

}  // namespace

TrimmedLog trim_log(const LogReport& report, std::size_t budget, const Measure& measure,
                    const std::function<bool(const std::string&)>& is_own) {
  const Candidates candidates(report, is_own);
  constexpr std::size_t gap_price = 8;  // what a "[lines 3-9 left out]" may cost
  std::vector<Candidate> chosen;
  std::size_t used = 0;
  for (const auto& candidate : candidates.all()) {
    const auto price = measure(candidate.line->text + candidate.suffix) + gap_price / 2;
    if (used + price > budget) continue;  // a shorter line may still fit
    used += price;
    chosen.push_back(candidate);
  }
  // Tokens do not add up exactly; the last lines taken go until all of it fits.
  for (;;) {
    auto log = render(chosen, report);
    if (measure(log.text) <= budget) return log;
    if (chosen.empty()) return {{}, report.ordinals};
    chosen.pop_back();
  }
}

}  // namespace plim::index
