#include "config.hpp"

#include <utility>

#include "text.hpp"

void Config::load(std::string text) {
  text_ = std::move(text);
  for (const auto line : lines(text_)) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || trim(line).starts_with('#')) continue;
    values_[trim(line.substr(0, equals))] = trim(line.substr(equals + 1));
  }
}

std::string_view Config::get(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string_view() : found->second;
}
