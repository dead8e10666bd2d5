#include <algorithm>
#include <array>
#include <format>
#include <string>
#include <string_view>

#include "plan/plan.hpp"

namespace plim::plan {
namespace {

constexpr int margin = 24;
constexpr int width = 760;
constexpr int bar_width = width - 2 * margin;
constexpr int row_height = 64;
constexpr int head_height = 72;

struct Part {
  std::string_view name;
  std::string_view color;
  Bytes bytes;
};

std::array<Part, 8> parts_of(const LedgerRow& row) {
  return {{{"in use", "#9aa0a6", row.capacity - row.free},
           {"weights", "#2b6cb0", row.weights},
           {"KV cache", "#38a169", row.kv},
           {"recurrent", "#2c7a7b", row.recurrent},
           {"compute", "#d69e2e", row.compute},
           {"overhead, host caches", "#805ad5", row.overhead + row.caches},
           {"reserve", "#fc8181", row.reserve},
           {"left", "#edf2f7", row.left}}};
}

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

std::string text_at(double x, double y, int size, std::string_view text) {
  return std::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{}\">{}</text>\n", x, y, size,
                     escape(text));
}

std::string bar(const LedgerRow& row, double y) {
  std::string svg =
      text_at(margin, y - 6, 13,
              std::format("{}: {} of {} needed, {} left", row.device, to_string(row.needed()),
                          to_string(row.free), to_string(row.left)));
  const auto whole = static_cast<double>(
      std::max(row.capacity, row.capacity - row.free + row.needed() + row.reserve).value);
  double x = margin;
  for (const auto& part : parts_of(row)) {
    const auto length = bar_width * static_cast<double>(part.bytes.value) / std::max(whole, 1.0);
    svg += std::format(
        "<rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"22\" fill=\"{}\">"
        "<title>{}: {}</title></rect>\n",
        x, y, length, part.color, part.name, to_string(part.bytes));
    x += length;
  }
  return svg;
}

std::string legend(double y) {
  std::string svg;
  double x = margin;
  for (const auto& part : parts_of({})) {
    svg += std::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"10\" height=\"10\" fill=\"{}\"/>\n",
                       x, y - 9, part.color);
    svg += text_at(x + 14, y, 11, part.name);
    x += 28 + 6.5 * static_cast<double>(part.name.size());
  }
  return svg;
}

}  // namespace

std::string to_svg(const Assessment& assessment) {
  const auto& plan = assessment.plan;
  const auto height = head_height + row_height * static_cast<int>(plan.ledger.size()) + 28;
  std::string svg = std::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\" "
      "font-family=\"sans-serif\" fill=\"#1a202c\">\n<rect width=\"{0}\" height=\"{1}\" "
      "fill=\"#ffffff\"/>\n",
      width, height);
  svg += text_at(margin, 28, 16,
                 std::format("{} on {}: {}", plan.model, plan.device_label,
                             assessment.fits ? "fits" : "does not fit"));
  const auto speed = plan.speed.decode.median > 0
                         ? std::format(", about {:.0f} tokens/s", plan.speed.decode.median)
                         : std::string();
  svg += text_at(margin, 48, 12,
                 std::format("context {}, cache {}/{}{}", plan.context.value, to_string(plan.kv_k),
                             to_string(plan.kv_v), speed));
  double y = head_height + 16;
  for (const auto& row : plan.ledger) {
    svg += bar(row, y);
    y += row_height;
  }
  return svg + legend(height - 14) + "</svg>\n";
}

}  // namespace plim::plan
