#include "engine/json_read.hpp"

#include <nlohmann/json.hpp>

namespace plim::engine {

const nlohmann::json& at(const nlohmann::json& object, const char* key) {
  static const nlohmann::json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

std::string text_at(const nlohmann::json& object, const char* key) {
  const auto& value = at(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

double number_at(const nlohmann::json& object, const char* key) {
  const auto& value = at(object, key);
  return value.is_number() ? value.get<double>() : 0.0;
}

std::int64_t count_at(const nlohmann::json& object, const char* key) {
  const auto& value = at(object, key);
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

}  // namespace plim::engine
