#pragma once

#include <map>
#include <string>
#include <string_view>

// Settings as "name = value" lines; what is loaded later wins.
class Config {
 public:
  void load(std::string text);
  // The value, or an empty text. It lives as long as the Config and the setting is not loaded again.
  std::string_view get(std::string_view name) const;
  std::size_t size() const { return values_.size(); }

 private:
  std::string text_;
  std::map<std::string_view, std::string_view> values_;  // into text_
};
